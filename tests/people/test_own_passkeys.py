"""One's own passkeys: registered, removed, taken away; and what is kept of it."""

from __future__ import annotations

import json
import re

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential, WebAuthnUserHandle

from strategy import access as roles
from strategy.people import write
from strategy.people.passkeys.write import MOST
from strategy.people.write import person_save
from tests.support.codes import OWN as CODES
from tests.support.codes import PASSWORD, is_in, password, shows, with_app, wrong_code
from tests.support.crawling import problems
from tests.support.database import changed, rows_of_every_table, state
from tests.support.passkeys import (
    ALONE,
    DOMAIN,
    MUST,
    NEW,
    ORIGIN,
    OWN,
    STEP,
    Device,
    options_of,
    uses,
    with_passkey,
)
from tests.support.writing import filled, form_errors, signed_in

CODES_SET_UP, CODES_OFF = f"{CODES}set-up/", f"{CODES}off/"


@pytest.fixture(autouse=True)
def optional(settings):
    settings.PASSKEYS, settings.PASSKEY_DOMAIN = ["optional"], DOMAIN
    settings.PASSKEY_ORIGINS = [ORIGIN]
    settings.ONE_TIME_CODES = ["optional"]


@pytest.fixture
def boss(person):
    return person("boss", roles.ADMINISTRATOR)


def text(answer):
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def inside(person, device):
    """A client that is signed in by password and passkey."""
    client = Client()
    assert password(client, person)["Location"] == STEP
    assert uses(client, device).status_code == 302
    return client


def remove(passkey):
    return f"{OWN}{passkey.pk}/remove/"


def only(person):
    return WebAuthnCredential.objects.get(user=person)


def proof(client, address, device):
    """Password and passkey, as a page asks for them."""
    answer = json.dumps(device.signs(options_of(client.get(address))))
    return client.post(address, {"password": PASSWORD, "answer": answer})


def registers(client, device, name):
    made = device.makes(options_of(client.get(NEW)))
    return client.post(NEW, {"answer": json.dumps(made), "name": name})


def reasons(person):
    return [row.history_change_reason for row in person.account.history.order_by("pk")]


def change_of(person):
    return reverse("admin:auth_user_change", args=[person.pk])


# ---------------------------------------------------------------------------------- registering


def test_one_registers_it_with_the_password(plan, reporter):
    client, elsewhere = signed_in(reporter), signed_in(reporter)
    assert OWN in client.get("/password/").content.decode()
    assert "ท่านยังไม่มีพาสคีย์" in text(client.get(OWN))
    assert client.post(NEW, {"password": "wrong"}).context["form"].errors["password"]
    assert client.post(NEW, {"password": PASSWORD})["Location"] == NEW
    options, device = options_of(client.get(NEW)), Device()
    assert options["rp"]["id"] == DOMAIN
    assert options["attestation"] == "none"
    assert options["user"]["name"] == reporter.username
    assert registers(client, device, "โทรศัพท์")["Location"] == OWN
    assert "โทรศัพท์" in text(client.get(OWN))
    # Whoever did it stays in; elsewhere one is out, and the proof is used up.
    assert is_in(client) and not is_in(elsewhere)
    assert "password" in client.get(NEW).context["form"].fields
    assert reasons(reporter)[-1] == "ลงทะเบียนพาสคีย์ “โทรศัพท์” ของตนเอง"
    assert is_in(inside(reporter, device))


def test_a_second_one_has_a_name_of_its_own_and_is_not_of_the_same_device(plan, reporter):
    device = with_passkey(reporter)
    client = inside(reporter, device)
    assert client.post(NEW, {"password": PASSWORD}).status_code == 200
    assert proof(client, NEW, device)["Location"] == NEW
    assert options_of(client.get(NEW))["excludeCredentials"][0]["id"]
    assert registers(client, Device(), "โทรศัพท์").context["form"].errors["name"]
    assert registers(client, Device(id=device.id), "อื่น").context["form"].non_field_errors()
    assert registers(client, Device(), "กุญแจ")["Location"] == OWN
    assert WebAuthnCredential.objects.filter(user=reporter).count() == 2
    assert WebAuthnUserHandle.objects.filter(user=reporter).count() == 1


def test_nobody_has_more_than_so_many_and_the_list_asks_few_queries(
    plan, reporter, django_assert_max_num_queries
):
    device = with_passkey(reporter)
    for number in range(1, MOST):
        with_passkey(reporter, name=str(number))
    client = inside(reporter, device)
    with django_assert_max_num_queries(6):
        page = client.get(OWN)
    assert NEW not in page.content.decode()
    assert client.get(NEW)["Location"] == OWN


def test_what_one_has_already_is_asked_for_before_more_is_set_up(plan, reporter, planner):
    """A session and a password that were stolen set nothing up beside it."""
    device = with_passkey(reporter)
    client = inside(reporter, device)
    for address in (NEW, CODES_SET_UP):
        refused = client.post(address, {"password": PASSWORD})
        assert refused.context["form"].non_field_errors()
    assert not {"passkey_proven", "code_key"} & set(client.session.keys())
    assert proof(client, CODES_SET_UP, device)["Location"] == CODES_SET_UP
    key = client.session["code_key"]["key"]
    assert client.post(CODES_SET_UP, {"code": shows(key=key)}).context["codes"]
    assert is_in(client)
    # Whoever has an app shows its code before a passkey.
    with_app(planner)
    other = Client()
    password(other, planner)
    other.post("/login/code/", {"code": shows()})
    assert other.post(NEW, {"password": PASSWORD}).context["form"].errors["code"]
    assert other.post(NEW, {"password": PASSWORD, "code": shows(1)})["Location"] == NEW


def test_looking_at_the_pages_writes_nothing(plan, reporter, executive, settings):
    device = with_passkey(reporter)
    client, begins = inside(reporter, device), Client()
    settings.PASSKEYS = [roles.EXECUTIVE]
    password(begins, executive)
    before = state()
    for address in (OWN, NEW, remove(only(reporter)), CODES, CODES_OFF):
        client.get(address)
    assert begins.get(MUST).status_code == 200
    assert changed(before) == []


def test_the_strict_policy_holds_on_every_page(plan, reporter, executive, settings):
    settings.PASSKEY_ALONE = True
    device = with_passkey(reporter)
    with_app(reporter)
    own, first, alone, begins, fresh = inside(reporter, device), *[Client() for _ in range(4)]
    password(first, reporter)
    alone.post(ALONE)
    settings.PASSKEYS = [roles.EXECUTIVE]
    password(begins, executive)
    fresh = signed_in(reporter)
    answers = [first.get(STEP), first.get("/login/code/"), alone.get(ALONE), begins.get(MUST)]
    answers += [own.get(at) for at in (OWN, NEW, remove(only(reporter)), CODES_OFF, "/password/")]
    answers += [Client().get("/login/")]
    proof(own, NEW, device)
    answers.append(own.get(NEW))
    assert [answer.status_code for answer in answers] == [200] * len(answers)
    assert [problems(answer) for answer in answers] == [[]] * len(answers)
    assert not is_in(fresh)


def test_every_form_carries_the_token_against_forged_ones(plan, reporter, settings):
    settings.PASSKEY_ALONE = True
    device = with_passkey(reporter)
    client = Client(enforce_csrf_checks=True)

    def token(address):
        page = client.get(address)
        found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.content.decode())
        return page, {"csrfmiddlewaretoken": found[1]}

    page, sent = token("/login/")
    assert client.post(ALONE).status_code == 403
    assert client.post(ALONE, sent)["Location"] == ALONE
    page, sent = token(ALONE)
    sent["answer"] = json.dumps(device.signs(options_of(page)))
    assert client.post(ALONE, {"answer": sent["answer"]}).status_code == 403
    assert client.post(ALONE, sent).status_code == 302
    page, sent = token(remove(only(reporter)))
    sent |= {"answer": json.dumps(device.signs(options_of(page))), "password": PASSWORD}
    assert client.post(remove(only(reporter)), sent)["Location"] == OWN


def test_nothing_of_a_passkey_is_kept_where_people_read(plan, reporter, auditor):
    with_passkey(reporter)
    row = only(reporter)
    tables = rows_of_every_table()
    own = [name for name in tables if name.startswith("django_otp_webauthn")]
    seen = str({name: rows for name, rows in tables.items() if name not in own})
    assert row.credential_id_sha256 not in seen and str(bytes(row.public_key)) not in seen
    told = json.loads(signed_in(auditor).get("/history.json").content)
    assert "ลงทะเบียนพาสคีย์ “โทรศัพท์” ของตนเอง" in json.dumps(told, ensure_ascii=False)
    # Of whose make a device is nothing was asked, so nothing is kept.
    assert not tables["django_otp_webauthn_webauthnattestation"]


# ------------------------------------------------------------------------------------ removing


def test_removing_one_asks_for_password_and_passkey_or_code(plan, reporter, planner):
    device, others = with_passkey(reporter), with_passkey(planner)
    with_app(reporter)
    client, elsewhere = inside(reporter, device), inside(reporter, device)
    here = remove(only(reporter))
    for sent in (
        {"code": shows()},
        {"password": PASSWORD},
        {"password": PASSWORD, "code": wrong_code()},
        {"password": "wrong", "code": shows()},
    ):
        assert client.post(here, sent).context["form"].errors
    assert proof(client, here, others).status_code == 200
    assert WebAuthnCredential.objects.filter(user=reporter).exists()
    assert client.post(here, {"password": PASSWORD, "code": shows()})["Location"] == OWN
    assert not WebAuthnCredential.objects.filter(user=reporter).exists()
    # Whoever did it stays in, by what is left; who is in by the passkey elsewhere is out.
    assert is_in(client) and not is_in(elsewhere)
    assert reasons(reporter)[-1] == "ลบพาสคีย์ “โทรศัพท์” ของตนเอง"
    assert password(Client(), reporter)["Location"] == "/login/code/"


def test_nobody_removes_anothers(plan, reporter, planner):
    with_passkey(planner)
    device = with_passkey(reporter)
    client = inside(reporter, device)
    assert client.get(remove(only(planner))).status_code == 404
    sent = {"password": PASSWORD, "answer": json.dumps(device.signs(options_of(client.get(NEW))))}
    assert client.post(remove(only(planner)), sent).status_code == 404
    assert client.get(f"{OWN}{10**30}/remove/").status_code == 404
    assert only(planner)


@pytest.mark.parametrize("setting", ["PASSKEYS", "ONE_TIME_CODES"])
def test_where_the_role_has_to_the_last_stays(plan, reporter, settings, setting):
    device = with_passkey(reporter)
    setattr(settings, setting, [roles.REPORTER])
    client = inside(reporter, device)
    assert client.get(remove(only(reporter)))["Location"] == OWN
    # An app is one of two ways where either does, and none where a passkey has to be.
    with_app(reporter)
    does = setting == "ONE_TIME_CODES"
    assert (client.get(remove(only(reporter))).status_code == 200) is does
    # With a passkey the app may go.
    assert proof(client, CODES_OFF, device)["Location"] == CODES
    assert not TOTPDevice.objects.exists()
    assert is_in(client)


# ---------------------------------------------------------------------------------- taken away


def test_an_administrator_takes_a_lost_one_away(plan, boss, reporter):
    lost, kept = with_passkey(reporter), with_passkey(reporter, name="กุญแจ")
    by_lost, by_kept, desk = inside(reporter, lost), inside(reporter, kept), signed_in(boss)
    page = desk.get(change_of(reporter))
    choices = page.context["adminform"].form.fields["take_passkeys"].choices
    assert [label.split(" ")[0] for _pk, label in choices] == ["“โทรศัพท์”", "“กุญแจ”"]
    taken = {"take_passkeys": [choices[0][0]]}
    refused = desk.post(change_of(reporter), filled(page, **taken))
    assert "ระบุเหตุผล" in str(form_errors(refused)["change_reason"])
    assert WebAuthnCredential.objects.count() == 2
    sent = filled(page, **taken, change_reason="โทรศัพท์หาย")
    assert desk.post(change_of(reporter), sent).status_code == 302
    assert only(reporter).name == "กุญแจ"
    assert not is_in(by_lost) and is_in(by_kept)
    last = reporter.account.history.first()
    assert last.history_user_name == "boss"
    assert re.fullmatch(
        r"ยกเลิกพาสคีย์แล้ว: “โทรศัพท์” ลงทะเบียนเมื่อ .* · โทรศัพท์หาย", last.history_change_reason
    )
    # Told at the next sign-in, and not at the one after it.
    for told in (True, False):
        shown = inside(reporter, kept).get("/plans/")
        assert ("ยกเลิกอุปกรณ์หรือพาสคีย์ของท่าน" in text(shown)) is told


def test_nobody_takes_their_own_nor_what_is_not_theirs_to_take(plan, person, boss, planner):
    root = person("root", is_superuser=True, is_staff=True)
    devices = {somebody: with_passkey(somebody) for somebody in (root, boss, planner)}
    for who, whose in ((boss, boss), (boss, root), (root, root)):
        with pytest.raises(PermissionDenied):
            person_save(person=whose, user=who, take_passkeys=[only(whose).pk], reason="หาย")
    # Neither does a form that was made up.
    desk = inside(root, devices[root])
    page = desk.get(change_of(root))
    assert "take_passkeys" not in page.context["adminform"].form.fields
    made_up = {"take_passkeys": [only(root).pk], "change_reason": "หาย"}
    desk.post(change_of(root), filled(page, **made_up))
    other = inside(planner, devices[planner])
    assert other.post(change_of(boss), {"username": "boss", **made_up}).status_code in (302, 403)
    assert only(root) and only(boss)
    # Of an account nothing goes that is another's.
    ids = [only(boss).pk, only(planner).pk]
    person_save(person=boss, user=root, take_passkeys=ids, reason="หาย")
    assert [row.user for row in WebAuthnCredential.objects.order_by("pk")] == [root, planner]


def test_control_without_the_guard_it_would_be_taken(db, boss, monkeypatch):
    """Negative control."""
    with_passkey(boss)
    monkeypatch.setattr(write, "may_take_device", lambda user, person: True)
    person_save(person=boss, user=boss, take_passkeys=[only(boss).pk], reason="หาย")
    assert not WebAuthnCredential.objects.exists()


def test_who_has_not_signed_in_sees_none_of_it(db):
    for address in (OWN, NEW, f"{OWN}1/remove/"):
        for answer in (Client().get(address), Client().post(address)):
            assert answer["Location"] == f"/login/?next={address}"
