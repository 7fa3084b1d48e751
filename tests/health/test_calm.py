"""While the database is away people read a calm page, and what they sent is kept on it."""

from __future__ import annotations

import errno
from html.parser import HTMLParser

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DataError, InterfaceError, InternalError, OperationalError, connection
from django.db.utils import ProgrammingError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from nhrc_plan.health import calm
from strategy.models import Plan

pytestmark = pytest.mark.django_db


class Form(HTMLParser):
    """The form of a page: where it leads, and what it sends."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action, self.fields, self.files = "", [], []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        said = dict(attrs)
        if tag == "form":
            self.action = said["action"]
        elif tag == "input" and said["type"] == "hidden":
            self.fields.append((said["name"], said["value"]))
        elif tag == "input" and said["type"] == "file":
            self.files.append((said["name"], "required" in said))


def caused(error: Exception, code: str) -> Exception:
    cause = Exception()
    cause.pgcode = code
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (OperationalError("server closed the connection unexpectedly"), calm.AWAY),
        (OperationalError("database is locked"), calm.AWAY),
        (InterfaceError("connection already closed"), calm.AWAY),
        (OperationalError("database or disk is full"), calm.FULL),
        (OperationalError("attempt to write a readonly database"), calm.FULL),
        (caused(OperationalError("x"), "53100"), calm.FULL),
        (caused(InternalError("x"), "25006"), calm.FULL),
        (OSError(errno.ENOSPC, "No space left on device"), calm.FULL),
        # All migrations are there, so that this is a fault of the program.
        (caused(ProgrammingError("x"), "42P01"), None),
        (OperationalError("no such column: x"), None),
        (DataError("x"), None),
        (InternalError("x"), None),
        (OSError(errno.ENOENT, "x"), None),
        (ValueError("x"), None),
        (None, None),
    ],
)
def test_what_passes_is_told_from_a_fault(error, why):
    assert calm.reason(error) == why


def test_tables_of_another_version_are_an_upgrade(monkeypatch):
    monkeypatch.setattr(calm, "pending_migrations", lambda: True)
    assert calm.reason(OperationalError("no such column: x")) == calm.UPGRADE
    assert calm.reason(caused(ProgrammingError("x"), "42703")) == calm.UPGRADE


class Away:
    """A database that does not answer, for as long as it stands here."""

    def __enter__(self):
        def execute(*args, **kwargs):
            raise OperationalError("server closed the connection unexpectedly")

        self.wrapper = connection.execute_wrapper(execute)
        self.wrapper.__enter__()

    def __exit__(self, *error):
        self.wrapper.__exit__(*error)


@pytest.fixture
def client(planner) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(planner)
    return client


def test_a_page_says_to_wait_and_is_there_again_afterwards(client, plan):
    with Away():
        for path in ("/", f"/plans/{plan.slug}/", "/admin/"):
            response = client.get(path)
            page = response.content.decode()
            assert (response.status_code, response["Retry-After"]) == (503, "30")
            assert "ที่ยืนยันว่าบันทึกแล้วยังอยู่ครบ" in page and 'lang="th"' in page
            assert response["X-Request-ID"] in page
            assert "<form" not in page
        data = client.get(f"/plans/{plan.slug}.json")
        assert (data.status_code, list(data.json())) == (503, ["error"])
        assert client.get("/healthz").status_code == 200
    assert client.get(f"/plans/{plan.slug}/").status_code == 200


def test_what_was_typed_is_kept_and_one_press_sends_it_again(client):
    """A form of the admin, sent while the database is away, and again from the page that it got."""
    plan = Plan.objects.first()
    address = f"/admin/strategy/plan/{plan.pk}/change/"
    shown = client.get(address)
    form = shown.context["adminform"].form
    sent = {f: form[f].value() for f in form.fields if form[f].value() not in (None, False)}
    for formset in shown.context["inline_admin_formsets"]:
        for each in (formset.formset.management_form, *formset.formset.forms):
            sent |= {b.html_name: b.value() for b in each if b.value() not in (None, False)}
    sent["name"] = "แผน \"ใหม่\" <b>\n'๑'"
    with Away():
        response = client.post(f"{address}?_x=1", sent)
    assert response.status_code == 503
    again = Form(response.content.decode())
    assert again.action == f"{address}?_x=1"
    assert ("name", sent["name"]) in again.fields
    request = RequestFactory().post("/", sent)
    assert again.fields == [(n, v) for n, vs in request.POST.lists() for v in vs]


def test_files_have_to_be_chosen_again_and_passwords_are_never_on_the_page(rf):
    def page(path: str, fields: dict) -> HttpResponse:
        try:
            raise OperationalError("gone")
        except OperationalError:
            return calm.server_error(rf.post(path, fields))

    letter = SimpleUploadedFile("หนังสือ <1>.pdf", b"%PDF")
    response = page("/admin/x/", {"name": "a", "password1": "secret-one", "letter": letter})
    shown = response.content.decode()
    assert "secret-one" not in shown and "หนังสือ &lt;1&gt;.pdf" in shown
    assert Form(shown).files == [("letter", True)] and Form(shown).fields == [("name", "a")]
    assert 'enctype="multipart/form-data"' in shown
    for path in ("/login/", "/password/", "/login/code/"):
        shown = page(path, {"username": "somebody", "code": "123456"}).content.decode()
        assert "<form" not in shown and "somebody" not in shown


def test_a_fault_of_the_program_stays_one(rf):
    try:
        raise ValueError("x")
    except ValueError:
        page = calm.server_error(rf.get("/x/"))
        data = calm.server_error(rf.get("/x.json"))
    assert (page.status_code, data.status_code) == (500, 500)
    assert "Retry-After" not in page
