"""The house keeps its shape: docs/architecture.md, "Floors" and "Rooms", checked on the source.

Each checker is also fed a made-up bad source, which it has to report.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from django.conf import settings

#: What a package may not reach for: nothing above it and nothing beside it.
FORBIDDEN = {
    "strategy": ("kpis", "budgets", "integrity", "nhrc_plan"),
    "kpis": ("budgets", "integrity", "nhrc_plan"),
    "budgets": ("kpis", "integrity", "nhrc_plan"),
    "integrity": ("kpis", "budgets", "nhrc_plan"),
    "nhrc_plan": (),
}

PURE = {
    "strategy/fiscal.py",
    "strategy/thai.py",
    "strategy/status.py",
    "strategy/timeline.py",
    "kpis/calc.py",
    "kpis/entry.py",
    "kpis/score.py",
    "kpis/summing.py",
    "budgets/entry.py",
    "integrity/quarters.py",
    "integrity/rubric.py",
    "nhrc_plan/board/geometry.py",
    "nhrc_plan/board/geometry_money.py",
    "nhrc_plan/board/geometry_ita.py",
}
#: Modules of the standard library that touch neither disk, network, clock nor chance.
HARMLESS = {
    "__future__", "bisect", "calendar", "collections", "dataclasses", "datetime", "decimal", "types",
    "enum", "fractions", "functools", "itertools", "math", "operator", "re", "typing", "unicodedata",
}  # fmt: skip
CLOCKS_AND_FILES = {"today", "now", "utcnow", "open", "print", "input"}

#: The rooms in which rows are written.
WRITERS = {"services.py", "loading.py", "audit.py", "demo.py", "roles.py"}
WRITE_CALLS = {
    "bulk_create", "bulk_update", "create", "create_user", "create_superuser", "get_or_create",
    "update_or_create", "save_base", "save_without_historical_record",
}  # fmt: skip
#: Names under which openpyxl's and our own workbooks go: their save() writes no row.
FILES = {"book", "workbook"}
#: The stock admin's own ways to write, which know neither version nor history. RecordAdmin's do.
STOCK_WRITE_CALLS = {"save_model", "save_formset", "delete_model", "delete_queryset"}


def sources() -> dict[str, str]:
    """Every source file of the product, by its path from the top."""
    top = settings.BASE_DIR
    return {
        str(path.relative_to(top)): path.read_text(encoding="utf-8")
        for package in FORBIDDEN
        for path in sorted((top / package).rglob("*.py"))
    }


def is_pure(path: str) -> bool:
    return path in PURE or path.endswith("/calc.py")


def may_write(path: str) -> bool:
    *folders, name = path.split("/")
    return name in WRITERS or name.endswith("_services.py") or "migrations" in folders


def imported(path: str, tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything that a source imports, wherever in it."""
    package = path.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                yield node.lineno, f"{origin}.{alias.name}"


def wrong_arrows(path: str, source: str) -> list[str]:
    """Imports that run up or sideways, and models named as text that do."""
    forbidden = FORBIDDEN[path.split("/")[0]]
    tree = ast.parse(source)
    named = [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.partition(".")[2][:1].isupper()
        and node.value.replace(".", "").isidentifier()
    ]
    return [
        f"{path}:{line} reaches for {name}"
        for line, name in [*imported(path, tree), *named]
        if name.split(".")[0] in forbidden
    ]


def impurities(path: str, source: str) -> list[str]:
    """What a pure module may not do: Django, packages, clocks, files, and float in figures."""
    tree = ast.parse(source)
    found = []
    for line, name in imported(path, tree):
        module = "/".join(name.split(".")[:-1]) + ".py"
        whole = name.replace(".", "/") + ".py"
        if name.split(".")[0] not in HARMLESS and not is_pure(module) and not is_pure(whole):
            found.append(f"{path}:{line} imports {name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            if name in CLOCKS_AND_FILES:
                found.append(f"{path}:{node.lineno} calls {name}()")
            if name in {"float", "round"} and path.split("/")[0] != "nhrc_plan":
                found.append(f"{path}:{node.lineno} calls {name}() in a calculation")
    return found


def is_write(call: ast.Call) -> bool:
    """Whether a call looks like a write of a model or a queryset.

    What only looks alike is told apart by its arguments: ``sheet.save(stream)`` and
    ``dictionary.update(other)`` have a positional one, ``form.save(commit=False)`` writes nothing.
    """
    if not isinstance(call.func, ast.Attribute):
        return False
    name, owner = call.func.attr, call.func.value
    if name in WRITE_CALLS:
        return True
    if name in STOCK_WRITE_CALLS:
        return isinstance(owner, ast.Call) and getattr(owner.func, "id", "") == "super"
    if call.args:
        return False
    if name == "save":
        held_back = [k for k in call.keywords if k.arg == "commit"]
        if held_back and getattr(held_back[0].value, "value", None) is False:
            return False
        return getattr(owner, "id", "") not in FILES
    return name == "delete" or (name == "update" and bool(call.keywords))


def writes(path: str, source: str) -> list[str]:
    tree = ast.parse(source)
    over_services = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and "RecordAdmin" in map(ast.unparse, node.bases)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Call) and getattr(inner.func, "attr", "") in STOCK_WRITE_CALLS
    }
    return [
        f"{path}:{node.lineno} writes: {ast.unparse(node.func)}()"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and id(node) not in over_services and is_write(node)
    ]


def test_sources_are_found():
    found = sources()
    assert len(found) > 30
    assert found.keys() >= PURE


def test_imports_run_one_way():
    assert [wrong for path, text in sources().items() for wrong in wrong_arrows(path, text)] == []


def test_pure_modules_are_pure():
    assert [
        bad for path, text in sources().items() if is_pure(path) for bad in impurities(path, text)
    ] == []


def test_only_services_write():
    assert [
        bad for path, text in sources().items() if not may_write(path) for bad in writes(path, text)
    ] == []


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("strategy/models.py", "import kpis"),
        ("strategy/models.py", "from kpis import models"),
        ("kpis/selectors.py", "from budgets.models import Project"),
        ("kpis/selectors.py", "def f():\n    from integrity import models"),
        ("kpis/views.py", "import nhrc_plan.board.selectors"),
        ("budgets/models.py", "from nhrc_plan import settings"),
        ("budgets/models.py", "from ..kpis.models import Indicator"),
        ("budgets/models.py", "models.ForeignKey('kpis.Indicator', models.PROTECT)"),
        ("integrity/models.py", "apps.get_model('budgets.Project')"),
    ],
)
def test_a_wrong_arrow_is_reported(path, source):
    assert len(wrong_arrows(path, source)) == 1


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("kpis/models.py", "from strategy.models import Plan"),
        ("kpis/models.py", "from . import calc"),
        ("kpis/models.py", "models.ForeignKey('strategy.Unit', models.PROTECT)"),
        ("nhrc_plan/board/selectors.py", "from kpis.selectors import plan_standing"),
        ("strategy/roles.py", "APPS = ('kpis', 'budgets')"),
    ],
)
def test_a_right_arrow_is_not(path, source):
    assert wrong_arrows(path, source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import django",
        "from django.db import models",
        "from kpis.models import Result",
        "from kpis import selectors",
        "import os",
        "import random",
        "from datetime import date\ndate.today()",
        "from datetime import datetime\ndatetime.now()",
        "open('x')",
        "float('1.5')",
        "round(1.5)",
    ],
)
def test_an_impurity_is_reported(source):
    assert len(impurities("kpis/calc.py", source)) == 1


@pytest.mark.parametrize(
    "source",
    ["from decimal import Decimal", "from kpis import calc", "from strategy.thai import x"],
)
def test_a_pure_import_is_not(source):
    assert impurities("kpis/entry.py", source) == []


@pytest.mark.parametrize(
    "source",
    [
        "result.save()",
        "result.save(update_fields=['state'])",
        "form.save()",
        "Result.objects.filter(pk=1).update(state='approved')",
        "Result.objects.filter(pk=1).update(**fields)",
        "Result.objects.all().delete()",
        "Result.objects.create(month=1)",
        "Result.objects.bulk_create(rows)",
        "super().save_model(request, obj, form, change)",
        "class A(admin.ModelAdmin):\n def save_model(self, *a):\n  super().save_model(*a)",
    ],
)
def test_a_write_outside_the_services_is_reported(source):
    assert len(writes("kpis/views.py", source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "sheet.save(stream)",
        "workbook.save()",
        "class A(RecordAdmin):\n def save_model(self, *a):\n  super().save_model(*a)",
        "counts.update(other)",
        "form.save(commit=False)",
        "self.save_model(request, obj, form, change)",
        "services.result_record(user=user, entry=entry)",
    ],
)
def test_what_looks_like_a_write_is_not(source):
    assert writes("kpis/views.py", source) == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("kpis/services.py", True),
        ("kpis/target_services.py", True),
        ("kpis/migrations/0001_initial.py", True),
        ("kpis/views.py", False),
        ("kpis/admin.py", False),
        ("nhrc_plan/board/management/commands/bootstrap.py", False),
    ],
)
def test_where_writes_may_stand(path, allowed):
    assert may_write(path) is allowed
