"""The log as a file: what the filters leave, as far as a file goes."""

from __future__ import annotations

from typing import Any

import tablib
from django.utils import timezone
from django.utils.translation import gettext as _

from nhrc_plan.watch.log import IN_A_FILE, LogRow, log_count, log_rows
from nhrc_plan.watch.wanted import Wanted
from strategy.records.export import SafeCSV, SafeXLSX
from strategy.thai import format_date

#: The files that there are, by their ending.
FORMATS: dict[str, Any] = {"xlsx": SafeXLSX, "csv": SafeCSV}


def log_file(wanted: Wanted, ending: str) -> bytes:
    """The newest rows of the log, no text of which becomes a formula.

    One line for each field of a change. Where the log is longer than a file, the last line says so.
    """
    rows = tablib.Dataset(
        headers=[
            _("When"), _("Who"), _("kind of thing"), _("name"), _("What"), _("field"), _("before"),
            _("after"), _("Why"), _("act"),
        ],
        title=_("History"),
    )  # fmt: skip
    for row in log_rows(wanted):
        for line in _lines(row):
            rows.append(line)
    count = log_count(wanted)
    if count > IN_A_FILE:
        said = _("Only the newest %(held)s of %(count)s changes are in this file.")
        rows.append([said % {"held": IN_A_FILE, "count": count}, *[""] * 9])
    written: bytes = FORMATS[ending]().export_data(rows)
    return written


def _lines(row: LogRow) -> list[list[str]]:
    local = timezone.localtime(row.entry.when)
    head = [
        f"{format_date(local.date())} {local:%H:%M:%S}", row.entry.who, row.kind, row.name,
        row.entry.action,
    ]  # fmt: skip
    tail = [row.entry.reason, str(row.act or "")]
    if not row.changes:
        return [[*head, "", "", "", *tail]]
    return [[*head, each.field, each.before, each.after, *tail] for each in row.changes]
