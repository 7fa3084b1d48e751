"""A session ends: unused, in any case after a week, with the account, with the password."""

from __future__ import annotations

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from strategy.people import sessions
from strategy.people.write import person_save
from tests.support.writing import signed_in

PASSWORD = "for-tests-only"
NEW = "ยาวพอและไม่ซ้ำใคร-2569"
HERE = "/plans/nhrc-2566-2570/"
IDLE = timedelta(seconds=configured.SESSION_COOKIE_AGE)


@pytest.fixture
def clock(monkeypatch):
    """``clock(hours)``: so much later, for sessions."""
    passed = {"by": timedelta()}
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + passed["by"])

    def move(**by):
        passed["by"] += timedelta(**by)

    return move


def is_in(client):
    return client.get(HERE).status_code == 200


def test_an_unused_session_ends(plan, executive, clock):
    client = signed_in(executive)
    assert is_in(client)
    clock(seconds=IDLE.total_seconds() - 60)
    assert is_in(client)
    clock(seconds=IDLE.total_seconds() + 60)
    assert not is_in(client)


def test_one_in_use_goes_on(plan, executive, clock):
    """Where its end never moved, it would end ten hours after the sign-in, in mid-work."""
    client = signed_in(executive)
    for _ in range(5):
        clock(hours=4)
        assert is_in(client)


def test_without_the_middleware_it_would_not(plan, executive, clock, monkeypatch):
    """Negative control."""
    monkeypatch.setattr(sessions.IdleSessions, "_use", staticmethod(lambda request: None))
    client = signed_in(executive)
    clock(hours=4)
    assert is_in(client)
    clock(hours=8)
    assert not is_in(client)


def test_after_a_week_it_ends_however_it_is_used(plan, executive, clock):
    client = signed_in(executive)
    for _ in range(27):
        clock(hours=6)
        assert is_in(client)
    clock(hours=6)
    assert not is_in(client)


def test_a_page_read_again_writes_nothing(plan, executive, clock, django_assert_num_queries):
    client = signed_in(executive)
    assert is_in(client)
    before = list(Session.objects.values_list("expire_date", flat=True))
    for _ in range(3):
        assert is_in(client)
    assert list(Session.objects.values_list("expire_date", flat=True)) == before
    clock(minutes=11)
    assert is_in(client)
    assert list(Session.objects.values_list("expire_date", flat=True)) != before


def test_a_session_without_anybody_is_left_alone(rf):
    request = rf.get("/")
    request.session = {}
    answer = sessions.IdleSessions(lambda request: SimpleNamespace(status_code=200))(request)
    assert (answer.status_code, request.session) == (200, {})


# -------------------------------------------------------------------------------- the account


def test_a_closed_account_is_out_at_the_next_request(plan, planner):
    client = signed_in(planner)
    assert is_in(client)
    planner.is_active = False
    person_save(person=planner, user=None)
    assert not is_in(client)
    assert client.get("/admin/").status_code == 302
    sent = {"username": "planner", "password": PASSWORD}
    answer = Client().post("/login/", sent)
    assert answer.status_code == 200
    assert "โปรดกรอกชื่อผู้ใช้และรหัสผ่านให้ถูกต้อง" in answer.content.decode()


def test_a_password_set_by_another_ends_every_session(plan, planner):
    client = signed_in(planner)
    assert is_in(client)
    person_save(person=planner, user=None, password=NEW)
    assert not is_in(client)


def test_a_role_that_is_taken_away_is_gone_at_the_next_request(plan, planner):
    client = signed_in(planner)
    assert client.get("/admin/strategy/plan/").status_code == 200
    person_save(person=planner, user=None, roles=[])
    assert client.get("/admin/strategy/plan/").status_code == 302


# --------------------------------------------------------------------------- the own password


def change(client, old=PASSWORD, new=NEW, again=NEW, path="/password/"):
    sent = {"old_password": old, "new_password1": new, "new_password2": again}
    return client.post(path, sent, follow=True)


@pytest.mark.parametrize("path", ["/password/", "/admin/password_change/"])
def test_everybody_changes_their_own(plan, planner, path):
    here, elsewhere = signed_in(planner), signed_in(planner)
    answer = change(here, path=path)
    assert "เปลี่ยนรหัสผ่านแล้ว" in answer.content.decode()
    planner.refresh_from_db()
    assert planner.check_password(NEW)
    assert is_in(here)
    assert not is_in(elsewhere)
    last = planner.account.history.first()
    assert (last.history_user_name, last.history_change_reason) == (
        "planner",
        "เปลี่ยนรหัสผ่านของตนเอง",
    )


def test_an_executive_does_too(plan, executive):
    assert is_in(signed_in(executive))
    change(signed_in(executive))
    executive.refresh_from_db()
    assert executive.check_password(NEW)


def test_without_signing_in_there_is_no_such_page(db):
    assert Client().get("/password/").url == "/login/?next=/password/"


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        ("สั้นไป-2569", "อย่างน้อย 12 ตัวอักษร"),
        ("qwerty123456", "เดาง่าย"),
        ("256925692569", "ตัวเลข"),
        ("executive-person", "คล้าย"),
    ],
)
def test_a_weak_password_is_refused_in_thai(plan, person, new, sentence):
    user = person("executive-person", "executive")
    answer = change(signed_in(user), new=new, again=new)
    (errors,) = answer.context["form"].errors.values()
    assert any(sentence in error for error in errors), errors
    assert not [error for error in errors if any("a" <= letter <= "z" for letter in error.lower())]
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_the_old_one_is_asked_for(plan, executive):
    answer = change(signed_in(executive), old="wrong")
    assert set(answer.context["form"].errors) == {"old_password"}


def test_the_pages_around_signing_in_hold_no_english(plan, executive):
    client = signed_in(executive)
    pages = [
        client.get("/password/"),
        client.post("/logout/", follow=True),
        Client().get("/login/"),
    ]
    for page in pages:
        assert page.status_code == 200
        shown = re.sub(r"<(script|title).*?</\1>|<[^>]+>", " ", page.content.decode())
        assert set(re.findall(r"[A-Za-z]{2,}", shown)) <= {"executive", "html", "English"}
