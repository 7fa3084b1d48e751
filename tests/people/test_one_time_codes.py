"""Signing in with a one-time code: asked by setting and role, used once, counted when wrong."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from strategy import access as roles
from strategy.people import codes, tries, write_codes, write_tries
from strategy.people.second_step import DEVICE, STEP_WAIT, SecondStep
from strategy.people.tries import LIMITS
from strategy.people.write import person_save
from strategy.people.write_codes import code_try, code_use
from strategy.people.write_tries import TryCounter
from strategy.thai import to_thai_digits
from tests.support.codes import (
    CODE,
    OWN,
    SET_UP,
    is_in,
    password,
    shows,
    with_app,
    wrong_code,
)
from tests.support.racing import together
from tests.support.writing import signed_in

NAME = LIMITS["username"]
LOCKED = 429
HERE = "/plans/nhrc-2566-2570/"


@pytest.fixture
def optional(settings):
    settings.ONE_TIME_CODES = ["optional"]


@pytest.fixture
def planners_must(settings):
    settings.ONE_TIME_CODES = [roles.PLANNER]


def text(answer):
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def half_in(person, **sent):
    """A client whose password was right."""
    client = Client()
    answer = password(client, person, **sent)
    assert (answer.status_code, answer["Location"]) == (302, CODE)
    return client


# ----------------------------------------------------------------------------------- the setting


@pytest.mark.parametrize(
    "words", [["off"], ["optional"], ["planner"], ["planner", "administrator"]]
)
def test_a_setting_that_is_understood(words):
    codes.setting_check(words)


@pytest.mark.parametrize("words", [["maybe"], [], ["planner", "off"], ["off", "off"], ["boss"]])
def test_any_other_refuses_to_start(words):
    with pytest.raises(ImproperlyConfigured, match="ONE_TIME_CODES must be off, optional, or "):
        codes.setting_check(words)


def test_switched_off_no_page_knows_of_it(plan, planner):
    with_app(planner)
    client = Client()
    assert password(client, planner)["Location"] == "/"
    assert is_in(client)
    assert "one-time" not in client.get("/password/").content.decode()
    assert OWN not in client.get("/password/").content.decode()
    for address in (CODE, SET_UP, OWN, f"{OWN}set-up/", f"{OWN}backup/", f"{OWN}off/"):
        assert client.get(address).status_code == 404


@pytest.mark.parametrize(
    ("setting", "role", "superuser", "has_to"),
    [
        (["optional"], roles.PLANNER, False, False),
        (["optional"], "", True, False),
        ([roles.PLANNER], roles.PLANNER, False, True),
        ([roles.PLANNER], roles.REPORTER, False, False),
        ([roles.PLANNER, roles.REPORTER], roles.REPORTER, False, True),
        ([roles.REPORTER], "", True, True),
        ([roles.REPORTER], "", False, False),
    ],
)
def test_who_has_to(settings, person, setting, role, superuser, has_to):
    settings.ONE_TIME_CODES = setting
    assert codes.must(person("somebody", role, is_superuser=superuser)) is has_to


# ------------------------------------------------------------------------------------ signing in


@pytest.mark.usefixtures("optional")
def test_the_password_alone_does_not_sign_in(plan, planner):
    with_app(planner)
    client = half_in(planner, next=f"{HERE}units/")
    assert "_auth_user_id" not in client.session
    assert not is_in(client)
    assert client.get(f"{HERE}board.json").status_code == 401
    assert client.get("/admin/").status_code == 302
    assert client.get("/password/").status_code == 302
    answer = client.post(CODE, {"code": shows()})
    assert (answer.status_code, answer["Location"]) == (302, f"{HERE}units/")
    assert is_in(client)


@pytest.mark.usefixtures("optional")
@pytest.mark.parametrize(
    "typed", [lambda code: f" {code[:3]} {code[3:]} ", to_thai_digits, lambda code: code]
)
def test_a_code_is_read_as_people_type_it(plan, planner, typed):
    with_app(planner)
    assert half_in(planner).post(CODE, {"code": typed(shows())}).status_code == 302


@pytest.mark.usefixtures("optional")
@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12345๖x", "x" * 500, "\x00"])
def test_what_is_no_code_is_refused_beside_the_field_and_not_counted(plan, planner, typed):
    with_app(planner)
    answer = half_in(planner).post(CODE, {"code": typed})
    assert answer.status_code == 200
    assert answer.context["form"].errors["code"]
    assert not re.search(
        r"[A-Za-z]{3,}", text(answer).replace("the-planner", "").replace("English", "")
    )
    assert not tries.counted(timezone.now()).exists()


@pytest.mark.usefixtures("optional")
@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(plan, planner, steps, taken):
    with_app(planner)
    assert (half_in(planner).post(CODE, {"code": shows(steps)}).status_code == 302) is taken


@pytest.mark.usefixtures("optional")
def test_a_code_is_not_taken_twice(plan, planner):
    with_app(planner)
    code = shows()
    assert half_in(planner).post(CODE, {"code": code}).status_code == 302
    again = half_in(planner)
    assert again.post(CODE, {"code": code}).status_code == 200
    assert not is_in(again)


def test_it_would_be_where_nothing_remembers_it(db, planner):
    """Negative control."""
    with_app(planner)
    code = shows()
    assert code_use(planner, code) and not code_use(planner, code)
    TOTPDevice.objects.update(last_t=-1)
    assert code_use(planner, code)


@pytest.mark.usefixtures("optional")
def test_a_backup_code_signs_in_once_and_tells_how_many_are_left(plan, planner):
    first, *_others = with_app(planner)
    client = half_in(planner)
    answer = client.post(CODE, {"code": f"{first[:5]}-{first[5:]}".upper()}, follow=True)
    assert "9" in " ".join(map(str, answer.context["messages"]))
    again = half_in(planner)
    assert again.post(CODE, {"code": first}).status_code == 200
    assert not is_in(again)


@pytest.mark.usefixtures("optional")
def test_the_step_is_not_waited_for_long(plan, planner, monkeypatch):
    with_app(planner)
    client = half_in(planner)
    late = timezone.now() + STEP_WAIT + timedelta(seconds=1)
    monkeypatch.setattr(timezone, "now", lambda: late)
    assert client.post(CODE, {"code": shows()})["Location"] == "/login/"
    assert not is_in(client)


@pytest.mark.usefixtures("optional")
@pytest.mark.parametrize("changed", ["password", "closed"])
def test_an_account_that_changes_in_between_is_not_let_in(plan, planner, changed):
    with_app(planner)
    client = half_in(planner)
    if changed == "password":
        planner.set_password("another-one-2569")
    else:
        planner.is_active = False
    planner.save()
    assert client.post(CODE, {"code": shows()})["Location"] == "/login/"


@pytest.mark.usefixtures("optional")
def test_nobody_comes_to_the_step_without_the_password(db, planner):
    with_app(planner)
    for address in (CODE, SET_UP):
        for answer in (Client().get(address), Client().post(address, {"code": shows()})):
            assert (answer.status_code, answer["Location"]) == (302, "/login/")


@pytest.mark.usefixtures("optional")
def test_another_site_is_not_gone_on_to(plan, planner):
    with_app(planner)
    client = half_in(planner, next="https://evil.example.org/")
    assert client.post(CODE, {"code": shows()})["Location"] == "/"


# ----------------------------------------------------------------------------------- who has to


@pytest.mark.usefixtures("planners_must")
@pytest.mark.parametrize("who", ["planner", "root"])
def test_who_has_to_sets_it_up_before_anything_else(plan, person, who):
    somebody = person(
        "somebody",
        roles.PLANNER if who == "planner" else "",
        is_superuser=who == "root",
        is_staff=True,
    )
    client = Client()
    assert password(client, somebody, next=f"{HERE}units/")["Location"] == SET_UP
    assert not is_in(client)
    assert client.get(f"{HERE}board.json").status_code == 401
    assert client.get("/admin/").status_code == 302
    shown = client.get(SET_UP)
    key = client.session["code_key"]["key"]
    assert codes.secret_of(key)[:4] in text(shown)
    made = client.post(SET_UP, {"code": shows(key=key)})
    assert len(made.context["codes"]) == write_codes.BACKUP_CODES
    assert made.context["then"] == f"{HERE}units/"
    assert is_in(client)
    assert client.get("/admin/").status_code == 200


@pytest.mark.usefixtures("planners_must")
def test_public_reading_stays(plan, planner, settings):
    settings.PUBLIC_READING = True
    client = Client()
    password(client, planner)
    assert is_in(client)
    assert client.get("/admin/").status_code == 302


@pytest.mark.usefixtures("planners_must")
def test_others_sign_in_as_before(plan, executive):
    client = Client()
    assert password(client, executive)["Location"] == "/"
    assert is_in(client)


def test_who_is_in_when_it_begins_is_put_out(plan, planner, executive, settings):
    inside, other = signed_in(planner), signed_in(executive)
    assert is_in(inside)
    settings.ONE_TIME_CODES = [roles.PLANNER]
    assert not is_in(inside)
    assert is_in(other)


def test_without_the_middleware_they_would_stay(plan, planner, settings, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(SecondStep, "_passed", staticmethod(lambda request: True))
    inside = signed_in(planner)
    settings.ONE_TIME_CODES = [roles.PLANNER]
    assert is_in(inside)


@pytest.mark.usefixtures("planners_must")
def test_a_role_that_is_given_counts_at_the_next_step(plan, reporter):
    inside = signed_in(reporter)
    assert is_in(inside)
    person_save(person=reporter, user=None, roles=[roles.PLANNER])
    assert not is_in(inside)


@pytest.mark.usefixtures("planners_must")
@pytest.mark.parametrize("app", [True, False])
def test_a_page_asks_one_query_more_at_most(plan, planner, executive, settings, app):
    client = signed_in(planner if app else executive)
    if app:
        with_app(planner)
        session = client.session
        session[DEVICE] = TOTPDevice.objects.get().pk
        session.save()
    client.get(HERE)

    def asked():
        with CaptureQueriesContext(connection) as found:
            assert client.get(HERE).status_code == 200
        return len(found)

    with_it = asked()
    settings.ONE_TIME_CODES = ["off"]
    assert with_it == asked() + 1


# -------------------------------------------------------------------------------------- counting


@pytest.mark.usefixtures("optional")
def test_wrong_codes_lock_as_wrong_passwords_do(plan, planner):
    with_app(planner)
    client = half_in(planner)
    answers = [client.post(CODE, {"code": wrong_code()}) for _ in range(NAME)]
    assert [answer.status_code for answer in answers] == [200] * (NAME - 1) + [LOCKED]
    assert "รหัสใช้ครั้งเดียว" in text(answers[0])
    # Neither the right code helps now, nor the password from elsewhere.
    assert client.post(CODE, {"code": shows()}).status_code == LOCKED
    assert password(Client(), planner).status_code == LOCKED
    row = AccessAttempt.objects.get()
    assert wrong_code() not in str([getattr(row, each.attname) for each in row._meta.fields])


@pytest.mark.usefixtures("optional")
def test_the_right_password_does_not_set_wrong_codes_back(plan, planner):
    """Else whoever has learnt a password guesses codes for ever."""
    with_app(planner)
    for _ in range(NAME - 1):
        assert half_in(planner).post(CODE, {"code": wrong_code()}).status_code == 200
    assert half_in(planner).post(CODE, {"code": wrong_code()}).status_code == LOCKED


@pytest.mark.usefixtures("optional")
def test_the_right_password_alone_counts_for_nothing(plan, planner):
    with_app(planner)
    for _ in range(NAME + 2):
        half_in(planner)
    client = half_in(planner)
    client.post(CODE, {"code": wrong_code()})
    assert client.post(CODE, {"code": shows()}).status_code == 302
    # All of it: the name starts anew.
    assert not AccessAttempt.objects.filter(username=planner.username).exists()


#: So many threads at once, so many codes each: a hundred.
THREADS, EACH = 20, 5


@pytest.fixture
def looked_at(monkeypatch):
    """The codes that were looked at; all of them are wrong."""
    seen = []

    def look(person, plain):
        seen.append(plain)
        return False

    monkeypatch.setattr(write_codes, "code_use", look)
    return seen


def hundred_at_once():
    somebody = get_user_model()(username="planner")

    def guess():
        for _ in range(EACH):
            request = RequestFactory().post(CODE, REMOTE_ADDR="192.0.2.1")
            assert not code_try(request, somebody, "123456")

    assert together(*[guess] * THREADS) == [None] * THREADS


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_at_once_no_more_than_the_limit_are_looked_at(looked_at):
    hundred_at_once()
    assert len(looked_at) <= NAME


def test_control_one_alone_is_looked_at(db, looked_at):
    request = RequestFactory().post(CODE, REMOTE_ADDR="192.0.2.1")
    assert not code_try(request, get_user_model()(username="planner"), "๑๒๓ ๔๕๖")
    assert looked_at == ["123456"]


@pytest.mark.django_db(transaction=True)
def test_counted_afterwards_more_would_be(looked_at, monkeypatch):
    """Negative control: looked at first and counted after it."""
    told = threading.Barrier(THREADS)

    def allowed_first(self, request, credentials=None):
        locked = tries.locked_until(*write_tries._facts(request, credentials)) is not None
        told.wait(timeout=60)  # every one has asked before any is counted
        return not locked

    def counted_after(self, sender, credentials, request=None, **kwargs):
        write_tries._count(*write_tries._facts(request, credentials))

    monkeypatch.setattr(TryCounter, "is_allowed", allowed_first)
    monkeypatch.setattr(TryCounter, "user_login_failed", counted_after)
    hundred_at_once()
    assert len(looked_at) > NAME


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "backup"])
def test_of_many_with_one_right_code_one_is_let_in(person, kind):
    somebody = person("somebody")
    backup = with_app(somebody)
    code = shows() if kind == "app" else backup[0]
    found = together(*[lambda: code_use(somebody, code)] * 8)
    assert sorted(found) == [False] * 7 + [True]
