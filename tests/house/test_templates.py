"""Templates can be read: short lines, an element each, and what recurs is one tag.

What djlint sees is kept by ``make lint``; here is what it does not.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings

LONGEST = 120
_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}")
_QUOTED = re.compile(r'"[^"]*"')
#: Elements that stand on a line of their own, unless all of one fits on it.
_BLOCKS = (
    "section|div|table|thead|tbody|tr|ul|ol|dl|form|fieldset|header|main|footer|figure|details"
)
_OPENED = re.compile(rf"<({_BLOCKS})\b")


def templates() -> dict[str, str]:
    top = Path(settings.BASE_DIR, "templates")
    return {
        str(path.relative_to(top)): path.read_text(encoding="utf-8")
        for path in sorted(top.rglob("*.html"))
    }


def could_break(line: str) -> bool:
    """Whether there is white space in a line, outside of one tag of Django or one attribute."""
    return " " in _QUOTED.sub('""', _TAGS.sub("X", line.strip()))


def too_long(source: str) -> list[str]:
    return [line for line in source.splitlines() if len(line) > LONGEST and could_break(line)]


def crowded(source: str) -> list[str]:
    """Lines on which more than one such element begins."""
    return [line for line in source.splitlines() if len(_OPENED.findall(line)) > 1]


def typed_again(source: str) -> list[str]:
    """Statuses and cells that are written out instead of by their tag."""
    status = r'<span class="(?:badge|s s-\{\{ ?\w+(?:\.\w+)* ?\}\}")[^>]*>\{\{ ?[\w.]+\.shape'
    cell = r"<td data-label=\"\{% translate '[^']*' %\}\">"
    return re.findall(f"{status}|{cell}", source)


CHECKS = {"too long": too_long, "crowded": crowded, "typed again": typed_again}


@pytest.mark.parametrize("check", CHECKS)
def test_templates_can_be_read(check: str) -> None:
    found = {name: lines for name, text in templates().items() if (lines := CHECKS[check](text))}
    assert found == {}


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        ("too long", "<p>" + "word " * 40 + "</p>"),
        ("too long", "<td " + 'class="n" ' * 20 + ">"),
        ("crowded", '<section class="panel"><div>two</div></section>'),
        (
            "typed again",
            '<span class="s s-{{ row.status }}" aria-hidden="true">{{ row.shape }}</span>',
        ),
        ("typed again", "<td data-label=\"{% translate 'due' %}\">x</td>"),
    ],
)
def test_what_cannot_be_read_is_found(check: str, bad: str) -> None:
    assert CHECKS[check](bad)


def test_few_lines_cannot_be_broken() -> None:
    """One tag of Django, or one attribute: they are as long as they are."""
    lines = [line for text in templates().values() for line in text.splitlines()]
    long = [line for line in lines if len(line) > LONGEST]
    assert len(long) < len(lines) / 100
