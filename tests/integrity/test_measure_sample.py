"""Integrity measures from fixtures, and the sample year: loading and clearing harm nothing."""

import json
from datetime import date

import pytest
from django.core.management import call_command

from integrity.measures import load as measure_loading
from integrity.measures.rules import DONE, IN_PROGRESS, NOT_STARTED, QUARTERS
from integrity.models import ItaMeasure, MeasureIssue, MeasureYear, QuarterProgress
from nhrc_plan.setup import fixtures
from strategy.approval.write import reopen
from strategy.models import Agency, Unit
from strategy.records.write import record_delete, record_save
from tests.support.languages import in_english
from tests.support.pages import samples
from tests.support.writing import TODAY, differences, facts, measure_of, progress

pytestmark = [pytest.mark.django_db, pytest.mark.same]

SOURCE = json.loads((fixtures.FOLDER / "integrity/measures.json").read_text(encoding="utf-8"))
[SAMPLE] = [
    json.loads(path.read_text(encoding="utf-8"))
    for path in (fixtures.FOLDER / "sample/integrity").glob("*.json")
]


# ---------------------------------------------------------------------------------- the sources


def test_what_is_stored_is_what_the_fixture_says(plan):
    for source in SOURCE["years"]:
        year = MeasureYear.objects.get(fiscal_year=source["fiscal_year"])
        assert (year.title, year.agency.slug, year.is_sample) == (
            source["title"], source["agency"], False,
        )  # fmt: skip
        found = [
            {
                "number": issue.number,
                "name": issue.name,
                "instruments": issue.instruments,
                "measures": [
                    {
                        "number": row.number,
                        "text": row.text,
                        "units": sorted(row.units.values_list("name", flat=True)),
                        "responsible_text": row.responsible_text,
                        "result": row.result,
                        "outcome": row.outcome,
                        "figures": [
                            {"label": f.label, "value": f"{f.value.normalize():f}",
                             "unit": f.unit_label}
                            for f in row.figures.all()
                        ],
                    }
                    for row in issue.measures.all()
                ],
            }
            for issue in year.issues.all()
        ]  # fmt: skip
        expected = [
            {
                **{name: issue[name] for name in ("number", "name", "instruments")},
                "measures": [
                    {
                        name: sorted(value) if name == "units" else value
                        for name, value in row.items()
                        if name not in ("quarters", "answers")
                    }
                    for row in issue["measures"]
                ],
            }
            for issue in source["issues"]
        ]
        assert found == expected
    assert not QuarterProgress.objects.exists()
    groups = set(Unit.objects.filter(is_group=True).values_list("name", flat=True))
    assert groups >= {unit["name"] for unit in SOURCE["units"] if unit["is_group"]}


def test_loading_again_changes_nothing(plan):
    before = facts()
    fixtures.integrity_load()
    assert differences(before, facts()) == {}


def test_a_year_that_staff_changed_or_deleted_is_left_alone_whole(plan, planner):
    changed = MeasureYear.objects.get(fiscal_year=2566)
    record_delete(instance=changed.issues.first(), user=planner)
    record_delete(instance=MeasureYear.objects.get(fiscal_year=2565), user=planner)
    before = facts()
    fixtures.integrity_load()
    assert differences(before, facts()) == {}


def test_a_unit_that_was_renamed_is_left_out_of_a_new_year(plan, planner):
    unit = Unit.objects.get(name="สบก.")
    unit.name = "สำนักบริหารกลาง (ใหม่)"
    record_save(instance=unit, user=planner)
    year = {**SOURCE["years"][0], "fiscal_year": 2571}
    measure_loading.measures_load({"units": [], "years": [year]}, reason="x")
    measure = ItaMeasure.objects.get(issue__year__fiscal_year=2571, issue__number=6)
    assert (list(measure.units.all()), measure.responsible_text) == ([], "สบก.")


# ----------------------------------------------------------------------------------- the samples


def load(day: date) -> int:
    """Load the sample of measures alone; gives the number of quarters."""
    return measure_loading.sample_load(SAMPLE, today=day)


def test_every_sample_text_says_that_it_is_one():
    texts = [SAMPLE["title"]]
    for item in SAMPLE["progress"]:
        for report in item["quarters"].values():
            assert report["state"] in (DONE, IN_PROGRESS, NOT_STARTED)
            assert bool(report["text"]) or report["state"] == NOT_STARTED
            texts += [report["text"], *(piece["text"] for piece in report.get("evidence", []))]
    assert [text for text in texts if text and not text.startswith("(ตัวอย่าง) ")] == []


def test_samples_fill_the_quarters_that_are_over_and_go_again(plan):
    with_evidence = facts()
    assert load(date(2026, 2, 1)) == 7
    rows = QuarterProgress.objects.all()
    assert set(rows.values_list("quarter", "is_sample")) == {(1, True)}
    year = MeasureYear.objects.get(fiscal_year=2569)
    assert (year.is_sample, year.issues.count()) == (True, 4)
    wanted = {
        (item["issue"], item["position"], int(quarter))
        for item in SAMPLE["progress"]
        for quarter in item["quarters"]
    }
    assert load(TODAY) == len(wanted) - 7
    stored = rows.values_list("measure__issue__number", "measure__position", "quarter")
    assert set(stored) == wanted
    assert load(TODAY) == 0
    assert measure_loading.sample_clear() == len(wanted)
    left = differences(with_evidence, facts())
    assert [name for name in left if "integrity" in name and "historical" not in name] == []
    # Whoever cleared them may load them again.
    assert load(TODAY) == len(wanted)


def test_no_sample_year_before_it_has_begun(plan):
    assert load(date(2025, 9, 30)) == 0
    assert not MeasureYear.objects.filter(fiscal_year=2569).exists()


def test_an_agencys_own_year_is_no_place_for_samples(plan, planner):
    row = MeasureYear(agency=Agency.objects.get(slug="nhrc"), fiscal_year=2569, title="ของจริง")
    record_save(instance=row, user=planner)
    before = facts()
    assert load(TODAY) == 0
    record_delete(instance=row, user=planner)
    assert load(TODAY) == 0
    left = differences(before, facts())
    assert {table for table in left if "historical" not in table} <= {"integrity_measureyear"}


def test_what_staff_changed_stays(plan, planner):
    load(TODAY)
    measure = measure_of(2569, "2.2")
    first = QuarterProgress.objects.get(measure=measure, quarter=1)
    reopen(user=planner, shown={first: 1}, reason="แก้ไข")
    progress(measure, 1, text="ของจริง", expected_version=2, user=planner)
    gone = QuarterProgress.objects.get(measure=measure, quarter=2)
    record_delete(instance=gone, user=planner)
    assert load(TODAY) == 0
    measure_loading.sample_clear()
    row = QuarterProgress.objects.get()
    assert (row.text, row.is_sample) == ("ของจริง", False)
    # The year stays with it, and is a sample no longer: nothing is added to it.
    assert not MeasureYear.objects.get(fiscal_year=2569).is_sample
    load(TODAY)
    assert QuarterProgress.objects.get() == row


@pytest.mark.parametrize("model", [MeasureYear, MeasureIssue, ItaMeasure])
def test_a_sample_year_in_which_staff_had_a_hand_stays(plan, planner, model):
    load(TODAY)
    row = {
        MeasureYear: lambda: MeasureYear.objects.get(fiscal_year=2569),
        MeasureIssue: lambda: MeasureIssue.objects.filter(year__fiscal_year=2569).first(),
        ItaMeasure: lambda: measure_of(2569, "2.2"),
    }[model]()
    record_save(instance=row, user=planner)
    measure_loading.sample_clear()
    assert MeasureYear.objects.filter(fiscal_year=2569).exists()
    assert not QuarterProgress.objects.exists()


def test_the_sample_year_has_something_to_wait_for_and_something_done(plan):
    states = {
        (item["issue"], item["position"]): [
            item["quarters"].get(str(quarter), {}).get("state") for quarter in QUARTERS
        ]
        for item in SAMPLE["progress"]
    }
    assert states[1, 1] == [IN_PROGRESS, DONE, None, None]
    assert states[4, 2][1] is None and states[3, 1][3] is None


def test_the_command_says_how_many_went(plan, capsys):
    samples(plan, TODAY)
    with in_english():
        call_command("clear_sample")
    assert "22 sample quarters of measures" in capsys.readouterr().out
