"""Instruments in parts, as from 2566 on (docs/domain.md, "ITA"); years without parts stay as they are."""

from __future__ import annotations

from decimal import Decimal as D
from fractions import Fraction
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from integrity.ita import rules
from integrity.ita.read import ita_year, ita_years
from integrity.ita.rows import Score
from integrity.ita.rules import Node
from integrity.ita.scores import ScoreEntry, ScoreTree
from integrity.ita.sheets import ita_report
from integrity.ita.upload import compare, score_workbook
from integrity.ita.write import ScoreEntries, ita_year_begin
from integrity.models import (
    ItaAssessment,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    ItaPart,
    Recommendation,
)
from strategy.records.write import record_delete, record_save
from tests.support.writing import address, filled, form_errors, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]

PUBLIC, SURVEYED = "ผู้รับบริการตอบเอง", "ผู้สำรวจเก็บข้อมูล"
#: The scores of indicators 6 to 8 in each part.
SCORES = {PUBLIC: ("90", "80", "70"), SURVEYED: ("95", "85.05", "92.02")}


def saved(row: Any, **fields: Any) -> Any:
    for name, value in fields.items():
        setattr(row, name, value)
    return record_save(instance=row, user=None)


def in_parts(year: ItaAssessment, weights: tuple[int, int] = (1, 1)) -> ItaInstrument:
    """EIT of ``year`` in two parts, each with indicators of the same names, scored."""
    eit: ItaInstrument = year.instruments.get(code="EIT")
    names = list(eit.indicators.order_by("number").values_list("number", "name"))
    eit.indicators.all().delete()
    for place, ((label, scores), weight) in enumerate(
        zip(SCORES.items(), weights, strict=True), start=1
    ):
        part = saved(ItaPart(instrument=eit, position=place, label=label), weight=D(weight))
        for (number, name), score in zip(names, scores, strict=True):
            saved(
                ItaIndicator(instrument=eit, part=part, number=number, name=name),
                published=D(score),
            )
    return eit


@pytest.fixture
def source(plan: Any) -> ItaAssessment:
    return ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)


@pytest.fixture
def later(source: ItaAssessment) -> ItaAssessment:
    """2566 with EIT in parts."""
    made = ita_year_begin(user=None, source=source, agency=source.agency, fiscal_year=2566)
    in_parts(made)
    return made


def eit_of(assessment: ItaAssessment) -> Any:
    return ita_year(assessment.agency, assessment.fiscal_year).now.instrument("EIT")


# ---------------------------------------------------------------------------------------- the rule


@pytest.mark.parametrize(
    ("outside", "parts", "expected"),
    [
        pytest.param(["80", "90"], [], "85.00", id="no-parts-the-mean-of-its-indicators"),
        pytest.param([], [("80", 1), ("90.68", 1)], "85.34", id="parts-weigh-the-same"),
        pytest.param([], [("80", 30), ("90", 10)], "82.50", id="by-their-weights"),
        pytest.param([], [("80", 1), (None, 1)], None, id="a-part-not-known"),
        pytest.param(["80"], [("80", 1), ("90", 1)], None, id="an-indicator-of-no-part"),
        pytest.param([], [], None, id="nothing"),
    ],
)
def test_an_instrument_is_the_weighted_mean_of_its_parts(outside, parts, expected):
    found = rules.instrument(
        [Node(D(text)) for text in outside],
        [(None if text is None else Fraction(D(text)), D(weight)) for text, weight in parts],
    )
    assert rules.round2(found) == (None if expected is None else D(expected))


scored = st.decimals(0, 100, places=2).map(Fraction)
weighed = st.decimals("0.01", 100, places=2)


@given(st.lists(st.tuples(scored, weighed), min_size=1, max_size=4), weighed)
def test_parts_lie_around_their_instrument_and_only_the_ratio_of_weights_counts(parts, factor):
    found = rules.instrument([], parts)
    scores = [score for score, _weight in parts]
    assert found is not None and min(scores) <= found <= max(scores)
    assert found == rules.instrument([], [(score, weight * factor) for score, weight in parts])


# ---------------------------------------------------------------------------------------- the rows


def test_parts_are_means_of_their_indicators_and_make_the_instrument(later):
    eit = eit_of(later)
    assert [(part.label, part.score) for part in eit.parts] == [
        (PUBLIC, Score(None, D("80.00"))), (SURVEYED, Score(None, D("90.69"))),
    ]  # fmt: skip
    # (80 + 90.69) / 2 from what is not rounded: (80 + 90.69) / 2 = 85.345, half up.
    assert eit.score == Score(None, D("85.35"))
    assert [(part.label, [row.number for row in own]) for part, own in eit.groups] == [
        (PUBLIC, [6, 7, 8]), (SURVEYED, [6, 7, 8]),
    ]  # fmt: skip
    assert eit.weakest.title.startswith("8. ") and PUBLIC in eit.weakest.title


def test_weights_are_data(later):
    part = ItaPart.objects.get(label=PUBLIC)
    saved(part, weight=D(3))
    assert eit_of(later).score.computed == D("82.67")  # (3 × 80 + 90.69) ÷ 4


def test_a_published_part_is_quoted_and_a_gap_is_pointed_out(later):
    saved(ItaPart.objects.get(label=PUBLIC), published=D("80.02"))
    part = eit_of(later).parts[0]
    assert part.score == Score(D("80.02"), D("80.00"), True) and part.score.figure == D("80.02")
    # What was computed counts further up, and the published one where nothing can be.
    assert eit_of(later).score.computed == D("85.35")
    ItaIndicator.objects.filter(part__label=PUBLIC).delete()
    assert eit_of(later).score.computed == D("85.36")  # 85.355


def test_an_indicator_of_no_part_keeps_the_instrument_from_being_computed(later):
    """Before its parts were entered an instrument had indicators: they are placed one by one."""
    ItaIndicator.objects.filter(part__label=PUBLIC, number=6).update(part=None)
    eit = eit_of(later)
    assert eit.score.computed is None and [row.number for row in eit.outside] == [6]


def test_years_without_parts_stay_to_the_digit(source, later):
    shown = ita_years(source.agency)
    assert [row.total.computed for row in shown.years[:2]] == [D("94.07"), D("93.28")]
    assert not any(row.has_parts for row in shown.years[:2])


def test_years_are_compared_part_by_part(source, later):
    """An indicator of a part is not that of the whole instrument of another year."""
    following = ita_year_begin(user=None, source=later, agency=source.agency, fiscal_year=2567)
    for row in ItaIndicator.objects.filter(instrument__assessment=following, part__isnull=False):
        saved(row, published=D(99))
    shown = ita_year(source.agency, 2567)
    rows = [row for row in shown.now.indicators if row.part]
    assert [(row.part, shown.indicator_before(row).figure) for row in rows] == [
        (label, D(score)) for label, scores in SCORES.items() for score in scores
    ]
    eit = shown.now.instrument("EIT")
    assert [shown.part_before(eit, part).figure for part in eit.parts] == [D(80), D("90.69")]
    lines = [line for line in ita_years(source.agency).indicators if line.instrument == "EIT"]
    assert len(lines) == 9  # three of the whole instrument, three of each part
    parts = {line.name: [each and each.figure for each in line.scores]
             for line in ita_years(source.agency).parts}  # fmt: skip
    assert parts == {
        PUBLIC: [None, None, D(80), D(99)], SURVEYED: [None, None, D("90.69"), D(99)],
    }  # fmt: skip


def test_a_question_asked_in_both_parts_is_followed_in_its_own(source, later):
    def ask(year: ItaAssessment, label: str, score: str) -> ItaItem:
        indicator = ItaIndicator.objects.get(
            instrument__assessment=year, part__label=label, number=6
        )
        return saved(ItaItem(indicator=indicator, code="e1", text="ถาม"), published=D(score))

    following = ita_year_begin(user=None, source=later, agency=source.agency, fiscal_year=2567)
    asked = [ask(later, label, score) for label, score in ((PUBLIC, "70"), (SURVEYED, "80"))]
    for label, score in ((PUBLIC, "90"), (SURVEYED, "82")):
        ask(following, label, score)
    for number, item in enumerate(asked, start=1):
        saved(Recommendation(assessment=later, number=number, text="x"), item=item)
    advice = ita_year(source.agency, 2566).advice
    assert [[each.score.figure for each in row.nexts] for row in advice] == [[D(90)], [D(82)]]


def test_reading_asks_no_more_for_parts(later, django_assert_max_num_queries):
    with django_assert_max_num_queries(5):
        ita_year(later.agency, 2566)


# ---------------------------------------------------------------------------------------- entering


def test_an_indicator_says_its_part_where_there_are_parts(later):
    eit = later.instruments.get(code="EIT")
    iit = later.instruments.get(code="IIT")
    with pytest.raises(ValidationError) as refused:
        saved(ItaIndicator(instrument=eit, number=99, name="x"))
    assert set(refused.value.message_dict) == {"part"}
    with pytest.raises(ValidationError) as refused:
        saved(ItaIndicator(instrument=iit, number=99, name="x", part=eit.parts.first()))
    assert set(refused.value.message_dict) == {"part"}
    # The same number once in each part, and once where there are none.
    with pytest.raises(ValidationError):
        saved(ItaIndicator(instrument=eit, number=6, name="x", part=eit.parts.first()))
    with pytest.raises(ValidationError):
        saved(ItaIndicator(instrument=iit, number=1, name="x"))


def test_a_part_with_indicators_is_not_deleted_but_goes_with_its_instrument(later):
    part = ItaPart.objects.get(label=PUBLIC)
    with pytest.raises(ValidationError):
        record_delete(instance=part, user=None)
    record_delete(instance=later.instruments.get(code="EIT"), user=None)
    assert not ItaPart.objects.exists()
    assert ItaPart.history.filter(history_type="-").count() == 2


def test_parts_are_entered_on_the_form_of_the_instrument(source, planner):
    client = signed_in(planner)
    eit = source.instruments.get(code="EIT")
    path = address(eit, "change")
    page = client.get(path)
    typed = {"parts-TOTAL_FORMS": "2", "change_reason": "คู่มือ ITA 2566"}
    for place, label in enumerate(SCORES):
        typed |= {
            f"parts-{place}-position": str(place + 1), f"parts-{place}-label": label,
            f"parts-{place}-weight": "๑", f"parts-{place}-instrument": str(eit.pk),
        }  # fmt: skip
    assert client.post(path, filled(page, **typed)).status_code == 302
    assert [part.label for part in eit.parts.all()] == list(SCORES)
    # From now on each indicator says which part it is of; both parts are offered.
    page = client.get(path)
    formset = next(
        inline.formset for inline in page.context["inline_admin_formsets"]
        if inline.formset.model is ItaIndicator
    )  # fmt: skip
    fields = [form.add_prefix("part") for form in formset.initial_forms]
    labels = [label for value, label in formset.forms[0].fields["part"].choices if value]
    assert labels == list(SCORES)
    refused = client.post(path, filled(page, **{fields[0]: str(eit.parts.first().pk)}))
    assert set(form_errors(refused)) == set(fields[1:])
    placed = {name: str(eit.parts.first().pk) for name in fields}
    assert client.post(path, filled(page, **placed)).status_code == 302
    assert set(eit.indicators.values_list("part__label", flat=True)) == {PUBLIC}


def test_the_screen_and_the_workbook_of_scores_are_grouped_by_parts(later, planner):
    tree = ScoreTree(later)
    eit = [place for place in tree if place.instrument.startswith("EIT")]
    assert [(place.key[0], place.instrument, place.code) for place in eit] == [
        row
        for label in SCORES
        for row in (
            ("P", "EIT", ""), *(("I", f"EIT {label}", number) for number in ("6", "7", "8")),
        )
    ]  # fmt: skip
    part = ItaPart.objects.get(label=PUBLIC)
    found = compare(score_workbook(tree), tree)
    assert not found.lines and found.unchanged == len(tree.places)
    entry = ScoreEntry(f"P{part.pk}", None, D("80.10"))
    assert ScoreEntries.record_many(
        user=planner, assessment=later, entries=[entry], expected_version=1, reason="ตามประกาศ"
    )
    part.refresh_from_db()
    assert (part.published, part.version) == (D("80.10"), 2)
    last = part.history.order_by("-history_id").first()
    assert (last.published, last.history_user_name) == (D("80.10"), "planner")
    page = signed_in(planner).get(reverse("admin:integrity_itaassessment_scores", args=[later.pk]))
    row = next(row for row in page.context["form"].forms if row.prefix == entry.key)
    assert row.score == Score(D("80.10"), D("80.00"), True)


def test_another_year_begins_with_the_parts(later):
    made = ita_year_begin(user=None, source=later, agency=later.agency, fiscal_year=2567)
    eit = made.instruments.get(code="EIT")
    assert list(eit.parts.values_list("label", "weight", "published")) == [
        (label, D(1), None) for label in SCORES
    ]
    assert [row.part.label for row in eit.indicators.order_by("part__position", "number")] == [
        label for label in SCORES for _number in range(3)
    ]
    assert {row.part.instrument_id for row in eit.indicators.all()} == {eit.pk}


# ----------------------------------------------------------------------------------- page and files


def test_page_data_and_workbook_show_the_parts(later, planner):
    saved(ItaPart.objects.get(label=PUBLIC), published=D("80.50"))
    client = signed_in(planner)
    asked = f"?agency={later.agency.slug}"
    page = client.get(f"/integrity/ita/2566/{asked}").content.decode()
    assert page.count(PUBLIC) >= 4 and "ต่างกัน" in page
    data = client.get(f"/integrity/ita/2566.json{asked}").json()
    eit = next(row for row in data["instruments"] if row["code"] == "EIT")
    assert [(row["name"], row["published"], row["computed"]) for row in eit["parts"]] == [
        (PUBLIC, "80.50", "80.00"), (SURVEYED, None, "90.69"),
    ]  # fmt: skip
    assert {row["part"] for row in data["indicators"]} == {None, *SCORES}
    sheet = load_workbook(BytesIO(ita_report(ita_year(later.agency, 2566)))).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    place = next(place for place, row in enumerate(rows) if PUBLIC in row)
    assert rows[place][4:6] == [80.5, 80]
    assert [row[1] for row in rows[place + 1 : place + 4]] == [6, 7, 8]
    years = client.get(f"/integrity/ita/{asked}").content.decode()
    assert PUBLIC in years and SURVEYED in years


def test_the_page_names_the_indicators_of_no_part(later, planner):
    ItaIndicator.objects.filter(part__label=PUBLIC, number=6).update(part=None)
    page = signed_in(planner).get(f"/integrity/ita/2566/?agency={later.agency.slug}")
    assert page.status_code == 200
    [row] = [row for row in page.context["instruments"] if row.now.outside]
    assert row.now.code == "EIT"
