"""Plans of realistic size, the same at every run."""

from __future__ import annotations

from decimal import Decimal

from kpis.models import Indicator, Measure, Result, ResultValue, TargetValue, YearTarget
from strategy.models import Agency, Objective, Plan, StrategicIssue, Strategy, Unit

YEARS = range(2566, 2571)
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
