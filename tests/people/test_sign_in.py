"""Signing in: wrong passwords lock a name or an address, and nobody forges where they come from."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings as configured
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth.backends import ModelBackend
from django.core.checks import run_checks
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from strategy import access as roles
from strategy.people import tries, write_tries
from strategy.people.address import PROXY_NOT_COUNTED, UNKNOWN, client_address
from strategy.people.tries import LIMITS, WAIT, end_of_lock
from strategy.people.write_tries import TryCounter
from tests.support.racing import together
from tests.support.writing import signed_in

PASSWORD = "for-tests-only"
NAME, ADDRESS = LIMITS["username"], LIMITS["ip_address"]
LOCKED = 429


def attempt(name="reporter", password="wrong", address="192.0.2.1", client=None, **headers):
    sent = {"username": name, "password": password}
    return (client or Client()).post("/login/", sent, REMOTE_ADDR=address, **headers)


def text(answer):
    return re.sub(r"<[^>]+>", "", answer.content.decode())


def age(minutes):
    """All tries were made so much earlier."""
    for row in AccessAttempt.objects.all():
        row.attempt_time -= timedelta(minutes=minutes)
        row.save()


# ------------------------------------------------------------------------------------- the lock


def test_a_wrong_password_is_refused_in_thai(reporter):
    answer = attempt()
    assert answer.status_code == 200
    assert "โปรดกรอกชื่อผู้ใช้และรหัสผ่านให้ถูกต้อง" in text(answer)
    assert not re.search(
        r"[A-Za-z]{3,}", text(answer).replace("reporter", "").replace("English", "")
    )


def test_five_wrong_passwords_lock_the_name_from_everywhere(reporter):
    answers = [attempt(address=f"192.0.2.{n}").status_code for n in range(NAME)]
    assert answers == [200] * (NAME - 1) + [LOCKED]
    # The right one no longer helps, nor does another address.
    for address in ("192.0.2.1", "198.51.100.7"):
        assert attempt(password=PASSWORD, address=address).status_code == LOCKED
    assert attempt("planner").status_code == 200


def test_many_names_from_one_address_lock_the_address(reporter):
    answers = [attempt(f"name{n}").status_code for n in range(ADDRESS)]
    assert answers == [200] * (ADDRESS - 1) + [LOCKED]
    assert attempt(password=PASSWORD).status_code == LOCKED
    assert attempt(password=PASSWORD, address="198.51.100.7").status_code == 302


def test_the_page_says_when_to_try_again(reporter, settings):
    for _ in range(NAME):
        answer = attempt()
    until = timezone.localtime(AccessAttempt.objects.get().attempt_time + WAIT)
    assert f"{until:%H:%M}" in text(answer)
    assert str(until.year + 543) in text(answer)
    assert 0 < int(answer["Retry-After"]) <= WAIT.total_seconds() + 1
    assert "registration/locked.html" in {each.name for each in answer.templates}
    assert "เข้าสู่ระบบไม่ได้ชั่วคราว" in text(answer)
    # A name without an account is answered alike: nobody learns which there are.
    for _ in range(NAME):
        unknown = attempt("nobody-of-that-name")
    assert (unknown.status_code, text(unknown)) == (LOCKED, text(answer))


def test_waiting_unlocks_and_trying_meanwhile_does_not_prolong(reporter):
    for _ in range(NAME):
        attempt()
    age(WAIT.total_seconds() / 60 - 1)
    for _ in range(3):
        assert attempt(password=PASSWORD).status_code == LOCKED
    age(2)
    assert attempt(password=PASSWORD).status_code == 302


def test_the_right_password_starts_the_name_anew(reporter):
    for _ in range(3):
        for _ in range(NAME - 1):
            assert attempt().status_code == 200
        assert attempt(password=PASSWORD).status_code == 302


def test_an_own_account_does_not_set_the_count_of_another_back(reporter, planner):
    """Guess, sign in to one's own account, guess again: the package's own reset would allow it."""
    for _ in range(NAME - 1):
        attempt("reporter")
    assert attempt("planner", PASSWORD).status_code == 302
    assert attempt("reporter").status_code == LOCKED


def test_what_was_typed_is_not_kept(reporter):
    attempt(password="my-secret-word", HTTP_USER_AGENT="x" * 300)
    row = AccessAttempt.objects.get()
    kept = {field.attname: getattr(row, field.attname) for field in AccessAttempt._meta.fields}
    assert "my-secret-word" not in str(kept)
    assert (row.username, row.ip_address, row.user_agent) == ("reporter", "192.0.2.1", "")


@pytest.mark.parametrize("name", ["", "x" * 5000, "a\x00b", "ชื่อ💥", "' OR 1=1 --"])
def test_odd_names_are_refused_calmly(db, name):
    assert attempt(name).status_code == 200


def test_the_number_of_queries_stays_small(reporter, django_assert_max_num_queries):
    client = Client()
    client.get("/login/")
    with django_assert_max_num_queries(16):
        attempt(client=client)


# ------------------------------------------------------------------------------- many at once


#: So many threads at once, so many passwords each: a hundred, on no more connections than the
#: database grants.
THREADS, EACH = 20, 5


@pytest.fixture
def evaluated(monkeypatch):
    """The passwords that were looked at; all of them are wrong."""
    seen = []

    def look(self, request, **credentials):
        seen.append(credentials["password"])

    monkeypatch.setattr(ModelBackend, "authenticate", look)
    return seen


def hundred_at_once():
    def guess():
        for _ in range(EACH):
            request = RequestFactory().post("/login/", REMOTE_ADDR="192.0.2.1")
            assert authenticate(request, username="reporter", password="wrong") is None

    assert together(*[guess] * THREADS) == [None] * THREADS


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_at_once_no_more_than_the_limit_are_looked_at(evaluated):
    hundred_at_once()
    # None at all where every one was counted before the first was looked at.
    assert len(evaluated) <= NAME


def test_control_one_alone_is_looked_at(db, evaluated):
    request = RequestFactory().post("/login/", REMOTE_ADDR="192.0.2.1")
    assert authenticate(request, username="reporter", password="wrong") is None
    assert evaluated == ["wrong"]


@pytest.mark.django_db(transaction=True)
def test_counted_afterwards_more_would_be(evaluated, monkeypatch):
    """Negative control: as the package has it, the password first and the count after it."""
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
    assert len(evaluated) > NAME


# ------------------------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("proxies", "peer", "header", "found"),
    [
        (0, "192.0.2.1", "", "192.0.2.1"),
        (0, "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (1, "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1", "1.1.1.1, 203.0.113.9", "203.0.113.9"),
        (2, "10.0.0.1", "1.1.1.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "10.0.0.1", "203.0.113.9", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "unknown", "10.0.0.1"),
        (1, "10.0.0.1", "1.1.1.1,", "10.0.0.1"),
        (0, "", "203.0.113.9", UNKNOWN),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::"),
        (0, "2001:db8:1:2::9", "", "2001:db8:1:2::"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
    ],
)
def test_the_address(settings, proxies, peer, header, found):
    settings.TRUSTED_PROXIES = proxies
    given = {"REMOTE_ADDR": peer, **({"HTTP_X_FORWARDED_FOR": header} if header else {})}
    assert client_address(RequestFactory().get("/", **given)) == found


@pytest.mark.parametrize("header", ["X_FORWARDED_FOR", "X_REAL_IP", "FORWARDED", "CLIENT_IP"])
def test_a_forged_header_changes_nothing(db, header):
    answers = {
        attempt(f"name{n}", **{f"HTTP_{header}": f"203.0.113.{n}"}).status_code
        for n in range(ADDRESS)
    }
    assert answers == {200, LOCKED}
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"192.0.2.1"}


def test_behind_a_proxy_what_the_client_wrote_changes_nothing(db, settings):
    settings.TRUSTED_PROXIES = 1
    for n in range(ADDRESS):
        answer = attempt(f"name{n}", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}, 198.51.100.7")
    assert answer.status_code == LOCKED


def test_a_header_that_is_believed_would_help(db, settings):
    """Negative control: one proxy trusted where there is none, and each try is another address."""
    settings.TRUSTED_PROXIES = 1
    for n in range(ADDRESS + 5):
        answer = attempt(f"name{n}", HTTP_X_FORWARDED_FOR=f"203.0.113.{n}")
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("behind", "proxies", "warned"), [(True, 0, True), (True, 1, False), (False, 0, False)]
)
def test_a_proxy_that_is_not_counted_is_warned_of(settings, behind, proxies, warned):
    settings.BEHIND_PROXY, settings.TRUSTED_PROXIES = behind, proxies
    assert (PROXY_NOT_COUNTED in {message.id for message in run_checks()}) == warned


# ------------------------------------------------------------------------------- when it ends

START = datetime(2026, 10, 11, 9, tzinfo=UTC)
made_tries = st.lists(
    st.tuples(st.integers(0, 14).map(lambda n: START + timedelta(minutes=n)), st.integers(1, 4)),
    max_size=12,
)


@given(made=made_tries, limit=st.integers(1, 10))
def test_a_lock_ends_as_soon_as_fewer_count(made, limit):
    end = end_of_lock(made, limit)
    if end is None:
        assert sum(count for _at, count in made) < limit
        return
    left = sum(count for at, count in made if at + WAIT > end)
    just_before = sum(count for at, count in made if at + WAIT >= end)
    assert left < limit <= just_before


# ------------------------------------------------------------------------------------ unlocking


@pytest.fixture
def boss(person):
    return person("boss", roles.ADMINISTRATOR)


LOCKS = "/admin/axes/accessattempt/"


def unlock(client, *rows):
    return client.post(
        LOCKS, {"action": "unlock", "_selected_action": [row.pk for row in rows], "index": 0}
    )


def test_an_administrator_unlocks_a_name(reporter, boss):
    for n in range(NAME):
        attempt(address=f"192.0.2.{n}")
    client = signed_in(boss)
    assert "ล็อกถึง" in text(client.get(LOCKS))
    form = client.get(reverse("admin:auth_user_change", args=[reporter.pk]))
    assert "ล็อกถึง" in text(form)
    assert LOCKS in form.content.decode()
    # One of the rows of the name is enough: what locks is the name.
    assert unlock(client, AccessAttempt.objects.first()).status_code == 302
    assert attempt(password=PASSWORD).status_code == 302
    last = reporter.account.history.first()
    assert (last.history_user_name, last.history_change_reason) == (
        "boss",
        "ปลดล็อกการเข้าสู่ระบบ",
    )


def test_an_administrator_unlocks_an_address(reporter, boss):
    for n in range(ADDRESS):
        attempt(f"name{n}")
    assert unlock(signed_in(boss), AccessAttempt.objects.first()).status_code == 302
    assert attempt(password=PASSWORD).status_code == 302


@pytest.mark.parametrize("who", ["planner", "reporter", "auditor", "executive"])
def test_nobody_else_unlocks(request, reporter, who):
    client = signed_in(request.getfixturevalue(who))
    for _ in range(NAME):
        attempt()
    assert client.get(LOCKS).status_code in (302, 403)
    assert unlock(client, AccessAttempt.objects.get()).status_code in (302, 403)
    assert attempt(password=PASSWORD).status_code == LOCKED


def test_the_list_takes_the_same_queries_for_many(boss, django_assert_max_num_queries):
    for n in range(ADDRESS - 1):
        attempt(f"name{n}")
    client = signed_in(boss)
    client.get(LOCKS)
    with django_assert_max_num_queries(9):
        shown = client.get(LOCKS)
    assert len(shown.context["cl"].result_list) == ADDRESS - 1


def test_the_packages_own_screens_are_not_there(db, person):
    client = signed_in(person("root", is_superuser=True, is_staff=True))
    for path in ("axes/accesslog/", "axes/accessfailurelog/", f"axes/accessattempt/{1}/change/"):
        assert client.get(f"/admin/{path}").status_code in (302, 404)
    assert AxesProxyHandler.get_implementation().__class__ is TryCounter
    assert configured.AXES_ENABLE_ADMIN is False
    assert get_user_model().objects.count() == 1
