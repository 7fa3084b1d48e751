"""The house keeps its shape: docs/architecture.md, "Floors" and "Rooms".

Imports are kept by import-linter (pyproject.toml, ``make lint``); here the contracts are shown to
fail on an example each. What a linter cannot see is read from the source: models named as text,
clocks and floats in rules, writes outside the rooms that write, the ground speaking of what
stands above it. Each checker is also fed a made-up bad source, which it has to report.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

from strategy.records.model import Record

PACKAGES = ("strategy", "kpis", "budgets", "integrity", "nhrc_plan")
#: What a package may not reach for: nothing above it and nothing beside it.
FORBIDDEN = {
    "strategy": ("kpis", "budgets", "integrity", "board", "nhrc_plan"),
    "kpis": ("budgets", "integrity", "board", "nhrc_plan"),
    "budgets": ("kpis", "integrity", "board", "nhrc_plan"),
    "integrity": ("kpis", "budgets", "board", "nhrc_plan"),
    "nhrc_plan": (),
}

PURE = re.compile(
    r"(kpis|budgets)/rules/\w+\.py"
    r"|integrity/\w+/rules\.py"
    r"|nhrc_plan/(watch|backups|meetings/minute|meetings/resolutions)/rules\.py"
    r"|strategy/(calendar|standing/status|standing/timeline|thai/\w+|drawing/(geometry\w*|scale))\.py"
)
#: Modules of the standard library that touch neither disk, network, clock nor chance.
HARMLESS = {
    "__future__", "bisect", "calendar", "collections", "dataclasses", "datetime", "decimal", "types",
    "enum", "fractions", "functools", "itertools", "math", "operator", "re", "typing", "unicodedata",
}  # fmt: skip
CLOCKS_AND_FILES = {"today", "now", "utcnow", "open", "print", "input"}

#: The rooms in which rows are written, and the two modules below them that do.
WRITERS = re.compile(
    r"\w+/write/\w+\.py|(\w+/){2,3}(write\w*|load)\.py|strategy/loading\.py|.*/migrations/.*"
    r"|strategy/(records/(write|entries|model)|access)\.py|nhrc_plan/setup/demo\.py"
)
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
        for package in PACKAGES
        for path in sorted((top / package).rglob("*.py"))
    }


@cache
def parsed(source: str) -> ast.Module:
    """A module taken apart, once for all who look at it."""
    return ast.parse(source)


def is_pure(path: str) -> bool:
    return PURE.fullmatch(path) is not None


def may_write(path: str) -> bool:
    return WRITERS.fullmatch(path) is not None


def imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, dotted name) of everything that a source imports, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or "."


def named_models(path: str, source: str) -> list[str]:
    """Models named as text ("kpis.Indicator") that stand above a package or beside it."""
    forbidden = FORBIDDEN[path.split("/")[0]]
    return [
        f"{path}:{node.lineno} names {node.value}"
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.partition(".")[2][:1].isupper()
        and node.value.replace(".", "").isidentifier()
        and node.value.split(".")[0] in forbidden
    ]


def words_of_above() -> set[str]:
    """The names of models above the ground, as one word and as they are written."""
    above = [
        model
        for model in apps.get_models()
        if issubclass(model, Record) and model._meta.app_label != "strategy"
    ]
    # A measure and an answer are words of their own; the rest names a model of an app.
    common = {"measure", "answer"}
    return {model._meta.model_name for model in above} - common | {
        model.__name__ for model in above
    } - {"Measure", "Answer"}


def spoken_of(path: str, source: str, words: set[str]) -> list[str]:
    """Where code of the ground, docstrings aside, names a model of an app above it as text."""
    tree = parsed(source)
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    return [
        f"{path}:{node.lineno} speaks of {node.value!r}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in docstrings
        and (node.value in words or node.value in FORBIDDEN["strategy"])
    ]


def impurities(path: str, source: str) -> list[str]:
    """What a pure module may not do: Django, packages, clocks, files, and float in figures."""
    tree = parsed(source)
    found = []
    for line, name in imported(tree):
        # Our own modules are the linter's to judge.
        if name.split(".")[0] not in {*HARMLESS, *PACKAGES}:
            found.append(f"{path}:{line} imports {name}")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", None) or getattr(node.func, "id", "")
            if name in CLOCKS_AND_FILES:
                found.append(f"{path}:{node.lineno} calls {name}()")
            if name in {"float", "round"} and "/drawing/" not in path:
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
    tree = parsed(source)
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
    assert len(found) > 200
    assert sum(map(is_pure, found)) > 15
    assert sum(map(may_write, found)) > 15


def test_no_model_above_is_named_as_text():
    assert [bad for path, text in sources().items() for bad in named_models(path, text)] == []


def test_the_ground_does_not_speak_of_what_stands_above_it():
    words = words_of_above()
    assert {"result", "Disbursement", "selfassessment"} <= words
    assert [
        bad
        for path, text in sources().items()
        if path.startswith("strategy/") and "/migrations/" not in path
        for bad in spoken_of(path, text, words)
    ] == []


@pytest.mark.parametrize(
    "source",
    ['ROLES = {"reporter": ["result"]}', 'LABEL = {"Project": 1}', 'APPS = ("kpis", "budgets")'],
)
def test_a_word_of_above_on_the_ground_is_reported(source):
    assert spoken_of("strategy/access.py", source, words_of_above())


def test_no_folder_is_overcrowded_and_no_module_too_long():
    crowded = [
        folder
        for package in PACKAGES
        for folder in (settings.BASE_DIR / package).rglob("*")
        if folder.is_dir()
        and folder.name != "migrations"
        and len([m for m in folder.glob("*.py") if m.name != "__init__.py"]) > 16
    ]
    long = {
        path: lines
        for path, text in sources().items()
        if "/migrations/" not in path and (lines := text.count("\n")) > 400
    }
    assert (crowded, long) == ([], {})


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
        ("budgets/models.py", "models.ForeignKey('kpis.Indicator', models.PROTECT)"),
        ("integrity/models.py", "apps.get_model('budgets.Project')"),
        ("strategy/models/plan.py", "apps.get_model('board.MonthSummary')"),
    ],
)
def test_a_model_named_as_text_is_reported(path, source):
    assert len(named_models(path, source)) == 1


def test_a_model_of_the_ground_may_be_named():
    source = "models.ForeignKey('strategy.Unit', models.PROTECT)"
    assert named_models("kpis/models/results.py", source) == []


@pytest.mark.parametrize(
    "source",
    [
        "import django",
        "from django.db import models",
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
    assert len(impurities("kpis/rules/score.py", source)) == 1


@pytest.mark.parametrize(
    "source",
    ["from decimal import Decimal", "from strategy.thai import x"],
)
def test_a_pure_import_is_not(source):
    assert impurities("kpis/rules/entry.py", source) == []


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
        "services.ResultEntries.record(user=user, entry=entry)",
    ],
)
def test_what_looks_like_a_write_is_not(source):
    assert writes("kpis/views.py", source) == []


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("kpis/write/results.py", True),
        ("integrity/ita/write.py", True),
        ("integrity/measures/load.py", True),
        ("kpis/migrations/0001_initial.py", True),
        ("kpis/pages/views.py", False),
        ("kpis/admin/results.py", False),
        ("kpis/read/standing.py", False),
        ("strategy/records/admin.py", False),
        ("nhrc_plan/setup/management/commands/bootstrap.py", False),
    ],
)
def test_where_writes_may_stand(path, allowed):
    assert may_write(path) is allowed


# -------------------------------------------------------------------------- the contracts hold


#: A module that a contract has to refuse, by the contract's first word.
BROKEN = {
    "Floors": ("strategy/bad.py", "import kpis.models"),
    "Rooms": ("kpis/read/bad.py", "from kpis.write import results"),
    "Subjects": ("integrity/ita/bad.py", "from integrity.measures import read"),
    "What": ("nhrc_plan/overview/bad.py", "from nhrc_plan.meetings import read"),
    "The": ("strategy/standing/bad.py", "from strategy.workbook import book"),
    "Rules": ("kpis/rules/bad.py", "from django.db import models"),
    "Pages": ("kpis/pages/bad.py", "from strategy.records.write import record_save"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """The sources apart, so that a bad module can be laid among them."""
    folder = tmp_path_factory.mktemp("house")
    for package in PACKAGES:
        shutil.copytree(
            settings.BASE_DIR / package, folder / package, ignore=shutil.ignore_patterns("static")
        )
    shutil.copy(settings.BASE_DIR / "pyproject.toml", folder)
    return folder


def broken_contracts(folder) -> set[str]:
    """The first words of the contracts that the sources in a folder break."""
    run = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    report = run.stdout.split("Broken contracts")[0]
    return {line.split()[0].rstrip(":") for line in report.splitlines() if " BROKEN" in line}


def test_each_contract_fails_on_its_example(copy):
    """All examples at once: the linter reads the house in a second, and names every contract."""
    assert broken_contracts(copy) == set()
    for path, source in BROKEN.values():
        (copy / path).write_text(source + "\n", encoding="utf-8")
    assert broken_contracts(copy) == set(BROKEN)


# --------------------------------------------------------------------------------------- the tests


def house_tests() -> dict[str, str]:
    top = settings.BASE_DIR
    return {
        str(path.relative_to(top)): path.read_text(encoding="utf-8")
        for path in sorted((top / "tests").rglob("test_*.py"))
    }


def imports_of_tests(path: str, source: str) -> list[str]:
    """Where a test module imports another: what tests share stands in tests/support."""
    return [
        f"{path}:{line} imports {name}"
        for line, name in imported(parsed(source))
        if name.split(".")[0] == "tests" and name.split(".")[1:2] not in (["support"], ["conftest"])
    ]


#: What counts as an assertion beside ``assert``: helpers that assert, and what must be raised.
_ASSERTING = re.compile(r"raises|warns|fail|assert|max_num_queries|holds|check|compare|same|agree")


def without_assertion(path: str, source: str) -> list[str]:
    """Tests in which nothing can fail but the code that they call."""
    helpers = {
        node.name
        for node in ast.walk(parsed(source))
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
    }
    found = []
    for node in ast.walk(parsed(source)):
        if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
            continue
        asserts = any(isinstance(inner, ast.Assert) for inner in ast.walk(node))
        named = {
            name
            for inner in ast.walk(node)
            if (name := getattr(inner, "attr", None) or getattr(inner, "id", None))
        }
        if not asserts and not named & helpers and not any(map(_ASSERTING.search, named)):
            found.append(f"{path}:{node.lineno} {node.name}")
    return found


def test_no_test_module_imports_another() -> None:
    assert [line for item in house_tests().items() for line in imports_of_tests(*item)] == []
    assert imports_of_tests("tests/x.py", "from tests.kpis.test_calc import numbers")
    assert not imports_of_tests("tests/x.py", "from tests.support.rules import numbers")


def test_every_test_asserts() -> None:
    found = [line for item in house_tests().items() for line in without_assertion(*item)]
    assert found == []
    assert without_assertion("tests/x.py", "def test_x(client):\n    client.get('/')")
    assert not without_assertion("tests/x.py", "def test_x(client):\n    assert client")


# ------------------------------------------------------------------------- names of other people

#: What Django and the standard library document although it begins with an underscore.
DOCUMENTED = {
    "_meta", "_state", "_base_manager", "_default_manager",
    "_replace", "_asdict", "_fields", "_make",
}  # fmt: skip


#: Functions whose second argument names an attribute as text.
BY_NAME = {"getattr", "setattr", "hasattr", "delattr"}


def own_names(texts: Iterable[str]) -> set[str]:
    """Names with an underscore that we define ourselves, as functions, classes or attributes."""
    found: set[str] = set()
    for text in texts:
        for node in ast.walk(parsed(text)):
            if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
                found.add(node.name)
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                found.add(node.attr)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(node.target.id)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                found.add(node.id)
    return found


def private_names(path: str, source: str, own: set[str]) -> list[str]:
    """Where private names of a library are used, or overridden by calling the one above."""
    found = []
    for node in ast.walk(parsed(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in BY_NAME:
            for name in node.args[1:2]:
                text = name.value if isinstance(name, ast.Constant) else ""
                if str(text).startswith("_") and text not in own | DOCUMENTED:
                    found.append(f"{path}:{node.lineno} uses {text}")
        if not isinstance(node, ast.Attribute) or not node.attr.startswith("_"):
            continue
        if node.attr.startswith("__") or node.attr in DOCUMENTED:
            continue
        above = isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "super"
        if node.attr not in own or (above and not any(node.attr in text for text in own)):
            found.append(f"{path}:{node.lineno} uses {node.attr}")
    return found


def test_no_private_name_of_a_library_is_used() -> None:
    texts = sources()
    own = own_names(texts.values())
    assert [line for item in texts.items() for line in private_names(*item, own)] == []
    assert private_names("kpis/x.py", "sheet._cells.update(rows)", own)
    assert private_names("kpis/x.py", "super()._changeform_view(request)", own)
    assert private_names("kpis/x.py", 'getattr(row, "_prefetched_objects_cache", {})', own)
    assert not private_names("kpis/x.py", "row._meta.model_name", own)


# ------------------------------------------------------------------------------- what words point at

_SUBJECTS = ("strategy", "kpis", "budgets", "integrity", "nhrc_plan", "tests", "benchmarks")
_FILE = re.compile(rf"\b((?:{'|'.join(_SUBJECTS)})/[\w/]+\.py)\b")
_CLASS = re.compile(rf"(?<![\w.@])((?:{'|'.join(_SUBJECTS)})(?:\.[a-z_]\w*)+)\.[A-Z]\w+")


def pointing_nowhere(text: str) -> list[str]:
    """The files and modules of ours that a comment or docstring names and that are not there."""
    root = Path(settings.BASE_DIR)
    found = [name for name in _FILE.findall(text) if not (root / name).exists()]
    for dotted in _CLASS.findall(text):
        path = root.joinpath(*dotted.split("."))
        if not path.with_suffix(".py").exists() and not (path / "__init__.py").exists():
            found.append(dotted)
    return found


def _words_of(path: str, source: str) -> str:
    """The docstrings and comments of a module, or the comments of a template."""
    if path.endswith(".html"):
        return "\n".join(re.findall(r"{% comment %}(.*?){% endcomment %}", source, re.DOTALL))
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = (node for node in ast.walk(parsed(source)) if isinstance(node, documented))
    docstrings = [ast.get_docstring(node, clean=False) or "" for node in nodes]
    return "\n".join([*docstrings, *re.findall(r"#.*", source)])


def test_what_comments_and_docstrings_name_is_there() -> None:
    root = Path(settings.BASE_DIR)
    texts = dict(sources())
    for folder, ending in (("templates", "*.html"), ("tests", "*.py")):
        for path in (root / folder).rglob(ending):
            texts[str(path.relative_to(root))] = path.read_text(encoding="utf-8")
    # Most name nothing that is not there, wherever they do: these need no taking apart.
    lost = {
        path: names
        for path, source in texts.items()
        if pointing_nowhere(source) and (names := pointing_nowhere(_words_of(path, source)))
    }
    assert lost == {}
    for document in ("README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/domain.md"):
        assert pointing_nowhere((root / document).read_text(encoding="utf-8")) == [], document


def test_a_name_that_points_nowhere_would_be_seen() -> None:
    assert pointing_nowhere("see budgets/selectors.py") == ["budgets/selectors.py"]
    assert pointing_nowhere("Takes total (budgets.calc.Total).") == ["budgets.calc"]
    assert pointing_nowhere("budgets/rules/calc.py, budgets.rules.calc.Total") == []
