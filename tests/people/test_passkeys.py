"""Signing in with a passkey: after the password, in its place, by role; and what is refused."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings as configured
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp_webauthn.models import WebAuthnCredential

from strategy import access as roles
from strategy.people.passkeys import pages, write
from strategy.people.passkeys.setting import setting_check
from strategy.people.second_step import PASSKEY, SecondStep
from strategy.people.tries import LIMITS
from strategy.people.write import person_save
from tests.support.codes import CODE, SET_UP, is_in, password, shows, with_app
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
from tests.support.writing import signed_in

NAME = LIMITS["username"]
LOCKED = 429
HERE = "/plans/nhrc-2566-2570/"
EVIL = "https://evil.example.org"


@pytest.fixture(autouse=True)
def optional(settings):
    settings.PASSKEYS, settings.PASSKEY_DOMAIN = ["optional"], DOMAIN
    settings.PASSKEY_ORIGINS = [ORIGIN]


@pytest.fixture
def alone(settings):
    settings.PASSKEY_ALONE = True


def half_in(person, **sent):
    """A client whose password was right."""
    client = Client()
    assert password(client, person, **sent)["Location"] == STEP
    return client


def begun(**sent):
    """A client that signs in by a passkey alone."""
    client = Client()
    assert client.post(ALONE, sent)["Location"] == ALONE
    return client


def registers(client, device, address=MUST, name="โทรศัพท์"):
    made = device.makes(options_of(client.get(address)))
    return client.post(address, {"answer": json.dumps(made), "name": name})


def text(answer):
    return re.sub(r"<[^>]+>", "", answer.content.decode())


# ----------------------------------------------------------------------------------- the setting


@pytest.mark.parametrize(
    ("words", "domain", "origins"),
    [
        (["off"], "", []),
        (["optional"], DOMAIN, [ORIGIN]),
        (["planner", "administrator"], "example.org", [ORIGIN, "https://x.example.org:8443"]),
        (["optional"], "localhost", ["http://localhost:8000"]),
    ],
)
def test_a_setting_that_can_work(words, domain, origins):
    assert setting_check(words, alone=False, domain=domain, origins=origins) is None


@pytest.mark.parametrize(
    ("words", "alone", "domain", "origins", "said"),
    [
        (["boss"], False, DOMAIN, [ORIGIN], "PASSKEYS must be off, optional, or roles"),
        (["off", "planner"], False, DOMAIN, [ORIGIN], "PASSKEYS must be off, optional, or roles"),
        (["off"], True, DOMAIN, [ORIGIN], "PASSKEY_ALONE is on and PASSKEYS is off"),
        (["optional"], False, "", [], "PASSKEYS needs SITE_URL"),
        (["optional"], False, "127.0.0.1", ["https://127.0.0.1"], "never an IP address"),
        (["optional"], False, "::1", ["https://[::1]"], "never an IP address"),
        (["optional"], False, "plan example", [ORIGIN], "must be the name of a host"),
        (["optional"], False, DOMAIN, [f"{ORIGIN}/x"], "must be like https://"),
        (["optional"], False, DOMAIN, ["plan.example.org"], "must be like https://"),
        (["optional"], False, DOMAIN, ["https://a:b@plan.example.org"], "must be like https://"),
        (["optional"], False, DOMAIN, ["https://plan.example.org:x"], "must be like https://"),
        (["optional"], False, DOMAIN, ["http://plan.example.org"], "must begin with https://"),
        (["optional"], False, DOMAIN, [f"{ORIGIN}:443"], "must leave the port out"),
        (["optional"], False, DOMAIN, [ORIGIN, EVIL], "does not lie within PASSKEY_DOMAIN"),
        (["optional"], False, DOMAIN, ["https://xplan.example.org"], "does not lie within"),
    ],
)
def test_any_other_refuses_to_start_and_says_why(words, alone, domain, origins, said):
    with pytest.raises(ImproperlyConfigured, match=re.escape(said)) as refused:
        setting_check(words, alone=alone, domain=domain, origins=origins)
    assert "\n" not in str(refused.value)


def test_switched_off_no_page_knows_of_it(plan, planner, settings):
    with_passkey(planner)
    settings.PASSKEYS = ["off"]
    client = Client()
    assert password(client, planner)["Location"] == "/"
    assert is_in(client)
    assert OWN not in client.get("/password/").content.decode()
    for address in (STEP, ALONE, MUST, OWN, NEW, f"{OWN}1/remove/"):
        assert client.get(address).status_code == 404


# ------------------------------------------------------------------------------------ signing in


def test_the_password_alone_does_not_sign_in(plan, planner):
    device = with_passkey(planner)
    client = half_in(planner, next=f"{HERE}units/")
    assert not is_in(client)
    assert client.get("/admin/").status_code == 302
    assert uses(client, device)["Location"] == f"{HERE}units/"
    assert is_in(client)
    assert client.session[PASSKEY] == WebAuthnCredential.objects.get().pk
    assert WebAuthnCredential.objects.get().last_used_at is not None
    assert not AccessAttempt.objects.filter(failures_since_start__gt=0).exists()


def _forged(device):
    forged = Device(id=device.id, handle=device.handle)
    return forged.signs


def _at(**changed):
    def signs(device):
        for name, value in changed.items():
            setattr(device, name, value)
        return device.signs

    return signs


def _instead(**changed):
    return lambda device: lambda options: device.signs(options, **changed)


#: How an answer proves nothing, by what is wrong with it.
WORTHLESS = {
    "at another address": _at(origin=EVIL),
    "without https": _at(origin="http://plan.example.org"),
    "of another domain": _at(domain="evil.example.org"),
    "unknown": _at(id=b"unknown"),
    "of another owner, as it says": _at(handle="AAAA"),
    "of nobody, as it says": _at(handle="ก"),
    "signed by another key": _forged,
    "nothing of the device": _instead(authenticatorData=""),
    "no signature": _instead(signature="%%%"),
    "a number for a text": _instead(clientDataJSON=5),
    "empty": lambda device: lambda options: {"response": {}},
    "one that is made": lambda device: device.makes,
}


@pytest.mark.parametrize("address", [STEP, ALONE])
@pytest.mark.usefixtures("alone")
def test_what_proves_nothing_is_refused_and_counted(plan, planner, address):
    own = with_passkey(planner)
    client = half_in(planner) if address == STEP else begun()
    for wrong, how in WORTHLESS.items():
        device = Device(key=own.key, id=own.id, handle=own.handle)
        options = options_of(client.get(address))
        options["user"] = {"id": own.handle}
        answer = client.post(address, {"answer": json.dumps(how(device)(options))})
        assert answer.status_code == 200, wrong
        assert "ใช้พาสคีย์นี้ไม่ได้" in text(answer), wrong
        assert AccessAttempt.objects.get(failures_since_start=1), wrong
        AccessAttempt.objects.all().delete()
    assert not is_in(client)
    assert uses(client, own, address).status_code == 302


def test_what_is_no_answer_is_refused_and_not_counted(plan, planner):
    with_passkey(planner)
    client = half_in(planner)
    for sent in ("", "{", "[]", "5", '{"response": 1}', "x" * 40_000, "[" * 9_000):
        answer = client.post(STEP, {"answer": sent})
        assert (answer.status_code, is_in(client)) == (200, False)
        assert "เบราว์เซอร์ไม่ได้ส่งพาสคีย์" in text(answer)
    assert not AccessAttempt.objects.filter(failures_since_start__gt=0).exists()


def test_another_persons_passkey_is_refused(plan, planner, reporter):
    with_passkey(planner)
    others = with_passkey(reporter)
    client = half_in(planner)
    assert uses(client, others).status_code == 200
    assert not is_in(client)


def captured(person):
    """An answer that has signed somebody in, its device and the client."""
    device = with_passkey(person)
    client = half_in(person)
    sent = {"answer": json.dumps(device.signs(options_of(client.get(STEP))))}
    assert client.post(STEP, sent).status_code == 302
    return sent, client


def test_an_answer_is_not_taken_twice(plan, planner):
    sent, client = captured(planner)
    client.post("/logout/")
    password(client, planner)
    for again in (client, half_in(planner)):
        again.get(STEP)
        assert again.post(STEP, sent).status_code == 200
        assert not is_in(again)


def test_it_would_be_where_the_challenge_stayed(plan, planner, monkeypatch):
    """Negative control: the same session, the challenge not taken out."""
    device = with_passkey(planner)
    client = half_in(planner)
    options = options_of(client.get(STEP))
    state = client.session["passkey_challenge"]["state"]
    sent = {"answer": json.dumps(device.signs(options))}
    assert client.post(STEP, sent).status_code == 302
    again = half_in(planner)
    monkeypatch.setattr(pages, "challenge_take", lambda request, purpose: state)
    assert again.post(STEP, sent).status_code == 302
    assert is_in(again)


def test_a_device_that_counts_does_not_go_back(plan, planner):
    device = with_passkey(planner, count=5)
    assert uses(half_in(planner), device).status_code == 302
    copied = Device(key=device.key, id=device.id, count=2)
    assert uses(half_in(planner), copied).status_code == 200
    assert uses(half_in(planner), device).status_code == 302


@pytest.mark.usefixtures("alone")
def test_a_challenge_is_for_one_thing_and_does_not_wait_long(plan, planner, monkeypatch):
    device = with_passkey(planner)
    client = half_in(planner)
    options = options_of(client.get(STEP))
    client.post(ALONE, {})
    sent = {"answer": json.dumps(device.signs(options))}
    assert client.post(ALONE, sent).status_code == 200
    late = timezone.now() + write.CHALLENGE_WAIT + timedelta(seconds=1)
    client = begun()
    sent = {"answer": json.dumps(device.signs(options_of(client.get(ALONE))))}
    with monkeypatch.context() as patched:
        patched.setattr(timezone, "now", lambda: late)
        assert client.post(ALONE, sent)["Location"] == "/login/"
    assert not is_in(client)


# -------------------------------------------------------------------------- counting and closing


def test_wrong_passkeys_lock_as_wrong_passwords_do(plan, planner, reporter, monkeypatch):
    device, wrong = with_passkey(planner), with_passkey(reporter)
    client = half_in(planner)
    answers = [uses(client, wrong).status_code for _ in range(NAME)]
    assert answers == [200] * (NAME - 1) + [LOCKED]
    looked = []
    monkeypatch.setattr(write, "passkey_use", lambda *args: looked.append(args))
    locked = uses(client, device)
    assert (locked.status_code, looked) == (LOCKED, [])
    assert "พาสคีย์" in text(locked)
    assert password(Client(), planner).status_code == LOCKED
    # Control: of a name that is not locked it is looked at.
    assert uses(half_in(reporter), wrong).status_code == 200
    assert looked


@pytest.mark.usefixtures("alone")
def test_a_closed_account_is_out_at_once(plan, planner):
    device = with_passkey(planner)
    inside, between = half_in(planner), half_in(planner)
    assert uses(inside, device).status_code == 302 and is_in(inside)
    options = options_of(between.get(STEP))
    planner.is_active = False
    planner.save()
    assert not is_in(inside)
    sent = {"answer": json.dumps(device.signs(options))}
    assert between.post(STEP, sent)["Location"] == "/login/"
    client = begun()
    assert uses(client, device, ALONE).status_code == 200
    assert not is_in(client)
    planner.is_active = True
    planner.save()
    assert uses(begun(), device, ALONE).status_code == 302


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize("by", [STEP, ALONE])
def test_a_session_ends_as_any_other(plan, planner, monkeypatch, by):
    device = with_passkey(planner)

    def inside():
        client = half_in(planner) if by == STEP else begun()
        assert uses(client, device, by).status_code == 302 and is_in(client)
        assert client.cookies[configured.SESSION_COOKIE_NAME]["max-age"] == ""
        return client

    idle, changed, removed = inside(), inside(), inside()
    WebAuthnCredential.objects.update(confirmed=False)
    assert not is_in(removed)
    WebAuthnCredential.objects.update(confirmed=True)
    with monkeypatch.context() as patched:
        late = timezone.now() + timedelta(seconds=configured.SESSION_COOKIE_AGE + 60)
        patched.setattr(timezone, "now", lambda: late)
        assert not is_in(idle)
    assert is_in(changed)
    planner.set_password("another-one-2569")
    planner.save()
    assert not is_in(changed)


# ------------------------------------------------------------------------ in the password's place


def test_alone_it_signs_nobody_in_unless_that_is_set(plan, planner):
    with_passkey(planner)
    for answer in (Client().get(ALONE), Client().post(ALONE)):
        assert answer.status_code == 404
    assert ALONE not in Client().get("/login/").content.decode()


@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("wanted", "then"), [(f"{HERE}units/", f"{HERE}units/"), ("", "/"), (f"{EVIL}/", "/")]
)
def test_alone_it_does_where_that_is_set(plan, planner, wanted, then):
    device = with_passkey(planner)
    assert ALONE in Client().get("/login/").content.decode()
    client = begun(next=wanted)
    options = options_of(client.get(ALONE))
    assert (options["userVerification"], options["allowCredentials"]) == ("required", [])
    assert uses(client, device, ALONE)["Location"] == then
    assert is_in(client)


@pytest.mark.usefixtures("alone")
def test_alone_the_device_has_to_ask_who_holds_it(plan, planner):
    """Without finger, face or PIN whoever finds a key would be in; beside the password it may."""
    device = with_passkey(planner)
    device.verifies = False
    client = begun()
    assert uses(client, device, ALONE).status_code == 200
    assert not is_in(client)
    assert uses(half_in(planner), device).status_code == 302


@pytest.mark.usefixtures("alone")
def test_a_mere_visit_leaves_no_session(db):
    client = Client()
    assert client.get(ALONE)["Location"] == "/login/"
    assert configured.SESSION_COOKIE_NAME not in client.cookies


# --------------------------------------------------------------------------------- who has to


@pytest.mark.parametrize("who", ["planner", "root"])
def test_who_has_to_registers_before_anything_else(plan, person, settings, who):
    settings.PASSKEYS = [roles.PLANNER]
    role = roles.PLANNER if who == "planner" else ""
    somebody = person("somebody", role, is_superuser=who == "root", is_staff=True)
    client = Client()
    assert password(client, somebody, next=f"{HERE}units/")["Location"] == MUST
    assert not is_in(client)
    assert registers(client, Device(), name="").context["form"].errors["name"]
    assert registers(client, Device(origin=EVIL)).status_code == 200
    assert not is_in(client)
    assert registers(client, Device())["Location"] == f"{HERE}units/"
    assert is_in(client)
    assert client.get("/admin/").status_code == 200


def test_a_code_is_not_enough_where_a_passkey_is_a_must_and_comes_before_it(
    plan, planner, settings
):
    settings.ONE_TIME_CODES = ["optional"]
    with_app(planner)
    settings.PASSKEYS = [roles.PLANNER]
    client = Client()
    assert password(client, planner)["Location"] == CODE
    # The password alone registers nothing beside an app.
    assert client.get(MUST)["Location"] == client.post(MUST, {})["Location"] == CODE
    assert client.post(CODE, {"code": shows()})["Location"] == MUST
    assert not is_in(client)
    device = Device()
    assert registers(client, device)["Location"] == "/"
    assert is_in(client)
    again = Client()
    assert password(again, planner)["Location"] == STEP
    assert CODE not in again.get(STEP).content.decode()
    assert again.get(CODE)["Location"] == again.post(CODE, {"code": shows(1)})["Location"] == STEP
    assert not is_in(again)
    # A second one before being let in neither: the first is asked for.
    assert again.get(MUST)["Location"] == STEP


def test_either_does_where_a_second_step_is_a_must(plan, planner, settings):
    settings.ONE_TIME_CODES = [roles.PLANNER]
    client = Client()
    assert password(client, planner)["Location"] == SET_UP
    assert MUST in client.get(SET_UP).content.decode()
    assert SET_UP in client.get(MUST).content.decode()
    device = Device()
    assert registers(client, device)["Location"] == "/"
    assert is_in(client)
    with_app(planner)
    by_code, by_key = half_in(planner), half_in(planner)
    assert CODE in by_key.get(STEP).content.decode()
    assert STEP in by_code.get(CODE).content.decode()
    assert by_code.post(CODE, {"code": shows()}).status_code == 302 and is_in(by_code)
    assert uses(by_key, device).status_code == 302 and is_in(by_key)


def test_others_sign_in_as_before(plan, executive, settings):
    settings.PASSKEYS = [roles.PLANNER]
    client = Client()
    assert password(client, executive)["Location"] == "/"
    assert is_in(client)


def test_who_is_in_when_it_begins_is_put_out(plan, planner, reporter, executive, settings):
    settings.ONE_TIME_CODES = ["optional"]
    with_app(planner)
    by_code, by_role, other = Client(), signed_in(reporter), signed_in(executive)
    password(by_code, planner)
    by_code.post(CODE, {"code": shows()})
    assert is_in(by_code) and is_in(by_role)
    settings.PASSKEYS = [roles.PLANNER]
    assert not is_in(by_code)
    assert is_in(by_role) and is_in(other)
    person_save(person=reporter, user=None, roles=[roles.PLANNER])
    assert not is_in(by_role)


def test_without_the_middleware_they_would_stay(plan, planner, settings, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(SecondStep, "_passed", staticmethod(lambda request: True))
    inside = signed_in(planner)
    settings.PASSKEYS = [roles.PLANNER]
    assert is_in(inside)


def test_with_codes_and_passkeys_a_page_asks_one_query_more(plan, planner, settings):
    settings.ONE_TIME_CODES = ["optional"]
    device = with_passkey(planner)
    with_app(planner)
    client = half_in(planner)
    uses(client, device)
    client.get(HERE)

    def asked():
        with CaptureQueriesContext(connection) as found:
            assert client.get(HERE).status_code == 200
        return len(found)

    with_both = asked()
    settings.ONE_TIME_CODES = settings.PASSKEYS = ["off"]
    assert with_both == asked() + 1
