"""Reading pages ask a copy of the database, and the database itself where the copy is away."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory

from strategy.models import Plan
from strategy.pages import replica

pytestmark = pytest.mark.same


class Copy:
    """Stands for the connection to the copy. ``follows``: None where it is away."""

    def __init__(self, follows):
        self.follows, self.closed = follows, False

    def cursor(self):
        if self.follows is None:
            raise OperationalError("away")
        return self

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None

    def execute(self, sql):
        assert "pg_is_in_recovery" in sql

    def fetchone(self):
        return (self.follows,)

    def close(self):
        self.closed = True


@pytest.fixture
def copy(monkeypatch):
    made = Copy(follows=True)
    monkeypatch.setattr(replica, "has_copy", lambda: True)
    monkeypatch.setattr(replica, "connections", {replica.COPY: made})
    monkeypatch.setattr(replica, "_rests_until", 0.0)
    return made


def asked(request=None, fails_on=None):
    """Which databases a page asks, one after the other."""
    seen = []

    def page():
        seen.append(replica.Router().db_for_read(Plan))
        if seen[-1] == fails_on:
            raise OperationalError("gone in the midst")
        return HttpResponse()

    replica.read_page(request or RequestFactory().get("/"), page)
    return seen


def test_a_page_is_read_from_the_copy_and_nothing_is_written_there(copy):
    assert asked() == ["replica"]
    router = replica.Router()
    assert router.db_for_write(Plan) == "default" and router.db_for_read(Plan) == "default"
    assert not router.allow_migrate("replica", "strategy")


@pytest.mark.parametrize("follows", [None, False], ids=["away", "no longer following"])
def test_where_the_copy_does_not_serve_the_database_does_and_the_copy_rests(copy, follows):
    copy.follows = follows
    assert asked() == ["default"] and copy.closed
    copy.follows = True
    assert asked() == ["default"]


def test_a_page_that_loses_the_copy_in_its_midst_is_made_anew(copy):
    assert asked(fails_on="replica") == ["replica", "default"]


def test_whoever_has_just_sent_something_reads_the_database(copy):
    request = RequestFactory().post("/")
    answer = replica.AfterSending(lambda request: HttpResponse())(request)
    assert answer.cookies[replica.SENT]["max-age"] == replica.RECENT
    request = RequestFactory().get("/")
    request.COOKIES[replica.SENT] = answer.cookies[replica.SENT].value
    assert asked(request) == ["default"]
    answer = replica.AfterSending(lambda request: HttpResponse())(request)
    assert not answer.cookies


def test_without_a_copy_the_database_is_asked():
    assert not replica.has_copy()
    assert asked() == ["default"]


def test_a_fault_of_the_program_is_not_taken_for_a_copy_that_is_away(copy):
    def page():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        replica.read_page(SimpleNamespace(COOKIES={}), page)
    assert asked() == ["replica"]
