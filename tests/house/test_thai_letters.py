"""No word that people read bypasses the catalogue.

Thai letters in code or templates are words that no English reader gets. They may stand where Thai
input is understood, where Thai is what is computed with, and inside what gettext is given.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).resolve().parents[2]
APPS = ("strategy", "kpis", "budgets", "integrity", "nhrc_plan")
_THAI = re.compile("[ก-๛]")
_GETTEXT = {
    "_",
    "gettext",
    "gettext_lazy",
    "ngettext",
    "ngettext_lazy",
    "pgettext",
    "pgettext_lazy",
}
_COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", re.S)
#: What is given to the catalogue within a template.
_TRANSLATED = re.compile(
    r"""{%\s*blocktranslate.*?endblocktranslate\s*%}|{%\s*translate\s.*?%}|_\("[^"]*"\)""", re.S
)
_JS_COMMENT = re.compile(r"^[ \t]*//.*$|/\*[\s\S]*?\*/", re.M)

#: Where Thai letters stand in code, and why nobody reads them from there.
ALLOWED = {
    "strategy/thai/": "days, months, digits and order of Thai",
    "nhrc_plan/tables/": "headings and words by which tables that people have are understood",
    "strategy/drawing/scale.py": "how wide letters are",
    "strategy/workbook/measure.py": "how wide letters are",
    "strategy/workbook/apart.py": "which letters are Thai",
    "strategy/models/plan.py": "the levels of a plan as it is stored, which planners change",
    "strategy/closing/suggested.py": "a name by which a holiday of a package is found",
    "nhrc_plan/drafts/columns.py": "a word that a cell may hold",
    "nhrc_plan/drafts/reading.py": "a word that a cell may hold",
    "nhrc_plan/exchange/compare.py": "a word that a cell may hold",
    "nhrc_plan/disclosure/catalogue.py": "values of the form of the government data catalogue",
    "nhrc_plan/settings.py": "the language's own name",
    "nhrc_plan/help/styleguide.py": "samples for whoever works on the pages",
    "nhrc_plan/setup/demo.py": "names of the demo accounts of a trial",
    "nhrc_plan/static/js/assessment.js": "Thai digits that are typed",
    "nhrc_plan/static/js/score.js": "Thai digits that are typed",
}


def of_code(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each string with Thai letters that is neither a docstring nor translated."""
    tree = ast.parse(source)
    passed = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            passed.add(id(node.value))
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in _GETTEXT:
            passed |= {id(each) for part in node.args for each in ast.walk(part)}
    for node in ast.walk(tree):
        text = getattr(node, "value", None) if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and _THAI.search(text) and id(node) not in passed:
            yield node.lineno, text


def of_template(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of each line with Thai letters that are not given to the catalogue."""
    return _lines(_TRANSLATED.sub(_blank, _COMMENT.sub(_blank, source)))


def of_script(source: str) -> Iterator[tuple[int, str]]:
    """The same of a script, which has no catalogue."""
    return _lines(_JS_COMMENT.sub(_blank, source))


def _blank(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _lines(source: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(source.split("\n"), start=1):
        if _THAI.search(line):
            yield number, line.strip()


def places() -> Iterator[tuple[str, str]]:
    """Every place where Thai letters stand outside the catalogue, with the text."""
    for app in APPS:
        for path in (TOP / app).rglob("*"):
            name = path.relative_to(TOP).as_posix()
            read = {".py": of_code, ".js": of_script, ".html": of_template}.get(path.suffix)
            if read is not None and "/migrations/" not in name:
                for line, text in read(path.read_text()):
                    yield name, f"{name}:{line}: {text[:60]}"
    for path in (TOP / "templates").rglob("*"):
        if path.is_file():
            name = path.relative_to(TOP).as_posix()
            for line, text in of_template(path.read_text()):
                yield name, f"{name}:{line}: {text[:60]}"


def test_no_word_bypasses_the_catalogue():
    found = list(places())
    assert [text for name, text in found if not name.startswith(tuple(ALLOWED))] == []
    # What is allowed and holds none any more is taken out of the list.
    names = {name for name, _text in found}
    assert [each for each in ALLOWED if not any(name.startswith(each) for name in names)] == []


@pytest.mark.parametrize(
    ("read", "source", "lines"),
    [
        (of_code, 'label = "ผล"', [1]),
        (of_code, 'label = f"{year} ผล"', [1]),
        (of_code, '"""คำอธิบาย"""\nlabel = _("such as ๑,๒๓๔") % {"a": "ก"}', [2]),
        (of_code, 'label = _("such as ๑,๒๓๔")  # ผล', []),
        (of_template, "{% comment %}ผล{% endcomment %}\n<p>ผล</p>", [2]),
        (of_template, '{% translate "such as ก.พ." %}{% blocktranslate %}ก{% endblocktranslate %}', []),
        (of_template, '<input placeholder="15 พ.ย. 2568">', [1]),
        (of_script, '// ผล\nconst said = "ผล";', [2]),
    ],
)  # fmt: skip
def test_such_a_word_is_seen(read, source, lines):
    assert [line for line, _text in read(source)] == lines
