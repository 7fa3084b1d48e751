"""The instrument as it is loaded, what its points come to, editions, and the sample assessments."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal as D

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import translation

from integrity.models import (
    Answer,
    Criterion,
    CriterionLevel,
    Rubric,
    RubricGroup,
    RubricPart,
    SelfAssessment,
)
from integrity.self_assessments import write_editions as rubric_edition_services
from integrity.self_assessments.checks import structure_problems
from integrity.self_assessments.load import even_share, rubric_load, sample_clear, sample_load
from integrity.self_assessments.read import rubric_tree
from integrity.self_assessments.write import AnswerEntries
from integrity.self_assessments.write_editions import levels_problem, levels_record, rubric_copy
from nhrc_plan.setup import fixtures
from strategy.records.write import record_delete, record_save
from tests.support.assessing import (
    SELF,
    all_at,
    answer,
    begun,
    criterion,
    entry,
    page,
    stored,
    the_rubric,
)
from tests.support.languages import in_english
from tests.support.racing import split, together
from tests.support.writing import differences, facts

pytestmark = [pytest.mark.django_db, pytest.mark.same]

FOLDER = settings.BASE_DIR / "fixtures"
TREE = json.loads(
    (FOLDER / "integrity" / "rubric-2565-government.json").read_text(encoding="utf-8")
)
SAMPLES = json.loads(
    (FOLDER / "sample" / "assessments" / "samples.json").read_text(encoding="utf-8")
)


# ---------------------------------------------------------------------------------- loading


def test_everything_of_the_fixture_is_loaded():
    counts = [model.objects.count() for model in (Rubric, RubricPart, RubricGroup, Criterion)]
    assert counts == [1, 3, 16, 34]
    assert CriterionLevel.objects.count() == 76
    tree = rubric_tree(the_rubric())
    assert [
        [row.number for row in group.criteria] for part in tree.parts for group in part.groups
    ] == [
        [row["number"] for row in group["criteria"]]
        for part in TREE["parts"]
        for group in part["groups"]
    ]
    assert [row.text for row in tree.criteria] == [
        row["text"]
        for part in TREE["parts"]
        for group in part["groups"]
        for row in group["criteria"]
    ]
    assert list(tree.questions) == TREE["questions"]
    assert tree.eligibility == TREE["eligibility"]


@pytest.mark.parametrize(
    ("code", "full", "is_reading", "shares"),
    [
        ("A 1.1", "5.00", False, ["1/3", "2/3", "3/3"]),
        ("A 7.1", "2.50", False, ["1/3", "3/3"]),
        ("B 1.1", "10.00", True, ["1/3", "2/3", "3/3"]),
        ("B 1.3", "10.00", True, ["1/3", "2/3", "3/3"]),
        ("B 5", "10.00", False, ["0/1", "2/3", "3/3"]),
        ("S 1.1", None, False, []),
    ],
)
def test_points_and_shares(code, full, is_reading, shares):
    row = criterion(code)
    assert (row.full if row.full is None else str(row.full)) == full
    assert row.full_is_reading is is_reading
    assert [f"{level.share_of}/{level.share_in}" for level in row.levels.all()] == shares


def test_one_criterion_shows_a_policy():
    assert criterion("A 1.1") == Criterion.objects.get(shows_policy=True)


@pytest.mark.parametrize(
    ("full", "given", "share"),
    [("30", [None] * 3, "10.00"), ("20", ["5", None], "15.00"), ("20", [None] * 3, "6.66")],
)
def test_an_even_share_is_never_more_than_the_group_has(full, given, share):
    assert even_share(full, [{"full": points} for points in given]) == D(share)


def test_a_second_loading_changes_nothing():
    before = facts()
    fixtures.integrity_load()
    assert differences(before, facts()) == {}


@pytest.mark.parametrize("change", ["level", "part", "renamed", "gone"])
def test_what_staff_made_of_an_edition_is_left_alone_whole(planner, change):
    rubric = the_rubric()
    if change == "level":
        record_delete(instance=CriterionLevel.objects.first(), user=planner)
    elif change == "part":
        record_delete(instance=rubric.parts.get(code="S"), user=planner)
    elif change == "renamed":
        rubric.fiscal_year = 2570
        record_save(instance=rubric, user=planner)
    else:
        record_delete(instance=rubric, user=planner)
    before = facts()
    assert rubric_load(TREE, reason="again") is None
    assert differences(before, facts()) == {}


def test_another_year_is_another_edition():
    assert rubric_load({**TREE, "year": 2566}, reason="next") is not None
    assert Rubric.objects.count() == 2 and CriterionLevel.objects.count() == 2 * 76


# ----------------------------------------------------------------------- what points come to


@pytest.mark.parametrize(
    ("values", "total", "parts"),
    [
        ({}, "0.00", ["0.00", "0.00", "0.00"]),
        (all_at(3), "100.00", ["100.00", "100.00", "0.00"]),
        # Level 1 everywhere: a third of A, and of B all but its last 10.
        (all_at(1), "32.33", ["33.33", "30.00", "0.00"]),
        ({**all_at(3), "A 7.1": 1}, "98.83", ["98.33", "100.00", "0.00"]),
        ({**all_at(3), "B 5": 1}, "97.00", ["100.00", "90.00", "0.00"]),
        ({"B 5": 2}, "2.00", ["0.00", "6.67", "0.00"]),
        ({"B 1.1": 3, "B 1.2": 3, "B 1.3": 3}, "9.00", ["0.00", "30.00", "0.00"]),
        ({"A 3.3.2": 2}, "4.67", ["6.67", "0.00", "0.00"]),
        ({"S 1.1": "9.25", "S 3": "20"}, "0.00", ["0.00", "0.00", "29.25"]),
    ],
)
def test_the_total_of_the_real_instrument(values, total, parts):
    assessment = begun()
    answer(assessment, values)
    shown = page(assessment)
    assert str(shown.total) == total
    assert [str(row.points) for row in shown.parts] == parts


def test_full_marks_by_the_other_alternative_are_full_marks_too():
    assessment = begun()
    levels = {**all_at(3), "A 3.3.2": 3}
    del levels["A 3.3.1"]
    answer(assessment, levels)
    shown = page(assessment)
    assert shown.total == 100 and (shown.answered, shown.of) == (25, 25)
    (other,) = [row for row in shown.answers if row.criterion.code == "A 3.3.1"]
    assert not other.counts and not other.is_missing


def test_what_is_missing_and_what_brings_most():
    assessment = begun()
    answer(assessment, {code: 3 for code in SELF if code not in ("A 2.1", "A 3.3.1", "B 2", "B 5")})
    shown = page(assessment)
    missing = [[row.code for row in part.missing] for part in shown.parts]
    assert missing[:2] == [["A 2.1", "A 3.3.1"], ["B 2", "B 5"]] and len(missing[2]) == 8
    # One level of A 2.1 is 10 × 1/3 × 0.70; of B 2, 20 × 1/3 × 0.30; B 5's lowest earns nothing.
    assert [(row.criterion.code, row.level.level, str(row.points)) for row in shown.gains] == [
        ("A 2.1", 1, "2.33"),
        ("A 3.3.1", 1, "2.33"),
        ("B 2", 1, "2.00"),
        ("B 5", 2, "2.00"),
    ]
    assert (shown.answered, shown.of, shown.formula) == (21, 25, "80.00 × 0.70 + 70.00 × 0.30")


# ---------------------------------------------------------------------------------- editions


def test_a_copied_edition_is_the_same_for_another_year(planner):
    assessment = begun()
    answer(assessment, all_at(1))
    copied = rubric_copy(
        user=planner, rubric=the_rubric(), fiscal_year=2567, organisation_kind="ภาครัฐ"
    )
    one, two = rubric_tree(the_rubric()), rubric_tree(copied)

    def content(tree):
        return [
            (row.code, row.text, row.full, row.full_is_reading, row.alternative, row.shows_policy,
             row.heading, row.levels)
            for row in tree.criteria
        ]  # fmt: skip

    assert content(one) == content(two)
    assert {row.id for row in one.criteria}.isdisjoint(row.id for row in two.criteria)
    assert [(p.code, p.weight, p.assessed_by, dict(p.dimensions)) for p in one.parts] == [
        (p.code, p.weight, p.assessed_by, dict(p.dimensions)) for p in two.parts
    ]
    assert not copied.assessments.exists() and page(assessment).total == D("32.33")
    history = Criterion.history.filter(id__in=[row.id for row in two.criteria])
    assert {row.history_user_id for row in history} == {planner.pk} and len(history) == 34


def test_an_edition_is_copied_once_and_by_planners_only(planner, reporter):
    copying = {"rubric": the_rubric(), "fiscal_year": 2567, "organisation_kind": "ภาครัฐ"}
    with pytest.raises(PermissionDenied):
        rubric_copy(user=reporter, **copying)
    rubric_copy(user=planner, **copying)
    before = facts()
    with pytest.raises(ValidationError), in_english():
        rubric_copy(user=planner, **copying)
    assert differences(before, facts()) == {}


def test_what_has_been_answered_cannot_be_taken_away(planner):
    assessment = begun()
    answer(assessment, {"A 7.1": 3, "S 1.1": "5"})
    for row in (criterion("A 7.1"), criterion("A 7.1").group, the_rubric()):
        with pytest.raises(ValidationError, match="depends on it"), in_english():
            record_delete(instance=row, user=planner)
    record_delete(instance=criterion("A 7.2"), user=planner)
    assert stored(assessment) == {"A 7.1": 3, "S 1.1": D("5.00")}


@pytest.mark.parametrize(
    ("code", "kept", "refused"),
    [
        ("A 7.1", [1, 3], False),
        ("A 7.1", [2, 3], False),
        ("A 7.1", [1, 2], True),
        ("A 7.1", [], True),
        ("S 1.1", [], False),
        ("S 1.1", [1], True),
        ("A 1.1", [], False),
    ],
)
def test_levels_that_were_chosen_stay(code, kept, refused):
    answer(begun(), {"A 7.1": 3, "S 1.1": "5"})
    assert (levels_problem(criterion(code).pk, kept) is not None) is refused


def levels_changed(code, number, **more):
    """A level of a criterion with another number, for the service: (row, version)."""
    row = criterion(code).levels.get(level=number)
    for name, value in more.items():
        setattr(row, name, value)
    return row, row.version


def test_a_level_that_an_answer_holds_is_neither_deleted_nor_renumbered(planner):
    answer(begun(), {"A 7.1": 3})
    row = criterion("A 7.1")
    before = facts()
    for change in (
        {"saved": [], "deleted": [levels_changed("A 7.1", 3)]},
        {"saved": [levels_changed("A 7.1", 3, level=2)]},
        # All or none: the one that may go stays as well.
        {"saved": [], "deleted": [levels_changed("A 7.1", 1), levels_changed("A 7.1", 3)]},
    ):
        with in_english(), pytest.raises(ValidationError, match="chosen level 3"):
            levels_record(user=planner, criterion=row, **change)
        assert differences(before, facts()) == {}
    levels_record(user=planner, criterion=row, saved=[levels_changed("A 7.1", 1, level=2)])
    assert list(row.levels.values_list("level", flat=True)) == [2, 3]


def test_control_without_the_question_an_answer_loses_its_level(planner, monkeypatch):
    """NEGATIVE CONTROL: nothing else keeps the level that an answer names."""
    assessment = begun()
    answer(assessment, {"A 7.1": 3})
    monkeypatch.setattr(rubric_edition_services, "levels_problem", lambda *more: None)
    levels_record(
        user=planner, criterion=criterion("A 7.1"), saved=[],
        deleted=[levels_changed("A 7.1", 3)],
    )  # fmt: skip
    assert page(assessment).total == 0


def test_levels_are_the_planners(reporter):
    with pytest.raises(PermissionDenied):
        levels_record(
            user=reporter, criterion=criterion("A 7.1"), saved=[levels_changed("A 7.1", 3)]
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("round_", range(4))
def test_of_two_at_once_one_answers_by_a_level_or_takes_it_away(planner, round_):
    assessment = begun()
    mine, row = entry(assessment, "A 7.1", 3), criterion("A 7.1")
    going = levels_changed("A 7.1", 3)
    found = together(
        lambda: AnswerEntries.record_many(user=planner, assessment=assessment, entries=[mine]),
        lambda: levels_record(user=planner, criterion=row, saved=[], deleted=[going]),
    )
    assert split(found, ValidationError) == (1, 1)
    answered = stored(assessment) == {"A 7.1": 3}
    assert row.levels.filter(level=3).exists() == answered


# ------------------------------------------------------------------- points that do not add up


def told():
    with in_english():
        return structure_problems(rubric_tree(the_rubric()))


def test_the_points_of_the_fixture_add_up():
    assert told() == []


@pytest.mark.parametrize(
    ("row", "field", "value", "said"),
    [
        (lambda: criterion("A 1.1"), "full", 15,
         ["Group A 1 has 15 points, its criteria come to 25."]),
        # Of the alternatives the largest counts.
        (lambda: criterion("A 3.3.1"), "full", 1, []),
        (lambda: criterion("S 1.1"), "full", 10, []),
        (lambda: criterion("S 1.1"), "full", 40,
         ["Group S 1 has 40 points; criteria with points of their own come to 40 and leave "
          "nothing for the others."]),
        (lambda: criterion("A 1.1").group, "full", 25,
         ["Group A 1 has 25 points, its criteria come to 15.",
          "Part A has 100 points, its groups come to 110."]),
        (lambda: criterion("A 1.1").group.part, "full", 90,
         ["Part A has 90 points, its groups come to 100."]),
        (lambda: criterion("A 1.1").group.part, "weight", 60,
         ["The weights of the parts come to 90%, not 100%."]),
    ],
)  # fmt: skip
def test_who_edits_is_told_where_points_do_not_add_up(row, field, value, said):
    changed = row()
    setattr(changed, field, D(value))
    record_save(instance=changed, user=None)
    assert told() == said


def test_pages_and_the_admin_say_it(planner):
    assessment = begun()
    changed = criterion("A 1.1")
    changed.full = D(15)
    record_save(instance=changed, user=None)
    client = Client()
    client.force_login(planner)
    change = reverse("admin:integrity_criterion_change", args=[changed.pk])
    for address in (
        reverse("rubric", args=[the_rubric().pk]),
        reverse("assessment", args=[assessment.pk]),
        reverse("admin:integrity_rubric_change", args=[the_rubric().pk]),
    ):
        shown = client.get(address, headers={"accept-language": "en"})
        with translation.override("th"):
            assert structure_problems(rubric_tree(the_rubric()))[0] in shown.content.decode()
    levels = changed.levels.order_by("level")
    form = {
        "group": changed.group_id, "position": changed.position, "number": changed.number,
        "text": changed.text, "full": "5", "alternative": "", "shows_policy": "on",
        "change_reason": "", "expected_version": changed.version,
        "levels-TOTAL_FORMS": len(levels), "levels-INITIAL_FORMS": len(levels),
    }  # fmt: skip
    for place, level in enumerate(levels):
        for name in ("level", "text", "share_of", "share_in"):
            form[f"levels-{place}-{name}"] = getattr(level, name)
        form |= {
            f"levels-{place}-id": level.pk, f"levels-{place}-criterion": changed.pk,
            f"levels-{place}-expected_version": level.version,
        }  # fmt: skip
    saved = client.post(change, {**form, "full": "16"}, follow=True)
    with translation.override("th"):
        assert structure_problems(rubric_tree(the_rubric()))[0] in [
            str(m) for m in saved.context["messages"]
        ]
    form["expected_version"] = changed.version + 1
    mended = client.post(change, form, follow=True)
    assert told() == []
    assert len(mended.context["messages"]) == len(saved.context["messages"]) - 1


# ---------------------------------------------------------------------------------- samples


def test_samples_are_marked_and_of_nobody_real():
    assert sample_load(SAMPLES) == 3
    rows = SelfAssessment.objects.all()
    assert all(row.is_sample and row.agency is None for row in rows)
    assert all(row.organisation.startswith("(ตัวอย่าง)") for row in rows)
    assert sorted(str(page(row).total) for row in rows) == ["36.83", "5.83", "83.33"]
    readme = (FOLDER / "sample" / "assessments" / "README.md").read_text(encoding="utf-8")
    for row in rows:
        assert f"| {row.organisation} |" in readme and f"| {page(row).total} |" in readme


def test_samples_are_loaded_once_and_cleared_whole():
    before = facts()
    assert sample_load(SAMPLES) == 3
    assert sample_load(SAMPLES) == 0
    assert sample_clear() == 3
    changed = differences(before, facts())
    assert {table for table in changed if "historical" not in table} <= {"sqlite_sequence"}
    assert not Answer.objects.exists()
    assert {row.is_sample for row in SelfAssessment.history.all()} == {True}
    assert sample_clear() == 0
    assert sample_load(SAMPLES) == 3


def test_a_sample_that_somebody_changed_is_theirs(planner):
    sample_load(SAMPLES)
    row = SelfAssessment.objects.get(organisation__contains="เทศบาล")
    answer(row, {"A 1.1": 3}, planner)
    row.refresh_from_db()
    assert not row.is_sample
    assert sample_clear() == 2
    assert stored(row)["A 1.1"] == 3
    record_delete(instance=row, user=planner)
    assert sample_load(SAMPLES) == 2


def test_bootstrap_and_clear_sample_say_how_many(plan, settings, today, capsys):
    settings.TRIAL = True
    today(date(2026, 10, 11))
    with in_english():
        call_command("bootstrap", "--sample")
        assert "Sample assessments added: 3\n" in capsys.readouterr().out
        call_command("clear_sample")
        assert " 3 sample assessments, " in capsys.readouterr().out
    assert not SelfAssessment.objects.exists() and the_rubric()
