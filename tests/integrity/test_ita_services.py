"""Writing ITA scores: all or none, by planners, over nobody else's; and a year begun from another."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from integrity.ita import write as ita_services
from integrity.ita.read import ita_year
from integrity.ita.scores import ScoreEntry, ScoreTree
from integrity.ita.write import ScoreEntries, ita_year_begin
from integrity.models import ItaAssessment, ItaIndicator, ItaItem
from strategy.models import Agency
from strategy.records.write import EntriesRefused, StaleVersion
from tests.support.writing import differences, facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def assessment(plan: Any) -> ItaAssessment:
    return ItaAssessment.objects.get(agency=plan.agency, fiscal_year=2564)


def item(code: str) -> ItaItem:
    return ItaItem.objects.get(code=code, indicator__instrument__assessment__fiscal_year=2564)


def entry(code: str, before: Any, after: Any) -> ScoreEntry:
    key = f"Q{item(code).pk}"
    return ScoreEntry(key, before and D(before), after if after is None else D(after))


def record(user: Any, assessment: ItaAssessment, *entries: ScoreEntry, version: int = 1) -> int:
    written = ScoreEntries.record_many(
        user=user,
        assessment=assessment,
        entries=entries,
        expected_version=version,
        reason="ตามประกาศ",
    )
    return len(written)


def test_many_scores_are_written_with_their_history(assessment, planner):
    total = ScoreEntry(f"T{assessment.pk}", D("93.28"), D("93.30"))
    five = ItaIndicator.objects.get(instrument__assessment=assessment, number=5)
    rest = item("o8").parent
    entries = [
        total, entry("i27", "76.70", "77"), entry("i30", "75.99", None),
        ScoreEntry(f"I{five.pk}", D("81.02"), D("81.07")),
        ScoreEntry(f"R{rest.pk}", D(100), D("99.5")),
    ]  # fmt: skip
    assert record(planner, assessment, *entries) == 5
    assessment.refresh_from_db()
    assert (assessment.published_total, assessment.version) == (D("93.30"), 2)
    assert (item("i27").published, item("i30").published) == (D("77.00"), None)
    rest.refresh_from_db()
    assert rest.rest_score == D("99.50")
    for row in (assessment, five, item("i27"), item("i30"), rest):
        last = row.history.order_by("-history_id").first()
        assert (last.history_type, last.history_user_name, last.history_change_reason) == (
            "~", "planner", "ตามประกาศ",
        )  # fmt: skip
        assert row.history.count() == 2
        row.refresh_from_db()
        assert row.version == 2
    # Nothing that was not named has a new row.
    assert item("i25").history.count() == 1


def test_nothing_is_written_where_nothing_changes(assessment, planner):
    before = facts()
    assert record(planner, assessment, entry("i27", "76.70", "76.7")) == 0
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        ("101", "ระหว่าง 0 ถึง 100"),
        ("-1", "ระหว่าง 0 ถึง 100"),
        ("100.01", "ระหว่าง 0 ถึง 100"),
        ("NaN", "ระหว่าง 0 ถึง 100"),
        ("Infinity", "ระหว่าง 0 ถึง 100"),
        ("1e400", "ระหว่าง 0 ถึง 100"),
        ("76.705", "ทศนิยม"),
    ],
)
def test_one_bad_score_refuses_all_by_its_place(assessment, planner, after, sentence):
    before = facts()
    with pytest.raises(EntriesRefused) as refused:
        record(planner, assessment, entry("i25", "84.76", "85"), entry("i27", "76.70", after))
    assert list(refused.value.errors) == [1]
    assert sentence in refused.value.errors[1].messages[0]
    assert differences(before, facts()) == {}


def test_unknown_and_doubled_places_are_refused(assessment, planner):
    other = ItaItem.objects.get(code="e3")  # of 2563
    entries = [
        ScoreEntry(f"Q{other.pk}", D("95.80"), D(96)), entry("i27", "76.70", "77"),
        entry("i27", "76.70", "78"), ScoreEntry("Qx", None, D(1)),
    ]  # fmt: skip
    with pytest.raises(EntriesRefused) as refused:
        record(planner, assessment, *entries)
    assert sorted(refused.value.errors) == [0, 2, 3]


def test_both_ends_are_scores(assessment, planner):
    entries = [entry("i25", "84.76", "100"), entry("i27", "76.70", "0")]
    assert record(planner, assessment, *entries) == 2
    assert item("i27").published == 0


@pytest.mark.parametrize("who", ["reporter", "executive", "auditor"])
def test_only_planners_write(request, assessment, who):
    user = request.getfixturevalue(who)
    before = facts()
    with pytest.raises(PermissionDenied):
        record(user, assessment, entry("i27", "76.70", "77"))
    with pytest.raises(PermissionDenied):
        ita_year_begin(user=user, source=assessment, agency=assessment.agency, fiscal_year=2565)
    assert differences(before, facts()) == {}


# --------------------------------------------------------------------------------- who was first


def test_who_saves_second_is_told(assessment, planner):
    record(planner, assessment, entry("i27", "76.70", "77"))
    before = facts()
    with pytest.raises(StaleVersion):
        record(planner, assessment, entry("i25", "84.76", "85"))
    assert differences(before, facts()) == {}
    assert record(planner, assessment, entry("i25", "84.76", "85"), version=2) == 1


def test_a_score_that_somebody_changed_elsewhere_is_not_overwritten(assessment, planner):
    """By the form of its indicator, which leaves the assessment's own version as it was."""
    from strategy.records.write import record_save

    row = item("i27")
    row.published = D(50)
    record_save(instance=row, user=planner)
    with pytest.raises(EntriesRefused) as refused:
        record(planner, assessment, entry("i27", "76.70", "77"))
    assert refused.value.errors[0].code == "stale"
    assert "50.00" in refused.value.errors[0].messages[0]
    assert item("i27").published == 50


def test_without_the_guard_the_second_would_win(assessment, planner, monkeypatch):
    """Negative control: no claim, and the version is worth nothing."""
    record(planner, assessment, entry("i27", "76.70", "77"))
    monkeypatch.setattr(ita_services, "claim", lambda rows, versions: None)
    record(planner, assessment, entry("i25", "84.76", "85"))
    assert item("i25").published == 85


def test_a_deleted_assessment_takes_no_score(assessment, planner):
    wanted = entry("i27", "76.70", "77")
    ItaAssessment.objects.filter(pk=assessment.pk).delete()
    with pytest.raises(StaleVersion):
        record(planner, assessment, wanted)


def test_the_sheet_lists_every_scored_thing_once(assessment):
    sheet = ScoreTree(assessment)
    keys = [place.key for place in sheet]
    assert len(keys) == len(set(keys)) == 1 + 10 + 28 + 7
    assert [place.level for place in sheet][:3] == [0, 1, 1]
    scores = {place.code: place.score for place in sheet if place.code}
    assert (scores["i27"], scores["o8"]) == (D("76.70"), D(0))


def test_the_sheet_asks_a_fixed_number_of_times(assessment, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        ScoreTree(assessment)


# ------------------------------------------------------------------------------- another year


def test_a_year_begins_with_the_structure_and_without_scores(assessment, planner):
    made = ita_year_begin(
        user=planner,
        source=assessment,
        agency=assessment.agency,
        fiscal_year=2565,
        reason="เริ่มปี",
    )
    old, new = ScoreTree(assessment), ScoreTree(made)
    assert [(p.level, p.instrument, p.code, p.name) for p in new] == [
        (p.level, p.instrument, p.code, p.name) for p in old
    ]
    assert {place.score for place in new} == {None}
    assert {p.key for p in new} & {p.key for p in old} == set()
    now = ita_year(made.agency, 2565).now
    assert now.total.figure is None and now.grade == "" and now.rank is None
    assert [(row.code, row.weight, row.respondents) for row in now.instruments] == [
        ("IIT", D(30), None), ("EIT", D(30), None), ("OIT", D(40), None),
    ]  # fmt: skip
    assert now.grades == ita_year(made.agency, 2564).now.grades
    assert now.notes == "" and made.recommendations.count() == 0
    first = made.history.get()
    assert (first.history_user_name, first.history_change_reason) == ("planner", "เริ่มปี")


def test_scores_of_the_new_year_add_up(assessment, planner):
    """Filled with the scores of 2564 it comes to the same total."""
    made = ita_year_begin(
        user=planner, source=assessment, agency=assessment.agency, fiscal_year=2565
    )
    pairs = zip(ScoreTree(assessment), ScoreTree(made), strict=True)
    entries = [ScoreEntry(new.key, None, old.score) for old, new in pairs if old.score is not None]
    record(planner, made, *entries)
    shown = ita_year(made.agency, 2565)
    assert (shown.now.total.computed, shown.now.computed_grade) == (D("93.28"), "A")
    assert shown.change is not None and shown.change.points == 0


@pytest.mark.parametrize("year", [2563, 2564, 2499, 2700])
def test_a_year_that_exists_or_is_none_is_refused(assessment, planner, year):
    before = facts()
    with pytest.raises(ValidationError):
        ita_year_begin(user=planner, source=assessment, agency=assessment.agency, fiscal_year=year)
    assert differences(before, facts()) == {}


def test_another_agency_may_begin_from_it(assessment, planner):
    other = Agency.objects.get(slug="rlpd")
    made = ita_year_begin(user=planner, source=assessment, agency=other, fiscal_year=2564)
    assert (made.agency, made.instruments.count()) == (other, 3)
