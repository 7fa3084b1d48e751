"""How long an import takes beside its floors: reading the file alone, writing the rows in bulk.

    python -m benchmarks.imports [rows]

Prints ratios of one run and judges nothing. A planner's workbook of a month is filled in for as
many projects, and for as many indicators; each is looked at and taken over as the pages do it.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from benchmarks.__main__ import analyze, show  # sets Django up

from benchmarks.data import make_plan, make_projects  # isort: skip
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from budgets.models import Disbursement
from kpis.models import Result, ResultValue
from nhrc_plan.exchange.compare import MAX_ROWS
from nhrc_plan.exchange.entry import wanted_of
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.read import last_check
from nhrc_plan.exchange.sheets import entry_workbook
from nhrc_plan.exchange.subjects import PARTS
from nhrc_plan.exchange.write import import_apply, import_sent
from strategy import access as roles
from strategy.access import viewer
from strategy.calendar import FiscalMonth
from strategy.models import Plan
from strategy.workbook.upload import sheets_read

AT, TODAY = FiscalMonth(2569, 12), date(2026, 11, 21)
RUNS = int(os.environ.get("RUNS", "5"))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory() as folder:
        name = str(Path(folder) / "bench.sqlite3")
        connection.settings_dict["TEST"]["NAME"] = (
            name if connection.vendor == "sqlite" else "nhrc_bench_imports"
        )
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            measure(rows)
        finally:
            connection.creation.destroy_test_db(None, verbosity=0)


def filled(plan: Plan, user: Any, title: str, cells: dict[str, Any]) -> bytes:
    """A planner's workbook of the month with something typed into each row of one sheet."""
    content = entry_workbook(wanted_of(plan, AT, viewer(user), TODAY, None))
    book = load_workbook(BytesIO(content))
    for name in book.sheetnames:
        if name != title:
            del book[name]
    sheet = book[title]
    part = next(part for part in PARTS if part.name == title)
    labels = [column.label for column in part.columns()]
    top = next(cell.row for cell in sheet["A"] if cell.value == labels[0])
    for row in range(top + 1, sheet.max_row + 1):
        for label, value in cells.items():
            cell = sheet.cell(row, labels.index(label) + 1)
            if not cell.protection.locked:
                cell.value = value
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


class Case:
    """One kind of figure: its workbook, and what writes as much without any check."""

    def __init__(self, plan: Plan, user: Any, title: str, cells: dict[str, Any]) -> None:
        self.plan, self.user, self.title = plan, user, title
        self.content = filled(plan, user, title, cells)

    def read(self) -> None:
        """The floor of a preview."""
        sheets_read(self.content, {part.name: (40, MAX_ROWS) for part in PARTS})

    def send(self) -> Import:
        row = Import(plan=self.plan, fiscal_year=AT.year, month=AT.month)
        return import_sent(
            user=self.user, row=row, name="a.xlsx", content=self.content, today=TODAY
        )

    def apply(self, row: Import) -> None:
        check = last_check(row)
        assert check is not None
        import_apply(
            user=self.user, row=row, expected_version=row.version, check=check, today=TODAY
        )


def bulk_money(case: Case, rows: list[Disbursement]) -> None:
    """The floor of taking over: the same rows and their history, in bulk."""
    made = [
        Disbursement(project_id=row.project_id, fiscal_year=AT.year, month=AT.month,
                     disbursed=row.disbursed, committed=row.committed, note=row.note)
        for row in rows
    ]  # fmt: skip
    with transaction.atomic():
        Disbursement.objects.bulk_create(made, batch_size=500)
        bulk_history(made, case.user)


def bulk_results(case: Case, rows: list[Any]) -> None:
    made = [
        Result(indicator_id=row.indicator_id, fiscal_year=AT.year, month=AT.month,
               state=row.state, narrative=row.narrative, problems=row.problems,
               next_steps=row.next_steps)
        for row in rows
    ]  # fmt: skip
    with transaction.atomic():
        Result.objects.bulk_create(made, batch_size=500)
        ResultValue.objects.bulk_create(
            (
                ResultValue(result=each, measure_id=value.measure_id, value=value.value)
                for each, row in zip(made, rows, strict=True)
                for value in row.kept
            ),
            batch_size=500,
        )
        bulk_history(made, case.user)


def bulk_history(rows: list[Any], user: Any) -> None:
    """A row of the history for each, of its own columns alone."""
    model: Any = type(rows[0]).history.model
    history = []
    now = timezone.now()
    for row in rows:
        told = {field.attname: getattr(row, field.attname) for field in model.tracked_fields}
        history.append(
            model(
                history_date=now, history_type="+", history_change_reason="a.xlsx",
                history_user_id=user.pk, history_user_name="bench", **told,
            )
        )  # fmt: skip
    model.objects.bulk_create(history, batch_size=500)


def clock() -> float:
    """Seconds; with PROCESSOR=1 those of the processor, which other people's work leaves alone."""
    if not os.environ.get("PROCESSOR"):
        return time.perf_counter()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = clock()
    found = work()
    return clock() - start, found


def measure_case(case: Case, model: type[Any], bulk: Callable[[Case, list[Any]], None]) -> None:
    """Look and take over, each in turn with its floor; what was written goes again between."""
    wanted = model.objects.filter(fiscal_year=AT.year, month=AT.month)
    times: dict[str, list[float]] = {"look": [], "read": [], "apply": [], "bulk": []}
    for run in range(RUNS + 1):
        read, _found = timed(case.read)
        look, row = timed(case.send)
        counting: Any = nullcontext([]) if run else CaptureQueriesContext(connection)
        with counting as captured:
            apply, _found = timed(partial(case.apply, row))
        rows = list(wanted)
        if model is Result:
            for each in rows:
                each.kept = list(each.values.all())
        clear(wanted)
        written, _found = timed(partial(bulk, case, rows))
        clear(wanted)
        if run:
            for name, value in zip(times, (look, read, apply, written), strict=True):
                times[name].append(value)
        else:
            print(f"{case.title}: {len(rows)} rows, {len(case.content) / 1000:.0f} kB, "
                  f"{len(captured)} queries to take over")  # fmt: skip
    middle = {name: statistics.median(found) for name, found in times.items()}
    show("preview, beside reading the file alone", (middle["look"], middle["read"]), "[≤ 3]")
    show("taking over, beside bulk writing", (middle["apply"], middle["bulk"]), "[≤ 2]")


def clear(rows: Any) -> None:
    """Take rows away without a trace; the history, which is closed, keeps what it has."""
    if rows.model is Result:
        ResultValue.objects.filter(result__in=rows).delete()
    rows._raw_delete(rows.db)


def memory(case: Case) -> float:
    """Megabytes of Python's own count at the peak of a look."""
    tracemalloc.start()
    case.send()
    peak = tracemalloc.get_traced_memory()[1] / 1_000_000
    tracemalloc.stop()
    return peak


def measure(rows: int) -> None:
    print(f"database: {connection.vendor}; {RUNS} runs of each, medians; limits in brackets")
    user = get_user_model().objects.create_user("bench", is_staff=True)
    user.groups.add(Group.objects.get(name=roles.PLANNER))
    plan = make_plan(0, rows, months=1)
    make_projects(plan, rows, months=1)
    analyze()
    money = {
        _("disbursed (baht)"): 150000.5,
        _("committed, not yet paid (baht)"): 1000,
        _("note"): "เบิกจ่ายตามงวดงาน",
        _("reason for a fall or for more than is allocated"): "ตามสัญญา",
    }
    results = {
        _("result"): 55,
        _("what was done"): "ดำเนินการตามแผนปฏิบัติการประจำปี",
        _("problems and obstacles"): "งบประมาณมาช้า",
        _("next steps"): "เร่งรัด",
        _("reason for a lower cumulative figure"): "นับใหม่ตามระเบียบ",
    }
    cases = (
        (Case(plan, user, _("Money to report"), money), Disbursement, bulk_money),
        (Case(plan, user, _("Results to report"), results), Result, bulk_results),
    )
    for case, model, bulk in cases:
        measure_case(case, model, bulk)
        print(f"memory at the peak of a look: {memory(case):.0f} MB; of the process "
              f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB")  # fmt: skip


if __name__ == "__main__":
    main()
