"""The history as people read it: who, when, what before, what after, why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from strategy.calendar import FiscalMonth
from strategy.records.lists import with_links
from strategy.records.model import Record, fact_text
from strategy.standing.baht_field import BahtField
from strategy.thai import format_baht, format_date, format_exact, month_name

_HIDDEN = {"id", "version"}


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one change; texts as shown, empty where there was nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of one row. ``kind``: "+", "~" or "-"; ``sample``: it was sample data."""

    when: datetime
    who: str
    kind: str
    title: str
    reason: str
    changes: tuple[Change, ...]
    sample: bool

    @property
    def action(self) -> str:
        return {"+": _("entered"), "~": _("changed"), "-": _("deleted")}[self.kind]


def history_of(
    model: type[Record], *, limit: int = 200, hidden: Iterable[str] = (), **condition: Any
) -> list[Entry]:
    """The latest changes of the rows that meet ``condition``, newest first.

    ``hidden``: fields that the reader knows from where the list stands.

    One query for the rows and one for each kind of thing they are linked to.
    """
    rows = list(
        model.history.filter(**condition).order_by("-history_date", "-history_id")[: limit + 1]
    )
    return entries(model, rows, hidden)[:limit]


def entries(model: type[Record], rows: Iterable[Any], hidden: Iterable[str] = ()) -> list[Entry]:
    """History rows, newest first, as readable entries; each compared with the one before it."""
    rows = list(rows)
    unseen = _HIDDEN | model.audit_unseen | set(hidden)
    names = _linked_names(model, rows, unseen)
    previous: dict[Any, Any] = {}
    found = []
    for row in reversed(rows):
        before = previous.get(row.id)
        found.append(
            Entry(
                when=row.history_date,
                who=row.history_user_name or _("the system"),
                kind=row.history_type,
                title=_title(model, row),
                reason=row.history_change_reason or "",
                changes=_changes(model, before, row, names, unseen),
                sample=bool(getattr(row, "is_sample", False)),
            )
        )
        previous[row.id] = row
    return found[::-1]


def _linked_names(
    model: type[Record], rows: list[Any], unseen: set[str]
) -> dict[tuple[str, Any], str]:
    """What the rows' foreign keys point at, by (field, id); one query for each field.

    Their names are made of what they point at in turn, which is read along.
    """
    names = {}
    for field in model._meta.fields:
        if isinstance(field, models.ForeignKey) and field.name not in unseen:
            ids = {getattr(row, field.attname) for row in rows} - {None}
            if ids:
                linked_rows = with_links(field.related_model._base_manager.all())
                for pk, linked in linked_rows.in_bulk(ids).items():
                    names[field.attname, pk] = str(linked)
    return names


def _title(model: type[Record], row: Any) -> str:
    """Which row it is: the month or fiscal year that it speaks of, else what it is called."""
    year, month = getattr(row, "fiscal_year", None), getattr(row, "month", None)
    if year is not None and month is not None:
        return month_name(FiscalMonth(year, month), short=True)
    if year is not None:
        return _("fiscal year %(year)s") % {"year": year}
    return model.audit_title(row)


def _changes(
    model: type[Record],
    before: Any,
    after: Any,
    names: dict[tuple[str, Any], str],
    unseen: set[str],
) -> tuple[Change, ...]:
    if after.history_type == "-":
        before, after = after, None
    found = []
    for field in model._meta.fields:
        if field.name in unseen:
            continue
        old = _text(model, field, before, names)
        new = _text(model, field, after, names)
        if old != new:
            found.append(Change(str(field.verbose_name), old, new))
    old_details = _details(model, before.details if before else {})
    new_details = _details(model, after.details if after else {})
    for label in [*old_details, *(label for label in new_details if label not in old_details)]:
        old, new = old_details.get(label, ""), new_details.get(label, "")
        if old != new:
            found.append(Change(label, old, new))
    return tuple(found)


def _text(
    model: type[Record], field: models.Field, row: Any, names: dict[tuple[str, Any], str]
) -> str:
    if row is None:
        return ""
    value = getattr(row, field.attname)
    if value is None or value == "" or value is False:
        return ""
    if value is True:
        return _("yes")
    if isinstance(field, models.ForeignKey):
        return names.get((field.attname, value), f"#{value}")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, BahtField):
        return format_baht(value)
    if isinstance(field, models.DecimalField):
        return format_exact(value)
    if isinstance(value, datetime):
        local = timezone.localtime(value)
        return f"{format_date(local.date())} {local:%H:%M}"
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, list):
        return ", ".join(fact_text(item, model.audit_texts) for item in value)
    return str(value)


def _details(model: type[Record], details: dict[str, Any]) -> dict[str, str]:
    """Child facts as label → text."""
    return dict(line for name, value in details.items() for line in model.audit_lines(name, value))
