"""Keeps the secrets of calendars, and of what switches reminders off, out of the log. Read by the
settings: knows no model."""

from __future__ import annotations

import logging
import re

_SECRET = re.compile(r"(/calendar/)[^/\s?\"']+(?=\.ics)|(/reminders/off/)[^/\s?\"']+")


class HideSecrets(logging.Filter):
    """Puts … in the place of the secret in such an address, wherever a line names one."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        if "/calendar/" in said or "/reminders/off/" in said:
            record.msg, record.args = _SECRET.sub(r"\1\2…", said), ()
        return True
