"""Fills a trial's database to a realistic size, the same at every run, straight into its tables.

    DATABASE_URL=… python -m benchmarks.scale.size [agencies]

The database holds the plans of fixtures/ and their samples (``manage.py bootstrap --sample``).
First every month of the strategic plan gets its figures, with their history: 19 indicators and 17
projects × 5 years × 12 months. Then the database copies all of it, accounts and histories
included, under keys of their own: 1,000 agencies are 1.1 million results and as many rows of
history, a few minutes on PostgreSQL.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import django
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, models, transaction

#: Keys of one copy lie so far from those of the next: no table of one agency holds as many rows.
APART = 10_000
#: What all agencies share is not copied.
SHARED_APPS = ("contenttypes", "sessions", "axes", "admin")
SHARED = frozenset(
    {
        "auth.Permission", "auth.Group", "auth.Group_permissions", "integrity.Rubric",
        "integrity.RubricPart", "integrity.RubricGroup", "integrity.Criterion",
        "integrity.CriterionLevel", "strategy.EvidenceFile",
    }
)  # fmt: skip
#: Figures of months that had none say this.
NARRATIVE = "ดำเนินการตามแผนปฏิบัติการประจำปี และรายงานผลต่อผู้บริหารแล้ว"
WRITTEN = datetime(2023, 1, 5, 9, tzinfo=ZoneInfo("Asia/Bangkok"))


@transaction.atomic
def filled(slug: str) -> None:
    """Every month of a plan that has no figure gets one like the nearest that has, in its year or
    in another; with history. Of every third indicator the last two months that are over stay
    open, so that there is something to do."""
    from budgets.models import Disbursement, Project
    from kpis.models import Indicator, Result, ResultValue
    from strategy.calendar import FiscalMonth
    from strategy.clock import today
    from strategy.models import Plan
    from strategy.records.model import acting
    from strategy.records.write import write_history

    plan = Plan.objects.get(slug=slug)
    months = [(year, month) for year in plan.years for month in range(1, 13)]
    now = FiscalMonth.of(today())
    begun = months.index((now.year, now.month)) if (now.year, now.month) in months else len(months)
    open_months = months[max(begun - 2, 0) : begun]
    with acting(user=None, reason="", when=lambda row: WRITTEN):
        for place, indicator in enumerate(Indicator.objects.filter(strategy__plan=plan)):
            like = {(row.fiscal_year, row.month): row for row in indicator.results.all()}
            values = {
                at: list(row.values.values("measure_id", "value", "numerator", "denominator"))
                for at, row in like.items()
            }
            added = []
            for at, nearest in _gaps(months, list(like)):
                if place % 3 == 0 and at in open_months:
                    continue
                of = like[nearest]
                copied = {
                    name: getattr(of, name)
                    for name in ("no_cases", "progress", "progress_percent", "is_sample")
                }
                row = Result(
                    indicator=indicator, fiscal_year=at[0], month=at[1], narrative=NARRATIVE,
                    state="approved", **copied,
                )  # fmt: skip
                added.append((row, values[nearest]))
            rows = Result.objects.bulk_create(row for row, _ in added)
            ResultValue.objects.bulk_create(
                ResultValue(result=row, **value) for row, figures in added for value in figures
            )
            write_history(rows, "+", user=None, reason="")
        for project in Project.objects.filter(strategy__plan=plan):
            money = {(row.fiscal_year, row.month): row for row in project.disbursements.all()}
            paid = Disbursement.objects.bulk_create(
                Disbursement(
                    project=project, fiscal_year=at[0], month=at[1], note=NARRATIVE,
                    disbursed=money[nearest].disbursed, committed=money[nearest].committed,
                    approval="approved", is_sample=money[nearest].is_sample,
                )
                for at, nearest in _gaps(months, list(money))
            )  # fmt: skip
            write_history(paid, "+", user=None, reason="")


def _gaps(months: list[Any], known: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Months without a figure, each with the nearest that has one; the earlier of two."""
    places = [months.index(at) for at in known if at in months]
    for place, at in enumerate(months):
        if places and place not in places:
            yield at, months[min(places, key=lambda other: (abs(other - place), other))]


def copied_models() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label not in SHARED
        and model._meta.app_label not in SHARED_APPS
        and not model._meta.proxy
        and model._meta.managed
    ]


def copied(agencies: int) -> None:
    """Copy everything ``agencies`` − 1 times, by one statement a table.

    Of more than a hundred copies PostgreSQL is asked not to check each foreign key, which an
    account that owns the server alone may ask: it takes longer than to copy. A test copies fewer,
    checked.
    """
    copying = copied_models()
    tables = {model._meta.db_table for model in copying}
    with transaction.atomic(), connection.cursor() as cursor:
        if agencies > 100 and connection.vendor == "postgresql":
            cursor.execute("SET LOCAL session_replication_role = replica")
        for model in copying:
            if not model._base_manager.exists():
                continue
            quoted = connection.ops.quote_name
            columns, values = [], []
            for field in model._meta.concrete_fields:
                if field.name == "history_id":
                    continue  # the database counts on
                columns.append(quoted(str(field.column)))
                values.append(_copy_of(field, tables))
            table = quoted(model._meta.db_table)
            copies = _numbers(agencies - 1)
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - of names alone
                f"SELECT {', '.join(values)} FROM {copies} CROSS JOIN {table} t "
                f"WHERE t.id < {APART}"
            )
    _counted_on(copying)


def _copy_of(field: Any, tables: set[str]) -> str:
    """What a column of the copy ``c.n`` holds."""
    column = f"t.{connection.ops.quote_name(field.column)}"
    shift = f"c.n * {APART}"
    history = hasattr(field.model, "history_type")
    if field.primary_key or (history and field.name == "id"):
        return f"{column} + {shift}"
    if field.is_relation:
        return f"{column} + {shift}" if field.related_model._meta.db_table in tables else column
    if field.name in ("history_user_id", "figure_id"):
        return f"{column} + {shift}"
    if field.name == "act":
        hashed = f"MD5(CAST({column} AS text) || '-' || c.n)"
        return f"CAST({hashed} AS uuid)" if connection.vendor == "postgresql" else hashed
    if field.name == "details" and history:
        return _details(column, shift)
    if field.name == "history_date":
        # Each agency wrote at moments of its own, earlier than the one before it.
        return (
            f"{column} - c.n * interval '1 minute'"
            if connection.vendor == "postgresql"
            else f"strftime('%Y-%m-%d %H:%M:%f', {column}, '-' || c.n || ' minutes')"
        )
    if field.name in ("slug", "username", "organisation"):
        return f"{column} || '-' || c.n"
    if field.model._meta.model_name == "agency" and field.name == "name":
        return f"{column} || ' ' || c.n"
    return column


def _details(column: str, shift: str) -> str:
    """Details of a history row, the keys in them moved as well: of measures and of links."""
    if connection.vendor == "sqlite":
        return (
            f"CASE WHEN {column} LIKE '%\"measure\"%' THEN json_set({column}, '$.values', (SELECT "
            f"json_group_array(json_set(v.value, '$.measure', v.value ->> '$.measure' + {shift})) "
            f"FROM json_each({column}, '$.values') v)) "
            f"WHEN {column} LIKE '%\"links\"%' THEN json_set({column}, '$.links', (SELECT "
            f"json_group_object(l.key, (SELECT json_group_array(i.value + {shift}) "
            f"FROM json_each(l.value) i)) FROM json_each({column}, '$.links') l)) "
            f"ELSE {column} END"
        )
    return (
        f"CASE WHEN {column} -> 'values' -> 0 ? 'measure' THEN jsonb_set({column}, '{{values}}', "
        f"(SELECT jsonb_agg(v || jsonb_build_object('measure', (v ->> 'measure')::int + {shift}) "
        f"ORDER BY p) FROM jsonb_array_elements({column} -> 'values') WITH ORDINALITY e(v, p))) "
        f"WHEN {column} ? 'links' THEN jsonb_set({column}, '{{links}}', (SELECT jsonb_object_agg("
        f"k, (SELECT COALESCE(jsonb_agg(i::int + {shift} ORDER BY p), '[]') FROM "
        f"jsonb_array_elements_text(v) WITH ORDINALITY e(i, p))) "
        f"FROM jsonb_each({column} -> 'links') l(k, v))) ELSE {column} END"
    )


def _numbers(most: int) -> str:
    if connection.vendor == "postgresql":
        return f"generate_series(1, {most}) c(n)"
    return (
        f"(WITH RECURSIVE upto(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM upto WHERE n < {most}) "
        "SELECT n FROM upto) c"
    )


def _counted_on(copying: list[type[models.Model]]) -> None:
    """Let the next keys follow the copies, and the database know its tables."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), copying):
            cursor.execute(statement)
        vacuums = connection.vendor == "postgresql" and not connection.in_atomic_block
        cursor.execute("VACUUM ANALYZE" if vacuums else "ANALYZE")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nhrc_plan.settings")
    django.setup()
    from django.conf import settings

    if not settings.TRIAL:
        sys.exit("A trial's database alone is filled: TRIAL is off.")
    agencies = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    filled("nhrc-2566-2570")
    if agencies > 1:
        copied(agencies)
    else:
        _counted_on([])


if __name__ == "__main__":
    main()
