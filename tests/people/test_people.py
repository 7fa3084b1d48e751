"""One form for a person: what it sets, what follows, and what nobody can reach by it."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.urls import reverse

from strategy import access as roles
from strategy.models import Account, Membership, Unit
from strategy.people.words import PURPOSES, abilities
from strategy.people.write import may_set_rights, person_delete, person_save
from strategy.records.history import history_of
from strategy.records.write import StaleVersion
from strategy.thai import sort_key
from tests.support.writing import OTHER, OWN, filled, form_errors, signed_in

pytestmark = pytest.mark.django_db
User = get_user_model()
ADD = "/admin/auth/user/add/"
LIST = "/admin/auth/user/"
PASSWORD = "ยาวพอและไม่ซ้ำใคร-2569"


@pytest.fixture
def boss(person):
    return person("boss", roles.ADMINISTRATOR)


@pytest.fixture
def desk(boss):
    return signed_in(boss)


def path_of(person, page="change"):
    return reverse(f"admin:auth_user_{page}", args=[person.pk])


def units(*names):
    return [Unit.objects.get(name=name).pk for name in names]


def add(client, **typed):
    sent = {"username": "somchai", "is_active": "on", "password1": PASSWORD, "password2": PASSWORD}
    return client.post(ADD, filled(client.get(ADD), **{**sent, **typed}), follow=True)


def change(client, person, **typed):
    return client.post(path_of(person), filled(client.get(path_of(person)), **typed), follow=True)


def story(person):
    return history_of(Account, user_id=person.pk)


# ----------------------------------------------------------------------------------- a new one


def test_a_reporter_of_two_units_is_made_on_one_form(plan, desk):
    page = add(
        desk,
        first_name="สมชาย",
        last_name="ใจดี",
        email="somchai@example.org",
        roles=[roles.REPORTER],
        units=units(OWN, OTHER),
    )
    assert page.redirect_chain, form_errors(page)
    made = User.objects.get(username="somchai")
    assert made.check_password(PASSWORD)
    assert (made.is_staff, made.is_superuser, made.get_full_name()) == (True, False, "สมชาย ใจดี")
    assert roles.viewer(made).unit_ids == set(units(OWN, OTHER))
    assert roles.viewer(made).roles == {roles.REPORTER}
    (message, _saved) = page.context["messages"]
    assert OWN in str(message) and OTHER in str(message)
    # And in: no "no permission" is met.
    assert signed_in(made).get("/admin/kpis/result/").status_code == 200


@pytest.mark.parametrize(
    ("held", "staff"),
    [
        ([], False),
        ([roles.EXECUTIVE], False),
        ([roles.AUDITOR], True),
        ([roles.PLANNER], True),
        ([roles.ADMINISTRATOR], True),
        ([roles.EXECUTIVE, roles.AUDITOR], True),
    ],
)
def test_who_has_a_desk_follows_from_the_roles(plan, desk, held, staff):
    add(desk, roles=held)
    made = User.objects.get(username="somchai")
    assert made.is_staff == staff
    change(desk, made, roles=[roles.EXECUTIVE])
    made.refresh_from_db()
    assert not made.is_staff


def test_without_a_password_an_account_waits(plan, desk):
    page = add(desk, roles=[roles.EXECUTIVE], password1="", password2="")
    made = User.objects.get(username="somchai")
    assert not made.has_usable_password()
    message = next(iter(page.context["messages"]))
    assert (message.level_tag, "ยังไม่มีรหัสผ่าน" in str(message)) == ("warning", True)
    change(desk, made, password1=PASSWORD, password2=PASSWORD)
    made.refresh_from_db()
    assert made.check_password(PASSWORD)


def test_without_a_role_a_warning_says_what_is_left(plan, desk):
    message = next(iter(add(desk).context["messages"]))
    assert (message.level_tag, "ไม่แก้ไขข้อมูล" in str(message)) == ("warning", True)


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"roles": [roles.REPORTER]}, "units", "โปรดเลือกสำนัก/หน่วย"),
        ({"password2": "another"}, "password2", "ไม่ตรงกับรหัสผ่านด้านบน"),
        ({"password1": "", "password2": PASSWORD}, "password2", "ไม่ตรงกับรหัสผ่านด้านบน"),
        ({"password1": "12345678", "password2": "12345678"}, "password1", "12 ตัวอักษร"),
        ({"password1": "somchai25699", "password2": "somchai25699"}, "password1", "คล้าย"),
        ({"username": "BOSS"}, "username", "มีผู้ใช้ชื่อนี้แล้ว"),
        ({"username": ""}, "username", "โปรดกรอกข้อมูลช่องนี้"),
        ({"username": "ก ข"}, "username", "ชื่อผู้ใช้"),
        ({"email": "x"}, "email", "อีเมล"),
        ({"roles": ["sample accounts"]}, "roles", "sample accounts"),
        ({"units": ["99999"]}, "units", "99999"),
    ],
)
def test_what_is_refused_is_said_beside_the_field(plan, desk, typed, field, sentence):
    Group.objects.create(name="sample accounts")
    page = add(desk, **typed)
    assert not page.redirect_chain
    assert sentence in str(form_errors(page)[field]), form_errors(page)
    assert not User.objects.filter(username="somchai").exists()


def test_units_stand_below_their_agencies(plan, desk):
    text = desk.get(ADD).content.decode()
    assert all(str(PURPOSES[role]) in text for role in roles.ROLES)
    for unit in Unit.objects.all():
        assert unit.name in text


# ------------------------------------------------------------------------------- what is said


@pytest.mark.parametrize(
    ("held", "own", "says", "not_"),
    [
        ([roles.PLANNER], [], "ทุกสำนัก/หน่วย", "ไม่แก้ไขข้อมูล"),
        ([roles.REPORTER], [OWN], f"ของ{OWN}", "ทุกสำนัก/หน่วย"),
        ([roles.REPORTER], [], "ยังไม่สังกัด", "กรอกผลการดำเนินงาน"),
        ([roles.EXECUTIVE], [], "ไม่แก้ไขข้อมูล", "กรอก"),
        ([roles.AUDITOR], [], "ประวัติทั้งหมด", "กรอก"),
        ([roles.ADMINISTRATOR], [], "บัญชีผู้ใช้", "กรอก"),
        ([], [OWN], f"ฉบับร่างของ{OWN}", "กรอก"),
        ([], [], "อ่านได้ทุกหน้า", "ฉบับร่าง"),
    ],
)
def test_the_sentence(held, own, says, not_):
    told = abilities(held, own)
    assert says in told
    assert not_ not in told


@pytest.mark.parametrize("role", ["", *roles.ROLES])
@pytest.mark.parametrize("own", ["", OWN])
def test_the_sentence_says_what_services_allow(person, role, own):
    """Held against the viewer whom services ask, not against its own words."""
    who = roles.viewer(person("somebody", role, *([own] if own else [])))
    unit = Unit.objects.get(name=OWN).pk
    told = abilities(who.roles, [name for _pk, name in who.units])
    enters = "กรอก" in told and "ยังกรอก" not in told and "ที่ตนกรอก" not in told
    assert who.may_report(unit) == enters, told
    assert who.may_read_drafts(unit) == ("ฉบับร่าง" in told)
    assert ("บัญชีผู้ใช้" in told) == (roles.ADMINISTRATOR in who.roles)


def test_closed_and_all_powerful_accounts_are_told_first():
    assert "เข้าสู่ระบบไม่ได้" in abilities([roles.PLANNER], [], active=False, superuser=True)
    assert "ทำได้ทุกอย่าง" in abilities([], [], superuser=True)


def test_the_list_tells_it_of_everybody_in_a_fixed_number_of_queries(
    plan, desk, person, django_assert_max_num_queries
):
    for number in range(20):
        person(f"reporter{number}", roles.REPORTER, OWN, OTHER)
    desk.get(LIST)
    # Three of them count what each choice of a filter leaves.
    with django_assert_max_num_queries(16):
        page = desk.get(LIST)
    both = ", ".join(sorted((OWN, OTHER), key=sort_key))
    assert page.content.decode().count(f"และฉบับร่างของ{both}") == 20
    found = desk.get(LIST, {"role": roles.REPORTER}).context["cl"].result_list
    assert {each.username for each in found} == {f"reporter{number}" for number in range(20)}


def test_the_form_tells_it_and_so_does_the_export(plan, desk, reporter):
    sentence = f"ฉบับร่างของ{OWN}"
    assert sentence in desk.get(path_of(reporter)).content.decode()
    sent = desk.post(reverse("admin:auth_user_export"), {"resource": "0", "format": "1"})
    table = sent.content.decode()
    assert sentence in table
    assert reporter.password not in table and "md5" not in table


# ---------------------------------------------------------------------------------- its history


def test_every_change_of_roles_and_units_is_kept(plan, desk, reporter):
    change(
        desk,
        reporter,
        roles=[roles.REPORTER, roles.AUDITOR],
        units=units(OTHER),
        change_reason="ย้ายสำนัก",
    )
    latest, found = story(reporter)
    assert (latest.who, latest.reason, latest.action) == ("boss", "ย้ายสำนัก", "แก้ไข")
    told = {change.field: (change.before, change.after) for change in latest.changes}
    assert told["สำนัก/หน่วย"] == (OWN, OTHER)
    assert set(told["บทบาท"][1].split(", ")) == {"ผู้ตรวจสอบ", "ผู้รายงานของสำนัก/หน่วย"}
    # What the account was before is kept with it, though nothing had been written of it yet.
    assert found.who == "ระบบ"
    membership = Membership.history.filter(user_id=reporter.pk).first()
    assert (membership.history_type, membership.history_user_name) == ("+", "boss")
    page = desk.get(path_of(reporter, "history")).content.decode()
    assert "ย้ายสำนัก" in page and "ผู้ตรวจสอบ" in page


def test_an_auditor_reads_accounts_and_their_history(plan, boss, auditor, reporter):
    change(signed_in(boss), reporter, first_name="ใหม่", change_reason="สมรส")
    client = signed_in(auditor)
    assert "สมรส" in client.get(path_of(reporter, "history")).content.decode()
    assert OWN in client.get(path_of(reporter)).content.decode()
    assert client.post(path_of(reporter), {"first_name": "x"}).status_code == 403


def test_a_new_password_is_noted_and_never_kept(plan, desk, reporter):
    change(desk, reporter, password1=PASSWORD, password2=PASSWORD)
    assert story(reporter)[0].reason == "ตั้งรหัสผ่านใหม่"
    reporter.refresh_from_db()
    rows = str(list(Account.history.filter(user_id=reporter.pk).values()))
    assert PASSWORD not in rows and reporter.password not in rows


def test_the_history_outlives_the_account_and_is_closed(plan, desk, reporter):
    pk = reporter.pk
    path = path_of(reporter, "delete")
    desk.post(path, filled(desk.get(path)))
    assert not User.objects.filter(pk=pk).exists()
    gone = Account.history.filter(user_id=pk).first()
    assert (gone.history_type, gone.history_user_name) == ("-", "boss")
    assert gone.details["roles"] == [roles.REPORTER]
    assert gone.details["units"] == [OWN]
    with pytest.raises(DatabaseError), transaction.atomic():
        Account.history.filter(user_id=pk).update(history_user_name="x")


def test_saving_what_was_shown_writes_nothing(plan, desk, reporter):
    before = story(reporter)
    assert change(desk, reporter).redirect_chain
    assert story(reporter) == before


def test_other_groups_stay(plan, desk, reporter):
    mark = Group.objects.create(name="sample accounts")
    reporter.groups.add(mark)
    change(desk, reporter, roles=[roles.AUDITOR], units=[])
    assert {group.name for group in reporter.groups.all()} == {"sample accounts", roles.AUDITOR}


# --------------------------------------------------------------------------------- two editors


@pytest.mark.parametrize("known", [False, True], ids=["first-change", "later-change"])
def test_the_second_editor_is_told_what_the_first_one_did(plan, desk, person, reporter, known):
    if known:
        person_save(person=reporter, user=None)
    other = signed_in(person("other", roles.ADMINISTRATOR, first_name="คนแรก"))
    stale = filled(desk.get(path_of(reporter)), first_name="ข")
    change(other, reporter, roles=[roles.AUDITOR], units=[])
    page = desk.post(path_of(reporter), stale)
    shown = str(form_errors(page)["__all__"])
    assert "คนแรก" in shown and "ผู้ตรวจสอบ" in shown
    assert roles.viewer(User.objects.get(pk=reporter.pk)).roles == {roles.AUDITOR}


def test_a_claim_that_comes_late_is_refused(plan, reporter):
    person_save(person=reporter, user=None)
    version = reporter.account.version
    person_save(person=reporter, user=None, expected_version=version)
    for late in (version, 0):
        with pytest.raises(StaleVersion):
            person_save(person=reporter, user=None, expected_version=late)


# ---------------------------------------------------------------------------- reaching for rights

FORGED = {
    "roles": [roles.PLANNER, roles.ADMINISTRATOR],
    "groups": ["1", "2", "3"],
    "is_superuser": "on",
    "is_staff": "on",
    "user_permissions": ["1", "2"],
    "password1": PASSWORD,
    "password2": PASSWORD,
}


def rights(user):
    user = User.objects.get(pk=user.pk)
    return (
        roles.viewer(user).roles,
        roles.viewer(user).unit_ids,
        user.is_staff,
        user.is_superuser,
        user.is_active,
        user.password,
        set(user.user_permissions.all()),
    )


def test_an_administrator_gets_no_right_for_the_own_account(plan, desk, boss):
    before = rights(boss)
    page = desk.get(path_of(boss))
    assert not {"roles", "units", "is_active", "password1"} & set(filled(page))
    forged = {**FORGED, "units": units(OWN), "first_name": "ใหม่"}
    assert change(desk, boss, **forged).status_code == 200
    assert rights(boss) == before
    # The form was taken, but for that.
    assert User.objects.get(pk=boss.pk).first_name == "ใหม่"
    assert desk.post(path_of(boss, "delete"), {"post": "yes"}).status_code == 403
    assert desk.post("/admin/strategy/membership/add/", {"user": boss.pk, "unit": units(OWN)[0]}
    ).status_code == 403  # fmt: skip


def test_control_a_form_without_the_guard_would_take_it(plan, desk, boss, monkeypatch):
    """Negative control: whoever sets rights of everybody makes a planner of themselves."""
    for module in ("admin", "write"):
        monkeypatch.setattr(f"strategy.people.{module}.may_set_rights", lambda user, person: True)
    change(desk, boss, roles=[roles.PLANNER])
    assert rights(boss)[0] == {roles.PLANNER}


def test_the_service_refuses_where_a_form_would_not(plan, boss, reporter):
    root = User.objects.create_superuser("root", password=PASSWORD)
    for person, wanted in (
        (boss, {"roles": [roles.PLANNER]}),
        (boss, {"units": [Unit.objects.get(name=OWN)]}),
        (boss, {"password": PASSWORD}),
        (root, {}),
        (root, {"roles": []}),
    ):
        with pytest.raises(PermissionDenied):
            person_save(person=person, user=boss, **wanted)
    for person in (reporter, User(username="made")):
        person.is_superuser = True
        with pytest.raises(PermissionDenied):
            person_save(person=person, user=boss)
    boss.is_active = False
    with pytest.raises(PermissionDenied):
        person_save(person=boss, user=User.objects.get(pk=boss.pk))
    for person in (boss, root):
        with pytest.raises(PermissionDenied):
            person_delete(person=person, user=boss)


def test_an_administrator_gives_others_roles_but_no_more(plan, desk, reporter):
    assert change(desk, reporter, **{**FORGED, "units": units(OWN)}).redirect_chain
    held, own, staff, superuser, active, _password, permissions = rights(reporter)
    assert held == {roles.PLANNER, roles.ADMINISTRATOR}
    assert (own, staff, superuser, active, permissions) == (
        set(units(OWN)),
        True,
        False,
        True,
        set(),
    )


@pytest.mark.parametrize("who", ["planner", "reporter", "auditor"])
def test_nobody_else_writes_accounts(request, plan, who, person):
    user, member = request.getfixturevalue(who), person("member")
    client = signed_in(user)
    for target in (user, member):
        before = rights(target)
        for page in (ADD, path_of(target), path_of(target, "delete")):
            sent = {**FORGED, "username": "x", "post": "yes", "expected_version": "0"}
            assert client.post(page, sent).status_code == 403
        assert rights(target) == before
    assert not User.objects.filter(username="x").exists()


def test_a_superuser_may_set_the_own_rights_too(plan):
    root = User.objects.create_superuser("root", password=PASSWORD)
    client = signed_in(root)
    change(client, root, roles=[roles.AUDITOR])
    assert roles.AUDITOR in rights(root)[0]
    assert "is_superuser" in filled(client.get(path_of(root)))


@pytest.mark.parametrize(
    ("who", "whose", "may"),
    [
        ("boss", "boss", False),
        ("boss", "reporter", True),
        ("boss", "root", False),
        ("root", "root", True),
        ("root", "boss", True),
        (None, "root", True),
    ],
)
def test_whose_rights_one_may_set(boss, reporter, who, whose, may):
    people = {
        "boss": boss, "reporter": reporter, None: None,
        "root": User.objects.create_superuser("root", password=PASSWORD),
    }  # fmt: skip
    assert may_set_rights(people[who], people[whose]) == may


def test_closing_an_account_on_the_form_ends_its_session(plan, desk, reporter):
    client = signed_in(reporter)
    assert client.get("/admin/").status_code == 200
    page = filled(desk.get(path_of(reporter)))
    del page["is_active"]
    desk.post(path_of(reporter), page)
    assert client.get("/admin/").status_code == 302
    assert "เข้าสู่ระบบไม่ได้" in re.sub(r"<[^>]+>", "", desk.get(LIST).content.decode())
