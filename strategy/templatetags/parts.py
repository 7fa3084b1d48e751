"""The parts that pages are made of: a status, its badge, a table's cell with its phone label."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from strategy.standing.words import HURRY_LABEL, HURRY_SHAPE, STATUS_LABELS, STATUS_SHAPES

register = template.Library()


def _words(what: Any) -> tuple[str, str, str]:
    """The colour, shape and word of a status: a code, or a row that has its own."""
    if isinstance(what, str):
        return what, STATUS_SHAPES[what], str(STATUS_LABELS[what])
    return getattr(what, "colour", None) or what.status, what.shape, what.label


@register.simple_tag
def shape(what: Any) -> SafeString:
    """The shape of a status alone, where its word stands elsewhere."""
    colour, form, _word = _words(what)
    return format_html('<span class="s s-{}" aria-hidden="true">{}</span>', colour, form)


@register.simple_tag
def hurry(what: Any) -> SafeString:
    """The mark of what is on plan by rounding alone late in the year; nothing on anything else."""
    if not getattr(what, "hurries", False):
        return SafeString("")
    return format_html(' <span class="hurry">{} {}</span>', HURRY_SHAPE, HURRY_LABEL)


@register.simple_tag
def status(what: Any) -> SafeString:
    """A status as shape and word, so that colour never stands alone, with its mark."""
    return format_html("{} {}{}", shape(what), _words(what)[2], hurry(what))


@register.simple_tag
def badge(what: Any) -> SafeString:
    """A status as a badge."""
    return format_html(
        '<span class="badge">{}{}{}</span>', shape(what), _words(what)[2], hurry(what)
    )


@register.simple_tag
def mean(summed: Any) -> str:
    """The mean of a set of indicators: of their scores where they are scored; a dash for none."""
    shown = summed.scores.mean if summed.scores else summed.mean
    return "–" if shown is None else str(shown)


@register.filter
def of(found: Mapping[Any, Any], key: Any) -> Any:
    """What is known of something, where anything is."""
    return found.get(key)


@register.simple_block_tag
def cell(content: str, label: Any = "", kind: str = "", muted: Any = False) -> SafeString:
    """A cell of a table that becomes a list on a phone, where ``label`` stands before it.

    ``kind``: its classes, such as "n" for figures; ``muted``: whether it steps back.
    """
    if kind or muted:
        kind = f"{kind} muted".strip() if muted else kind
        return format_html('<td class="{}" data-label="{}">{}</td>', kind, label, content)
    return format_html('<td data-label="{}">{}</td>', label, content)


@register.simple_tag
def row_more() -> SafeString:
    """The last cell of a row in a table of the class "brief": on a phone it opens the row's cells.

    There such a row shows its name and the cells of the class "chief" alone.
    """
    return format_html(
        '<td class="more-cell"><details><summary><span class="visually-hidden">{}</span></summary>'
        "</details></td>",
        _("details"),
    )
