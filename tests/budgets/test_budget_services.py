"""Writing disbursements: who may, what is refused, what is left behind (docs/domain.md, "Budgets").

Sentences are compared in English, as the code has them.
"""

from contextlib import nullcontext
from datetime import date
from decimal import Decimal as D

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from budgets.models import Disbursement, Project, ProjectBudget, ProjectLead
from budgets.read.money import plan_money
from budgets.write.disbursements import (
    DisbursementEntries,
    DisbursementEntry,
    disbursement_delete,
)
from strategy import access as roles
from strategy.calendar import FiscalMonth
from strategy.models import Unit
from strategy.records.write import EntriesRefused, StaleVersion, claim, record_save
from strategy.standing.status import NO_BUDGET
from tests.support.languages import in_english
from tests.support.money import PEOPLE, SECOND, entry, move, project_of, spend, stored
from tests.support.racing import ROUNDS, blind_claim, split, together
from tests.support.writing import OWN, TODAY, differences, facts

pytestmark = pytest.mark.django_db

SHARED = "3-1"  # led by OWN, then by SECOND; 1.00 million baht in 2569
SMALL = "1-1"  # 1.50 million baht in 2569
DASH = "2-1"  # nothing from 2568 on


@pytest.fixture(autouse=True)
def english():
    with in_english(thai_days=True):
        yield


def refusals(caught):
    """The sentences of a refusal, by field."""
    return caught.value.message_dict


# ----------------------------------------------------------------------------------------- who may


@pytest.mark.parametrize("who", [*PEOPLE, "anonymous", "left"])
def test_the_first_named_lead_unit_and_planners_enter(plan, person, who):
    project = project_of(plan, SHARED)
    project.supporting_units.add(Unit.objects.get(name=PEOPLE["supporting"][1]))
    if who == "anonymous":
        user = AnonymousUser()
    elif who == "left":
        user = person(who, roles.PLANNER, is_active=False)
    else:
        user = person(who, *PEOPLE[who])
    allowed = who in ("planner", "first-lead")
    before = facts()
    with nullcontext() if allowed else pytest.raises(PermissionDenied):
        spend(plan, SHARED, 2569, 6, "500000", user=user)
    assert stored() == ([(6, "500000.00", "0.00")] if allowed else [])
    assert allowed or differences(before, facts()) == {}


def test_who_comes_first_decides_and_not_who_was_first(plan, person):
    """Planners put the lead units in another order: the right to enter goes along."""
    first, second = person("first", roles.REPORTER, OWN), person("second", roles.REPORTER, SECOND)
    leads = {lead.unit.name: lead for lead in project_of(plan, SHARED).leads.all()}
    ProjectLead.objects.filter(pk=leads[OWN].pk).update(position=9)
    spend(plan, SHARED, 2569, 6, "1", user=second)
    with pytest.raises(PermissionDenied):
        spend(plan, SHARED, 2569, 7, "2", user=first)


def test_a_project_without_a_lead_unit_is_the_planners(plan, reporter, planner):
    project_of(plan, SHARED).leads.all().delete()
    with pytest.raises(PermissionDenied):
        spend(plan, SHARED, 2569, 6, "1", user=reporter)
    spend(plan, SHARED, 2569, 6, "1", user=planner)


def test_one_project_of_another_unit_among_many_stops_them_all(plan, reporter):
    entries = [entry(plan, SHARED, 2569, 5, "1"), entry(plan, SMALL, 2569, 5, "1")]
    with pytest.raises(PermissionDenied):
        DisbursementEntries.record_many(user=reporter, entries=entries, today=TODAY)
    assert stored() == []


# ---------------------------------------------------------------------------------- what is refused

FALL = "Disbursed should not fall: {} stands at {} baht, {} at {}. Give the reason if it is right."
USED_FALL = FALL.replace("Disbursed", "Disbursed and committed together")
ABOVE = (
    "Disbursed and committed come to {} baht, more than the {} allocated. "
    "Give the reason if it is right."
)


@pytest.mark.parametrize(
    ("code", "year", "month", "disbursed", "committed", "more", "found"),
    [
        pytest.param(
            SMALL, 2565, 12, "1", "0", {},
            {"fiscal_year": ["This plan runs from fiscal year 2566 to 2570."]}, id="before-the-plan",
        ),
        pytest.param(
            SMALL, 2571, 1, "1", "0", {},
            {"fiscal_year": ["This plan runs from fiscal year 2566 to 2570."]}, id="after-the-plan",
        ),
        pytest.param(
            SMALL, 2569, 0, "1", "0", {},
            {"month": ["A fiscal month is 1 (October) to 12."]}, id="month-0",
        ),
        pytest.param(
            SMALL, 2569, 13, "1", "0", {},
            {"month": ["A fiscal month is 1 (October) to 12."]}, id="month-13",
        ),
        pytest.param(
            SMALL, 2570, 1, "1", "0", {},
            {"month": ["ตุลาคม 2569 has not ended; the latest month to report is กันยายน 2569."]},
            id="a-month-that-has-not-ended",
        ),
        pytest.param(
            SMALL, 2569, 6, "600000", "0", {},
            {"month": ["Figures for that month exist; change them instead."]}, id="they-exist",
        ),
        pytest.param(
            SMALL, 2569, 7, None, "0", {},
            {"disbursed": ["Write both amounts; 0 where there is none."]}, id="no-disbursed",
        ),
        pytest.param(
            SMALL, 2569, 7, "700000", None, {},
            {"committed": ["Write both amounts; 0 where there is none."]}, id="no-committed",
        ),
        pytest.param(
            SMALL, 2569, 7, "-0.01", "0", {},
            {"disbursed": ["The number cannot be negative."]}, id="negative-disbursed",
        ),
        pytest.param(
            SMALL, 2569, 7, "700000", "-1", {},
            {"committed": ["The number cannot be negative."]}, id="negative-committed",
        ),
        pytest.param(
            SMALL, 2569, 7, "700000.005", "0", {},
            {"disbursed": ["At most 2 decimals are kept; round the number first."]}, id="too-fine",
        ),
        pytest.param(
            SMALL, 2569, 7, "1400000", "100000.01", {},
            {"reason": [ABOVE.format("1,500,000.01", "1,500,000.00")]}, id="above-what-is-allocated",
        ),
        pytest.param(
            DASH, 2569, 7, "0.01", "0", {},
            {"reason": [ABOVE.format("0.01", "0.00")]}, id="money-in-a-year-without",
        ),
        pytest.param(
            SMALL, 2569, 7, "599999.99", "100000", {},
            {"reason": [FALL.format("มี.ค. 2569", "600,000.00", "เม.ย. 2569", "599,999.99")]},
            id="paid-falls",
        ),
        pytest.param(
            SMALL, 2569, 5, "600000.01", "0", {},
            {"reason": [FALL.format("ก.พ. 2569", "600,000.01", "มี.ค. 2569", "600,000.00")]},
            id="paid-above-a-later-month",
        ),
        pytest.param(
            SMALL, 2569, 7, "650000", "49999.99", {},
            {"reason": [USED_FALL.format("มี.ค. 2569", "700,000.00", "เม.ย. 2569", "699,999.99")]},
            id="used-falls",
        ),
        pytest.param(
            SMALL, 2569, 7, "0", "1500001", {},
            {"reason": [
                ABOVE.format("1,500,001.00", "1,500,000.00"),
                FALL.format("มี.ค. 2569", "600,000.00", "เม.ย. 2569", "0.00"),
            ]},
            id="above-and-falling",
        ),
        pytest.param(
            SMALL, 2569, 7, "0", "1500001", {"reason": " \n"},
            {"reason": [
                ABOVE.format("1,500,001.00", "1,500,000.00"),
                FALL.format("มี.ค. 2569", "600,000.00", "เม.ย. 2569", "0.00"),
            ]},
            id="blanks-are-no-reason",
        ),
        pytest.param(
            SMALL, 2570, 1, "-1", None, {"reason": "x"},
            {
                "month": ["ตุลาคม 2569 has not ended; the latest month to report is กันยายน 2569."],
                "disbursed": ["The number cannot be negative."],
                "committed": ["Write both amounts; 0 where there is none."],
            },
            id="everything-at-once",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("by", ["planner", "system"])
def test_refused(plan, planner, by, code, year, month, disbursed, committed, more, found):
    """Month 6 of SMALL stands at 600,000 paid and 100,000 bound, of 1,500,000."""
    user = planner if by == "planner" else None
    spend(plan, SMALL, 2569, 6, "600000", "100000")
    before = facts()
    with pytest.raises(ValidationError) as caught:
        spend(plan, code, year, month, disbursed, committed, user=user, **more)
    assert refusals(caught) == found
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    ("disbursed", "committed", "code"),
    [
        pytest.param("-1", "0", "number_negative", id="negative"),
        pytest.param(None, "0", "amount_both", id="one-of-two"),
        pytest.param("0.001", "0", "number_too_fine", id="too-fine"),
    ],
)
def test_refusals_of_an_amount_carry_their_code(plan, disbursed, committed, code):
    with pytest.raises(ValidationError) as caught:
        spend(plan, SMALL, 2569, 6, disbursed, committed)
    assert [error.code for error in caught.value.error_dict["disbursed"]] == [code]


@pytest.mark.parametrize(
    ("code", "disbursed", "committed", "reason"),
    [
        pytest.param(SMALL, "600000", "100000", "", id="as-before"),
        pytest.param(SMALL, "700000", "0", "", id="what-was-bound-is-paid"),
        pytest.param(SMALL, "1000000", "500000", "", id="all-of-it"),
        pytest.param(SMALL, "1400000", "200000", "รอโอนเพิ่ม", id="above-with-a-reason"),
        pytest.param(SMALL, "500000", "100000", "คืนเงิน", id="a-fall-with-a-reason"),
        pytest.param(DASH, "0", "0", "", id="nothing-in-a-year-without-money"),
        pytest.param(DASH, "1000", "0", "เบิกแทนกัน", id="money-in-a-year-without"),
    ],
)
def test_taken(plan, planner, code, disbursed, committed, reason):
    spend(plan, SMALL, 2569, 6, "600000", "100000")
    saved = spend(plan, code, 2569, 7, disbursed, committed, user=planner, reason=reason)
    row = Disbursement.objects.get(pk=saved.pk)
    assert (row.disbursed, row.committed, row.reason) == (D(disbursed), D(committed), reason)
    assert (row.version, row.is_sample) == (1, False)


def test_running_totals_begin_anew_each_fiscal_year(plan):
    spend(plan, SMALL, 2568, 12, "1500000")
    spend(plan, SMALL, 2569, 1, "0")
    assert sorted(stored()) == [(1, "0.00", "0.00"), (12, "1500000.00", "0.00")]


def test_a_month_is_held_against_the_others_of_the_same_list(plan):
    """Months 5 and 7 fit what is stored, and not one another."""
    spend(plan, SMALL, 2569, 1, "100")
    entries = [entry(plan, SMALL, 2569, 7, "300"), entry(plan, SMALL, 2569, 5, "400")]
    with pytest.raises(EntriesRefused) as caught:
        DisbursementEntries.record_many(user=None, entries=entries, today=TODAY)
    sentence = FALL.format("ก.พ. 2569", "400.00", "เม.ย. 2569", "300.00")
    assert {place: error.message_dict for place, error in caught.value.errors.items()} == {
        0: {"reason": [sentence]},
        1: {"reason": [sentence]},
    }


def test_the_same_month_twice_in_a_list_is_refused(plan):
    entries = [entry(plan, SMALL, 2569, 6, "1"), entry(plan, SMALL, 2569, 6, "1")]
    with pytest.raises(EntriesRefused) as caught:
        DisbursementEntries.record_many(user=None, entries=entries, today=TODAY)
    assert {place: error.message_dict for place, error in caught.value.errors.items()} == {
        1: {"month": ["This month's figures stand in the list already."]}
    }
    assert stored() == []


# -------------------------------------------------------------------------------- what is allocated


def test_the_approved_amount_takes_the_place_of_the_plan_s(plan, planner):
    budget = ProjectBudget.objects.get(project=project_of(plan, SMALL), fiscal_year=2569)
    budget.approved_amount = D("1200000")
    record_save(instance=budget, user=planner)
    with pytest.raises(ValidationError) as caught:
        spend(plan, SMALL, 2569, 6, "1200000.01")
    assert refusals(caught) == {"reason": [ABOVE.format("1,200,000.01", "1,200,000.00")]}
    spend(plan, SMALL, 2569, 6, "1200000")


@pytest.mark.parametrize(
    ("day", "counts"),
    [
        pytest.param(date(2026, 2, 28), True, id="the-month-before"),
        pytest.param(date(2026, 3, 31), True, id="its-last-day"),
        pytest.param(date(2026, 4, 1), False, id="the-day-after"),
    ],
)
def test_a_transfer_counts_from_the_month_of_its_document(plan, day, counts):
    """Month 6 ends on 31 March 2026; 500,000 of 1,500,000 are taken away."""
    move(plan, SMALL, "-500000", day)
    with pytest.raises(ValidationError) if counts else nullcontext() as caught:
        spend(plan, SMALL, 2569, 6, "1200000")
    if counts:
        assert refusals(caught) == {"reason": [ABOVE.format("1,200,000.00", "1,000,000.00")]}
        spend(plan, SMALL, 2569, 5, "1000000")


def test_transfers_add_up_and_stay_with_their_project_and_year(plan):
    move(plan, SMALL, "100000.25", date(2026, 1, 5))
    move(plan, SMALL, "-50000.10", date(2026, 2, 5))
    move(plan, SHARED, "900000", date(2026, 1, 5))
    move(plan, SMALL, "900000", date(2025, 1, 6), year=2568)
    with pytest.raises(ValidationError) as caught:
        spend(plan, SMALL, 2569, 6, "1550000.16")
    assert refusals(caught) == {"reason": [ABOVE.format("1,550,000.16", "1,550,000.15")]}
    spend(plan, SMALL, 2569, 6, "1550000.15")


# ----------------------------------------------------------------------------------- all or nothing


def test_of_many_with_a_bad_one_nothing_is_saved_and_the_bad_one_is_named(plan, planner):
    kept = spend(plan, SMALL, 2569, 5, "5")
    entries = [
        entry(plan, SMALL, 2569, 5, "6", expected_version=kept.version),
        entry(plan, SMALL, 2569, 6, "7"),
        entry(plan, SHARED, 2569, 6, "-1"),
        entry(plan, DASH, 2569, 6, "0"),
        entry(plan, SHARED, 2569, 7, None, None),
    ]
    before = facts()
    with pytest.raises(EntriesRefused) as caught:
        DisbursementEntries.record_many(user=planner, entries=entries, today=TODAY)
    assert {place: set(error.message_dict) for place, error in caught.value.errors.items()} == {
        2: {"disbursed"},
        4: {"disbursed", "committed"},
    }
    assert differences(before, facts()) == {}
    good = [held for place, held in enumerate(entries) if place not in caught.value.errors]
    assert len(DisbursementEntries.record_many(user=planner, entries=good, today=TODAY)) == 3


def test_what_is_given_back_is_in_the_order_of_the_list(plan):
    kept = spend(plan, SMALL, 2569, 5, "5")
    entries = [
        entry(plan, SMALL, 2569, 6, "6"),
        entry(plan, SMALL, 2569, 5, "4", expected_version=kept.version),
        entry(plan, SMALL, 2569, 7, "7"),
    ]
    rows = DisbursementEntries.record_many(user=None, entries=entries, today=TODAY)
    assert [(row.month, row.version) for row in rows] == [(6, 1), (5, 2), (7, 1)]
    assert all(row.pk for row in rows)


def test_nothing_to_save_is_no_fault(plan):
    assert DisbursementEntries.record_many(user=None, entries=[], today=TODAY) == []


# ------------------------------------------------------------------------------------------ versions


def test_of_two_who_read_the_same_version_the_second_is_told(plan, planner, reporter):
    first = spend(plan, SHARED, 2569, 6, "100")
    spend(plan, SHARED, 2569, 6, "200", user=reporter, expected_version=first.version)
    before = facts()
    with pytest.raises(StaleVersion) as caught:
        spend(plan, SHARED, 2569, 6, "300", user=planner, expected_version=first.version)
    assert caught.value.instance.pk == first.pk
    assert differences(before, facts()) == {}
    assert stored() == [(6, "200.00", "0.00")]


def test_one_stale_row_among_many_stops_them_all(plan, planner):
    first = spend(plan, SHARED, 2569, 6, "100")
    spend(plan, SHARED, 2569, 6, "200", expected_version=first.version)
    entries = [
        entry(plan, SMALL, 2569, 6, "1"),
        entry(plan, SHARED, 2569, 6, "300", expected_version=first.version),
    ]
    with pytest.raises(StaleVersion) as caught:
        DisbursementEntries.record_many(user=planner, entries=entries, today=TODAY)
    assert caught.value.instance.project == project_of(plan, SHARED)
    assert stored() == [(6, "200.00", "0.00")]


def test_figures_that_were_taken_away_meanwhile_do_not_come_back(plan, planner, reporter):
    """They were opened, deleted by a planner, and then saved."""
    first = spend(plan, SHARED, 2569, 6, "100")
    disbursement_delete(
        user=planner, disbursement=Disbursement.objects.get(), reason="x", expected_version=1
    )
    before = facts()
    with pytest.raises(StaleVersion):
        spend(plan, SHARED, 2569, 6, "200", user=reporter, expected_version=first.version)
    assert differences(before, facts()) == {}


def overtaken(plan, monkeypatch, claim):
    """Somebody saves between the check of what was read and the save of 300."""
    first = spend(plan, SHARED, 2569, 6, "100")
    others = []

    def late(instances, expected):
        if not others:
            others.append(True)
            Disbursement.objects.filter(pk=first.pk).update(disbursed=D(200), version=2)
        claim(instances, expected)

    monkeypatch.setattr("strategy.records.entries.claim", late)
    spend(plan, SHARED, 2569, 6, "300", expected_version=first.version)


def test_who_is_overtaken_between_check_and_save_is_told(plan, monkeypatch):
    with pytest.raises(StaleVersion), transaction.atomic():
        overtaken(plan, monkeypatch, claim)


def test_control_without_the_claim_the_other_s_figure_is_lost(plan, monkeypatch):
    overtaken(plan, monkeypatch, blind_claim)
    assert stored() == [(6, "300.00", "0.00")]


# ------------------------------------------------------------------------------------- new, at once

JUST_NOW = "Figures for that month were entered just now by somebody else; look again."


@pytest.fixture
def blind(monkeypatch):
    """Whoever enters sees none of the figures there: they looked before the other one saved."""

    read = DisbursementEntries.read

    def blind(entries):
        read(entries)
        entries.kept = {}

    monkeypatch.setattr(DisbursementEntries, "read", blind)


def test_of_two_new_figures_for_a_month_the_second_is_refused(plan, planner, blind):
    spend(plan, SHARED, 2569, 6, "100")
    before = facts()
    entries = [entry(plan, SMALL, 2569, 6, "1"), entry(plan, SHARED, 2569, 6, "200")]
    with pytest.raises(ValidationError) as caught:
        DisbursementEntries.record_many(user=planner, entries=entries, today=TODAY)
    assert caught.value.messages == [JUST_NOW]
    assert differences(before, facts()) == {}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_enter_the_same_month_at_once_one_stands_and_the_other_is_told(
    plan, planner, reporter
):
    for month in range(1, ROUNDS + 1):
        found = together(
            lambda m=month: spend(plan, SHARED, 2569, m, f"{m}00", user=reporter),
            lambda m=month: spend(plan, SHARED, 2569, m, f"{m}50", user=planner),
        )
        assert split(found, ValidationError) == (1, 1)
        row = Disbursement.objects.get(month=month)
        assert row.disbursed == D(f"{month}00" if isinstance(found[1], Exception) else f"{month}50")
        assert row.history.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_correct_the_same_month_at_once_one_wins(plan, planner, reporter):
    spend(plan, SHARED, 2569, 6, "100")
    for version in range(1, ROUNDS + 1):
        found = together(
            lambda v=version: spend(plan, SHARED, 2569, 6, f"{v}200", user=reporter, expected_version=v),
            lambda v=version: spend(plan, SHARED, 2569, 6, f"{v}300", user=planner, expected_version=v),
        )  # fmt: skip
        assert split(found, StaleVersion) == (1, 1)
        row = Disbursement.objects.get()
        assert row.disbursed == D(f"{version}{[200, 300][isinstance(found[0], Exception)]}")
        assert row.version == row.history.count() == version + 1


# ------------------------------------------------------------------------------------------- history


def test_who_entered_and_corrected_what_and_why_is_kept(plan, planner, reporter):
    first = spend(plan, SHARED, 2569, 6, "100", "50", user=reporter, note="ตัวเลขตัวอย่าง")
    spend(
        plan, SHARED, 2569, 6, "90", "60",
        user=planner, why="ตรวจกับใบเสร็จ", reason="คืนเงิน", expected_version=first.version,
    )  # fmt: skip
    disbursement_delete(
        user=planner,
        disbursement=Disbursement.objects.get(),
        reason="ผิดโครงการ",
        expected_version=2,
    )
    assert not Disbursement.objects.exists()
    kept = [
        (row.history_type, row.history_user_id, row.history_user_name, row.history_change_reason,
         row.version, str(row.disbursed), str(row.committed), row.note, row.reason)
        for row in Disbursement.history.order_by("history_id")
    ]  # fmt: skip
    assert kept == [
        ("+", reporter.pk, "reporter", "", 1, "100.00", "50.00", "ตัวเลขตัวอย่าง", ""),
        ("~", planner.pk, "planner", "ตรวจกับใบเสร็จ", 2, "90.00", "60.00", "", "คืนเงิน"),
        ("-", planner.pk, "planner", "ผิดโครงการ", 3, "90.00", "60.00", "", "คืนเงิน"),
    ]


def test_a_sample_that_a_person_corrects_is_theirs(plan, reporter):
    sample = spend(plan, SHARED, 2569, 6, "100", is_sample=True)
    spend(plan, SHARED, 2569, 6, "200", user=reporter, expected_version=sample.version)
    rows = Disbursement.history.order_by("history_id")
    assert [row.is_sample for row in rows] == [True, False]
    assert not Disbursement.objects.get().is_sample


# ------------------------------------------------------------------------------------------ deletion


@pytest.mark.parametrize(
    ("who", "reason", "version", "refusal"),
    [
        pytest.param("planner", "ผิดโครงการ", 1, None, id="planner"),
        pytest.param("planner", "", 1, ValidationError, id="no-reason"),
        pytest.param("planner", " \t", 1, ValidationError, id="blanks"),
        pytest.param("planner", "ผิดโครงการ", 2, StaleVersion, id="another-version"),
        pytest.param("first-lead", "ผิดโครงการ", 1, PermissionDenied, id="first-lead"),
        pytest.param("outsider", "ผิดโครงการ", 1, PermissionDenied, id="outsider"),
        pytest.param("executive-of-the-unit", "x", 1, PermissionDenied, id="executive"),
        pytest.param("auditor-of-the-unit", "x", 1, PermissionDenied, id="auditor"),
        pytest.param("anonymous", "x", 1, PermissionDenied, id="anonymous"),
    ],
)
def test_planners_delete_with_a_reason(plan, person, who, reason, version, refusal):
    row = spend(plan, SHARED, 2569, 6, "100")
    user = AnonymousUser() if who == "anonymous" else person(who, *PEOPLE[who])
    before = facts()
    with pytest.raises(refusal) if refusal else nullcontext():
        disbursement_delete(user=user, disbursement=row, reason=reason, expected_version=version)
    assert Disbursement.objects.exists() is (refusal is not None)
    assert refusal is None or differences(before, facts()) == {}


def test_a_month_may_be_entered_anew_after_its_figures_were_deleted(plan, planner):
    row = spend(plan, SHARED, 2569, 6, "100")
    disbursement_delete(user=planner, disbursement=row, reason="x", expected_version=1)
    again = spend(plan, SHARED, 2569, 6, "50")
    assert stored() == [(6, "50.00", "0.00")]
    assert again.version == 1


# ---------------------------------------------------------------------------- years without a budget


def test_a_year_printed_as_a_dash_gets_an_empty_budget_row(plan, planner):
    """So that readers, who go from budgets to figures, find what was spent there."""
    project = project_of(plan, DASH)
    assert not project.budgets.filter(fiscal_year=2569).exists()
    spend(plan, DASH, 2569, 6, "1000", "500", user=planner, reason="เบิกแทนกัน")
    spend(plan, DASH, 2569, 7, "1000", "600", user=planner, reason="เบิกแทนกัน")
    budget = project.budgets.get(fiscal_year=2569)
    assert (budget.plan_amount, budget.approved_amount) == (None, None)
    assert [row.history_type for row in budget.history.all()] == ["+"]
    money = plan_money(plan, FiscalMonth(2569, 7), TODAY)
    (row,) = [row for row in money.rows if row.code == DASH]
    assert (row.current.status, row.current.spent.used) == (NO_BUDGET, 1600)
    assert (money.total.disbursed, money.total.allocated) == (1000, 34_000_000)


def test_a_year_with_a_budget_gets_no_second_row(plan):
    spend(plan, SMALL, 2569, 6, "1000")
    assert ProjectBudget.objects.count() == ProjectBudget.history.count() == 73


# -------------------------------------------------------------------------------------------- queries

#: Leads; savepoint; figures, amounts, projects; budgets there; new rows and history; release;
#: and, before what is written, whether its month is locked; the evidence that the history tells.
NEW = 15
CHANGED = 18


@pytest.fixture
def thirty(plan):
    """Thirty projects with a lead unit and money for 2569: the plan's 17 and 13 more."""
    like = project_of(plan, SHARED)
    unit = Unit.objects.get(name=OWN)
    for number in range(6, 19):
        project = Project(strategy=like.strategy, number=number, name=f"ตัวอย่าง {number}")
        record_save(instance=project, user=None)
        ProjectLead.objects.create(project=project, unit=unit)
    for project in Project.objects.exclude(budgets__fiscal_year=2569):
        budget = ProjectBudget(project=project, fiscal_year=2569, plan_amount=D(1000))
        record_save(instance=budget, user=None)
    projects = list(Project.objects.all())
    assert len(projects) == 30
    return projects


@pytest.mark.parametrize("count", [1, 30])
def test_many_take_as_many_queries_as_one(thirty, planner, django_assert_max_num_queries, count):
    roles.viewer(planner)  # asked once per request
    entries = [DisbursementEntry(project, 2569, 6, D(0), D(0)) for project in thirty[-count:]]
    with django_assert_max_num_queries(NEW):
        DisbursementEntries.record_many(user=planner, entries=entries, today=TODAY)
    entries = [
        DisbursementEntry(project, 2569, 6, D(0), D(1), reason="x", expected_version=1)
        for project in thirty[-count:]
    ]
    with django_assert_max_num_queries(CHANGED):
        DisbursementEntries.record_many(user=planner, entries=entries, today=TODAY)
    assert Disbursement.objects.filter(version=2).count() == count
    assert Disbursement.history.count() == 2 * count
