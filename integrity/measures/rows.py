"""The frozen rows of integrity measures that pages, data and workbooks share, and their words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.ita.rows import NextScore, Score
from integrity.measures import rules
from integrity.measures.models import QuarterEvidence, QuarterProgress
from strategy.approval.model import UNSENT, State
from strategy.models import EvidenceFile
from strategy.thai import format_date, format_number

#: The shape and the word of each state of a quarter, and the status whose colour it takes.
SHAPES = {
    rules.DONE: "●",
    rules.DONE_EARLIER: "●",
    rules.IN_PROGRESS: "◐",
    rules.NOT_STARTED: "◇",
    rules.LATE: "■",
    rules.DUE: "○",
    rules.OPEN: "◌",
    rules.AHEAD: "–",
    rules.NO_REPORTS: "–",
}
LABELS = {
    rules.DONE: QuarterProgress.State.DONE.label,
    rules.DONE_EARLIER: gettext_lazy("done in an earlier quarter"),
    rules.IN_PROGRESS: QuarterProgress.State.IN_PROGRESS.label,
    rules.NOT_STARTED: QuarterProgress.State.NOT_STARTED.label,
    rules.LATE: gettext_lazy("report overdue"),
    rules.DUE: gettext_lazy("report due"),
    rules.OPEN: gettext_lazy("quarter under way"),
    rules.AHEAD: gettext_lazy("quarter not yet begun"),
    rules.NO_REPORTS: gettext_lazy("no quarterly report"),
}
COLOURS = {
    rules.DONE: "on_plan",
    rules.DONE_EARLIER: "on_plan",
    rules.IN_PROGRESS: "near",
    rules.NOT_STARTED: "at_risk",
    rules.LATE: "critical",
    rules.DUE: "awaiting",
    rules.OPEN: "not_due",
    rules.AHEAD: "not_due",
    rules.NO_REPORTS: "no_target",
}


@dataclass(frozen=True, slots=True)
class UnitName:
    id: int
    name: str
    is_group: bool
    agency_id: int


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """One piece of evidence. ``url`` is a web address or empty."""

    kind: str
    number: str
    dated: date | None
    url: str
    text: str
    file: EvidenceFile | None = None

    @property
    def label(self) -> str:
        return str(QuarterEvidence.Kind(self.kind).label)

    @property
    def words(self) -> str:
        """The piece in one line, without its address."""
        parts = [self.number, self.text]
        if self.dated:
            parts.insert(1, _("dated %(day)s") % {"day": format_date(self.dated)})
        return " ".join(part for part in parts if part) or self.url or str(self.file or "")


@dataclass(frozen=True, slots=True)
class QuarterRow:
    """A quarter of a measure on a day; ``progress_id`` None: nothing was reported.

    ``entered``: how far the measure had come as it was entered, whether that counts or not;
    ``approval``: how far the report itself is. Only screens of entry bring what is not handed in,
    which is still owed.
    """

    quarter: int
    state: str
    deadline: date
    progress_id: int | None = None
    version: int = 0
    text: str = ""
    sample: bool = False
    evidence: tuple[EvidenceRow, ...] = ()
    entered: str = ""
    approval: str = ""
    returned: str = ""

    @property
    def is_unsent(self) -> bool:
        """A draft, or returned to be mended."""
        return self.approval in UNSENT

    @property
    def is_draft(self) -> bool:
        return self.approval == State.DRAFT

    @property
    def is_approved(self) -> bool:
        return self.approval == State.APPROVED

    @property
    def unapproved(self) -> bool:
        """It counts, and nobody has approved it yet."""
        return self.approval == State.SUBMITTED

    @property
    def counts(self) -> bool:
        return self.progress_id is not None and not self.is_unsent

    @property
    def approval_name(self) -> str:
        return str(State(self.approval).label)

    @property
    def shape(self) -> str:
        return SHAPES[self.state]

    @property
    def label(self) -> str:
        return str(LABELS[self.state])

    @property
    def colour(self) -> str:
        return COLOURS[self.state]

    @property
    def is_owed(self) -> bool:
        return self.state in rules.OWED

    @property
    def is_late(self) -> bool:
        return self.state == rules.LATE

    @property
    def deadline_name(self) -> str:
        return format_date(self.deadline)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A figure that the outcome states."""

    id: int
    version: int
    label: str
    value: Decimal
    unit: str

    @property
    def shown(self) -> str:
        return f"{format_number(self.value)} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A recommendation that a measure answers, and how the question it speaks of did next.

    ``item``: the question's code; ``score`` is that of the year that gave the advice, ``next``
    that of the first assessment from the measure's year on.
    """

    year: int
    number: int
    text: str
    instrument: str
    item: str
    score: Score
    next: NextScore | None


def place_of(issue: int, number: str) -> str:
    """The place of a measure in its year: its issue, and its number there if any."""
    if not number:
        return str(issue)
    return number if number.startswith(f"{issue}.") else f"{issue}.{number}"


@dataclass(frozen=True, slots=True)
class MeasureRow:
    """One measure of a year with its four quarters."""

    id: int
    version: int
    number: str
    text: str
    issue_number: int
    issue_name: str
    responsible_text: str
    units: tuple[UnitName, ...]
    result: str
    outcome: str
    quarters: tuple[QuarterRow, QuarterRow, QuarterRow, QuarterRow]
    figures: tuple[FigureRow, ...] = ()
    answers: tuple[AnswerRow, ...] = ()
    #: The unit, as addresses name it, under which the reader may report it; empty: they may not.
    enter_unit: str = ""

    @property
    def may_enter(self) -> bool:
        return bool(self.enter_unit)

    @property
    def has_reports(self) -> bool:
        """A quarter of it has been reported."""
        return any(each.progress_id is not None for each in self.quarters)

    @property
    def title(self) -> str:
        """The measure with its number as printed."""
        return f"{self.number} {self.text}".strip()

    @property
    def place(self) -> str:
        """Where it stands among the year's measures: its issue, and its number there if any."""
        return place_of(self.issue_number, self.number)

    @property
    def responsible(self) -> str:
        """The units as the source prints them, else by name."""
        return self.responsible_text or ", ".join(unit.name for unit in self.units)

    @property
    def anchor(self) -> str:
        """Its name on a page."""
        return f"m{self.id}"

    def at(self, quarter: int) -> QuarterRow:
        return self.quarters[quarter - 1]

    @property
    def has_sample(self) -> bool:
        return any(quarter.sample for quarter in self.quarters)


@dataclass(frozen=True, slots=True)
class IssueRow:
    """An issue with its measures. ``instruments``: codes such as IIT."""

    id: int
    number: int
    name: str
    instruments: tuple[str, ...]
    measures: tuple[MeasureRow, ...]

    @property
    def title(self) -> str:
        """Number, name and, in brackets, the instruments, as the agency's table prints them."""
        named = f"{self.number}. {self.name}"
        return f"{named} ({', '.join(self.instruments)})" if self.instruments else named


@dataclass(frozen=True, slots=True)
class Late:
    """A measure's quarter whose report is overdue, or was corrected after its month was locked."""

    measure: MeasureRow
    quarter: QuarterRow


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many measures are in a state."""

    state: str
    count: int

    @property
    def shape(self) -> str:
        return SHAPES[self.state]

    @property
    def label(self) -> str:
        return str(LABELS[self.state])

    @property
    def colour(self) -> str:
        return COLOURS[self.state]


@dataclass(frozen=True)
class YearRow:
    """An agency's measures of one fiscal year, as they stand on a day."""

    id: int
    agency_id: int
    agency_slug: str
    agency: str
    fiscal_year: int
    title: str
    is_sample: bool
    rules: rules.YearRules
    issues: tuple[IssueRow, ...]
    #: The reports that are others than when their month was locked, by id, where that was asked.
    after_lock: frozenset[int] = frozenset()

    @property
    def corrected(self) -> list[Late]:
        """The quarters that are others than when their month was locked."""
        return [
            Late(measure, quarter)
            for measure in self.measures
            for quarter in measure.quarters
            if quarter.progress_id in self.after_lock
        ]

    @property
    def measures(self) -> list[MeasureRow]:
        return [measure for issue in self.issues for measure in issue.measures]

    @property
    def has_sample(self) -> bool:
        return self.is_sample or any(measure.has_sample for measure in self.measures)

    @property
    def name(self) -> str:
        """The year's title, else a plain one."""
        return self.title or _("Integrity measures of fiscal year %(year)s") % {
            "year": self.fiscal_year
        }

    @property
    def latest_quarter(self) -> int:
        return rules.latest_quarter(self.fiscal_year, self.rules.today)

    def counts(self, quarter: int) -> list[StateCount]:
        """How many measures are in each state at a quarter, in the fixed order."""
        found: Mapping[str, int] = Counter(
            rules.counted_as(measure.at(quarter).state) for measure in self.measures
        )
        return [StateCount(state, found.get(state, 0)) for state in rules.STATES]

    def late(self, upto: int = 4) -> list[Late]:
        """What is overdue up to a quarter, the longest first."""
        return [
            Late(measure, measure.at(quarter))
            for quarter in rules.QUARTERS[:upto]
            for measure in self.measures
            if measure.at(quarter).is_late
        ]
