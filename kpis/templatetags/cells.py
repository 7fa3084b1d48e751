"""The cells of indicators in tables. A plan has a thousand, so they are put together here.

A template would look up each attribute anew wherever it stands; it takes five times as long.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kpis.read.rows import Cell
from strategy.approval.after_lock import corrected_late
from strategy.calendar import FiscalMonth
from strategy.standing.words import STATUS_SHAPES
from strategy.templatetags.parts import cell as table_cell
from strategy.templatetags.parts import hurry

register = template.Library()

NOTHING = SafeString("")


@register.simple_tag
def year_cell(cell: Cell, at: FiscalMonth, base: str, code: str, and_day: str = "") -> SafeString:
    """An indicator in one fiscal year: status, "result / target", its month, what is owed.

    ``at``: the month of the page, whose year stands out; ``base``: the address of the table of
    indicators, below which ``code`` has a page; ``and_day``: the day as of which is read, as
    addresses carry it on.
    """
    result, target = cell.result, cell.target
    return format_html(
        '{}<a href="{}{}/?year={}{}">{}{}{}{}{}{}</a></td>',
        _opened(cell.year, cell.status, cell.year == at.year, cell.stale),
        base,
        code,
        cell.year,
        and_day,
        _sign(cell.status, cell.label),
        NOTHING if result is None else _figure(cell, result),
        NOTHING if target is None and not cell.is_milestone else _promise(cell, target),
        format_html(' <span class="at">({})</span>', cell.as_of_short) if cell.carried else NOTHING,
        format_html(' <span class="at">{}</span>', cell.outstanding) if cell.owed else NOTHING,
        hurry(cell),
    )


@lru_cache(maxsize=256)
def _opened(year: int, status: str, now: bool, stale: bool) -> SafeString:
    """The cell's beginning, which hundreds of cells of a page have alike."""
    classes = f"cell{' now' if now else ''} is-{status}{' stale' if stale else ''}"
    return format_html('<td class="{}" data-label="{}">', classes, year)


@lru_cache(maxsize=64)
def _sign(status: str, label: str) -> SafeString:
    """A status by its shape, and its word for those who hear the page or ask."""
    return format_html(
        '<span class="s s-{}" title="{}" aria-hidden="true">{}</span>'
        '<span class="visually-hidden">{}</span>',
        status,
        label,
        STATUS_SHAPES[status],
        label,
    )


def _figure(cell: Cell, result: str) -> SafeString:
    """A figure in bold; an asterisk on what nobody has approved yet."""
    if not cell.unapproved:
        return format_html(" <b>{}</b>", result)
    return format_html(' <b>{}<span title="{}">*</span></b>', result, _("not yet approved"))


def _promise(cell: Cell, target: str | None) -> SafeString:
    """What was promised: a figure as it is, a milestone's words for those who ask."""
    if not cell.is_milestone:
        return format_html(' <span class="t">/ {}</span>', target)
    return format_html(
        ' <span class="t" title="{}">/ {} <span class="visually-hidden">{}</span></span>',
        target,
        _("work"),
        target,
    )


@register.simple_tag
def result_cell(
    cell: Cell, at: FiscalMonth, after_lock: Collection[int] = frozenset()
) -> SafeString:
    """The figure of the year looked at, with the marks that belong to it.

    ``at``: the month of the page; a figure of another one says which. ``after_lock``: the results,
    by id, that are others than when their month was locked.
    """
    marks = NOTHING
    if cell.as_of and cell.as_of != at:
        marks += format_html(' <span class="muted small">({})</span>', cell.as_of_short)
    if cell.repeats:
        marks += format_html('<br><span class="muted small">{}</span>', _("no new result"))
    if cell.result_id in after_lock:
        marks += format_html('<br><span class="muted small">{}</span>', corrected_late())
    if cell.outstanding:
        marks += format_html('<br><span class="muted small">{}</span>', cell.outstanding)
    result = cell.result
    figure = format_html(
        "<span>{}{}{}</span>",
        "–" if result is None else result,
        "*" if cell.unapproved else "",
        marks,
    )
    return table_cell(figure, _("result"), "n", cell.stale)
