"""Targets and baselines: a change asks for a reason, and the old value stays to be read."""

from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kpis.models import Baseline, Measure, TargetValue, YearTarget
from kpis.write.results import value_field
from kpis.write.targets import TargetEntry, baseline_set, target_change
from strategy.records.history import history_of
from strategy.records.write import StaleVersion
from tests.support.writing import (
    address,
    differences,
    facts,
    filled,
    form_errors,
    indicator_of,
    signed_in,
)

pytestmark = pytest.mark.django_db


def target_of(plan, code, year):
    return YearTarget.objects.select_related("indicator").get(
        indicator=indicator_of(plan, code), fiscal_year=year
    )


def numbers(indicator, *rows):
    """(target, q1, q2, q3) of each measure, from short tuples of texts."""
    measures = indicator.measures.order_by("position")
    return {
        measure.pk: tuple(None if part is None else D(part) for part in (*row, *[None] * 4)[:4])
        for measure, row in zip(measures, rows, strict=False)
    }


def change(target, user, kind="numeric", *rows, reason="cabinet decision", version=None, **more):
    entry = TargetEntry(kind=kind, values=numbers(target.indicator, *rows), **more)
    return target_change(
        user=user, target=target, entry=entry, reason=reason, expected_version=version
    )


def stored(target):
    return [
        tuple(row)
        for row in TargetValue.objects.filter(target=target)
        .order_by("measure__position")
        .values_list("value", "q1", "q2", "q3")
    ]


# ------------------------------------------------------------------------------------ accepted


@pytest.mark.parametrize(
    ("code", "year", "kind", "rows", "more", "kept"),
    [
        pytest.param("S3-1.1", 2569, "numeric", [("82.5",)], {}, [(D("82.5"), None, None, None)], id="number"),
        pytest.param("S1-1.1", 2569, "numeric", [("41", "5", "10", "20"), ("36",)], {},
                     [(41, 5, 10, 20), (36, None, None, None)], id="two-measures-with-quarters"),
        pytest.param("S3-1.1", 2569, "numeric", [("0",)], {}, [(0, None, None, None)], id="zero"),
        pytest.param("S3-1.1", 2569, "milestone", [], {"milestone": "ศึกษา", "due_month": 6}, [], id="milestone"),
        pytest.param("S3-1.1", 2569, "baseline", [], {"milestone": "เท่า Baseline"}, [], id="as-the-baseline"),
        pytest.param("S3-1.1", 2569, "none", [], {}, [], id="none"),
        pytest.param("S4-3.1", 2567, "numeric", [("3",)], {}, [(3, None, None, None)], id="none-becomes-a-number"),
        pytest.param("S1-1.1", 2566, "numeric", [("3",), ("2",)], {},
                     [(3, None, None, None), (2, None, None, None)], id="milestone-becomes-a-number"),
    ],
)  # fmt: skip
def test_it_changes_a_target(plan, planner, code, year, kind, rows, more, kept):
    target = target_of(plan, code, year)
    change(target, planner, kind, *rows, **more)

    again = YearTarget.objects.get(pk=target.pk)
    assert (again.kind, again.milestone, again.due_month) == (
        kind, more.get("milestone", ""), more.get("due_month"),
    )  # fmt: skip
    assert stored(again) == kept
    assert (again.version, again.plan_text) == (2, target.plan_text)


def test_a_number_keeps_no_milestone(plan, planner):
    target = target_of(plan, "S1-1.1", 2566)
    change(target, planner, "numeric", ("3",), ("2",), milestone="left over", due_month=3)
    assert (target.milestone, target.due_month) == ("", None)


def test_a_new_target_needs_no_reason(plan, planner):
    indicator = indicator_of(plan, "S3-1.1")
    indicator.targets.filter(fiscal_year=2569).delete()
    target = YearTarget(indicator=indicator, fiscal_year=2569)
    change(target, planner, "numeric", ("75",), reason="")
    assert stored(target) == [(75, None, None, None)]


def test_the_old_value_stays_in_the_history_with_the_reason(plan, planner):
    target = target_of(plan, "S1-1.1", 2569)
    change(target, planner, "numeric", ("41", "5", "10", "20"), ("36",), reason="cabinet decision")
    change(target, planner, "milestone", milestone="ศึกษา", due_month=6, reason="postponed")

    last, middle, first = history_of(YearTarget, id=target.pk)
    assert [(e.kind, e.who, e.reason) for e in (last, middle)] == [
        ("~", "planner", "postponed"),
        ("~", "planner", "cabinet decision"),
    ]
    assert first.kind == "+"
    assert {c.field: (c.before, c.after) for c in middle.changes} == {
        "หน่วย": ("40", "41 (5, 10, 20)"),
        "จังหวัด": ("35", "36"),
    }
    gone = {c.field: (c.before, c.after) for c in last.changes}
    assert gone["หน่วย"] == ("41 (5, 10, 20)", "")
    assert gone["จังหวัด"] == ("36", "")
    assert ("", "ศึกษา") in gone.values()


# ------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("code", "year", "kind", "rows", "more", "fields"),
    [
        pytest.param("S3-1.1", 2569, "numeric", [("80",)], {"reason": ""}, "reason", id="no-reason"),
        pytest.param("S3-1.1", 2569, "numeric", [("80",)], {"reason": "  "}, "reason", id="blank-reason"),
        pytest.param("S3-1.1", 2569, "none", [], {"reason": ""}, "reason", id="no-reason-for-none"),
        pytest.param("S3-1.1", 2569, "numeric", [], {}, "value", id="no-number"),
        pytest.param("S1-1.1", 2569, "numeric", [("41",)], {}, "value2", id="second-measure-missing"),
        pytest.param("S1-1.1", 2569, "numeric", [("41",), (None, "1")], {}, "value2", id="quarter-without-target"),
        pytest.param("S3-1.1", 2569, "numeric", [("101",)], {}, "value", id="percentage-above-100"),
        pytest.param("S3-1.1", 2569, "numeric", [("-1",)], {}, "value", id="negative"),
        pytest.param("S3-3.1", 2569, "numeric", [("7.5",)], {}, "value", id="fraction-where-whole"),
        pytest.param("S4-1.1", 2569, "numeric", [("6",)], {}, "value", id="level-6"),
        pytest.param("S3-1.1", 2569, "numeric", [("80", "101")], {}, "q1", id="quarter-above-100"),
        pytest.param("S3-3.1", 2569, "numeric", [("7", None, "2.5")], {}, "q2", id="fraction-in-a-quarter"),
        pytest.param("S3-3.1", 2569, "numeric", [("7", None, None, "-1")], {}, "q3", id="negative-quarter"),
        pytest.param("S3-1.1", 2569, "milestone", [], {}, "milestone", id="milestone-without-words"),
        pytest.param("S3-1.1", 2569, "milestone", [], {"milestone": " "}, "milestone", id="milestone-of-blanks"),
        pytest.param("S3-1.1", 2569, "baseline", [], {}, "milestone", id="baseline-without-words"),
        pytest.param("S3-1.1", 2569, "milestone", [], {"milestone": "x", "due_month": 13}, "due_month", id="month-13"),
        pytest.param("S3-1.1", 2569, "promise", [], {}, "kind", id="odd-kind"),
    ],
)  # fmt: skip
def test_it_refuses_a_target_at_the_field(plan, planner, code, year, kind, rows, more, fields):
    target = target_of(plan, code, year)
    ids = list(target.indicator.measures.order_by("position").values_list("pk", flat=True))
    short = {
        "value": value_field(ids[0]),
        "value2": value_field(ids[-1]),
        **{part: value_field(ids[0], part) for part in ("q1", "q2", "q3")},
    }
    before = facts()
    with pytest.raises(ValidationError) as caught:
        change(target, planner, kind, *rows, **more)
    assert set(caught.value.error_dict) == {short.get(fields, fields)}
    assert differences(before, facts()) == {}


def test_a_target_for_a_measure_of_another_indicator_is_refused(plan, planner):
    target = target_of(plan, "S3-1.1", 2569)
    other = indicator_of(plan, "S3-1.2").measures.get()
    values = numbers(target.indicator, ("80",)) | {other.pk: (D(80), None, None, None)}
    with pytest.raises(ValidationError):
        target_change(
            user=planner, target=target, entry=TargetEntry("numeric", values), reason="why"
        )
    assert stored(target) == [(75, None, None, None)]


@pytest.mark.parametrize("who", ["reporter", "executive", "auditor"])
def test_only_planners_change_targets_and_baselines(request, plan, who):
    user = request.getfixturevalue(who)
    target = target_of(plan, "S3-1.1", 2569)
    baseline = Baseline(
        measure=target.indicator.measures.get(), value=1, source="x", fiscal_year=2566, month=1
    )
    before = facts()
    with pytest.raises(PermissionDenied):
        change(target, user, "numeric", ("80",))
    with pytest.raises(PermissionDenied):
        baseline_set(user=user, baseline=baseline)
    assert differences(before, facts()) == {}


def test_a_target_that_somebody_changed_is_not_replaced(plan, planner):
    mine, theirs = target_of(plan, "S3-1.1", 2569), target_of(plan, "S3-1.1", 2569)
    change(theirs, None, "numeric", ("79",))
    for version in (None, 1):
        with pytest.raises(StaleVersion):
            change(
                target_of(plan, "S3-1.1", 2569) if version else mine,
                planner,
                "numeric",
                ("80",),
                version=version,
            )
    assert stored(mine) == [(79, None, None, None)]
    assert YearTarget.history.filter(id=mine.pk).count() == 2


# ----------------------------------------------------------------------------------- baselines


@pytest.mark.parametrize(
    ("code", "value", "more", "fields"),
    [
        pytest.param("S3-1.1", "101", {}, {"value"}, id="percentage-above-100"),
        pytest.param("S3-1.1", "-1", {}, {"value"}, id="negative"),
        pytest.param("S3-3.1", "1.5", {}, {"value"}, id="fraction-where-whole"),
        pytest.param("S3-1.1", "40", {"source": ""}, {"source"}, id="without-source"),
        pytest.param("S3-1.1", "40", {"month": 13}, {"month", "__all__"}, id="month-13"),
        pytest.param("S3-1.1", "40", {"fiscal_year": 2023}, {"fiscal_year"}, id="christian-era"),
        pytest.param("S3-1.1", "40", {}, None, id="taken"),
    ],
)  # fmt: skip
def test_a_baseline(plan, planner, code, value, more, fields):
    measure = Measure.objects.get(indicator=indicator_of(plan, code))
    baseline = Baseline(
        measure=measure,
        value=D(value),
        **{"source": "survey", "fiscal_year": 2566, "month": 4, **more},
    )
    if fields is None:
        baseline_set(user=planner, baseline=baseline, reason="measured")
        row = Baseline.history.get()
        assert (row.value, row.history_user_name, row.history_change_reason) == (
            D(value),
            "planner",
            "measured",
        )
        return
    with pytest.raises(ValidationError) as caught:
        baseline_set(user=planner, baseline=baseline)
    assert set(caught.value.error_dict) <= fields
    assert not Baseline.objects.exists()


# ------------------------------------------------------------------------------------ the form


@pytest.fixture
def form(plan, planner):
    target = target_of(plan, "S3-1.1", 2569)
    client = signed_in(planner)
    return (
        client,
        address(target, "change"),
        value_field(target.indicator.measures.get().pk),
        target,
    )


@pytest.mark.parametrize("reason", ["", "  "])
def test_the_form_asks_for_a_reason_and_keeps_what_was_typed(form, reason):
    client, path, field, target = form
    response = client.post(path, filled(client.get(path), **{field: "๘๑", "change_reason": reason}))
    assert set(form_errors(response)) == {"change_reason"}
    assert response.context["adminform"].form[field].value() == "๘๑"
    assert stored(target) == [(75, None, None, None)]


def test_the_form_changes_the_target(form, planner):
    client, path, field, target = form
    data = filled(client.get(path), **{field: "๘๑", "change_reason": "cabinet"})
    assert client.post(path, data).status_code == 302
    assert stored(target) == [(81, None, None, None)]
    row = YearTarget.history.filter(id=target.pk).first()
    assert (row.history_user_id, row.history_change_reason) == (planner.pk, "cabinet")


def test_the_form_refuses_beside_the_field(form):
    client, path, field, target = form
    response = client.post(path, filled(client.get(path), **{field: "101", "change_reason": "why"}))
    assert set(form_errors(response)) == {field}


def test_saving_the_form_without_a_change_asks_nothing_and_writes_nothing(form):
    client, path, _field, _target = form
    before = facts()
    assert client.post(path, filled(client.get(path))).status_code == 302
    assert differences(before, facts()) == {}
