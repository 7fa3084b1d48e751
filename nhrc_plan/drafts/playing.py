"""A plan's workbook played row by row, by the services of each kind of row.

The preview plays it and takes all of it back; taking it over plays it once more and keeps it. So
a preview knows what would be refused, in the very words, and cannot differ from what is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from nhrc_plan.drafts.columns import told
from nhrc_plan.drafts.preview import Preview
from nhrc_plan.drafts.reading import Filled, SheetRead
from nhrc_plan.drafts.sheets import version_text
from nhrc_plan.drafts.tables.all import TABLES
from nhrc_plan.drafts.tables.structure import AGENCY, PLAN
from nhrc_plan.drafts.tables.table import Key, Left, Putting, Scope, Stored, Table
from nhrc_plan.exchange.rows import (
    CHANGED,
    CONFLICT,
    MINE,
    NEW,
    REFUSED,
    THEIRS,
    UNCHANGED,
    Difference,
    Problem,
    Row,
)
from strategy.models import Agency, Plan


def played(
    read: Mapping[str, SheetRead], user: Any, reason: str, decided: Mapping[str, str]
) -> Preview:
    """Play a workbook; must run inside a transaction, which the caller keeps or takes back.

    ``decided``: by the key of a row, MINE or THEIRS.
    """
    scope = _scope(read)
    found = Preview(scope.agency, scope.plan, scope.agency)
    refused = _not_a_draft(read, scope)
    if refused is not None:
        found.rows = [refused]
        return found
    at = Putting(user, reason, scope.agency, scope.plan)
    going: list[tuple[Table, Stored, Row]] = []
    for number, table in enumerate(TABLES):
        stored = table.stored(scope)
        at.rows[table.code] = {key: each.row for key, each in stored.items()}
        sheet = read.get(table.code)
        if sheet is None:
            found.stays += len(stored)
            continue
        if sheet.problem:
            row = Row(table.name, 0, f"{number}-0", "", REFUSED)
            row.problems = (Problem("", "", sheet.problem),)
            found.rows.append(row)
            continue
        seen: dict[Key, int] = {}
        for filled in sheet.rows:
            row = _row(table, filled, number, decided)
            _play(table, filled, stored, at, seen, row)
            if filled.goes and row.outcome == CHANGED and filled.key is not None:
                going.append((table, stored[filled.key], row))
            found.rows.append(row)
        found.stays += sum(key not in seen for key in stored)
    for table, each, row in reversed(going):
        _guarded(row, None, lambda table=table, each=each: table.take_away(at, each.row))
    found.agency, found.plan = at.agency, at.plan
    return found


def _scope(read: Mapping[str, SheetRead]) -> Scope:
    """The agency and the plan that a workbook names, as far as they are there."""
    agency = plan = None
    for sheet in (read[AGENCY.code], read[PLAN.code]):
        for filled in sheet.rows:
            slug = filled.values.get("slug", "")
            if sheet.table is AGENCY:
                agency = Agency.objects.filter(slug=slug).first()
            else:
                plan = Plan.every.select_related("agency").filter(slug=slug).first()
    return Scope(agency, plan)


def _not_a_draft(read: Mapping[str, SheetRead], scope: Scope) -> Row | None:
    """The row that refuses a workbook whole: its plan is at work, or another agency's."""
    plan = scope.plan
    if plan is None or (plan.is_draft and plan.agency == scope.agency):
        return None
    if plan.is_draft:
        text = _("“%(slug)s” is the short name of a plan of another agency; choose another one.")
    else:
        text = _("“%(slug)s” is a plan at work. Choose another short name for the draft, such as "
                 "one with the new years.")  # fmt: skip
    filled = read[PLAN.code].rows[0]
    row = Row(PLAN.name, filled.number, "plan", plan.name, REFUSED)
    row.problems = (filled.problem("slug", text % {"slug": plan.slug}),)
    return row


def _row(table: Table, filled: Filled, number: int, decided: Mapping[str, str]) -> Row:
    key = f"{number}-{filled.number}"
    values = filled.values
    first = [told(table.column(name), values[name]) for name in table.keys[:3] if values.get(name)]
    name = str(values.get("name") or values.get("text") or values.get("label") or "")
    shown = " ".join(filter(None, [*first, name if name not in first else ""]))
    return Row(table.name, filled.number, key, shown[:160], UNCHANGED, decided=decided.get(key, ""))


def _play(
    table: Table,
    filled: Filled,
    stored: Mapping[Key, Stored],
    at: Putting,
    seen: dict[Key, int],
    row: Row,
) -> None:
    """Put one row, and say what came of it."""
    key = filled.key
    if row.decided == THEIRS:
        if key is not None:
            seen.setdefault(key, filled.number)
            if key not in stored:
                at.left.setdefault(table.code, set()).add(key)
        return
    problems = list(filled.problems)
    if key is not None and key in seen:
        problems.append(Problem("", "", _("The row stands in row %(other)s already.")
                                % {"other": seen[key]}))  # fmt: skip
    if problems or key is None:
        row.outcome, row.problems = REFUSED, tuple(problems)
        if key is not None:
            seen.setdefault(key, filled.number)
        return
    seen[key] = filled.number
    there = stored.get(key)
    if there is None:
        row.outcome = UNCHANGED if filled.goes else NEW
    elif filled.goes:
        row.outcome = CHANGED
        row.differences = (Difference(str(_("the row")), row.name, str(_("taken away"))),)
    else:
        row.differences = _differences(table, filled, there)
        row.outcome = CHANGED if row.differences else UNCHANGED
    if row.outcome == UNCHANGED:
        return
    if there is not None:
        if table.only_new:
            row.outcome = REFUSED
            row.problems = (Problem("", "", _(
                "This is the office's own and is not changed by a plan. Change it in its form, or "
                "leave it as it stands.")),)  # fmt: skip
            return
        if _is_stale(filled, there, at) and row.decided != MINE:
            row.outcome = CONFLICT
            row.problems = (Problem("", "", _(
                "Somebody changed this row after the workbook was written.")),)  # fmt: skip
            return
    if not filled.goes:
        old = there.row if there else None
        values = filled.values

        def put() -> None:
            at.rows[table.code][key] = table.put(at, values, old)

        _guarded(row, filled, put)


def _differences(table: Table, filled: Filled, there: Stored) -> tuple[Difference, ...]:
    return tuple(
        Difference(str(column.label), told(column, before), told(column, after))
        for column in table.columns
        if column.name not in table.keys
        and (before := there.values[column.name]) != (after := filled.values[column.name])
    )


def _is_stale(filled: Filled, there: Stored, at: Putting) -> bool:
    """Whether a row was written from an earlier version of the row that stands.

    A version that is of another plan's row, or of none, says nothing.
    """
    slug, colon, _version = filled.version.rpartition(":")
    if not colon or at.plan is None or slug != at.plan.slug:
        return False
    return filled.version != version_text(at.plan, there.row)


def _guarded(row: Row, filled: Filled | None, write: Any) -> None:
    """Write within a savepoint; what is refused is said beside its cell."""
    try:
        with transaction.atomic():
            write()
    except Left:
        row.outcome, row.differences = UNCHANGED, ()
    except ValidationError as refused:
        row.outcome = REFUSED
        row.problems = tuple(_problems(filled, refused))


def _problems(filled: Filled | None, refused: ValidationError) -> list[Problem]:
    if not hasattr(refused, "error_dict"):
        return [Problem("", "", text) for text in refused.messages]
    return [
        Problem("", "", text)
        if filled is None or name == NON_FIELD_ERRORS
        else filled.problem(name, text)
        for name, texts in refused.message_dict.items()
        for text in texts
    ]
