"""/healthz, /readyz and the line of each request."""

from __future__ import annotations

import shutil
from collections import namedtuple

import pytest
from django.db import OperationalError, connection
from django.test import Client

from nhrc_plan.health import read
from strategy.records import closed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh():
    read.forget()
    yield
    read.forget()


def test_alive_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]
    assert Client().post("/healthz").status_code == 405


def test_ready_says_a_word_for_each_thing(evidence_store, settings, tmp_path):
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {
        "status": "ready",
        "checks": dict.fromkeys(("database", "migrations", "history", "disk"), "ok")
        | {"backup": "unset"},
    }
    settings.BACKUP_DIR = str(tmp_path / "backups")
    read.forget()
    response = Client().get("/readyz")
    assert (response.status_code, response.json()["status"]) == (200, "attention")
    assert response.json()["checks"]["backup"] == "none"


def test_it_is_asked_once_in_a_while(django_assert_num_queries):
    Client().get("/readyz")
    with django_assert_num_queries(0):
        Client().get("/readyz")


def failing(*args, **kwargs):
    raise OperationalError("away")


@pytest.mark.parametrize(
    ("break_it", "told", "status"),
    [
        (lambda patch: patch.setattr(connection, "cursor", failing), {"database": "away"}, 503),
        (lambda patch: patch.setattr(read, "pending_migrations", lambda: True),
         {"migrations": "pending"}, 503),
        (lambda patch: patch.setattr(shutil, "disk_usage", lambda _: namedtuple("U", "free")(9)),
         {"disk": "low"}, 200),
        (lambda patch: patch.setattr("os.access", lambda *_: False), {"disk": "closed"}, 200),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(break_it, told, status, monkeypatch):
    with monkeypatch.context() as patch:
        break_it(patch)
        response = Client().get("/readyz")
    assert response.status_code == status
    assert told.items() <= response.json()["checks"].items()


def test_an_open_history_is_told():
    closed.open_history_tables()
    assert Client().get("/readyz").json()["checks"]["history"] == "open"
    closed.close_history_tables()


def test_each_request_is_one_line_with_the_answers_id(planner, caplog, settings):
    caplog.set_level("INFO", logger="nhrc_plan.requests")
    client = Client()
    client.force_login(planner)
    response = client.get("/help/?q=somebody", headers={"x-request-id": "forged-id-1234"})
    client.get("/healthz")
    (line,) = [each for each in caplog.records if each.name == "nhrc_plan.requests"]
    assert line.getMessage() == "GET /help/ 200"
    assert (line.status, line.account, line.address) == (200, str(planner.pk), "127.0.0.1")
    assert len(response["X-Request-ID"]) == 32
    settings.BEHIND_PROXY = True
    for given, taken in (("from-our-proxy-1", True), ("x", False), ("a\nb" * 9, False)):
        response = client.get("/healthz", headers={"x-request-id": given})
        assert (response["X-Request-ID"] == given) is taken
