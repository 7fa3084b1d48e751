"""What goes over the line: compressed where that helps and gives nothing away; collected files."""

from __future__ import annotations

import gzip
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.urls import reverse

from nhrc_plan.setup.static_files import files_are_collected, refuse_uncollected
from strategy.pages.compression import CompressedText
from tests.support.pages import AT, HERE

ASKING = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}
MIDDLEWARE = f"{CompressedText.__module__}.{CompressedText.__name__}"


def token(html: bytes) -> str:
    found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', html)
    assert found is not None
    return found[1].decode()


pytestmark = pytest.mark.same


@pytest.mark.parametrize(
    "address", [f"{HERE}/{AT}", f"{HERE}/indicators.json{AT}", "/admin/kpis/indicator/"]
)
def test_pages_and_data_are_compressed_for_those_who_ask(client, planner, address):
    client.force_login(planner)
    plain = client.get(address)
    assert "Content-Encoding" not in plain
    packed = client.get(address, **ASKING)
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 3
    without = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
    assert without.sub(b"", gzip.decompress(packed.content)) == without.sub(b"", plain.content)


def test_without_the_middleware_nothing_would_be(client, planner, settings):
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if name != MIDDLEWARE]
    client.force_login(planner)
    assert "Content-Encoding" not in client.get(f"{HERE}/{AT}", **ASKING)


def test_the_token_is_another_in_each_answer_and_so_is_the_length(client, planner):
    client.force_login(planner)
    answers = [client.get(f"{HERE}/{AT}", **ASKING).content for _ in range(6)]
    assert len({token(gzip.decompress(answer)) for answer in answers}) == 6
    assert len({len(answer) for answer in answers}) > 1


def test_the_session_key_stands_in_no_page(client, planner):
    client.force_login(planner)
    key = client.session.session_key
    for address in (f"{HERE}/{AT}", "/my-work/", "/admin/", reverse("password")):
        assert key not in client.get(address).content.decode()


def test_a_workbook_is_not_packed_twice(client, planner):
    client.force_login(planner)
    book = client.get(f"{HERE}/report.xlsx{AT}", **ASKING)
    assert book.status_code == 200 and "Content-Encoding" not in book
    assert book.content.startswith(b"PK")


def answer_of(kind: str, **headers: str) -> Any:
    from django.http import HttpResponse
    from django.test import RequestFactory

    made = HttpResponse(b"words " * 500, content_type=kind, headers=headers)
    request = RequestFactory().get("/", **ASKING)
    return CompressedText(lambda _request: made)(request)


@pytest.mark.parametrize(
    "kind", ["application/pdf", "image/png", "application/zip", "application/octet-stream", ""]
)
def test_nothing_but_text_is(kind):
    assert "Content-Encoding" not in answer_of(kind)


def test_an_answers_tag_becomes_a_weak_one():
    """The same answer, no longer the same bytes: a browser may keep it, a range may not be joined."""
    assert answer_of("text/html; charset=utf-8", ETag='"one"')["ETag"] == 'W/"one"'
    assert answer_of("application/pdf", ETag='"one"')["ETag"] == '"one"'


# ------------------------------------------------------------------------------ collected files


@pytest.fixture
def at_work(settings: Any, tmp_path: Path) -> Path:
    """The storage of a system at work, where nothing has been collected yet."""
    settings.STATIC_ROOT = tmp_path / "collected"
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "nhrc_plan.setup.static_files.CollectedFiles"},
    }
    settings.DEBUG = False
    return settings.STATIC_ROOT


def test_the_start_refuses_where_files_were_not_collected_and_says_what_to_run(at_work):
    with pytest.raises(ImproperlyConfigured, match="have not been collected.*manage.py bootstrap"):
        refuse_uncollected()
    (warning,) = files_are_collected(None)
    assert warning.id == "nhrc_plan.W001"


def test_a_trial_needs_none():
    assert files_are_collected(None) == []


def test_pages_and_error_pages_come_without_them(at_work, client, planner):
    client.force_login(planner)
    for address, status in ((f"{HERE}/{AT}", 200), ("/nothing/", 404), ("/admin/", 200)):
        answer = client.get(address)
        assert answer.status_code == status
        assert "/static/" in answer.content.decode()


def test_bootstrap_collects_them_and_then_it_starts(at_work, settings, plan, capsys):
    settings.TRIAL = False
    call_command("bootstrap")
    refuse_uncollected()
    assert re.fullmatch(r"/static/css/site\.\w{12}\.css", staticfiles_storage.url("css/site.css"))
    assert (at_work / "css" / "site.css.gz").exists()
