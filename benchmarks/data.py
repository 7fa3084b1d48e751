"""Plans of realistic size, the same at every run."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Max
from django.utils import timezone

from budgets.models import BudgetTransfer, Disbursement, Project, ProjectBudget, ProjectLead
from kpis.models import Indicator, Measure, Result, ResultValue, TargetValue, YearTarget
from strategy.calendar import FiscalMonth
from strategy.models import Agency, Objective, Plan, StrategicIssue, Strategy, Unit

YEARS = range(2566, 2571)
MILLION = Decimal(1_000_000)
NARRATIVE = "ดำเนินการตามแผนปฏิบัติการประจำปี และรายงานผลต่อผู้บริหารแล้ว"


def make_plan(number: int, indicators: int, months: int = 12) -> Plan:
    """One plan with ``indicators`` × five years × ``months`` results, written in bulk."""
    agency = Agency.objects.create(slug=f"bench-{number}", name=f"หน่วยงานทดสอบ {number}")
    units = Unit.objects.bulk_create(
        Unit(agency=agency, name=f"สำนักทดสอบที่ {index}") for index in range(10)
    )
    plan = Plan.objects.create(
        agency=agency,
        slug=f"bench-{number}",
        name=f"แผนทดสอบ {number}",
        first_year=YEARS[0],
        last_year=YEARS[-1],
    )
    strategies = Strategy.objects.bulk_create(
        Strategy(plan=plan, number=index, name=f"ยุทธศาสตร์ทดสอบที่ {index} ยกระดับการคุ้มครอง")
        for index in range(1, 5)
    )
    objectives = []
    for strategy in strategies:
        issue = StrategicIssue.objects.create(
            strategy=strategy, number=f"{strategy.number}.1", name="ประเด็นทดสอบ"
        )
        objectives.append(
            Objective.objects.create(strategy=strategy, issue=issue, number=1, name="วัตถุประสงค์")
        )
    rows = Indicator.objects.bulk_create(
        Indicator(
            strategy=strategies[index % 4],
            objective=objectives[index % 4],
            number=f"{index // 4 + 1}.1",
            position=index // 4 + 1,
            name=f"ร้อยละความสำเร็จของการดำเนินงานตามตัวชี้วัดทดสอบลำดับที่ {index + 1} ของแผน",
            accrual=("rate", "per_year", "cumulative")[index % 3],
            unit=units[index % 10],
            frequency="month",
        )
        for index in range(indicators)
    )
    measures = Measure.objects.bulk_create(
        Measure(indicator=row, kind="percent", unit_label="ร้อยละ") for row in rows
    )
    targets = YearTarget.objects.bulk_create(
        YearTarget(indicator=row, fiscal_year=year, kind="numeric")
        for row in rows
        for year in YEARS
    )
    TargetValue.objects.bulk_create(
        TargetValue(
            target=target,
            measure=measures[index // len(YEARS)],
            value=Decimal(60 + 5 * (index % len(YEARS))),
        )
        for index, target in enumerate(targets)
    )
    results = Result.objects.bulk_create(
        (
            Result(
                indicator=row,
                fiscal_year=year,
                month=month,
                state="approved",
                narrative=NARRATIVE,
            )
            for row in rows
            for year in YEARS
            for month in range(1, months + 1)
        ),
        batch_size=2000,
    )
    ResultValue.objects.bulk_create(
        (
            ResultValue(
                result=result,
                measure=measures[index // (len(YEARS) * months)],
                value=Decimal(30 + (index * 7) % 60),
            )
            for index, result in enumerate(results)
        ),
        batch_size=2000,
    )
    return plan


def make_projects(plan: Plan, projects: int, months: int = 12) -> None:
    """``projects`` flagship projects × five years × ``months`` disbursements, written in bulk.

    Each has two lead units and a supporting one, an approved amount in every other year, a
    transfer in one, and serves an objective of its strategy (every third project: also another).
    """
    strategies = list(plan.strategies.order_by("number"))
    objectives = [list(strategy.objectives.order_by("number")) for strategy in strategies]
    units = list(Unit.objects.filter(agency=plan.agency_id).order_by("pk"))
    numbers = dict(
        Project.objects.filter(strategy__plan=plan)
        .order_by()
        .values_list("strategy_id")
        .annotate(Max("number"))
    )
    made = []
    for index in range(projects):
        strategy = strategies[index % len(strategies)]
        numbers[strategy.pk] = numbers.get(strategy.pk, 0) + 1
        name = f"โครงการพัฒนาและส่งเสริมสิทธิมนุษยชนทดสอบลำดับที่ {index + 1} ของแผน"
        made.append(Project(strategy=strategy, number=numbers[strategy.pk], name=name))
    rows = Project.objects.bulk_create(made)
    ProjectLead.objects.bulk_create(
        ProjectLead(project=row, unit=units[(index + position) % len(units)], position=position + 1)
        for index, row in enumerate(rows)
        for position in range(min(2, len(units)))
    )
    Project.supporting_units.through.objects.bulk_create(
        Project.supporting_units.through(project=row, unit=units[(index + 2) % len(units)])
        for index, row in enumerate(rows)
    )
    Project.objectives.through.objects.bulk_create(
        Project.objectives.through(project=row, objective=objective)
        for index, row in enumerate(rows)
        for objective in objectives[index % len(strategies)][: 2 if index % 3 == 0 else 1]
    )
    budgets = ProjectBudget.objects.bulk_create(
        (
            ProjectBudget(
                project=row,
                fiscal_year=year,
                plan_amount=MILLION + 250_000 * (index % 8),
                approved_amount=MILLION + 200_000 * (index % 8) if (index + year) % 2 else None,
            )
            for index, row in enumerate(rows)
            for year in plan.years
        ),
        batch_size=2000,
    )
    BudgetTransfer.objects.bulk_create(
        BudgetTransfer(
            budget=budget,
            amount=Decimal(100_000),
            document_number=f"สม 0003/{index}",
            document_date=FiscalMonth(budget.fiscal_year, 4).last_day,
            reason="ปรับแผนการใช้จ่าย",
        )
        for index, budget in enumerate(budgets)
        if index % len(plan.years) == 2
    )
    Disbursement.objects.bulk_create(
        (
            Disbursement(
                project=row,
                fiscal_year=year,
                month=month,
                disbursed=Decimal(60_000 + 3_000 * (index % 9)) * month,
                committed=Decimal(20_000) * (12 - month),
                note=NARRATIVE,
            )
            for index, row in enumerate(rows)
            for year in plan.years
            for month in range(1, months + 1)
        ),
        batch_size=2000,
    )


def change_often(model: type[Any], plan: Plan, year: int, changes: int) -> None:
    """The first entry of each of a year's figures once more for every change, an hour apart.

    ``model``: results or disbursements, whose first entries are in the history.
    """
    history = model.history.model
    owner = "indicator" if model is Result else "project"
    figures = model.objects.filter(**{f"{owner}__strategy__plan": plan}).values("id")
    first = history._base_manager.filter(fiscal_year=year, version=1, id__in=figures)
    kept = list(first.values_list("history_id", flat=True))
    names = [field.column for field in history._meta.concrete_fields if not field.primary_key]
    said = {"version": "%s", "history_type": "'~'", "history_date": "%s"}
    columns = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(said.get(name, f'"{name}"') for name in names)
    given = [name for name in names if said.get(name) == "%s"]
    begun = timezone.now() - timedelta(hours=changes)
    table = history._meta.db_table
    with connection.cursor() as cursor:
        for turn in range(1, changes):
            moment = begun + timedelta(hours=turn)
            told = {
                "version": turn + 1,
                "history_date": connection.ops.adapt_datetimefield_value(moment),
            }
            cursor.execute(
                f'INSERT INTO "{table}" ({columns}) SELECT {values} FROM "{table}" '
                f'WHERE "history_id" BETWEEN {min(kept)} AND {max(kept)} '
                f'AND "fiscal_year" = {year} AND "version" = 1',
                [told[name] for name in given],
            )
