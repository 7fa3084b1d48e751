"""The changes between two meetings, one by one: what they are, and the line that tells each.

Which of them a meeting is told, and which are only counted, decides minute/rules.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from budgets.read.asof import CorrectedMoney
from budgets.read.rows import MoneyYear, ProjectMoney
from kpis.read.asof import Corrected
from kpis.read.rows import Cell, IndicatorRow
from kpis.read.words import result_text
from kpis.rules.facts import LOWER, TargetFacts
from nhrc_plan.meetings.minute.rules import (
    BETTER,
    LATE,
    NEW,
    OVERDUE,
    RANKS,
    RESTATED,
    TURNS,
    WORSE,
    fell,
)
from nhrc_plan.meetings.resolutions.rows import ResolutionChange, state_label
from strategy.records.restated import RuleChange
from strategy.thai import format_date, format_number, month_name

#: Beside the codes of minute/rules.py, those of what figures are held against.
TARGET, RULE, RESOLUTION = "target", "rule", "resolution"
#: What a meeting is told one by one, in this order.
TOLD = (*TURNS, TARGET, RULE, RESOLUTION)
#: So much of a report's own words stands in a line.
_WORDS = 160


class IndicatorChange(NamedTuple):
    """An indicator whose status or figure is another than it was; ``change``: in which way."""

    row: IndicatorRow
    before: Cell
    after: Cell
    change: str
    corrected: Corrected | None = None

    @property
    def flipped(self) -> bool:
        return self.before.status != self.after.status

    @property
    def direction(self) -> str:
        """ "better", "worse" or "" where it is neither."""
        return self.change if self.change in (BETTER, WORSE) else ""

    @property
    def by_figure(self) -> bool:
        """Its figure went the way that its standing did, so that it tells the change by itself."""
        before, after = self.before.figure, self.after.figure
        if before is None or after is None or self.before.result == self.after.result:
            return False
        lower = self.row.facts.direction == LOWER
        return fell(before.values, after.values, lower) == (self.change == WORSE)

    @property
    def weight(self) -> tuple[bool, int, int]:
        """By which the worst news comes first: what became worse, the lowest band, the longest
        fall."""
        after = RANKS.get(self.after.status, 0)
        fall = after - RANKS.get(self.before.status, 0)
        return self.change != WORSE, -after, -fall


class ProjectChange(NamedTuple):
    """A project whose money or status is another than it was; ``change``: in which way."""

    row: ProjectMoney
    before: MoneyYear
    after: MoneyYear
    change: str
    corrected: CorrectedMoney | None = None

    @property
    def flipped(self) -> bool:
        return self.before.status != self.after.status

    @property
    def direction(self) -> str:
        return self.change if self.change in (BETTER, WORSE) else ""


class TargetChange(NamedTuple):
    """A target that was revised: texts as shown, and the same as facts."""

    row: IndicatorRow
    year: int
    before: str
    after: str
    reason: str
    then: TargetFacts
    since: TargetFacts


class RuleLine(NamedTuple):
    """A rule by which figures are judged that is another now, and what it alone changed."""

    row: IndicatorRow | ProjectMoney | None
    change: RuleChange
    of_money: bool = False


class ChangeLine(NamedTuple):
    """One change as page, data and workbook show it. ``note``: which way it went, and why."""

    kind: str
    code: str
    name: str
    before: str
    after: str
    status_before: str
    status_after: str
    note: str
    change: str

    @property
    def is_told(self) -> bool:
        """It is told one by one; late reports and mere new figures are not."""
        return self.change in TOLD


def _remarks() -> dict[str, str]:
    """The words of each change; looked up once for all lines."""
    return {
        WORSE: _("worse"),
        BETTER: _("better"),
        RESTATED: _("restated"),
        OVERDUE: _("report overdue"),
        LATE: _("reported late"),
        NEW: _("new figure"),
    }


def _note(remark: str, why: str) -> str:
    return f"{remark}: {why}" if why else remark


def _figure(cell: Cell) -> str:
    """A figure with its month: "22/12 (ส.ค. 2569)"."""
    return _("no figure yet") if cell.result is None else f"{cell.result} ({cell.as_of_name})"


def _status(shown: Cell | MoneyYear) -> str:
    return f"{shown.shape} {shown.label}"


def indicator_lines(
    changes: Iterable[IndicatorChange], targets: Iterable[TargetChange]
) -> Iterator[ChangeLine]:
    flipped, moved, remarks = _("status"), _("figure"), _remarks()
    revised = {(target.row.id, target.year): target.reason for target in targets}
    for each in sorted(changes, key=lambda change: change.weight):
        why = ""
        if each.change in TURNS:
            why = _why(each, revised.get((each.row.id, each.after.year), ""))
        yield ChangeLine(
            kind=flipped if each.flipped else moved,
            code=each.row.code,
            name=each.row.name,
            before=_figure(each.before),
            after=_figure(each.after),
            status_before=_status(each.before),
            status_after=_status(each.after),
            note=_note(remarks[each.change], why),
            change=each.change,
        )


def _why(each: IndicatorChange, revised: str) -> str:
    """Why a figure turned, by what is known for certain first: what was done to it, to its
    target, to what is expected of it; else in the words of its report."""
    before, after = each.before, each.after
    if each.corrected is not None:
        return _corrected(each)
    if revised:
        return _("the target was revised: %(reason)s") % {"reason": revised}
    told = _said(after.problems if each.change == WORSE else after.narrative)
    reason = ""
    if before.year != after.year:
        if before.target != after.target:
            reason = _("%(year)s asks for %(target)s, the year before asked for %(last)s") % {
                "year": after.year,
                "target": after.target or _("nothing"),
                "last": before.target or _("nothing"),
            }
    elif _same(before, after) and after.expected is not None:
        reason = _("the figure stays while %(expected)s is expected by now") % {
            "expected": after.expected
        }
    return " · ".join(filter(None, (reason, told))) or _("the report does not say why")


def _same(before: Cell, after: Cell) -> bool:
    """The same values stand in both, of whatever months."""
    if before.figure is None or after.figure is None:
        return False
    return (before.figure.values, before.figure.percent) == (
        after.figure.values,
        after.figure.percent,
    )


def _corrected(each: IndicatorChange) -> str:
    """What the figure that the meeting saw is now, and the reason given."""
    assert each.corrected is not None
    now, named = each.corrected.now, {"month": each.before.as_of_name}
    if now is None:
        told = _("the figure of %(month)s was taken back") % named
    else:
        told = _("the figure of %(month)s was corrected from %(before)s to %(after)s") % {
            **named,
            "before": each.before.result,
            "after": result_text(each.row.facts, now),
        }
    return f"{told} ({each.corrected.why or _('no reason given')})"


def _said(words: str) -> str:
    """The beginning of what a report says: its first line, so much of it as a line can hold."""
    first = words.strip().split("\n")[0].strip()
    return first if len(first) <= _WORDS else f"{first[:_WORDS].rstrip()}…"


def target_line(change: TargetChange) -> ChangeLine:
    return ChangeLine(
        kind=_("target of %(year)s") % {"year": change.year},
        code=change.row.code,
        name=change.row.name,
        before=change.before,
        after=change.after,
        status_before="",
        status_after="",
        note=change.reason or _("no reason given"),
        change=TARGET,
    )


def rule_line(line: RuleLine) -> ChangeLine:
    """Who changed a rule and why, and how much stands otherwise by it alone."""
    rule, flipped = line.change
    return ChangeLine(
        kind=_("rule of judging"),
        code=line.row.code if line.row else "",
        name=f"{line.row.name} – {rule.what}" if line.row else rule.what,
        before=rule.before,
        after=rule.after,
        status_before="",
        status_after=_flipped(flipped, line.of_money),
        note=f"{rule.who}: {rule.why}",
        change=RULE,
    )


def _flipped(count: int, of_money: bool) -> str:
    """How many changed status by a rule alone, in words."""
    if of_money:
        text = ngettext(
            "%(count)s project changed status by it",
            "%(count)s projects changed status by it",
            count,
        )
    else:
        text = ngettext(
            "%(count)s indicator changed status by it",
            "%(count)s indicators changed status by it",
            count,
        )
    return text % {"count": count}


def _baht(shown: MoneyYear) -> str:
    if shown.spent is None or shown.as_of is None:
        return _("no figure yet")
    month = month_name(shown.as_of, short=True)
    return f"{format_number(shown.spent.disbursed, 2)} ({month})"


def project_lines(changes: Iterable[ProjectChange]) -> Iterator[ChangeLine]:
    kind, remarks = _("disbursed (baht)"), _remarks()
    for each in changes:
        why = _why_of_money(each) if each.change in TURNS else ""
        yield ChangeLine(
            kind=kind,
            code=each.row.code,
            name=each.row.name,
            before=_baht(each.before),
            after=_baht(each.after),
            status_before=_status(each.before),
            status_after=_status(each.after),
            note=_note(remarks[each.change], why),
            change=each.change,
        )


def _why_of_money(each: ProjectChange) -> str:
    if each.corrected is not None:
        told = _("the figure of %(month)s was corrected") % {"month": each.before.as_of_name}
        return f"{told} ({each.corrected.why or _('no reason given')})"
    standing = each.after.standing
    if standing.judged_percent is None or standing.expected_percent is None:
        return ""
    return _("%(percent)s per cent where %(expected)s was expected by then") % {
        "percent": standing.judged_percent,
        "expected": standing.expected_percent,
    }


def resolution_lines(changes: Iterable[ResolutionChange]) -> Iterator[ChangeLine]:
    """What was answered, decided or postponed, with what was said."""
    for each in changes:
        row = each.row
        yield ChangeLine(
            kind=_("resolution"),
            code=row.code,
            name=row.text,
            before=format_date(each.due_then),
            after=row.due_name,
            status_before=state_label(each.state_then),
            status_after=state_label(row.state),
            note="; ".join(f"{step.label}: {step.text}".rstrip(": ") for step in each.steps),
            change=RESOLUTION,
        )


def in_order(lines: Iterable[ChangeLine]) -> list[ChangeLine]:
    """What is told first and worst news first, then the rest; otherwise as they came."""
    places = {code: place for place, code in enumerate(TOLD)}
    return sorted(lines, key=lambda line: places.get(line.change, len(places)))
