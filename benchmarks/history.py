"""How a page's time grows with the history: figures changed once beside a thousand times.

    python -m benchmarks.history [changes]

Prints ratios of one run and judges nothing. A plan has 4 indicators and 4 projects with the
months of one year; every change of a figure is one more row of the history.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.utils import timezone

from benchmarks.__main__ import RUNS, analyze, median_pair  # sets Django up
from benchmarks.data import change_often, make_plan, make_projects
from budgets.models import Disbursement
from kpis.models import Result
from strategy.models import Plan
from strategy.records.model import history_models, recorded_models
from strategy.records.write import write_history
from strategy.thai import address_date

YEAR = 2568


def main() -> None:
    changes = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        name = str(Path(folder) / "bench.sqlite3")
        connection.settings_dict["TEST"]["NAME"] = (
            name if connection.vendor == "sqlite" else "nhrc_bench_history"
        )
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            measure(changes)
        finally:
            connection.creation.destroy_test_db(None, verbosity=0)


def prepare(changes: int) -> Plan:
    """A plan whose history begins three years ago, each figure of a year changed so often."""
    plan = make_plan(changes, 4)
    make_projects(plan, 4)
    for model in recorded_models():
        rows = model._base_manager.exclude(pk__in=model.history.values("id"))
        write_history(rows, "+", user=None, reason="")
    for model in (Result, Disbursement):
        change_often(model, plan, YEAR, changes)
    return plan


def measure(changes: int) -> None:
    """Pages now, and as of a day in the mid of the changes, of both plans in turn."""
    user = get_user_model().objects.create_superuser("bench")
    client = Client(headers={"host": settings.ALLOWED_HOSTS[0]})
    client.force_login(user)
    few, many = prepare(1), prepare(changes)
    past = timezone.now() - timedelta(days=1000)
    _begin(past)
    analyze()
    day = timezone.localdate() - timedelta(hours=changes // 2)
    print(
        f"database: {connection.vendor}; {RUNS} runs of each, medians; {changes} changes a figure"
    )
    print(f"{'page':<40} {'changed often':>14} {'once':>11}")
    for page in ("", "board/", "indicators/", "budgets/", "value/"):
        for query in (f"year={YEAR}&month=8", f"year={YEAR}&month=8&as_of={address_date(day)}"):
            times = median_pair(
                _get(client, f"/plans/{many.slug}/{page}?{query}"),
                _get(client, f"/plans/{few.slug}/{page}?{query}"),
                RUNS,
            )
            what = f"{page or 'overview'}{' as of a day' if 'as_of' in query else ''}"
            ours, once = (1000 * each for each in times)
            print(f"{what:<40} {ours:11.1f} ms {once:8.1f} ms   × {ours / once:4.2f}")


def _begin(past: Any) -> None:
    """Let everything have been entered long ago."""
    from strategy.records.closed import close_history_tables, open_history_tables

    open_history_tables()
    for model in history_models():
        model._base_manager.filter(history_type="+").update(history_date=past)
    close_history_tables()


def _get(client: Client, address: str) -> Callable[[], Any]:
    def get() -> None:
        assert client.get(address).status_code == 200

    return get


if __name__ == "__main__":
    main()
