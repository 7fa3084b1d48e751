"""A form that is opened and saved again changes nothing (docs/trust.md, promises 2 and 5).

What a browser sends back differs from what is stored: lines end otherwise, numbers come as they
were shown. None of it may be taken for a change, least of all for a new figure.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F
from django.urls import reverse

from budgets.models import BudgetTransfer, Disbursement, Project, SpendingTarget
from integrity.models import ItaAssessment, ItaMeasure
from kpis.models import Baseline, Measure, Result, ResultValue, TargetValue
from nhrc_plan.api.models import ApiKey
from nhrc_plan.disclosure.models import Item, Publisher
from nhrc_plan.meetings.models import Meeting, MonthSummary
from nhrc_plan.meetings.resolutions.models import Escalation, Resolution
from strategy import access as roles
from strategy.models import (
    Comment,
    Holiday,
    Membership,
    MonthLock,
    ReportingYear,
    Unit,
    Unlocking,
)
from strategy.records.model import Record
from strategy.records.write import record_save
from tests.support.pages import samples
from tests.support.writing import (
    TODAY,
    address,
    carry,
    commented,
    differences,
    facts,
    shown,
    signed_in,
    transfer,
)

# What a form takes for a change is decided in Python.
pytestmark = [pytest.mark.django_db, pytest.mark.same]

#: Two lines, as a browser never sends them: it ends a line with a carriage return as well.
LINES = "บรรทัดที่หนึ่ง\nบรรทัดที่สอง"
#: What two decimals do not show.
FINE = Decimal("0.0049")

REGISTERED = sorted(
    (model for model in admin.site._registry if issubclass(model, Record)),
    key=lambda model: model._meta.label,
)
#: The refusals that a page shows.
ERRORS = re.compile(r"errorlist.*?</ul>", re.DOTALL)


@pytest.fixture
def everyone(plan, person, today):
    """Facts of every kind, and the browser of somebody who may enter all of them."""
    today(TODAY)
    samples(plan, TODAY)
    project = Project.objects.order_by("pk")[0]
    measure = Measure.objects.filter(kind=Measure.Kind.PERCENT)[0]
    lock = MonthLock(agency=plan.agency, fiscal_year=2567, month=1)
    record_save(instance=lock, user=None)
    unit = Unit.objects.get(name="สำนักคุ้มครองสิทธิมนุษยชน")
    meeting = Meeting(plan=plan, number="1", held_on=TODAY, fiscal_year=2569, month=12, note=LINES)
    record_save(instance=meeting, user=None)
    for row in (
        transfer(project, 2569, "1000.25"),
        SpendingTarget(agency=plan.agency, fiscal_year=2569, q1="32.25"),
        ReportingYear(agency=plan.agency, fiscal_year=2569),
        Holiday(agency=plan.agency, day=date(2026, 10, 13), name="วันหยุด"),
        Unlocking(lock=lock, reason="แก้ตัวเลข"),
        MonthSummary(plan=plan, fiscal_year=2569, month=12, text=LINES),
        Resolution(meeting=meeting, number="1", text=LINES, unit=unit, first_due_on=TODAY),
        Escalation(plan=plan),
        ApiKey(name="x", purpose="x", begins_with="nhrc_x", secret_hash="a" * 64),
        Publisher(agency=plan.agency, contact="x", conditions=LINES),
        Item(
            agency=plan.agency, fiscal_year=2569, number="1", title="x", kind="plan", of_year=2569
        ),
        Baseline(measure=measure, value="12.3449", source="x", fiscal_year=2570, month=1),
    ):
        record_save(instance=row, user=None)
    commented(Result.objects.latest("pk"))
    committed = Disbursement.objects.filter(fiscal_year=2568, month=12, committed__gt=0)
    carry(committed[0].project, "100.25")
    user = person("everyone", roles.PLANNER, "สำนักคุ้มครองสิทธิมนุษยชน")
    user.groups.add(Group.objects.get(name=roles.ADMINISTRATOR))
    for app in {model._meta.app_config for model in REGISTERED}:
        for table in app.get_models():
            if not hasattr(table, "history_type"):
                make_awkward(table)
    # The newest month is not approved yet, so its figure stands in fields.
    return signed_in(user), Result.objects.filter(
        state="submitted", values__measure__kind="percent"
    )[0]


def make_awkward(model: type[models.Model]) -> None:
    """Texts of two lines and numbers of four decimals, wherever the columns take them."""
    for field in model._meta.fields:
        rows = model._base_manager.all()
        if model in (ResultValue, TargetValue):
            rows = rows.filter(measure__kind=Measure.Kind.PERCENT)
        if isinstance(field, models.TextField) and not field.choices:
            rows.exclude(**{field.name: ""}).update(**{field.name: LINES})
        elif isinstance(field, models.DecimalField) and field.decimal_places == 4:
            rows.filter(**{f"{field.name}__lt": 90}).update(**{field.name: F(field.name) + FINE})


def save_as_shown(client, path):
    """Open a form, save it as it stands, and give what differs in the database after it.

    None where the row is only shown.
    """
    page = client.get(path, follow=True)
    if b'type="submit"' not in page.content.partition(b"<main")[2]:
        return None
    at = page.redirect_chain[-1][0].partition("#")[0] if page.redirect_chain else path
    before = facts()
    answer = client.post(at, {**shown(page), "_save": "1"}, follow=True)
    assert answer.redirect_chain, (at, ERRORS.findall(answer.content.decode()))
    return differences(before, facts())


def test_no_form_writes_what_nobody_changed(everyone):
    client, fine = everyone
    measure = ItaMeasure.objects.exclude(outcome="")[0]
    places = [
        address(fine, "change"),
        reverse("admin:integrity_itaassessment_scores", args=[ItaAssessment.objects.all()[0].pk]),
        reverse("admin:integrity_quarterprogress_outcome", args=[measure.pk]),
        *(address(model._base_manager.latest("pk"), "change") for model in REGISTERED),
    ]
    written = {path: save_as_shown(client, path) for path in places}
    only_shown = {path for path, found in written.items() if found is None}
    # Transfers are entered with their budget, memberships with the person. What was locked,
    # opened or asked stays as it was written.
    assert only_shown == {
        address(row, "change")
        for row in (
            BudgetTransfer.objects.get(),
            Comment.objects.get(),
            Membership._base_manager.latest("pk"),
            MonthLock.objects.get(),
            Unlocking.objects.get(),
        )
    }
    assert {path: found for path, found in written.items() if found} == {}


def test_control_what_somebody_changed_is_written(everyone, plan):
    client, _fine = everyone
    path = address(plan, "change")
    page = client.get(path)
    before = facts()
    client.post(path, {**shown(page), "vision": f"{LINES}\nสาม", "_save": "1"})
    assert set(differences(before, facts())) == {"strategy_plan", "strategy_historicalplan"}
    plan.refresh_from_db()
    assert plan.vision == f"{LINES}\nสาม"
