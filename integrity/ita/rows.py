"""The frozen rows of ITA that pages, JSON and workbook share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from integrity.ita.rules import Change, Grade, change
from strategy.approval.model import State, unapproved


@dataclass(frozen=True, slots=True)
class Score:
    """A score as the source prints it, and as it follows from what lies below; None: not known."""

    published: Decimal | None = None
    computed: Decimal | None = None
    #: The two are more than 0.01 apart.
    differs: bool = False

    @property
    def figure(self) -> Decimal | None:
        """The one that is quoted: as published, else as computed."""
        return self.computed if self.published is None else self.published


NO_SCORE = Score()
#: How a question was scored, by the year of the assessment.
Scored = Mapping[int, Score]


def moved(before: Score, after: Score) -> Change | None:
    """How far a score moved, like against like: published where both years are, else computed."""
    for name in ("published", "computed"):
        found = change(getattr(before, name), getattr(after, name))
        if found is not None:
            return found
    return None


@dataclass(frozen=True, slots=True)
class NextScore:
    """How a question that was advised on did next: the year of that assessment, and its score."""

    year: int
    score: Score
    change: Change | None


def next_score(before: Score, scored: Scored, advised: int, measured: int = 0) -> NextScore | None:
    """The first score after the year of the advice, and from the measure's year on.

    ``before``: the score that the advice was given on. ``measured`` 0: no measure answers it.
    """
    later = [year for year in scored if year > advised and year >= measured]
    if not later:
        return None
    year = min(later)
    return NextScore(year, scored[year], moved(before, scored[year]))


@dataclass(frozen=True, slots=True)
class Item:
    """A question, a part of one, or a sub-indicator of OIT with questions of its own."""

    id: int
    code: str
    text: str
    score: Score
    parts: tuple[Item, ...]
    #: What each of the parts that are not listed scored, and how many of them there are.
    rest: Decimal | None
    unlisted: int | None
    #: The part of the instrument in which it was asked; "" where the instrument has none.
    section: str = ""

    @property
    def ranked_parts(self) -> tuple[Item, ...]:
        return lowest_first(self.parts)


def lowest_first(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """From the lowest score up; those without one come last, equals in their own order."""
    return tuple(
        sorted(items, key=lambda item: (item.score.figure is None, item.score.figure or 0))
    )


@dataclass(frozen=True, slots=True)
class Indicator:
    """One of the ten, with its place in the instrument."""

    id: int
    number: int
    name: str
    instrument: str
    score: Score
    items: tuple[Item, ...]
    complete: bool
    item_count: int | None
    #: The part of the instrument that it belongs to; "" where the instrument has none.
    part: str = ""

    @property
    def title(self) -> str:
        """Number and name, and the part where there is one: it may be asked in several."""
        named = f"{self.number}. {self.name}"
        return f"{named} ({self.part})" if self.part else named

    @property
    def ranked_items(self) -> tuple[Item, ...]:
        return lowest_first(self.items)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an instrument, with its weight among the parts."""

    id: int
    label: str
    weight: Decimal
    score: Score


@dataclass(frozen=True, slots=True)
class Instrument:
    """IIT, EIT or OIT of a year: its own score computed, beside the published one if any."""

    id: int
    code: str
    name: str
    weight: Decimal
    respondents: int | None
    respondents_unit: str
    questions: int | None
    target_group: str
    score: Score
    indicators: tuple[Indicator, ...]
    parts: tuple[Part, ...] = ()

    @property
    def groups(self) -> tuple[tuple[Part | None, tuple[Indicator, ...]], ...]:
        """The indicators below their parts; those of none come first, under None."""
        found = []
        for part in (None, *self.parts):
            label = part.label if part else ""
            own = tuple(row for row in self.indicators if row.part == label)
            if part or own:
                found.append((part, own))
        return tuple(found)

    @property
    def outside(self) -> tuple[Indicator, ...]:
        """Indicators of none of its parts, where it has parts: they keep it from being computed."""
        return tuple(row for row in self.indicators if self.parts and not row.part)

    @property
    def parts_weight(self) -> Decimal:
        return sum((part.weight for part in self.parts), Decimal(0))

    def part(self, label: str) -> Part | None:
        return next((row for row in self.parts if row.label == label), None)

    @property
    def weakest(self) -> Indicator | None:
        """The indicator with the lowest score; the first of equals."""
        known = [row for row in self.indicators if row.score.figure is not None]
        return min(known, key=lambda row: row.score.figure or 0, default=None)


@dataclass(frozen=True, slots=True)
class Assessed:
    """An agency's assessment of one year."""

    id: int
    year: int
    #: Its state of approval.
    state: str
    total: Score
    published_grade: str
    computed_grade: str
    rank: int | None
    rank_group: str
    announced_on: date | None
    #: The change against the year before as the source prints it: points, per cent.
    printed_change: tuple[Decimal | None, Decimal | None]
    weights_source: str
    notes: str
    grades: tuple[Grade, ...]
    instruments: tuple[Instrument, ...]

    @property
    def mark(self) -> str:
        """Its state in words, unless it is approved."""
        return "" if self.state == State.APPROVED else unapproved(self.state)

    @property
    def grade(self) -> str:
        """As published, else by the year's scale; "" where there is neither."""
        return self.published_grade or self.computed_grade

    @property
    def grade_differs(self) -> bool:
        both = self.published_grade and self.computed_grade
        return bool(both) and self.published_grade != self.computed_grade

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        return tuple(row for instrument in self.instruments for row in instrument.indicators)

    @property
    def has_parts(self) -> bool:
        return any(row.parts for row in self.instruments)

    def indicator(self, name: str, part: str = "") -> Indicator | None:
        """The indicator of that name, in the part of that name: they are what years share."""
        found = (row for row in self.indicators if (row.name, row.part) == (name, part))
        return next(found, None)

    def instrument(self, code: str) -> Instrument | None:
        return next((row for row in self.instruments if row.code == code), None)

    def item(self, code: str, section: str = "") -> Item | None:
        found = (row for row in self.all_items() if (row.code, row.section) == (code, section))
        return next(found, None) if code else None

    def all_items(self) -> Iterator[Item]:
        """Every question and part, from top to bottom."""
        for indicator in self.indicators:
            for item in indicator.items:
                yield item
                yield from item.parts


@dataclass(frozen=True, slots=True)
class Happened:
    """A measure that answers a recommendation, and the newest that is known of it."""

    id: int
    year: int
    number: str
    text: str
    #: Quarter and state of the latest report; None and "" where there is none.
    quarter: int | None
    state: str
    said: str
    sample: bool
    result: str
    outcome: str
    #: How the question of the recommendation did from this measure's year on.
    next: NextScore | None
    #: Whether that report is approved; None where there is none.
    approved: bool | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation; ``item``, ``measures`` and ``nexts`` close the loop where it was drawn."""

    number: int
    text: str
    #: "" where the source names none.
    instrument: str
    item: Item | None
    measures: tuple[Happened, ...]
    #: How a question of the same code was next assessed, for each measure that answers: by year,
    #: the same one once. Where none answers, the first later assessment.
    nexts: tuple[NextScore, ...]


@dataclass(frozen=True, slots=True)
class ItaYear:
    """A year as its page shows it, beside the year before."""

    agency_name: str
    agency_slug: str
    now: Assessed
    before: Assessed | None
    #: Every year that the agency has an assessment of, the newest first.
    years: tuple[int, ...]
    advice: tuple[Advice, ...]

    @property
    def change(self) -> Change | None:
        return moved(self.before.total, self.now.total) if self.before else None

    @property
    def year_before(self) -> int:
        return self.now.year - 1

    def indicator_before(self, row: Indicator) -> Score:
        found = self.before.indicator(row.name, row.part) if self.before else None
        return found.score if found else NO_SCORE

    def instrument_before(self, row: Instrument) -> Instrument | None:
        return self.before.instrument(row.code) if self.before else None

    def part_before(self, row: Instrument, part: Part) -> Score:
        before = self.instrument_before(row)
        found = before.part(part.label) if before else None
        return found.score if found else NO_SCORE

    def item_before(self, item: Item) -> Score:
        found = self.before.item(item.code, item.section) if self.before else None
        return found.score if found else NO_SCORE

    @property
    def ranked(self) -> tuple[Indicator, ...]:
        """The indicators from the highest score down; those without one last."""
        return tuple(
            sorted(
                self.now.indicators,
                key=lambda row: (row.score.figure is None, -(row.score.figure or 0)),
            )
        )

    @property
    def has_links(self) -> bool:
        return any(row.measures or row.item for row in self.advice)

    @property
    def has_sample(self) -> bool:
        return any(measure.sample for row in self.advice for measure in row.measures)


@dataclass(frozen=True, slots=True)
class Line:
    """A thing through the years: ``scores`` beside the years, None where it was not assessed."""

    number: int | None
    name: str
    instrument: str
    scores: tuple[Score | None, ...]
    #: The part of the instrument that it belongs to; "" for none.
    part: str = ""


@dataclass(frozen=True, slots=True)
class ItaYears:
    """An agency's years side by side, the oldest first."""

    agency_name: str
    agency_slug: str
    years: tuple[Assessed, ...]
    #: (slug, name) of every agency that has an assessment.
    agencies: tuple[tuple[str, str], ...]

    def changes(self) -> Iterator[tuple[Assessed, Change | None]]:
        """Each year with its change against the fiscal year right before it."""
        earlier: Assessed | None = None
        for row in self.years:
            beside = earlier is not None and earlier.year == row.year - 1
            yield row, moved(earlier.total, row.total) if beside and earlier else None
            earlier = row

    @property
    def instruments(self) -> tuple[Line, ...]:
        """The instruments of any year, in the order of the newest that has them."""
        names = {row.code: row.name for year in self.years for row in year.instruments}
        codes = dict.fromkeys(row.code for year in reversed(self.years) for row in year.instruments)
        lines = []
        for code in codes:
            found = [year.instrument(code) for year in self.years]
            scores = tuple(row.score if row else None for row in found)
            lines.append(Line(None, names[code], code, scores))
        return tuple(lines)

    @property
    def parts(self) -> tuple[Line, ...]:
        """The parts of the instruments of any year, in the order of the newest that has them."""
        known = dict.fromkeys(
            (row.code, part.label)
            for year in reversed(self.years)
            for row in year.instruments
            for part in row.parts
        )
        lines = []
        for code, label in known:
            above = [year.instrument(code) for year in self.years]
            found = [row.part(label) if row else None for row in above]
            scores = tuple(each.score if each else None for each in found)
            lines.append(Line(None, label, code, scores, label))
        return tuple(lines)

    @property
    def indicators(self) -> tuple[Line, ...]:
        """The indicators of any year by name and part, in the order of the newest that has them."""
        known: dict[tuple[str, str], Indicator] = {}
        for year in reversed(self.years):
            for row in year.indicators:
                known.setdefault((row.name, row.part), row)
        lines = []
        for (name, part), row in known.items():
            found = [year.indicator(name, part) for year in self.years]
            scores = tuple(each.score if each else None for each in found)
            lines.append(Line(row.number, name, row.instrument, scores, part))
        return tuple(lines)
