"""What every kind of table has in common: lines become entries, and entries rows of a preview.

Each is a kind of import (nhrc_plan/exchange/kinds.py): kept, shown and confirmed as all are.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.exchange import kinds
from nhrc_plan.exchange.entry import nothing
from nhrc_plan.exchange.kinds import Batch, Sent
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.packing import packed
from nhrc_plan.exchange.rows import (
    ASKED,
    CHANGED,
    CONFLICT,
    LEFT,
    MINE,
    NEW,
    REFUSED,
    RIGHT,
    THEIRS,
    UNCHANGED,
    Difference,
    Problem,
    Row,
)
from nhrc_plan.tables.cells import Unclear, messages_of
from nhrc_plan.tables.kinds.finding import Finder, Found, problem_of
from nhrc_plan.tables.lines import (
    Cell,
    Field,
    LeftOut,
    Line,
    Match,
    Unsaid,
    by_period,
    lines_of,
    table_grid,
)
from nhrc_plan.tables.rules import is_numbering, is_total
from strategy.access import Viewer
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.records.model import Record
from strategy.thai import month_name
from strategy.workbook.upload import Grid


@dataclass
class Draft:
    """What a line, or several of one figure, would write. ``kept``: the row that stands.

    ``before`` and ``after``: of each field, by its label, as people read it.
    """

    row: Row
    key: Any = None
    entry: Any = None
    kept: Any = None
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    #: The line's cell of each form field, so that a service's refusal finds it.
    cells: dict[str, Cell] = field(default_factory=dict)
    asked: list[Problem] = field(default_factory=list)

    def says(self, label: Any, before: str, after: str) -> None:
        self.before[str(label)], self.after[str(label)] = before, after

    @property
    def differences(self) -> tuple[Difference, ...]:
        return tuple(
            Difference(label, self.before[label] or "–", after or "–")
            for label, after in self.after.items()
            if self.before[label] != after
        )


class Reading(ABC):
    """A table of one kind, read beside what is stored today. Writes nothing."""

    #: Of a kept row: where its history tells that somebody changed it.
    stored: ClassVar[type[Record]]
    #: How many drafts are asked about, and written, together.
    chunk: ClassVar[int] = 300

    def __init__(self, sent: Sent, decided: Mapping[str, str]) -> None:
        self.sent, self.decided = sent, decided
        self.match = Match.of(sent.row.about)
        self.plan, self.submits, self.today = sent.row.plan, sent.row.submits, sent.today

    @abstractmethod
    def finder(self) -> Finder[Any]:
        """What lines may belong to."""

    @abstractmethod
    def drafts(self, found: Sequence[tuple[Line, Found[Any]]]) -> list[Draft]:
        """The drafts of lines of which it is known to what they belong."""

    @abstractmethod
    def refusals(self, drafts: Sequence[Draft]) -> Mapping[int, ValidationError]:
        """What the service would refuse, by place."""

    def entry(self, draft: Draft) -> Any:
        """What is written of a draft, ready for JSON."""
        return packed(draft.entry)

    def confirm(self, draft: Draft) -> None:
        """Take what was asked about for right; its figures beside that where these were asked
        about."""
        draft.asked = []

    def batches(self, lines: Sequence[Line], finder: Finder[Any], of: int) -> Iterator[Batch]:
        """Each line's row of the preview, some hundred at a time. ``of``: rows in all."""
        found: list[tuple[Line, Found[Any]]] = []
        refused: list[Row] = []
        for line in lines:
            try:
                hit = finder.find(line)
            except Unclear as unclear:
                hit = Found(problem=problem_of(unclear.cell, unclear.text))
            if hit.problem is not None:
                refused.append(self.refused(line, hit.problem))
            else:
                found.append((line, hit))
        drafts = self.drafts(found)
        self._refuse_repeated(drafts)
        stale = self._changed_since(drafts)
        yield from unwritten(refused, of)
        for start in range(0, len(drafts), self.chunk):
            part = drafts[start : start + self.chunk]
            taken = self._judged(part, stale)
            yield Batch([draft.row for draft in part], [self.entry(draft) for draft in taken], of)

    def _judged(self, drafts: Sequence[Draft], stale: Mapping[int, str]) -> list[Draft]:
        """Say what would become of drafts; gives those that would be written."""
        asked = []
        for draft in drafts:
            row = draft.row
            row.differences = draft.differences
            if row.problems:
                row.outcome = UNCHANGED if row.decided == THEIRS else REFUSED
            elif row.differences and row.decided != THEIRS:
                if row.decided in (MINE, RIGHT):
                    self.confirm(draft)
                asked.append(draft)
        refusals = self.refusals(asked) if asked else {}
        for place, draft in enumerate(asked):
            self._judge(draft, refusals.get(place), stale)
        return [draft for draft in asked if draft.row.outcome in (NEW, CHANGED)]

    def row(self, line: Line, name: str) -> Row:
        row = Row(self.match.sheet, line.number, line.key, name, UNCHANGED)
        row.decided = self.decided.get(line.key, "")
        return row

    def left_out(self, left: LeftOut) -> Row:
        row = Row(self.match.sheet, left.number, f"r{left.number}", left.told, LEFT)
        row.problems = (Problem("", "", left.why),)
        return row

    def refused(self, line: Line, *problems: Problem) -> Row:
        row = self.row(line, line.told)
        row.problems = problems
        row.outcome = UNCHANGED if row.decided == THEIRS else REFUSED
        return row

    def _refuse_repeated(self, drafts: Sequence[Draft]) -> None:
        seen: dict[Any, Draft] = {}
        for draft in drafts:
            first = seen.setdefault(draft.key, draft)
            if first is not draft and draft.row.decided != THEIRS:
                if first.row.decided == THEIRS:
                    seen[draft.key] = draft
                    continue
                text = _("The same stands in row %(other)s already; keep one of them.")
                told = Problem("", draft.row.name[:60], text % {"other": first.row.number})
                draft.row.problems = (*draft.row.problems, told)

    def _changed_since(self, drafts: Sequence[Draft]) -> dict[int, str]:
        """Who changed rows after the file was sent, by the row's id. One query."""
        ids = [draft.kept.pk for draft in drafts if draft.kept is not None]
        if not ids:
            return {}
        history: Any = self.stored.history
        rows = history.filter(history_date__gt=self.sent.row.sent_at).order_by("history_id")
        changed = dict(rows.values_list("id", "history_user_name"))
        return {pk: changed[pk] for pk in ids if pk in changed}

    def _judge(
        self, draft: Draft, refused: ValidationError | None, stale: Mapping[int, str]
    ) -> None:
        row = draft.row
        told = [] if refused is None else messages_of(refused)
        problems = [self._placed(draft, name, text) for name, text, _code in told]
        confirmed = row.decided in (MINE, RIGHT)
        if problems and any(code != "asked" for _name, _text, code in told):
            row.problems, row.outcome = tuple(problems), REFUSED
        elif draft.kept is not None and draft.kept.pk in stale and not confirmed:
            text = _("%(who)s changed this after the file was sent; what stands now and what the "
                     "file has are beside it.")  # fmt: skip
            who = stale[draft.kept.pk] or _("the system")
            row.problems = (Problem("", "", text % {"who": who}), *draft.asked, *problems)
            row.outcome = CONFLICT
        elif (problems or draft.asked) and not confirmed:
            row.problems, row.outcome = (*draft.asked, *problems), ASKED
        elif problems:
            row.problems, row.outcome = tuple(problems), ASKED
        else:
            row.outcome = NEW if draft.kept is None else CHANGED

    def _placed(self, draft: Draft, name: str, text: str) -> Problem:
        cell = draft.cells.get(name)
        return Problem("", "", text) if cell is None else problem_of(cell, text)

    def unclear(self, draft: Draft, unclear: Unclear) -> None:
        """A cell of a draft cannot be read."""
        draft.row.problems = (*draft.row.problems, problem_of(unclear.cell, unclear.text))


def unwritten(rows: Sequence[Row], of: int) -> Iterator[Batch]:
    """Rows of which nothing is written, some hundred at a time."""
    for start in range(0, len(rows), Reading.chunk):
        yield Batch(rows[start : start + Reading.chunk], [], of)


class TableKind(kinds.Kind):
    """A kind of table: its fields, who may bring it, how it is read and written."""

    fields: ClassVar[tuple[Field, ...]]
    #: Whether a year, or a year and a month, are chosen where no column says: "", year or month.
    period: ClassVar[str] = "month"
    reading: ClassVar[type[Reading]]

    def may(self, who: Viewer) -> bool:
        """Whether somebody may bring such a table."""
        return who.enters and who.is_planner

    def check(self, sent: Sent, decided: Mapping[str, str]) -> Iterator[Batch]:
        if not self.may(sent.who):
            raise nothing()
        match = Match.of(sent.row.about)
        grid = table_grid(sent.content, match.sheet)
        if told := self.problems(match, grid):
            raise ValidationError([each.text for each in told])
        reading = self.reading(sent, decided)
        finder = reading.finder()
        lines, left = lines_of(grid, match, {each.name: each.kind for each in self.fields})
        lines = self._kept_lines(match, finder, lines, left)
        if not lines:
            raise ValidationError(
                _("Below the headings there is no row that can be taken. Look at the rows of "
                  "headings and at the columns once more.")
            )  # fmt: skip
        rows = [reading.left_out(each) for each in sorted(left)]
        lines = self._with_periods(lines)
        total = len(rows) + len(lines)
        yield from unwritten(rows, total)
        yield from reading.batches(lines, finder, total)

    def problems(self, match: Match, grid: Grid) -> list[Unsaid]:
        """What a match has yet to say before its table can be read."""
        told = self.missing(match)
        if any(number > match.last for number in grid.hidden_rows) and not match.hidden:
            told.append(Unsaid(_("Some rows are hidden. Say whether they are taken."), "hidden"))
        return told

    def _kept_lines(
        self, match: Match, finder: Finder[Any], lines: list[Line], left: list[LeftOut]
    ) -> list[Line]:
        """The lines that say something of something; the others join those left out."""
        kept = []
        for line in lines:
            if why := self._left_out(match, finder, line):
                left.append(LeftOut(line.number, line.told, why))
            else:
                kept.append(line)
        return kept

    def _left_out(self, match: Match, finder: Finder[Any], line: Line) -> str:
        """Why a line is not taken; "" where it is."""
        if finder.knows(line):
            told = self.has_figure(line, dashes=match.dash != "empty")
            return "" if told else _("no figure in it")
        if is_numbering(line.texts):
            return _("numbers of the columns")
        if is_total(line.texts):
            return _("a total")
        if not self.has_figure(line, dashes=False):
            return _("a heading or a note: no figure in it")
        if match.strangers == "leave":
            try:
                if finder.find(line).thing is None:
                    return _("not found in the plan")
            except Unclear:
                return ""
        return ""

    def _with_periods(self, lines: list[Line]) -> list[Line]:
        """Lines with a column for each year, or month, as one for each that says something."""
        found = by_period(lines)
        return [line for line in found if not line.part or self.has_figure(line, dashes=True)]

    def has_figure(self, line: Line, *, dashes: bool) -> bool:
        """Whether a line holds any figure; ``dashes``: whether a dash is one."""
        nothing_said = ("",) if dashes else ("", "-", "–", "—")
        figures = {each.name for each in self.fields if each.figure}
        return any(
            cell.text not in nothing_said or bool(cell.found.problem)
            for name, cell in line.cells.items()
            if name.partition(":")[0] in figures
        )

    def back(self, row: Import) -> str:
        return reverse("tables", args=[row.plan.slug])

    def before(self, row: Import) -> str:
        return reverse("table_match", args=[row.plan.slug, row.pk])

    def reason(self, row: Import) -> str:
        return _("from the table “%(name)s”") % {"name": row.file_name}

    def years(self, plan: Plan) -> list[int]:
        """The fiscal years that may be chosen."""
        return list(plan.years)

    @property
    def counts_money(self) -> bool:
        return any(each.kind == "baht" for each in self.fields)

    def field(self, name: str) -> Field:
        return next(each for each in self.fields if each.name == name)

    def label(self, name: str) -> str:
        """What a field, also one of a year or a month, is called."""
        own, _colon, part = name.partition(":")
        label = str(self.field(own).label)
        if part.startswith("m"):
            part = month_name(FiscalMonth(2566, int(part[1:])), year=False)
        return f"{label} {part}" if part else label

    def missing(self, match: Match) -> list[Unsaid]:
        """What a match has yet to say, whatever rows the table has."""
        names = {name.partition(":")[0] for name in match.columns.values()}
        of_one = _("Say which column holds one of: %(names)s.")
        told = []
        if not names & {"code", "name"}:
            found_by = [str(each.label) for each in self.fields if each.name in ("code", "name")]
            told.append(Unsaid(of_one % {"names": ", ".join(found_by)}))
        if not any(self.field(name).figure for name in names):
            figures = ", ".join(str(each.label) for each in self.fields if each.figure)
            told.append(Unsaid(of_one % {"names": figures}))
        if any(self.field(name).kind == "baht" for name in names) and not match.money:
            told.append(Unsaid(_("Choose the unit in which the table counts money."), "money"))
        if match.is_wide:
            if match.year is None and "year" not in names:
                text = _("Choose the fiscal year of the columns for each month.")
                told.append(Unsaid(text, "year"))
            if not match.series:
                text = _("Say what stands below the months: running totals, or what each "
                         "month brought.")  # fmt: skip
                told.append(Unsaid(text, "series"))
            elif match.series == "own":
                told += [Unsaid(text, "series") for text in self.months_alone(match)]
        return told

    def months_alone(self, match: Match) -> list[str]:
        """Why months that hold what each alone brought cannot be taken, as sentences."""
        return [
            _("What is kept is where a figure stands at a month's end. Add the months up first.")
        ]


CODE = Field(
    "code",
    gettext_lazy("code"),
    ("รหัส", "รหัสโครงการ", "รหัสตัวชี้วัด", "project code", "indicator code", "code"),
    strict=True,
)
YEAR = Field(
    "year",
    gettext_lazy("fiscal year"),
    ("ปีงบประมาณ", "ปี", "พ.ศ.", "ปี พ.ศ.", "year", "fiscal year", "fy"),
    "year",
)
MONTH = Field(
    "month", gettext_lazy("month"),
    ("เดือน", "ณวันที่", "ข้อมูล ณ วันที่", "วันที่", "month", "date", "asof"), "month",
)  # fmt: skip
REASON = Field("reason", gettext_lazy("reason for the change"), ("เหตุผล", "reason"))
