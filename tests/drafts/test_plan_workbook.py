"""The workbook of a whole plan: out of one database and into another it is the same plan."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from budgets.models import Project, ProjectBudget
from budgets.write.projects import project_save
from kpis.models import Baseline, YearTarget
from kpis.write.targets import EnteredPoint, TargetEntry, baseline_set, target_change
from nhrc_plan.drafts.sheets import plan_lines, plan_workbook
from nhrc_plan.drafts.write import plan_import_apply, plan_import_keep, plan_preview
from strategy import access as roles
from strategy.models import Objective, Plan, PlanStatement, Strategy, Unit
from strategy.records.write import record_save
from strategy.workbook import apart, upload
from tests.support.owning import account
from tests.support.plans import Filling, emptied, told
from tests.support.writing import OWN, SCORECARD, indicator_of

pytestmark = pytest.mark.django_db

D = Decimal


@pytest.fixture(autouse=True)
def read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader without its process, which tests/integrity/test_ita_upload.py starts."""
    monkeypatch.setattr(upload, "_apart", apart.answered)


def applied(user: Any, content: bytes, decided: Any = None, **more: Any) -> Plan:
    """A workbook looked at, and taken over as it was seen."""
    found = plan_preview(user, content, decided or {})
    assert found.may_apply, [(row.name, row.problems) for row in found.open_rows][:5]
    kept = plan_import_keep(user=user, slug="x", name="แผน.xlsx", content=content)
    return plan_import_apply(
        user=user, row=kept, expected_version=kept.version, decided=decided or {},
        digest=found.digest, **more,
    )  # fmt: skip


def filled_in(plan: Plan, planner: Any, colleague: Any) -> None:
    """Something in each field that the plan's own document leaves empty."""
    unit = Unit.objects.get(name=OWN)
    unit.head = account(planner)
    record_save(instance=unit, user=None)
    indicator = indicator_of(plan, "S3-1.1", OWN)
    indicator.accountable, indicator.deputy = account(colleague), account(planner)
    indicator.definition, indicator.weight = "บรรทัดแรก\nบรรทัดที่สอง", D("2.50")
    record_save(instance=indicator, user=None)
    measure = indicator.measures.get()
    baseline_set(
        user=None,
        baseline=Baseline(
            measure=measure, value=D("61.25"), source="รายงาน", fiscal_year=2566, month=1
        ),
    )
    target = YearTarget.objects.get(indicator=indicator, fiscal_year=2568)
    target_change(
        user=None,
        target=target,
        reason="ตัวอย่าง",
        entry=TargetEntry("numeric", {measure.pk: EnteredPoint(D(80), D(65), None, D(75))}),
    )
    goals = PlanStatement.objects.filter(plan=plan, kind="goal")
    strategy = Strategy.objects.get(plan=plan, number=3)
    record_save(instance=strategy, user=None, links={"goals": goals[:2]})
    project = Project.objects.filter(strategy__plan=plan).first()
    project.accountable = account(planner)
    project_save(
        user=None,
        project=project,
        leads=[lead.unit for lead in project.leads.all()],
        supporting=Unit.objects.filter(name="สำนักกฎหมาย"),
        objectives=Objective.objects.filter(strategy__plan=plan, number=1)[:2],
    )
    budget = ProjectBudget.objects.filter(project=project).first()
    budget.approved_amount, budget.spending_kind = D("1234567.89"), "investment"
    record_save(instance=budget, user=None)


@pytest.mark.parametrize("slug", ["nhrc-2566-2570", SCORECARD])
def test_out_of_one_database_and_into_an_empty_one_it_is_the_same_plan(
    plan, planner, person, today, slug
):
    today(date(2026, 11, 20))
    filled_in(plan, planner, person("colleague", roles.PLANNER))
    chosen = Plan.objects.get(slug=slug)
    before = told(chosen)
    assert len(before) > 90
    content = plan_workbook(plan_lines(chosen))
    emptied()
    assert told(chosen) == {}
    draft = applied(planner, content)
    after = told(draft)
    assert after.keys() == before.keys()
    assert [name for name in before if before[name] != after[name]] == []
    assert draft.is_draft and not Plan.objects.exists()
    # Once more it changes nothing: what was read is what stands.
    again = plan_preview(planner, plan_workbook(plan_lines(draft)), {})
    assert set(again.counts) == {"unchanged"} and again.stays == 0
    # The comparison sees one field of one row.
    filling = Filling(content)
    assert filling.cell("indicators", "name", 1).value
    row = draft.strategies.first()
    row.name += "x"
    record_save(instance=row, user=None)
    assert told(draft) != before
