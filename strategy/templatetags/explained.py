"""A figure that opens what it is made of: a link, which a script opens in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from strategy.explained.sources import is_of_agencies
from strategy.pages.page import Page

register = template.Library()

#: What stands for no figure, and opens nothing.
_NOTHING = ("", "–", "-")


@register.simple_block_tag(takes_context=True)
def figure(
    context: Mapping[str, Any],
    content: str,
    kind: str,
    *name: Any,
    year: int | None = None,
    month: int | None = None,
    again: bool = False,
) -> SafeString:
    """The content as a link to what it is made of; as it is where there is no figure.

    ``kind`` and ``name``: which figure it is (strategy/explained/sources.py); of a name in parts
    the first stands before a dash, the others between dots: ``"objective" 2 1`` is
    "objective-2.1". ``year`` and ``month``: where they are others than the page's. ``again``: the
    figure beside it opens the same, so the Tab key passes this one over. Asks the database for
    nothing.
    """
    shown = SafeString(content.strip())
    page = context.get("page")
    parts = [str(part) for part in name if part not in (None, "")]
    if not isinstance(page, Page) or not parts or shown in _NOTHING:
        return shown
    return format_html(
        '<a class="why" href="{}" title="{}"{}>{}</a>',
        figure_address(page, kind, figure_name(parts), year, month),
        _("What it is made of"),
        SafeString(' tabindex="-1"') if again else "",
        shown,
    )


@register.simple_tag(takes_context=True)
def figure_link(context: Mapping[str, Any], leads: tuple[str, str]) -> str:
    """The address of what a figure is made of."""
    return figure_address(context["page"], *leads)


def figure_name(parts: list[str]) -> str:
    """The name of a figure from its parts."""
    first, *rest = parts
    return f"{first}-{'.'.join(rest)}" if rest else first


def figure_address(
    page: Page, kind: str, name: str, year: int | None = None, month: int | None = None
) -> str:
    """Where a figure is taken apart, at the page's month and day."""
    if is_of_agencies(kind):
        return f"{reverse('agency_figure', args=[kind, name])}?{page.agency_query}"
    assert page.plan is not None
    query = page.query
    if year is not None:
        query = f"year={year}{f'&month={month}' if month else ''}{page.and_day}"
    return f"{reverse('figure', args=[page.plan.slug, kind, name])}?{query}"
