"""The log: one entry a line, whatever is in it; no secret; found by the request's id."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from nhrc_plan.logs import HideSecrets, Json, Text, request_id

FORGED = 'x\r\n2026-01-01 INFO fake "all is well"\x1b[2J\u2028\x85'
SECRET = "hunter2-Very-Secret"


def record(message: str, *args: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("some", logging.ERROR, "f.py", 1, message, args, None)
    vars(made).update(more)
    return made


def text(made: logging.LogRecord) -> str:
    return Text("{asctime} {levelname} {name} {message}", style="{").format(made)


@pytest.mark.parametrize("write", [text, Json().format])
def test_nothing_from_outside_ends_a_line_or_steers_a_terminal(write):
    written = write(record("asked for %s", FORGED))
    assert len(written.splitlines()) == 1
    assert written.isprintable()
    # Control: the formatter of the standard library lets it through.
    assert len(logging.Formatter().format(record("asked for %s", FORGED)).splitlines()) > 1


def test_an_exception_stays_within_its_entry():
    try:
        raise ValueError(FORGED)
    except ValueError:
        made = record("failed", exc_info=sys.exc_info())
    lines = text(made).splitlines()
    assert len(lines) > 2 and all(line.startswith("    ") for line in lines[1:])
    assert "fake" in json.loads(Json().format(made))["exception"]
    assert len(Json().format(made).splitlines()) == 1


@pytest.mark.parametrize(
    "said",
    [
        f"GET /calendar/{SECRET}.ics",
        f"POST /reminders/off/{SECRET}",
        f"cannot reach postgres://plan:{SECRET}@db.example.org/plan",
        f"password={SECRET}&next=/",
        f'{{"new_password1": "{SECRET}"}}',
        f"Cookie: sessionid={SECRET}; csrftoken={SECRET}",
        f"Authorization: Bearer {SECRET}",
        f"csrfmiddlewaretoken={SECRET}",
        "AGE-SECRET-KEY-" + SECRET.replace("-", ""),
    ],
)
@pytest.mark.parametrize("write", [text, Json().format])
def test_no_secret_is_written(said, write):
    hidden = SECRET.replace("-", "") if "AGE-" in said else SECRET
    assert hidden in said
    for made in (
        record(said),
        record("said: %s", said),
        record("x", exc_text=f"ValueError: {said}"),
    ):
        HideSecrets().filter(made)
        assert hidden not in write(made)
    assert hidden not in Json().format(record("x", detail=said))


def test_an_entry_carries_the_id_of_its_request_and_what_was_added():
    token = request_id.set("abc")
    try:
        told = json.loads(Json().format(record("GET /", status=200, request=object())))
    finally:
        request_id.reset(token)
    assert told == {
        "time": told["time"], "level": "ERROR", "logger": "some", "message": "GET /",
        "status": 200, "request_id": "abc",
    }  # fmt: skip
    assert "request_id" not in json.loads(Json().format(record("later")))
