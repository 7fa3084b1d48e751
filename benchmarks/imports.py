"""How long an import takes beside its floors: reading the file alone, writing the rows in bulk.

    python -m benchmarks.imports [rows]

Prints ratios of one run and judges nothing. A planner's workbook of a month is filled in for as
many projects, and for as many indicators; each is looked at and taken over as the pages do it.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import date
from decimal import Decimal
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
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from budgets.models import Disbursement, Project
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from kpis.models import Result, ResultValue
from nhrc_plan.exchange.compare import MAX_ROWS
from nhrc_plan.exchange.entry import wanted_of
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.read import last_check
from nhrc_plan.exchange.sheets import entry_workbook
from nhrc_plan.exchange.subjects import PARTS
from nhrc_plan.exchange.write import import_apply, import_sent
from nhrc_plan.memory import settle
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


def bulk_rows(rows: list[Any], trail: list[Any]) -> None:
    """The floor of taking over: the very rows that ours wrote, with what belongs to them and the
    very history, in bulk and without a question. All of it is at hand already."""
    with transaction.atomic():
        type(rows[0]).objects.bulk_create(rows, batch_size=500)
        if isinstance(rows[0], Result):
            for row in rows:
                for value in row.kept:
                    value.result_id = row.pk
            ResultValue.objects.bulk_create(
                [value for row in rows for value in row.kept], batch_size=500
            )
        for row, told in zip(rows, trail, strict=True):
            told.id = row.pk
        type(trail[0])._base_manager.bulk_create(trail, batch_size=500)


def written(wanted: Any) -> tuple[list[Any], list[Any]]:
    """What was taken over, as if it were yet to be written: the rows, and their history."""
    rows = list(wanted.order_by("pk"))
    history: Any = wanted.model.history
    trail = list(history.filter(id__in=wanted.values("pk")).order_by("id"))
    for each in rows:
        each.kept = list(each.values.all()) if wanted.model is Result else []
    for each in (*rows, *trail, *(value for row in rows for value in row.kept)):
        each.pk, each._state.adding = None, True
    return rows, trail


def clock() -> float:
    """Seconds; with PROCESSOR=1 those of the processor, which other people's work leaves alone:
    of this process, of the file's reader, of PostgreSQL's process for this connection where it
    runs on the same machine."""
    if not os.environ.get("PROCESSOR"):
        return time.perf_counter()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    own = sum(each.ru_utime + each.ru_stime for each in used)
    if connection.vendor != "postgresql" or connection.connection is None:
        return own
    server = Path(f"/proc/{connection.connection.info.backend_pid}/stat").read_text()
    ticks = sum(map(int, server.rpartition(")")[2].split()[11:13]))
    return own + ticks / os.sysconf("SC_CLK_TCK")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    gc.collect()  # nobody pays for what another left behind
    start = clock()
    found = work()
    return clock() - start, found


def measure_case(case: Case, model: type[Any]) -> None:
    """Look and take over, each in turn with its floor; what was written goes again between."""
    wanted = model.objects.filter(fiscal_year=AT.year, month=AT.month)
    times: dict[str, list[float]] = {"look": [], "read": [], "apply": [], "bulk": []}
    for run in range(RUNS + 1):
        read, _found = timed(case.read)
        look, row = timed(case.send)
        counting: Any = nullcontext([]) if run else CaptureQueriesContext(connection)
        with counting as captured:
            apply, _found = timed(partial(case.apply, row))
        rows, trail = written(wanted)
        clear(wanted)
        bulk, _found = timed(partial(bulk_rows, rows, trail))
        clear(wanted)
        if run:
            for name, value in zip(times, (look, read, apply, bulk), strict=True):
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


def memory(work: Callable[[], Any]) -> tuple[float, Any]:
    """Megabytes of Python's own count at the peak of some work, above what there was; what it
    gave."""
    gc.collect()
    tracemalloc.start()
    found = work()
    peak = tracemalloc.get_traced_memory()[1] / 1_000_000
    tracemalloc.stop()
    return peak, found


def save_often(about: tuple[str, int, int], begun: Any, over: Any, waits: Any) -> None:
    """Another person, in a process of their own: saves one project's figures again and again,
    of another month, and tells how long each save took. ``about``: database, account, project."""
    name, user_id, project_id = about
    connection.settings_dict["NAME"] = name
    user = get_user_model().objects.get(pk=user_id)
    entry = DisbursementEntry(
        Project.objects.get(pk=project_id), AT.year, AT.month - 1,
        Decimal(1), Decimal(1), reason="ตามสัญญา",
    )  # fmt: skip
    took = []
    while not over.is_set():
        start = time.perf_counter()
        version = DisbursementEntries.record(user=user, entry=entry, today=TODAY).version
        took.append(time.perf_counter() - start)
        entry = replace(entry, disbursed=Decimal(len(took) + 1), expected_version=version)
        begun.set()
        time.sleep(0.02)
    waits.put(took)


def beside_others(case: Case) -> None:
    """How long somebody else's saves take while an import is taken over."""
    row = case.send()
    spawn = multiprocessing.get_context("spawn")
    begun, over, waits = spawn.Event(), spawn.Event(), spawn.Queue()
    project = Project.objects.filter(strategy__plan=case.plan).latest("pk")
    about = (str(connection.settings_dict["NAME"]), case.user.pk, project.pk)
    other = spawn.Process(target=save_often, args=(about, begun, over, waits))
    other.start()
    begun.wait()
    start = time.perf_counter()
    case.apply(row)
    whole = time.perf_counter() - start
    over.set()
    took = waits.get()
    other.join()
    print(f"others, while it was taken over in {whole:.1f} s: {len(took)} saves, the middle one "
          f"{statistics.median(took) * 1000:.0f} ms, the longest {max(took):.1f} s")  # fmt: skip


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
        (Case(plan, user, _("Money to report"), money), Disbursement),
        (Case(plan, user, _("Results to report"), results), Result),
    )
    settle()  # as the service does
    for case, model in cases:
        measure_case(case, model)
        looked, row = memory(case.send)
        applied, _found = memory(partial(case.apply, row))
        clear(model.objects.filter(fiscal_year=AT.year, month=AT.month))
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(f"memory at the peak of a look {looked:.0f} MB, of taking over {applied:.0f} MB; "
              f"of the process {most:.0f} MB")  # fmt: skip
    beside_others(cases[0][0])


if __name__ == "__main__":
    main()
