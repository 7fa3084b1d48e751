"""Measures the pages against their floors in one run; prints figures, judges nothing.

Each pair is timed in turn (ours, floor, ours, floor …), so that a slow moment of the machine
touches both, and the medians are given with their ratio.
"""

from __future__ import annotations

import gc
import os
import statistics
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nhrc_plan.settings")
os.environ.setdefault("SECRET_KEY", "benchmark")
os.environ.setdefault("ALLOWED_HOSTS", "testserver")
os.environ["DEBUG"] = "0"
os.environ["SECURE_SSL_REDIRECT"] = "0"
django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.template.loader import get_template  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from openpyxl import load_workbook  # noqa: E402
from xlsxwriter import Workbook  # noqa: E402

from benchmarks.data import make_plan, make_projects  # noqa: E402
from budgets.pages import views as money_views  # noqa: E402
from kpis.pages import views as kpi_views  # noqa: E402
from kpis.pages.workbook import monthly_report  # noqa: E402
from nhrc_plan.meetings.workbook import board_pack  # noqa: E402
from nhrc_plan.memory import settle  # noqa: E402
from nhrc_plan.overview import views  # noqa: E402
from strategy.calendar import FiscalMonth  # noqa: E402
from strategy.models import Plan  # noqa: E402

AT = FiscalMonth(2569, 12)
TODAY = date(2026, 11, 21)
RUNS = int(os.environ.get("RUNS", "15"))


def median_pair(
    ours: Callable[[], Any], floor: Callable[[], Any], runs: int
) -> tuple[float, float]:
    """Median seconds of both, timed in turn after one warm-up of each."""
    ours(), floor()
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(runs):
        for function, found in zip((ours, floor), times, strict=True):
            gc.collect()  # neither pays for what the other left behind
            start = time.perf_counter()
            function()
            found.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def page(view: Callable[..., Any], plan: Plan) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """A page's whole view, and the floor: the same template rendered from ready rows."""
    factory = RequestFactory()
    query = {"year": AT.year, "month": AT.month}

    def request() -> Any:
        made: Any = factory.get(f"/plans/{plan.slug}/", query)
        made.user = get_user_model().objects.get(username="bench")
        made._messages = []
        return made

    kept: dict[str, Any] = {}
    module: Any = sys.modules[view.__module__]
    real_render = module.render

    def keep(asked: Any, template: str, context: Any, **more: Any) -> Any:
        kept.update(template=template, context=context, request=asked)
        return real_render(asked, template, context, **more)

    module.render = keep
    view(request(), slug=plan.slug)
    module.render = real_render
    template = get_template(kept["template"])
    return (
        lambda: view(request(), slug=plan.slug),
        lambda: template.render(kept["context"], kept["request"]),
    )


def queries(view: Callable[..., Any], plan: Plan) -> int:
    """Database queries of one page, sign-in included."""
    ours, _floor = page(view, plan)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        ours()
    return len(captured)


def same_cells(content: bytes) -> Callable[[], Any]:
    """The floor of a workbook: XlsxWriter writing the same styled cells from ready values.

    Cells keep their comments, rows their heights and columns their widths; charts, conditional
    colours, merged cells and print set-up are left out.
    """
    looks: dict[int, dict[str, Any]] = {}
    sheets = []
    for sheet in load_workbook(BytesIO(content)).worksheets:
        for row in sheet.iter_rows():
            looks.update(
                {cell.style_id: look_of(cell) for cell in row if cell.style_id not in looks}
            )
        cells = [
            (cell.row - 1, cell.column - 1, cell.value, cell.style_id, cell.comment)
            for row in sheet.iter_rows()
            for cell in row
        ]
        heights = {row - 1: size.height for row, size in sheet.row_dimensions.items()}
        widths = [
            (size.min - 1, size.max - 1, size.width) for size in sheet.column_dimensions.values()
        ]
        sheets.append((cells, heights, widths))

    def write() -> bytes:
        stream = BytesIO()
        book = Workbook(stream, {"in_memory": True})
        formats = {style: book.add_format(look) for style, look in looks.items()}
        for cells, heights, widths in sheets:
            sheet = book.add_worksheet()
            for first, last, width in widths:
                sheet.set_column(first, last, width)
            for number, height in heights.items():
                sheet.set_row(number, height)
            for row, column, value, style, note in cells:
                if value is None:
                    sheet.write_blank(row, column, None, formats[style])
                elif isinstance(value, str):
                    sheet.write_string(row, column, value, formats[style])
                elif isinstance(value, date):
                    sheet.write_datetime(row, column, value, formats[style])
                else:
                    sheet.write_number(row, column, value, formats[style])
                if note is not None:
                    sheet.write_comment(row, column, note.text)
        book.close()
        return stream.getvalue()

    return write


def look_of(cell: Any) -> dict[str, Any]:
    """A read cell's style, as the writer takes it."""
    return {
        "font_name": cell.font.name,
        "font_size": cell.font.sz,
        "bold": cell.font.b,
        "num_format": cell.number_format,
        "align": cell.alignment.horizontal or "left",
        "valign": "vcenter" if cell.alignment.vertical == "center" else "top",
        "text_wrap": bool(cell.alignment.wrap_text),
        "border": int(bool(cell.border.left and cell.border.left.style)),
    }


def show(what: str, times: tuple[float, float], limit: str) -> None:
    ours, floor = times
    print(
        f"{what:<58} {ours * 1000:8.1f} ms {floor * 1000:8.1f} ms   × {ours / floor:4.2f}  {limit}"
    )


def main() -> None:
    plans = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        # No collected static files are needed to time a page.
        settings.STORAGES["staticfiles"] = {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        }
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        else:
            connection.settings_dict["TEST"]["NAME"] = "nhrc_bench"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            measure(plans)
        finally:
            connection.creation.destroy_test_db(None, verbosity=0)


def measure(plans: int) -> None:
    print(f"database: {connection.vendor}; {RUNS} runs of each, medians; limits in brackets")
    get_user_model().objects.create_user("bench")
    small = make_plan(0, 19)
    plan = make_plan(1, 200)
    analyze()
    settle()
    print(f"{'one plan of 200 indicators × 5 years × 12 months':<58} {'ours':>11} {'floor':>11}")
    for name, view in (("overview", views.overview), ("indicator table", kpi_views.indicators)):
        few, many = queries(view, small), queries(view, plan)
        print(f"{name}: {few} queries with 19 indicators, {many} with 200  [≤ 12, equal]")
        ours, floor = page(view, plan)
        show(f"{name}, against rendering ready rows", median_pair(ours, floor, RUNS), "[≤ 1.5]")
    measure_money(small, plan)
    content = monthly_report(plan, AT, TODAY)
    show(
        "workbook, against XlsxWriter writing the same cells",
        median_pair(
            lambda: monthly_report(plan, AT, TODAY), same_cells(content), max(RUNS // 3, 3)
        ),
        "[≤ 2.3]",
    )
    if plans < 2:
        return
    before = {name: _alone(name, plan) for name in ("overview", "indicators", "workbook")}
    for number in range(2, plans + 1):
        make_plan(number, 200)
    analyze()
    print(f"with {plans} such plans in the database{'':<24} {'now':>11} {'with one':>11}")
    for name, alone in before.items():
        show(f"{name}", (_alone(name, plan), alone), "[≤ 1.2]")


def measure_money(small: Plan, plan: Plan) -> None:
    """The pages of money and the board pack, with 500 projects × 5 years × 12 months."""
    make_projects(small, 17)
    make_projects(plan, 500)
    analyze()
    for name, view in (("budgets", money_views.budgets), ("by unit", money_views.budget_units)):
        few, many = queries(view, small), queries(view, plan)
        print(f"{name}: {few} queries with 17 projects, {many} with 500  [≤ 10, equal]")
    ours, floor = page(money_views.budgets, plan)
    show("budgets, against rendering ready rows", median_pair(ours, floor, RUNS), "")
    tracemalloc.start()
    content = board_pack(plan, AT, TODAY)
    peak = tracemalloc.get_traced_memory()[1] / 1_000_000
    tracemalloc.stop()
    print(f"board pack: {len(content) / 1000:.0f} kB, {peak:.0f} MB at its peak  [≤ 150]")
    show(
        "board pack, against XlsxWriter writing the same cells",
        median_pair(lambda: board_pack(plan, AT, TODAY), same_cells(content), max(RUNS // 3, 3)),
        "[≤ 2.3]",
    )


def _alone(name: str, plan: Plan) -> float:
    """Median seconds of one page or workbook by itself."""
    if name == "workbook":
        run: Callable[[], Any] = lambda: monthly_report(plan, AT, TODAY)  # noqa: E731
    else:
        run, _floor = page(getattr(views, name), plan)
    return median_pair(run, lambda: None, RUNS)[0]


def analyze() -> None:
    """Let the database know its tables, as its own housekeeping does in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
