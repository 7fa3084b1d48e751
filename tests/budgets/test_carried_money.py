"""Money carried over: paid in the next year, kept with the old one (docs/domain.md, Budgets)."""

import threading
from decimal import Decimal as D
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils import timezone, translation

from budgets.models import CarriedPayment
from budgets.read.asof import money_changed
from budgets.write.carried import CarriedEntries, CarriedEntry, carried_payment_delete
from budgets.write.disbursements import DisbursementEntries, disbursement_delete
from strategy import access as roles
from strategy.calendar import FiscalMonth
from strategy.models import Unit
from strategy.records.write import StaleVersion
from tests.support.languages import in_english
from tests.support.money import project_of, spend
from tests.support.racing import ROUNDS, split, together
from tests.support.writing import OWN, TODAY, address, signed_in

pytestmark = pytest.mark.django_db

LED = "3-1"  # led by OWN
ADD = "/admin/budgets/carriedpayment/add/"


@pytest.fixture(autouse=True)
def english():
    with in_english(thai_days=True):
        yield


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


@pytest.fixture
def carried(plan):
    """3-1 carries 400,000 baht over from 2568: committed at month 12."""
    spend(plan, LED, 2568, 6, 100_000, 700_000)
    spend(plan, LED, 2568, 12, 500_000, 400_000)
    return project_of(plan, LED)


def pay(project, month, paid, *, user=None, reason="", version=None, year=2568):
    entry = CarriedEntry(
        project, year, month, None if paid is None else D(paid),
        reason=reason, expected_version=version,
    )  # fmt: skip
    return CarriedEntries.record(user=user, entry=entry, today=TODAY, reason=reason)


def refused(project, month, paid, **more):
    with pytest.raises(ValidationError) as found:
        pay(project, month, paid, **more)
    return found.value.message_dict


@pytest.mark.parametrize(
    ("month", "paid", "field", "said"),
    [
        pytest.param(3, "400000.01", "paid", "400,000.00 committed", id="more-than-was-committed"),
        pytest.param(3, "-1", "paid", "negative", id="negative"),
        pytest.param(3, "1.005", "paid", "2", id="finer-than-a-satang"),
        pytest.param(3, None, "paid", "Write what has been paid", id="nothing"),
        pytest.param(13, "1", "month", "1 (October) to 12", id="no-month"),
        pytest.param(7, "1", "reason", "until the end of March", id="after-march"),
    ],
)
def test_what_is_refused(carried, month, paid, field, said):
    assert said in " ".join(refused(carried, month, paid)[field])
    assert not CarriedPayment.objects.exists()


def test_a_month_that_has_not_ended_is_refused(carried, plan):
    spend(plan, LED, 2569, 12, 0, 100)
    assert "has not ended" in refused(carried, 1, "1", year=2569)["month"][0]


def test_nothing_is_paid_of_what_was_not_carried_over(plan):
    project = project_of(plan, LED)
    assert "more than the 0.00 committed" in refused(project, 3, "1")["paid"][0]
    assert pay(project, 3, "0").paid == 0


def test_a_running_total_that_falls_asks_for_a_reason_from_either_side(carried):
    pay(carried, 3, "200000")
    assert "should not fall" in refused(carried, 4, "199999")["reason"][0]
    assert "should not fall" in refused(carried, 2, "200001")["reason"][0]
    assert pay(carried, 4, "199999", reason="คืนเงิน").paid == D("199999")


def test_after_march_an_extension_is_named_and_repeating_the_total_needs_none(carried):
    pay(carried, 6, "200000")
    assert pay(carried, 7, "200000").paid == D("200000")
    assert "until the end of March" in refused(carried, 8, "200001")["reason"][0]
    assert pay(carried, 8, "200001", reason="หนังสือขยายเวลา ที่ ตัวอย่าง/1").paid == D("200001")


def test_what_was_committed_cannot_sink_below_what_was_paid_of_it(carried, plan, planner):
    pay(carried, 3, "300000")
    closing = carried.disbursements.get(fiscal_year=2568, month=12)
    with pytest.raises(ValidationError) as found:
        spend(plan, LED, 2568, 12, 500_000, 299_999, expected_version=closing.version)
    assert "300,000.00 baht of what was committed" in found.value.message_dict["committed"][0]
    with pytest.raises(ValidationError, match=r"300,000.00 baht"):
        disbursement_delete(
            user=planner, disbursement=closing, reason="ผิด", expected_version=closing.version
        )
    spend(plan, LED, 2568, 12, 600_000, 300_000, expected_version=closing.version)
    # Negative control: another month of the year may fall as before.
    spend(plan, LED, 2568, 6, 100_000, 0, expected_version=1)


def test_who_may_enter_and_take_back(carried, person, planner, reporter, outsider):
    payment = pay(carried, 3, "1", user=reporter)
    for stranger in (outsider, person("reads", roles.EXECUTIVE), person("audits", roles.AUDITOR)):
        with pytest.raises(PermissionDenied):
            pay(carried, 4, "2", user=stranger)
    with pytest.raises(StaleVersion):
        pay(carried, 3, "2", user=reporter, version=payment.version + 1)
    with pytest.raises(PermissionDenied):
        carried_payment_delete(user=reporter, payment=payment, reason="ผิด", expected_version=1)
    with pytest.raises(ValidationError, match="Say why"):
        carried_payment_delete(user=planner, payment=payment, reason=" ", expected_version=1)
    carried_payment_delete(user=planner, payment=payment, reason="ผิด", expected_version=1)
    assert [row.history_type for row in CarriedPayment.history.order_by("history_id")] == ["+", "-"]


# ------------------------------------------------------------------------------------ reading


AT_CLOSE = "?year=2568&month=12"


def data(client, path, query):
    return client.get(f"/plans/nhrc-2566-2570{path}.json{query}").json()


def test_it_counts_in_no_month_of_the_new_year(carried, plan, planner):
    client = signed_in(planner)
    queries = ("?year=2569&month=3", AT_CLOSE)
    before = [data(client, "/budgets", query) for query in queries]
    pay(carried, 3, "250000.50")
    after = [data(client, "/budgets", query) for query in queries]
    changed = [
        {key for key in one if one[key] != other[key]}
        for one, other in zip(before, after, strict=True)
    ]
    assert changed == [{"carried_over"}, {"carried_over"}]
    [of_2568] = after[0]["carried_over"]
    assert {key: of_2568[key] for key in ("year", "paid_in", "carried", "paid")} == {
        "year": 2568, "paid_in": 2569, "carried": "400000", "paid": "250000.5",
    }  # fmt: skip
    assert after[1]["carried_over"] == after[0]["carried_over"]
    # Before the payment's month nothing of it is known, and before the year's end nothing at all.
    [earlier] = data(client, "/budgets", "?year=2569&month=2")["carried_over"]
    assert earlier["paid"] == "0"
    assert data(client, "/budgets", "?year=2568&month=11")["carried_over"] == []


def test_the_pages_and_the_workbook_show_it_with_the_old_year(carried, planner):
    pay(carried, 3, "250000.50", reason="")
    client = signed_in(planner)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "th"
    with translation.override("th"):
        for path in ("/budgets/", "/budgets/3-1/"):
            for query in (AT_CLOSE, "?year=2569&month=3"):
                said = client.get(f"/plans/nhrc-2566-2570{path}{query}").content.decode()
                assert "กันเหลื่อมปี" in said and "0.25" in said and "0.40" in said
        said = client.get("/plans/nhrc-2566-2570/budgets/?year=2567&month=12").content.decode()
        assert "กันเหลื่อมปี" not in said


def test_a_kept_summary_is_older_than_a_payment(carried, plan, planner):
    since = timezone.now()
    assert money_changed(plan, FiscalMonth(2569, 3), since) is None
    pay(carried, 3, "1")
    assert money_changed(plan, FiscalMonth(2569, 3), since) is not None
    assert money_changed(plan, FiscalMonth(2568, 12), since) is not None
    # Negative control: a month that does not show it.
    assert money_changed(plan, FiscalMonth(2569, 2), since) is None
    assert money_changed(plan, FiscalMonth(2568, 11), since) is not None  # its year's own account


# ----------------------------------------------------------------------------------- the screen


def path(unit=OWN, year=2569, month=3):
    pk = Unit.objects.get(name=unit).pk
    return f"{ADD}?{urlencode({'unit': pk, 'year': year, 'month': month})}"


def posted(page, **typed):
    """Every field of a screen as a browser would post it, with what is typed."""
    data = {"change_reason": ""}
    for form in page.context["form"].forms:
        for field in form:
            value = field.value()
            data[field.html_name] = "" if value is None else value
    return data | typed


def test_the_screen_takes_a_months_payments_and_says_what_is_left(carried, reporter):
    client = signed_in(reporter)
    page = client.get(path())
    assert [form.row.money.code for form in page.context["form"].forms] == [LED]
    name = f"p{carried.pk}-paid"
    answer = client.post(path(), posted(page, **{name: "150,000.25"}))
    assert answer.status_code == 302
    [said] = [str(text) for text in client.get(answer.url).context["messages"]]
    assert "150,000.25 are paid and 249,999.75 are left" in said
    [payment] = CarriedPayment.objects.all()
    assert (payment.fiscal_year, payment.month, payment.paid) == (2568, 3, D("150000.25"))
    assert payment.history.get().history_user_id == reporter.pk


def test_the_screen_keeps_what_was_typed_beside_what_was_refused(carried, reporter):
    client = signed_in(reporter)
    name = f"p{carried.pk}-paid"
    page = client.post(path(), posted(client.get(path()), **{name: "400000.01"}))
    [form] = page.context["form"].forms
    assert "more than the 400,000.00 committed" in form.errors["paid"][0]
    assert "400000.01" in page.content.decode()
    assert not CarriedPayment.objects.exists()


def test_two_editors_are_told_apart(carried, reporter, planner):
    first, second = signed_in(reporter), signed_in(planner)
    name = f"p{carried.pk}-paid"
    mine = posted(first.get(path()), **{name: "100"})
    second.post(path(), posted(second.get(path()), **{name: "200"}))
    page = first.post(path(), mine)
    assert page.status_code == 200
    assert CarriedPayment.objects.get().paid == D(200)
    again = first.post(path(), posted(page))
    assert again.status_code == 302
    assert CarriedPayment.objects.get().paid == D(100)


def test_what_is_left_to_pay_is_listed_for_those_who_enter_it(carried, reporter, outsider):
    page = signed_in(reporter).get(ADD)
    [(due, link)] = page.context["due"]
    assert (due.unit_name, due.left, due.at.month) == (OWN, D("400000.00"), 12)
    assert signed_in(reporter).get(link).status_code == 200
    assert signed_in(outsider).get(ADD).context["due"] == []
    assert signed_in(outsider).get(path()).status_code == 403
    pay(carried, 3, "400000")
    assert signed_in(reporter).get(ADD).context["due"] == []


@pytest.mark.parametrize("query", ["year=2566&month=1", "year=2572&month=1", "year=x&month=y"])
def test_odd_addresses_get_a_sentence(carried, reporter, query):
    unit = Unit.objects.get(name=OWN).pk
    page = signed_in(reporter).get(f"{ADD}?unit={unit}&{query}")
    assert page.status_code == 200
    assert page.context["form"].errors


def test_a_planner_takes_a_payment_back_with_a_reason(carried, planner):
    payment = pay(carried, 3, "1.25")
    client = signed_in(planner)
    page = client.get(address(payment, "delete"))
    assert "1.25" in page.content.decode()
    client.post(
        address(payment, "delete"),
        {"post": "yes", "expected_version": payment.version, "change_reason": "บันทึกผิด"},
    )
    assert not CarriedPayment.objects.exists()


def test_others_find_no_row_of_another_unit(carried, outsider):
    payment = pay(carried, 3, "1")
    for page in ("change", "history", "delete"):
        assert signed_in(outsider).get(address(payment, page)).status_code in (302, 403, 404)
    listed = signed_in(outsider).get("/admin/budgets/carriedpayment/")
    assert listed.context["cl"].result_count == 0


# ------------------------------------------------------------------------------------- the race


@pytest.mark.django_db(transaction=True)
def test_a_payment_and_a_correction_of_what_it_is_paid_from_do_not_pass_each_other(plan, today):
    """Whoever comes second sees the first: never more paid than committed."""
    spend(plan, LED, 2568, 12, 0, 400_000)
    project = project_of(plan, LED)
    for _round in range(min(ROUNDS, 5)):
        CarriedPayment.objects.all().delete()
        closing = project.disbursements.get(fiscal_year=2568, month=12)
        closing = spend(plan, LED, 2568, 12, 0, 400_000, expected_version=closing.version, why="คืน")

        def lower(version=closing.version):
            return spend(plan, LED, 2568, 12, 0, 100_000, expected_version=version, why="ลด")

        found = together(lambda: pay(project, 3, "300000"), lower)
        assert split(found, ValidationError) == (1, 1)
        committed = project.disbursements.get(fiscal_year=2568, month=12).committed
        paid = CarriedPayment.objects.values_list("paid", flat=True).first() or D(0)
        assert paid <= committed


@pytest.mark.django_db(transaction=True)
def test_control_without_the_lock_they_pass_each_other(plan, today, monkeypatch):
    """NEGATIVE CONTROL: both have checked before either writes. SQLite lets one in at a time."""
    if connection.vendor == "sqlite":
        pytest.skip("SQLite lets one writer in at a time")
    spend(plan, LED, 2568, 12, 0, 400_000)
    project = project_of(plan, LED)
    monkeypatch.setattr("budgets.write.carried.hold_projects", lambda ids: None)
    monkeypatch.setattr("budgets.write.disbursements.hold_projects", lambda ids: None)
    both = threading.Barrier(2)
    for kind in (CarriedEntries, DisbursementEntries):
        write = kind.write

        def late(self, user, reason, write=write):
            both.wait(timeout=60)
            return write(self, user, reason)

        monkeypatch.setattr(kind, "write", late)
    found = together(
        lambda: pay(project, 3, "300000"),
        lambda: spend(plan, LED, 2568, 12, 0, 100_000, expected_version=1, why="ลด"),
    )
    assert split(found, ValidationError) == (2, 0)
