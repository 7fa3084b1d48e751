"""A workbook is a list of sheets, each a function that takes the book and what it shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from strategy.workbook.book import Book, Sheet

Builder = Callable[[Book, Any], Sheet]


def when(condition: bool, *builders: Builder) -> tuple[Builder, ...]:
    """These sheets where the condition holds, else none."""
    return builders if condition else ()


def add_sheets(book: Book, shown: Any, builders: Sequence[Builder], *, footer: str) -> list[Sheet]:
    """Build the sheets in their order, each with the book's page numbers and ``footer``."""
    sheets = [build(book, shown) for build in builders]
    for sheet in sheets:
        sheet.print_setup((_("page"), _("of")), footer=footer)
    return sheets
