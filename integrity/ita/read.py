"""Reading ITA assessments: a fixed number of queries, handed to rules.py, turned into rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from integrity.ita import rules
from integrity.ita.models import ItaAssessment, ItaGrade, ItaInstrument, ItaItem, Recommendation
from integrity.ita.models.assessment import counted
from integrity.ita.rows import (
    NO_SCORE,
    Advice,
    Assessed,
    Happened,
    Indicator,
    Instrument,
    ItaYear,
    ItaYears,
    Item,
    NextScore,
    Part,
    Score,
    Scored,
    next_score,
)
from integrity.ita.rules import Grade, Node
from integrity.measures.models import QuarterProgress
from strategy.approval.model import State, counted_states
from strategy.models import Agency


def ita_years(agency: Agency) -> ItaYears:
    """All assessments of an agency side by side. Five queries."""
    found = list(ItaAssessment.objects.filter(counted(), agency=agency).order_by("fiscal_year"))
    return ItaYears(
        agency_name=agency.name,
        agency_slug=agency.slug,
        years=tuple(_assessed(found, _items(Q(indicator__instrument__assessment__in=found)))),
        agencies=tuple(_assessed_agencies().values_list("slug", "name")),
    )


def ita_year(agency: Agency, year: int, *, drafts: bool = False) -> ItaYear:
    """One assessment beside that of the year before. Five queries; Http404 names those there are.

    ``drafts``: this year itself is shown before it is handed in, to those who may read that.

    What closes the loop is read with it: measures that answer a recommendation, and how the
    question that it points at was next scored.
    """
    wanted = counted() | Q(fiscal_year=year) if drafts else counted()
    found = list(ItaAssessment.objects.filter(wanted, agency=agency).order_by("-fiscal_year"))
    shown = [row for row in found if row.fiscal_year in (year, year - 1)]
    if not shown or shown[0].fiscal_year != year:
        raise Http404(_no_such_year(agency, year, [row.fiscal_year for row in found]))
    advice = _advice_rows(shown[0].pk)
    codes = {row["item__code"] for row in advice} - {None, ""}
    later = [row for row in found if row.fiscal_year > year] if codes else []
    items = _items(
        Q(indicator__instrument__assessment__in=shown)
        | Q(indicator__instrument__assessment__in=later)
        & (Q(code__in=codes) | Q(parent__code__in=codes))
    )
    rows = _assessed(shown, items)
    return ItaYear(
        agency_name=agency.name,
        agency_slug=agency.slug,
        now=rows[0],
        before=rows[1] if len(rows) > 1 else None,
        years=tuple(row.fiscal_year for row in found),
        advice=_advice(rows[0], advice, _scored(items)),
    )


def latest_year(agency: Agency, up_to: int) -> int | None:
    """The fiscal year of the agency's newest assessment that is not after ``up_to``."""
    return (
        ItaAssessment.objects.filter(counted(), agency=agency, fiscal_year__lte=up_to)
        .order_by("-fiscal_year")
        .values_list("fiscal_year", flat=True)
        .first()
    )


def _no_such_year(agency: Agency, year: int, known: Sequence[int]) -> str:
    if known:
        return _("%(agency)s has no ITA assessment of %(year)s. There are those of: %(known)s.") % {
            "agency": agency.name,
            "year": year,
            "known": ", ".join(map(str, known[:20])),
        }
    return _("%(agency)s has no ITA assessment yet. These agencies have: %(known)s.") % {
        "agency": agency.name,
        "known": ", ".join(f"{row.name} ({row.slug})" for row in _assessed_agencies()[:20]) or "–",
    }


def _assessed_agencies() -> QuerySet[Agency]:
    """The agencies that have an assessment that counts."""
    own = ItaAssessment.objects.filter(counted()).values("agency")
    return Agency.objects.filter(pk__in=own).order_by("name")


# ------------------------------------------------------------------------------------- the tree


class _Branch:
    """The items of some assessments, by what they hang from."""

    def __init__(self) -> None:
        self.of_indicator: dict[int, list[dict[str, Any]]] = defaultdict(list)
        self.of_item: dict[int, list[dict[str, Any]]] = defaultdict(list)

    def node(self, item: Mapping[str, Any]) -> Node:
        return Node(
            published=item["published"],
            parts=tuple(self.node(part) for part in self.of_item[item["id"]]),
            rest=item["rest_score"],
            size=item["item_count"],
        )

    def row(self, item: Mapping[str, Any]) -> Item:
        parts = self.of_item[item["id"]]
        count = item["item_count"]
        return Item(
            id=item["id"],
            code=item["code"],
            text=item["text"],
            score=_score(self.node(item)),
            parts=tuple(self.row(part) for part in parts),
            rest=item["rest_score"],
            unlisted=None if count is None else max(count - len(parts), 0),
            section=item[_SECTION] or "",
        )


_ASSESSMENT = "indicator__instrument__assessment"
_SECTION = "indicator__part__label"
_AGENCY, _YEAR = f"{_ASSESSMENT}__agency_id", f"{_ASSESSMENT}__fiscal_year"


def _items(wanted: Q) -> _Branch:
    """The items that are wanted, as they hang together. One query."""
    branch = _Branch()
    rows = (
        ItaItem.objects.filter(wanted)
        .order_by("position", "pk")
        .values(
            "id", "indicator_id", "parent_id", "code", "text", "published", "rest_score",
            "item_count", _SECTION, _AGENCY, _YEAR,
        )
    )  # fmt: skip
    for row in rows:
        if row["parent_id"] is None:
            branch.of_indicator[row["indicator_id"]].append(row)
        else:
            branch.of_item[row["parent_id"]].append(row)
    return branch


#: How questions were scored through the years, by agency, code and part of the instrument.
ScoredQuestions = Mapping[tuple[int, str, str], Scored]


def scored_questions(agencies: Collection[int], codes: Collection[str]) -> ScoredQuestions:
    """How questions of some codes were scored in all years of some agencies. One query."""
    if not codes:
        return {}
    wanted = Q(code__in=codes) | Q(parent__code__in=codes)
    of = {f"{_ASSESSMENT}__agency__in": agencies, f"{_ASSESSMENT}__approval__in": counted_states()}
    return _scored(_items(wanted & Q(**of)))


def _scored(items: _Branch) -> ScoredQuestions:
    """The scores there are; under no part, of questions with the same code, the first one's."""
    found: dict[tuple[int, str, str], dict[int, Score]] = defaultdict(dict)
    for rows in (*items.of_indicator.values(), *items.of_item.values()):
        for item in rows:
            score = _score(items.node(item))
            if item["code"] and score.figure is not None:
                for section in {"", item[_SECTION] or ""}:
                    found[item[_AGENCY], item["code"], section].setdefault(item[_YEAR], score)
    return found


def _score(node: Node) -> Score:
    return _beside(rules.computed(node), node.published)


def _beside(computed: Fraction | None, published: Decimal | None) -> Score:
    return Score(published, rules.round2(computed), rules.differs(computed, published))


def _assessed(found: Sequence[ItaAssessment], items: _Branch) -> list[Assessed]:
    """Assessments with all that hangs from them, in the order given. Two queries."""
    grades: dict[int, list[Grade]] = defaultdict(list)
    scale = ItaGrade.objects.filter(assessment__in=found).order_by("-at_least")
    for pk, *step in scale.values_list("assessment_id", "label", "at_least", "each_at_least"):
        grades[pk].append(Grade(*step))
    instruments = _instruments(found, items)
    return [_assessment(row, grades[row.pk], instruments[row.pk]) for row in found]


#: An instrument with what it counts for further up: unrounded.
_Weighed = tuple[Instrument, Fraction | None]


def _instruments(found: Sequence[ItaAssessment], items: _Branch) -> dict[int, list[_Weighed]]:
    """The instruments of each assessment with their parts and indicators. One query."""
    own = ("id", "assessment_id", "code", "name", "weight", "respondents", "respondents_unit",
           "items", "target_group", "published")  # fmt: skip
    below = ("id", "number", "name", "published", "complete", "item_count", "part_id")
    beside = ("id", "label", "weight", "published")
    rows = ItaInstrument.objects.filter(assessment__in=found).order_by(
        "position", "pk", "indicators__part__position", "indicators__number", "parts__position",
        "parts__pk",
    )  # fmt: skip
    columns = [f"indicators__{name}" for name in below] + [f"parts__{name}" for name in beside]
    sources: dict[int, dict[str, Any]] = {}
    # Each indicator comes once with each part: they are few.
    indicators: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    parts: dict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for values in rows.values_list(*own, *columns):
        source = dict(zip(own, values, strict=False))
        sources[source["id"]] = source
        for kept, names, start in ((indicators, below, len(own)), (parts, beside, -len(beside))):
            row = dict(zip(names, values[start:], strict=False))
            if row["id"] is not None:
                kept[source["id"]][row["id"]] = row
    weighed: dict[int, list[_Weighed]] = defaultdict(list)
    for pk, source in sources.items():
        built = _instrument(source, indicators[pk].values(), parts[pk], items)
        weighed[source["assessment_id"]].append(built)
    return weighed


def _instrument(
    source: Mapping[str, Any],
    below: Iterable[Mapping[str, Any]],
    parts: Mapping[int, Mapping[str, Any]],
    items: _Branch,
) -> _Weighed:
    nodes: dict[int | None, list[Node]] = defaultdict(list)
    rows = []
    for indicator in below:
        own = items.of_indicator[indicator["id"]]
        node = Node(
            published=indicator["published"],
            parts=tuple(items.node(item) for item in own),
            complete=indicator["complete"],
        )
        nodes[indicator["part_id"]].append(node)
        rows.append(
            Indicator(
                id=indicator["id"],
                number=indicator["number"],
                name=indicator["name"],
                instrument=source["code"],
                score=_score(node),
                items=tuple(items.row(item) for item in own),
                complete=indicator["complete"],
                item_count=indicator["item_count"],
                part=parts[indicator["part_id"]]["label"] if indicator["part_id"] else "",
            )
        )
    means = {pk: rules.mean(nodes[pk]) for pk in parts}
    mean = rules.instrument(
        nodes[None],
        [
            (rules.counted(means[pk], part["published"]), part["weight"])
            for pk, part in parts.items()
        ],
    )
    row = Instrument(
        id=source["id"],
        code=source["code"],
        name=source["name"],
        weight=source["weight"],
        respondents=source["respondents"],
        respondents_unit=source["respondents_unit"],
        questions=source["items"],
        target_group=source["target_group"],
        score=_beside(mean, source["published"]),
        indicators=tuple(rows),
        parts=tuple(
            Part(pk, part["label"], part["weight"], _beside(means[pk], part["published"]))
            for pk, part in parts.items()
        ),
    )
    return row, rules.counted(mean, source["published"])


def _assessment(
    row: ItaAssessment, grades: Sequence[Grade], weighed: Sequence[_Weighed]
) -> Assessed:
    total = rules.total((mean, instrument.weight) for instrument, mean in weighed)
    return Assessed(
        id=row.pk,
        year=row.fiscal_year,
        state=row.approval,
        total=_beside(total, row.published_total),
        published_grade=row.published_grade,
        computed_grade=rules.grade(
            rules.round2(total), grades, [instrument.score.figure for instrument, _mean in weighed]
        ),
        rank=row.rank,
        rank_group=row.rank_group,
        announced_on=row.announced_on,
        printed_change=(row.published_change, row.published_change_percent),
        weights_source=row.weights_source,
        notes=row.notes,
        grades=tuple(grades),
        instruments=tuple(instrument for instrument, _mean in weighed),
    )


def _advice_rows(assessment: int) -> list[dict[str, Any]]:
    """A row for each recommendation × measure that answers it × quarter reported. One query."""
    rows: Any = (
        Recommendation.objects.filter(assessment=assessment)
        .order_by(
            "number", "measures__issue__year__fiscal_year", "measures__issue__number",
            "measures__position", "measures__progress__quarter",
        )
        .values(
            "number", "text", "instrument__code", "item_id", "item__code",
            "item__indicator__part__label", "assessment__agency_id", "measures__id",
            "measures__number", "measures__text", "measures__result", "measures__outcome",
            "measures__issue__year__fiscal_year", "measures__issue__year__is_sample",
            "measures__progress__quarter", "measures__progress__state", "measures__progress__text",
            "measures__progress__is_sample", "measures__progress__approval",
        )
    )  # fmt: skip
    return list(rows)


def _advice(
    now: Assessed, rows: Iterable[Mapping[str, Any]], scored: ScoredQuestions
) -> tuple[Advice, ...]:
    items = {item.id: item for item in now.all_items()}
    firsts: dict[int, Mapping[str, Any]] = {}
    measures: dict[int, dict[int, Happened]] = defaultdict(dict)

    def after(row: Mapping[str, Any], measured: int = 0) -> NextScore | None:
        item = items.get(row["item_id"])
        asked = row["item__code"] or "", row["item__indicator__part__label"] or ""
        later = scored.get((row["assessment__agency_id"], *asked), {})
        return next_score(item.score if item else NO_SCORE, later, now.year, measured)

    for row in rows:
        firsts.setdefault(row["number"], row)
        if row["measures__id"] is not None:
            measured = after(row, row["measures__issue__year__fiscal_year"])
            own, happened = measures[row["number"]], _happened(row, measured)
            # Quarters ascend, so the latest report stays; what is not handed in counts for none.
            if happened.quarter or happened.id not in own:
                own[happened.id] = happened
    found = []
    for number, row in firsts.items():
        answering = tuple(measures[number].values())
        nexts = [measure.next for measure in answering] if answering else [after(row)]
        found.append(
            Advice(
                number=number,
                text=row["text"],
                instrument=row["instrument__code"] or "",
                item=items.get(row["item_id"]),
                measures=answering,
                nexts=tuple({each.year: each for each in nexts if each is not None}.values()),
            )
        )
    return tuple(found)


def _happened(row: Mapping[str, Any], measured: NextScore | None) -> Happened:
    counts = (approval := row["measures__progress__approval"]) in counted_states()
    sampled = counts and row["measures__progress__is_sample"]
    return Happened(
        id=row["measures__id"],
        year=row["measures__issue__year__fiscal_year"],
        number=row["measures__number"],
        text=row["measures__text"],
        quarter=row["measures__progress__quarter"] if counts else None,
        state=str(QuarterProgress.State(row["measures__progress__state"]).label) if counts else "",
        said=row["measures__progress__text"] if counts else "",
        sample=row["measures__issue__year__is_sample"] or sampled,
        result=row["measures__result"],
        outcome=row["measures__outcome"],
        next=measured,
        approved=approval == State.APPROVED if counts else None,
    )
