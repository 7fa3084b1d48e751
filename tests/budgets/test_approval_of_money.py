"""Approval of money: who may, what counts, what is seen (docs/domain.md, "What counts")."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from django.utils import timezone

from budgets.models import CarriedPayment, Disbursement
from budgets.read.asof import money_as_known, money_changed
from budgets.read.carried_entry import carried_due
from budgets.read.duties import due_list
from budgets.read.money import plan_money
from budgets.read.waiting import (
    disbursement_rows,
    payment_rows,
    waiting_disbursements,
    waiting_payments,
)
from budgets.rules.calc import MoneyFacts, Spent, judge, total
from budgets.write.carried import carried_payment_delete
from budgets.write.disbursements import disbursement_delete
from strategy import access as roles
from strategy.access import viewer
from strategy.approval.hands import hands_of
from strategy.approval.write import approve, give_back, reopen
from strategy.calendar import FiscalMonth
from strategy.models import MonthLock
from strategy.records.write import StaleVersion, record_save
from tests.support.money import SECOND
from tests.support.writing import (
    OWN,
    TODAY,
    address,
    carry,
    differences,
    facts,
    led_by,
    signed_in,
    spend,
)

pytestmark = pytest.mark.django_db

#: Month 6 of 2569: March 2026.
AT = FiscalMonth(2569, 6)
WORK = "/my-work"


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


@pytest.fixture
def led(plan):
    """A project that the reporter's unit leads first."""
    return led_by(OWN)


@pytest.fixture
def people(person, planner, reporter, outsider, executive, auditor):
    """Everybody by what they are; "both" reports and approves for the unit."""
    found = {
        "planner": planner, "reporter": reporter, "outsider": outsider, "executive": executive,
        "auditor": auditor, "approver": person("approver", roles.APPROVER, OWN),
        "of-another-lead": person("second", roles.APPROVER, SECOND),
        "both": person("both", roles.APPROVER, OWN),
    }  # fmt: skip
    found["both"].groups.add(*reporter.groups.all())
    return found


def paid(led, amount=100, **more):
    """A payment of money carried over, in December 2568."""
    return carry(led, amount, **more)


def month(led, amount=100, **more):
    """A month's totals of March 2569."""
    return spend(led, 2569, 6, amount, **more)


KINDS = pytest.mark.parametrize("enter", [month, paid], ids=["disbursement", "carried"])


def now(row):
    return type(row).objects.get(pk=row.pk)


def text(led):
    """A project's place in the plan."""
    return f"{led.strategy.number}-{led.number}"


# ------------------------------------------------------------------------------------------ who


@KINDS
@pytest.mark.parametrize("who", ["planner", "approver", "both"])
def test_planners_and_approvers_of_the_first_lead_approve_and_return(led, people, enter, who):
    row = enter(led)
    [approved] = approve(user=people[who], shown={row: 1})
    assert (now(row).approval, now(row).version, row.history.count()) == ("approved", 2, 2)
    [opened] = reopen(user=people["planner"], shown={approved: 2}, reason="ผิดเดือน")
    give_back(user=people[who], shown={opened: 3}, comment="ขาดใบสำคัญ")
    assert (now(row).approval, now(row).returned_because) == ("returned", "ขาดใบสำคัญ")


@KINDS
@pytest.mark.parametrize("who", ["of-another-lead", "reporter", "outsider", "executive", "auditor"])
def test_nobody_else_approves_or_returns(led, people, enter, who):
    row = enter(led)
    before = facts()
    for step in (
        lambda: approve(user=people[who], shown={row: 1}),
        lambda: give_back(user=people[who], shown={row: 1}, comment="x"),
        lambda: reopen(user=people[who], shown={row: 1}, reason="x"),
    ):
        with pytest.raises(PermissionDenied):
            step()
    assert differences(before, facts()) == {}


@KINDS
def test_nobody_approves_what_they_entered_or_submitted(led, people, enter):
    row = enter(led, user=people["both"], approval="draft")
    row = enter(led, user=people["planner"], expected_version=1)
    assert hands_of(type(row), [row.pk])[row.pk].authors == {
        people["both"].pk, people["planner"].pk
    }  # fmt: skip
    for who in ("both", "planner"):
        with pytest.raises(ValidationError, match=text(led)):
            approve(user=people[who], shown={row: 2})
    # A figure that another put in its place is theirs alone; reopening makes nobody its author.
    row = enter(led, 120, user=people["planner"], expected_version=2, reason="แก้", why="แก้")
    [row] = approve(user=people["both"], shown={row: 3})
    [row] = reopen(user=people["planner"], shown={row: 4}, reason="ผิด")
    assert hands_of(type(row), [row.pk])[row.pk].authors == {people["planner"].pk}


@KINDS
@pytest.mark.parametrize(("state", "version"), [("draft", 1), ("approved", 1), ("submitted", 2)])
def test_only_what_was_submitted_and_seen_is_decided(led, people, enter, state, version):
    row = enter(led, approval=state)
    for step in (
        lambda: approve(user=people["planner"], shown={row: version}),
        lambda: give_back(user=people["planner"], shown={row: version}, comment="ตรวจ"),
    ):
        with pytest.raises(StaleVersion):
            step()
    assert now(row).approval == state


@KINDS
def test_of_a_locked_month_nothing_is_decided(led, people, enter):
    row, approved = enter(led), spend(led, 2569, 3, 10, approval="approved")
    months = {row.month_written(), (2569, 3)}
    for year, number in months:
        lock = MonthLock(agency=led.strategy.plan.agency, fiscal_year=year, month=number)
        record_save(instance=lock, user=None)
    before = facts()
    for step in (
        lambda: approve(user=people["planner"], shown={row: 1}),
        lambda: give_back(user=people["planner"], shown={row: 1}, comment="ตรวจ"),
        lambda: reopen(user=people["planner"], shown={approved: 1}, reason="ตรวจ"),
    ):
        with pytest.raises(ValidationError) as refused:
            step()
        assert refused.value.code == "closed"
    assert differences(before, facts()) == {}


# ------------------------------------------------------------------------------- what is entered


@KINDS
def test_what_is_approved_is_corrected_only_after_reopening(led, people, enter):
    row = enter(led, approval="approved")
    before = facts()
    for who in ("reporter", "planner"):
        with pytest.raises(ValidationError, match="."):
            enter(led, 90, user=people[who], expected_version=1, reason="แก้")
    assert differences(before, facts()) == {}
    reopen(user=people["planner"], shown={row: 1}, reason="ผิดเดือน")
    assert enter(led, 120, user=people["reporter"], expected_version=2).approval == "submitted"


@KINDS
def test_what_was_returned_stays_so_until_it_is_submitted_again(led, people, enter):
    row = enter(led, user=people["reporter"])
    give_back(user=people["approver"], shown={row: 1}, comment="ขาดใบสำคัญ")
    kept = enter(led, 110, user=people["reporter"], approval="draft", expected_version=2)
    assert (kept.approval, kept.returned_because) == ("returned", "ขาดใบสำคัญ")
    sent = enter(led, 110, user=people["reporter"], expected_version=3)
    assert (sent.approval, sent.returned_because) == ("submitted", "")
    with pytest.raises(ValidationError):
        enter(led, 110, user=people["reporter"], approval="draft", expected_version=4)
    with pytest.raises(ValidationError):
        enter(led, 110, user=people["reporter"], approval="approved", expected_version=4)


def test_a_draft_brings_no_reason_and_is_asked_for_one_when_it_is_handed_in(led, people):
    spend(led, 2569, 5, 500)
    spend(led, 2569, 6, 400, user=people["reporter"], approval="draft")
    with pytest.raises(ValidationError) as refused:
        spend(led, 2569, 6, 400, user=people["reporter"], expected_version=1)
    assert set(refused.value.error_dict) == {"reason"}
    # Nor is anything held against a draft.
    assert spend(led, 2569, 7, 600, user=people["reporter"]).approval == "submitted"


@KINDS
@pytest.mark.parametrize(
    ("state", "who", "reason", "outcome"),
    [
        ("draft", "reporter", "", "gone"),
        ("draft", "outsider", "x", PermissionDenied),
        ("draft", "approver", "x", PermissionDenied),
        ("submitted", "reporter", "x", PermissionDenied),
        ("submitted", "planner", "", ValidationError),
        ("submitted", "planner", "บันทึกผิด", "gone"),
        ("returned", "reporter", "x", PermissionDenied),
        ("approved", "planner", "บันทึกผิด", ValidationError),
    ],
)
def test_who_takes_what_away(led, people, enter, state, who, reason, outcome):
    row = enter(led, approval=state)
    said = {"user": people[who], "reason": reason, "expected_version": 1}
    delete = (
        (lambda: disbursement_delete(disbursement=row, **said))
        if isinstance(row, Disbursement)
        else (lambda: carried_payment_delete(payment=row, **said))
    )
    if outcome == "gone":
        delete()
        assert not type(row).objects.filter(pk=row.pk).exists()
    else:
        with pytest.raises(outcome):
            delete()
        assert now(row).version == 1


# ----------------------------------------------------------------------------------- what counts


@pytest.mark.parametrize(
    ("approved_only", "states", "month_", "approved", "status"),
    [
        pytest.param(False, ("approved", "submitted"), 6, False, None, id="submitted-counts"),
        pytest.param(False, ("approved", "draft"), 3, True, None, id="a-draft-does-not"),
        pytest.param(False, ("approved", "returned"), 3, True, None, id="nor-what-was-returned"),
        pytest.param(False, ("draft", "returned"), None, None, None, id="nothing-counts"),
        pytest.param(True, ("approved", "submitted"), 3, True, "waiting_approval", id="waits"),
        pytest.param(True, ("approved", "approved"), 6, True, None, id="approved-later"),
        pytest.param(True, ("submitted", "submitted"), None, None, "waiting_approval", id="none"),
        pytest.param(True, ("approved", "returned"), 3, True, None, id="returned-is-no-waiting"),
    ],
)
def test_which_figure_counts(
    plan, led, people, approved_only, states, month_, approved, status
):  # fmt: skip
    plan.approved_only = approved_only
    record_save(instance=plan, user=None)
    for number, state in zip((3, 6), states, strict=True):
        spend(led, 2569, number, number * 100, approval=state)
    client = signed_in(people["auditor"])
    path = f"/plans/{plan.slug}/budgets/{text(led)}.json?year=2569&month=6"
    found = client.get(path).json()
    assert (found["as_of_month"], found["approved"]) == (month_, approved)
    assert found["disbursed"] == (None if month_ is None else f"{month_ * 100}")
    assert (found["status"] == "waiting_approval") == (status is not None)
    month_shown = found["months"][5]
    assert (month_shown["disbursed"] is not None) == (month_ == 6)
    # The project's page, its row among all, and the plan as known now agree.
    money = plan_money(plan, AT, TODAY)
    row = next(row for row in money.office.rows if row.id == led.pk).current
    assert (row.spent and row.spent.month, row.status) == (month_, found["status"])


@pytest.mark.parametrize(
    ("spent", "overdue", "waiting", "status", "counts"),
    [
        (None, None, 6, "waiting_approval", False),
        (None, 6, 6, "waiting_approval", False),
        (None, 6, 5, "awaiting", False),
        (5, 6, 6, "waiting_approval", False),
        (5, 6, None, "awaiting", False),
        (5, None, 6, "critical", True),
        (6, 6, None, "critical", True),
    ],
)
def test_a_figure_that_waits_stands_where_something_is_owed(
    spent, overdue, waiting, status, counts
):
    held = None if spent is None else Spent(spent, D(10), D(0))
    found = judge(D(1000), held, overdue_month=overdue, waiting_month=waiting)
    assert (found.status, found.counts) == (status, counts)


def test_a_sum_of_nothing_but_what_waits_waits():
    waits = judge(D(1000), None, overdue_month=6, waiting_month=6)
    found = total([MoneyFacts(D(1000), None, waits)], month=6, overdue_month=6)
    assert (found.standing.status, found.reported) == ("waiting_approval", 0)


@pytest.mark.parametrize(
    ("approved_only", "states", "carried", "paid_of_it"),
    [
        (False, ("submitted", "submitted"), "400000", "100"),
        (False, ("submitted", "draft"), "400000", "0"),
        (False, ("returned", "submitted"), None, None),
        (True, ("submitted", "approved"), None, None),
        (True, ("approved", "submitted"), "400000", "0"),
        (True, ("approved", "approved"), "400000", "100"),
    ],
)
def test_which_money_carried_over_counts(
    plan, led, people, approved_only, states, carried, paid_of_it
):
    closing = spend(led, 2568, 12, 0, 400_000, why="x", reason="x", approval="submitted")
    payment = paid(led, approval=states[1])
    Disbursement.objects.filter(pk=closing.pk).update(approval=states[0])
    plan.approved_only = approved_only
    record_save(instance=plan, user=None)
    path = f"/plans/{plan.slug}/budgets/{text(led)}.json?year=2569&month=6"
    found = signed_in(people["auditor"]).get(path).json()["carried_over"]
    assert [(row["carried"], row["paid"]) for row in found if row["year"] == 2568] == (
        [] if carried is None else [(carried, paid_of_it)]
    )
    assert now(payment).approval == states[1]


def test_what_is_returned_is_owed_again_and_what_waits_is_not(plan, led, people, today):
    today(date(2026, 4, 5))
    who = viewer(people["reporter"])

    def owed():
        due = due_list(who, [plan], date(2026, 4, 5))
        return next(each for each in due if each.unit_name == OWN).entered

    spend(led, 2569, 6, 100, approval="draft")
    assert owed() == 0
    row = spend(led, 2569, 6, 100, expected_version=1)
    assert owed() == 1
    give_back(user=people["planner"], shown={row: 2}, comment="ตรวจ")
    assert owed() == 0
    spend(led, 2569, 6, 100, expected_version=3)
    plan.approved_only = True
    record_save(instance=plan, user=None)
    assert owed() == 1


def test_drafts_leave_no_trace_on_pages_for_others(plan, led, people):
    client = signed_in(people["outsider"])
    paths = [
        f"/plans/{plan.slug}/{page}?year=2569&month=6"
        for page in (
            "budgets", "budgets.json", "budgets/units", "budgets.xlsx",
            f"budgets/{text(led)}", f"budgets/{text(led)}.json", "board.json",
        )
    ]  # fmt: skip
    pages = lambda: [client.get(path).content for path in paths if ".xlsx" not in path]  # noqa: E731
    before = pages()
    spend(led, 2569, 6, 123_456, note="ร่างที่ยังไม่ส่ง", approval="draft")
    carrying = spend(led, 2568, 12, 0, 9_999, reason="x", approval="draft")
    assert pages() == before
    for row in (carrying,):
        assert client.get(address(row, "change")).status_code == 404
        assert client.get(address(row, "history")).status_code == 404
    for who in ("reporter", "approver", "auditor", "planner"):
        page = signed_in(people[who]).get(address(Disbursement, "changelist")).content.decode()
        assert "123,456" in page, who


def test_what_was_known_earlier_counts_as_it_did_then(plan, led, people):
    march = spend(led, 2569, 5, 500)
    row = spend(led, 2569, 6, 600)
    first = now_known(plan)
    [row] = approve(user=people["planner"], shown={row: 1})
    spend(led, 2569, 7, 700, approval="draft")
    then = money_as_known(plan, FiscalMonth(2569, 7), first, {}, {}).rows[led.pk]
    assert (then.spent.month, then.approved) == (6, False)
    plan.approved_only = True
    record_save(instance=plan, user=None)
    then = money_as_known(plan, FiscalMonth(2569, 7), first, {}, {}).rows[led.pk]
    assert (then.spent, then.waiting) == (None, 6)
    current = plan_money(plan, FiscalMonth(2569, 7), TODAY)
    today_ = next(each for each in current.office.rows if each.id == led.pk).current
    assert (today_.spent.month, today_.approved, march.approval) == (6, True, "submitted")


def now_known(plan):
    """A moment between what was written before and what is written after."""
    time.sleep(0.01)
    moment = timezone.now()
    time.sleep(0.01)
    return moment


def test_an_approval_changes_what_a_month_shows_only_where_it_makes_it_count(plan, led, people):
    row = spend(led, 2569, 6, 600)
    since = now_known(plan)
    spend(led, 2569, 5, 10, approval="draft", reason="x")
    [row] = approve(user=people["planner"], shown={row: 1})
    assert money_changed(plan, AT, since) is None
    plan.approved_only = True
    record_save(instance=plan, user=None)
    assert money_changed(plan, AT, since) is not None


# -------------------------------------------------------------------------------------- screens


def screen(led, unit):
    return (
        f"{reverse('admin:budgets_disbursement_add')}?unit={unit}&plan={led.strategy.plan.slug}"
        "&year=2569&month=6"
    )


def lead(led):
    return led.leads.get(position=1).unit_id


def sheet(page, **more):
    """What a browser would post of the screen."""
    data = {"change_reason": ""}
    for form in page.context["form"].forms:
        for field in form:
            value = field.value()
            data[field.html_name] = "" if value is None else str(value)
    return {**data, **more}


def test_the_screen_keeps_drafts_and_hands_them_in(led, people):
    client, path = signed_in(people["reporter"]), screen(led, lead(led))
    typed = {f"p{led.pk}-disbursed": "250", f"p{led.pk}-committed": "0"}
    assert client.post(path, sheet(client.get(path), **typed, _draft="1")).status_code == 302
    row = Disbursement.objects.get()
    assert (row.approval, row.version) == ("draft", 1)
    # Kept once more without a change, nothing is written; handed in as it stands, it is.
    assert client.post(path, sheet(client.get(path), _draft="1")).status_code == 302
    assert now(row).version == 1
    assert client.post(path, sheet(client.get(path), _save="1")).status_code == 302
    assert (now(row).approval, now(row).version) == ("submitted", 2)
    # What is handed in stays so whichever button corrects it.
    typed = {f"p{led.pk}-disbursed": "260"}
    assert client.post(path, sheet(client.get(path), **typed, _draft="1")).status_code == 302
    assert (now(row).approval, now(row).version) == ("submitted", 3)


def test_an_approved_row_has_no_fields_and_leads_to_where_planners_reopen(led, people):
    row = spend(led, 2569, 6, 250, approval="approved")
    client, path = signed_in(people["reporter"]), screen(led, lead(led))
    page = client.get(path).content.decode()
    assert f'name="p{led.pk}-disbursed"' not in page and address(row, "change") in page
    assert client.post(path, {f"p{led.pk}-version": f"{row.pk}.1", "_save": "1"}).status_code == 302
    assert now(row).version == 1
    planner = signed_in(people["planner"])
    assert (
        reverse("admin:budgets_disbursement_reopen", args=[row.pk])
        in planner.get(address(row, "change")).content.decode()
    )
    done = planner.post(
        reverse("admin:budgets_disbursement_reopen", args=[row.pk]), {"version": 1, "reason": "ผิด"}
    )
    assert done.status_code == 302 and now(row).approval == "submitted"


def test_what_was_typed_while_it_was_approved_is_refused_and_told(led, people):
    row = spend(led, 2569, 6, 250)
    client, path = signed_in(people["reporter"]), screen(led, lead(led))
    data = sheet(client.get(path), **{f"p{led.pk}-disbursed": "260"}, _save="1")
    approve(user=people["planner"], shown={row: 1})
    page = client.post(path, data)
    assert page.status_code == 200 and page.context["form"].refused
    assert (now(row).disbursed, now(row).approval) == (D(250), "approved")


def test_the_comment_stands_on_the_screen_and_in_my_work(led, people):
    row = spend(led, 2569, 6, 250, user=people["reporter"])
    path = reverse("admin:budgets_disbursement_return", args=[row.pk])
    signed_in(people["approver"]).post(path, {"version": 1, "comment": "ขาดใบสำคัญ"})
    client = signed_in(people["reporter"])
    for shown in (screen(led, lead(led)), reverse("my_work"), address(Disbursement, "changelist")):
        assert "ขาดใบสำคัญ" in client.get(shown).content.decode(), shown
    [task] = [each for each in client.get(WORK + ".json").json()["enter"]
              if each["returned"]]  # fmt: skip
    assert task["kind"] == "money" and client.get(task["address"]).status_code == 200


@pytest.mark.parametrize(
    ("who", "offered"),
    [("planner", set()), ("approver", {"approve", "return"}), ("auditor", set())],
)
def test_the_form_offers_what_one_may_do(led, people, who, offered):
    row = spend(led, 2569, 6, 250, user=people["reporter"])
    page = signed_in(people[who]).get(address(row, "change"), follow=True).content.decode()
    assert offered == {
        name
        for name in ("approve", "return", "reopen")
        if reverse(f"admin:budgets_disbursement_{name}", args=[row.pk]) in page
    }


# ----------------------------------------------------------------------------------- many at once


def test_what_waits_is_shown_with_what_there_is_to_look_at(plan, led, people):
    spend(led, 2569, 3, 900, approval="approved")
    row = spend(led, 2569, 6, 800_000_000, reason="มติให้เบิกเกิน", user=people["reporter"])
    spend(led, 2569, 7, 500, reason="ปรับยอด", note="ตามมติ", user=people["both"])
    who = viewer(people["both"])
    first, second = disbursement_rows(list(waiting_disbursements(who)), who)
    assert (first.row.pk, first.before.disbursed, first.own) == (row.pk, D(900), False)
    assert (first.code, first.unit) == (text(led), OWN)
    assert len(first.flags) == 3 and first.remarks[0][1] == "มติให้เบิกเกิน"  # above, late, no note
    assert second.own and len(second.flags) == 2  # falls, late
    payment = paid(led, 100, user=people["reporter"])
    [waits] = payment_rows(list(waiting_payments(who)), who)
    assert (waits.row.pk, waits.carried, waits.left) == (payment.pk, D(400_000), D(399_900))
    client = signed_in(people["approver"])
    for name in ("disbursement", "carriedpayment"):
        page = client.get(reverse(f"admin:budgets_{name}_waiting"))
        assert page.status_code == 200 and text(led) in page.content.decode()
    other = signed_in(people["of-another-lead"]).get(reverse("admin:budgets_disbursement_waiting"))
    assert text(led) not in other.content.decode()
    assert signed_in(people["reporter"]).get(
        reverse("admin:budgets_disbursement_waiting")
    ).status_code == 403  # fmt: skip


def test_ticked_months_are_approved_or_returned_with_one_press_or_none_is(led, people):
    rows = [spend(led, 2569, n, n * 100, user=people["reporter"]) for n in range(1, 6)]
    client, path = signed_in(people["approver"]), reverse("admin:budgets_disbursement_waiting")

    def tick(chosen, **more):
        data = {"tick": [row.pk for row in chosen]}
        return client.post(path, data | {f"version_{row.pk}": 1 for row in chosen} | more)

    assert tick(rows[:2], _approve="1").status_code == 302
    assert tick(rows[2:4], _return="1", comment="ขาดใบสำคัญ").status_code == 302
    assert [now(row).approval for row in rows] == [
        "approved", "approved", "returned", "returned", "submitted"
    ]  # fmt: skip
    before = facts()
    page = tick([rows[4], rows[0]], _approve="1")
    assert page.context["changed"] == {rows[0].pk} and page.context["ticked"] == {rows[4].pk}
    assert differences(before, facts()) == {}


@pytest.mark.parametrize("count", [1, 12])
def test_the_screen_takes_as_many_queries_for_many_rows_as_for_one(
    led, planner, django_assert_max_num_queries, count
):
    rows = [spend(led, 2569, n, n * 100) for n in range(1, count + 1)]
    who = viewer(planner)
    with django_assert_max_num_queries(10):
        shown = disbursement_rows(list(waiting_disbursements(who)), who)
    with django_assert_max_num_queries(0):
        assert len([(row.status, row.flags, row.period) for row in shown])
    with django_assert_max_num_queries(14):
        approve(user=planner, shown=dict.fromkeys(rows, 1))
    paid(led)
    with django_assert_max_num_queries(8):
        assert payment_rows(list(waiting_payments(who)), who)


def test_my_work_counts_each_kind_that_waits(led, people):
    spend(led, 2569, 6, 100, user=people["reporter"])
    paid(led, user=people["reporter"])
    found = signed_in(people["approver"]).get(WORK + ".json").json()
    assert {each["kind"]: each["rows"] for each in found["approvals"]} == {"money": 2, "carried": 1}
    assert found["to_approve"] == 3
    assert reverse("my_work") in signed_in(people["approver"]).get("/admin/").content.decode()


def test_a_payment_once_returned_is_still_left_to_pay(plan, led, people):
    payment = paid(led, 400_000)
    units = [(lead(led), OWN)]
    left = lambda: carried_due(viewer(people["reporter"]), [plan], units, TODAY)  # noqa: E731
    assert left() == []
    give_back(user=people["planner"], shown={payment: 1}, comment="ตรวจ")
    assert [due.left for due in left()] == [D(400_000)]
    assert CarriedPayment.objects.get().paid == D(400_000)
