"""A workbook is a list of sheets, each a function that takes the book and what it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strategy.workbook.book import Book
from strategy.workbook.sheet import Sheet

Builder = Callable[[Book, Any], Sheet]


def when(condition: bool, *builders: Builder) -> tuple[Builder, ...]:
    """These sheets where the condition holds, else none."""
    return builders if condition else ()
