"""The log: one entry a line, which no text from outside can forge, and which names no secret.

Read by the settings: knows no model. ``LOG_FORMAT=json`` writes an object a line, for whatever
collects logs; ``text`` writes for eyes. What belongs to one request carries its id.
"""

from __future__ import annotations

import logging
import re
from contextvars import ContextVar
from typing import Any

from pythonjsonlogger.json import JsonFormatter

#: The id of the request that is being answered; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")

#: What stays before, and what is left out behind it.
_SECRETS = (
    # Addresses that are keys: calendars, and what switches reminders off.
    re.compile(r"(/calendar/)[^/\s?\"']+(?=\.ics)"),
    re.compile(r"(/reminders/off/)[^/\s?\"']+"),
    # Passwords within addresses of databases and mail servers.
    re.compile(r"(\w://[^/\s:@]*:)[^@\s/]+(?=@)"),
    # Whatever is named as a secret and given a value, in any spelling of the two.
    re.compile(
        r"((?:passw(?:or)?d|secret|token|sessionid|csrftoken|authorization|api[-_]?key)\w*"
        r"[\"']?\s*[:=]\s*(?:bearer\s+|basic\s+)?[\"']?)[^\s,;&\"'}]+",
        re.IGNORECASE,
    ),
    re.compile(r"(AGE-SECRET-KEY-)\w+"),
)
#: Control characters, and what some viewers take for the end of a line.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def without_secrets(text: str) -> str:
    """The text with … in the place of every secret that it names."""
    for secret in _SECRETS:
        text = secret.sub(r"\1…", text)
    return text


def on_one_line(text: str) -> str:
    """The text with its control characters written out, so that it can neither end a line nor
    steer a terminal."""
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


class HideSecrets(logging.Filter):
    """Puts … in the place of secrets in what is said, whoever writes it down."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = without_secrets(said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


class Text(logging.Formatter):
    """For eyes: what follows the first line of an entry is indented, so that it cannot be taken
    for an entry of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        return on_one_line(super().formatMessage(record))

    def format(self, record: logging.LogRecord) -> str:
        first, *rest = without_secrets(super().format(record)).split("\n")
        return "\n".join([first, *(f"    {on_one_line(line)}" for line in rest)])


class Json(JsonFormatter):
    """For programs: an object a line; what a caller adds (``extra``) stands in it by its name."""

    def __init__(self, **given: Any) -> None:
        super().__init__(
            "{levelname}{name}{message}",
            style="{",
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
            # The framework's own, which would be printed as an object.
            reserved_attrs=[*_reserved(), "request", "server_time"],
            timestamp="time",
            **given,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        if request_id.get():
            log_data["request_id"] = request_id.get()
        return {
            key: without_secrets(value) if isinstance(value, str) else value
            for key, value in log_data.items()
        }


def _reserved() -> list[str]:
    """What every record has, and is written under a name of ours or not at all."""
    bare = logging.LogRecord("", 0, "", 0, "", (), None)
    return [*vars(bare), "message", "asctime", "color_message"]
