"""An app for one-time codes: set up, renewed, switched off, taken away; and what is kept of it."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from axes.models import AccessAttempt
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from strategy import access as roles
from strategy.people import codes, write
from strategy.people.second_step import DEVICE
from strategy.people.tries import LIMITS
from strategy.people.write import may_take_device, person_save
from strategy.people.write_codes import BACKUP_CODES, codes_set_up
from tests.support.codes import (
    CODE,
    KEY,
    OWN,
    PASSWORD,
    SET_UP,
    is_in,
    password,
    shows,
    with_app,
    wrong_code,
)
from tests.support.crawling import problems
from tests.support.database import rows_of_every_table
from tests.support.racing import together
from tests.support.writing import filled, form_errors, signed_in

NAME = LIMITS["username"]
OWN_SET_UP, BACKUP, OFF = f"{OWN}set-up/", f"{OWN}backup/", f"{OWN}off/"


@pytest.fixture(autouse=True)
def optional(settings):
    settings.ONE_TIME_CODES = ["optional"]


@pytest.fixture
def boss(person):
    return person("boss", roles.ADMINISTRATOR)


def text(answer):
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def inside(person, steps=0):
    """A client that is signed in by the code of its app."""
    client = Client()
    password(client, person)
    assert client.post(CODE, {"code": shows(steps)}).status_code == 302
    return client


def change_of(person):
    return reverse("admin:auth_user_change", args=[person.pk])


def reasons(person):
    return [row.history_change_reason for row in person.account.history.order_by("pk")]


# -------------------------------------------------------------------------------------- setting up


def test_one_sets_it_up_with_password_and_first_code(plan, reporter):
    client = signed_in(reporter)
    assert OWN in client.get("/password/").content.decode()
    assert OWN_SET_UP in client.get(OWN).content.decode()
    assert "qr" not in client.get(OWN_SET_UP).context
    assert client.post(OWN_SET_UP, {"password": "wrong"}).context["form"].errors["password"]
    assert client.post(OWN_SET_UP, {"password": PASSWORD})["Location"] == OWN_SET_UP
    page = client.get(OWN_SET_UP)
    key = client.session["code_key"]["key"]
    assert page.context["secret"].replace(" ", "") == codes.secret_of(key)
    assert {len(group) for group in page.context["secret"].split()} == {4}
    assert "<svg" in page.content.decode()
    refused = client.post(OWN_SET_UP, {"code": wrong_code()})
    assert "ไม่ตรงกับที่แอปแสดง" in text(refused)
    made = client.post(OWN_SET_UP, {"code": shows(key=key)})
    assert len(set(made.context["codes"])) == BACKUP_CODES == 10
    assert made["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    # Whoever did it stays in; the codes are not shown again.
    assert is_in(client)
    assert made.context["codes"][0] not in client.get(OWN).content.decode()
    assert client.get(OWN_SET_UP)["Location"] == OWN
    assert reasons(reporter)[-1] == "ตั้งค่ารหัสใช้ครั้งเดียวของตนเอง"


def test_what_the_app_is_told():
    parts = urlsplit(codes.app_address(KEY, "สมชาย@x", "แผน: กสม."))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/สมชาย@x"
    assert parse_qs(parts.query) == {
        "secret": ["GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"],
        "issuer": ["แผน: กสม."],
    }


def test_elsewhere_one_is_out_then(plan, reporter):
    elsewhere = signed_in(reporter)
    assert is_in(elsewhere)
    with_app(reporter)
    assert not is_in(elsewhere)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_set_up_at_once_one_does(person):
    somebody = person("somebody")
    set_up = lambda: codes_set_up(person=somebody, key=KEY, typed=shows())  # noqa: E731
    made = together(set_up, set_up)
    assert sorted(each is not None for each in made) == [False, True]
    assert TOTPDevice.objects.count() == 1


def test_no_secret_is_kept_where_people_read(plan, reporter, caplog, auditor):
    backup = with_app(reporter)
    client = inside(reporter)
    client.post(BACKUP, {"password": PASSWORD, "code": wrong_code()})
    tables = rows_of_every_table()
    seen = str({name: rows for name, rows in tables.items() if not name.startswith("otp_totp")})
    assert KEY not in seen and codes.secret_of(KEY) not in seen
    assert not [code for code in backup if code in str(tables)]
    assert KEY not in caplog.text and wrong_code() not in caplog.text
    told = signed_in(auditor).get("/history.json").content.decode()
    assert "ตั้งค่ารหัสใช้ครั้งเดียวของตนเอง" in json.dumps(json.loads(told), ensure_ascii=False)
    assert KEY not in told


def test_the_packages_own_screens_are_not_there(plan, person):
    client = signed_in(person("root", is_superuser=True, is_staff=True))
    for path in ("otp_totp/totpdevice/", "otp_static/staticdevice/"):
        assert client.get(f"/admin/{path}").status_code == 404


# ------------------------------------------------------------------------- backup codes, switching off


def test_backup_codes_are_made_anew(plan, reporter):
    old = with_app(reporter)
    client = inside(reporter)
    assert "10" in text(client.get(OWN))
    made = client.post(BACKUP, {"password": PASSWORD, "code": shows(1)})
    assert len(made.context["codes"]) == StaticToken.objects.count() == BACKUP_CODES
    assert reasons(reporter)[-1] == "สร้างรหัสสำรองชุดใหม่ของตนเอง"
    again = Client()
    password(again, reporter)
    assert again.post(CODE, {"code": old[0]}).status_code == 200
    assert again.post(CODE, {"code": made.context["codes"][0]}).status_code == 302


def test_one_switches_it_off_with_password_and_code(plan, reporter):
    with_app(reporter)
    client = inside(reporter)
    for sent, field in (
        ({"password": "wrong", "code": shows(1)}, "password"),
        ({"password": PASSWORD, "code": wrong_code()}, "code"),
        ({"password": PASSWORD}, "code"),
    ):
        assert client.post(OFF, sent).context["form"].errors[field]
    assert client.post(OFF, {"password": PASSWORD, "code": shows(1)})["Location"] == OWN
    assert not TOTPDevice.objects.exists() and not StaticToken.objects.exists()
    assert is_in(client)
    assert reasons(reporter)[-1] == "ปิดใช้รหัสใช้ครั้งเดียวของตนเอง"
    assert password(Client(), reporter)["Location"] == "/"


def test_where_the_role_has_to_it_stays_on(plan, reporter, settings):
    settings.ONE_TIME_CODES = [roles.REPORTER]
    with_app(reporter)
    client = inside(reporter)
    assert OFF not in client.get(OWN).content.decode()
    assert client.post(OFF, {"password": PASSWORD, "code": shows(1)})["Location"] == OWN
    assert TOTPDevice.objects.exists()


@pytest.mark.parametrize("sent", [{"password": "wrong"}, {"password": PASSWORD}])
def test_a_stolen_session_does_not_guess(plan, reporter, sent):
    """Wrong passwords and codes are counted on these pages as at the sign-in."""
    with_app(reporter)
    client = inside(reporter)
    sent = {"code": wrong_code(), **sent}
    answers = [client.post(OFF, sent).status_code for _ in range(NAME)]
    assert answers == [200] * (NAME - 1) + [429]
    assert client.post(OFF, {"password": PASSWORD, "code": shows(1)}).status_code == 429
    assert TOTPDevice.objects.exists()
    assert AccessAttempt.objects.get().failures_since_start == NAME


def test_every_form_carries_the_token_against_forged_ones(plan, reporter):
    """Played by a browser's rules: what is posted is what the page holds."""
    with_app(reporter)
    client = Client(enforce_csrf_checks=True)

    def send(address, **typed):
        token = re.search(
            r'csrfmiddlewaretoken" value="(\w+)"', client.get(address).content.decode()
        )
        return client.post(address, {"csrfmiddlewaretoken": token[1], **typed})

    assert send("/login/", username=reporter.username, password=PASSWORD)["Location"] == CODE
    assert send(CODE, code=shows(-1)).status_code == 302
    assert send(BACKUP, password=PASSWORD, code=shows()).status_code == 200
    assert send(OFF, password=PASSWORD, code=shows(1)).status_code == 302
    assert send(OWN_SET_UP, password=PASSWORD).status_code == 302
    key = client.session["code_key"]["key"]
    assert send(OWN_SET_UP, code=shows(key=key)).status_code == 200


def test_the_strict_policy_holds_on_every_page(plan, reporter, executive, settings):
    settings.ONE_TIME_CODES = [roles.EXECUTIVE]
    with_app(reporter)
    first, begins, own, renewing = Client(), Client(), inside(reporter), signed_in(executive)
    password(first, reporter)
    password(begins, executive)
    settings.ONE_TIME_CODES = ["optional"]
    own_key = renewing.post(OWN_SET_UP, {"password": PASSWORD})
    answers = [first.get(CODE), begins.get(SET_UP), renewing.get(OWN_SET_UP), own_key]
    answers += [own.get(address) for address in (OWN, BACKUP, OFF, "/password/")]
    answers.append(own.post(BACKUP, {"password": PASSWORD, "code": shows(1)}))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 302] + [200] * 5
    assert [problems(answer) for answer in answers] == [[]] * len(answers)


def test_who_has_not_signed_in_sees_none_of_it(db):
    for address in (OWN, OWN_SET_UP, BACKUP, OFF):
        for answer in (Client().get(address), Client().post(address)):
            assert answer["Location"] == f"/login/?next={address}"


def test_without_an_app_there_is_nothing_to_renew_or_to_switch_off(plan, reporter):
    client = signed_in(reporter)
    assert {client.post(address, {})["Location"] for address in (BACKUP, OFF)} == {OWN}


# ----------------------------------------------------------------------------------- taken away


def test_an_administrator_takes_a_lost_device_away(plan, boss, reporter):
    with_app(reporter)
    session = inside(reporter)
    desk = signed_in(boss)
    page = desk.get(change_of(reporter))
    assert "take_device" in page.context["adminform"].form.fields
    refused = desk.post(change_of(reporter), filled(page, take_device="on"))
    assert "ระบุเหตุผล" in str(form_errors(refused)["change_reason"])
    assert TOTPDevice.objects.exists()
    sent = filled(page, take_device="on", change_reason="โทรศัพท์หาย")
    assert desk.post(change_of(reporter), sent).status_code == 302
    assert not TOTPDevice.objects.exists() and not StaticToken.objects.exists()
    assert not is_in(session)
    last = reporter.account.history.first()
    assert (last.history_user_name, last.history_change_reason) == (
        "boss",
        "ยกเลิกอุปกรณ์รหัสใช้ครั้งเดียวแล้ว · โทรศัพท์หาย",
    )
    assert "take_device" not in desk.get(change_of(reporter)).context["adminform"].form.fields
    # Told at the next sign-in, and not at the one after it.
    for told in (True, False):
        client = Client()
        shown = password(client, reporter, next="/plans/")
        shown = client.get(shown["Location"])
        assert ("ยกเลิกอุปกรณ์รหัสใช้ครั้งเดียวของท่าน" in text(shown)) is told


def test_who_has_to_is_told_and_sets_another_one_up(plan, boss, reporter, settings):
    settings.ONE_TIME_CODES = [roles.REPORTER]
    with_app(reporter)
    person_save(person=reporter, user=boss, take_device=True, reason="โทรศัพท์หาย")
    client = Client()
    assert password(client, reporter)["Location"] == SET_UP
    assert "ยกเลิกอุปกรณ์รหัสใช้ครั้งเดียวของท่าน" in text(client.get(SET_UP))


@pytest.mark.parametrize(
    ("who", "whose", "may"),
    [
        ("boss", "reporter", True),
        ("boss", "boss", False),
        ("boss", "root", False),
        ("root", "boss", True),
        ("root", "root", False),
        ("root", "second", True),
    ],
)
def test_whose_device_one_may_take(person, boss, reporter, who, whose, may):
    people = {
        "boss": boss,
        "reporter": reporter,
        "root": person("root", is_superuser=True),
        "second": person("second", is_superuser=True),
    }
    assert may_take_device(people[who], people[whose]) is may
    with_app(people[whose])
    if may:
        person_save(person=people[whose], user=people[who], take_device=True, reason="หาย")
    else:
        with pytest.raises(PermissionDenied):
            person_save(person=people[whose], user=people[who], take_device=True, reason="หาย")
    assert TOTPDevice.objects.exists() is not may


def test_ones_own_form_does_not_offer_it_nor_take_it(plan, person):
    root = person("root", is_superuser=True, is_staff=True)
    with_app(root)
    client = signed_in(root)
    session = client.session
    session[DEVICE] = TOTPDevice.objects.get().pk
    session.save()
    page = client.get(change_of(root))
    assert "take_device" not in page.context["adminform"].form.fields
    client.post(change_of(root), filled(page, take_device="on", change_reason="หาย"))
    assert TOTPDevice.objects.exists()


def test_control_without_the_guard_it_would_be_taken(db, boss, monkeypatch):
    """Negative control."""
    with_app(boss)
    monkeypatch.setattr(write, "may_take_device", lambda user, person: True)
    person_save(person=boss, user=boss, take_device=True, reason="หาย")
    assert not TOTPDevice.objects.exists()


@pytest.mark.parametrize("who", ["planner", "reporter", "auditor", "executive"])
def test_nobody_else_takes_devices(request, person, who):
    somebody = person("somebody")
    with_app(somebody)
    client = signed_in(request.getfixturevalue(who))
    sent = {"username": "somebody", "take_device": "on", "change_reason": "หาย"}
    assert client.post(change_of(somebody), sent).status_code in (302, 403)
    assert TOTPDevice.objects.exists()
