"""How many questions are open about a figure, where the figure stands in a list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

register = template.Library()


@register.simple_tag
def asked(marks: Mapping[Any, int] | None, *place: Any, address: str = "#questions") -> SafeString:
    """The mark of a figure about which questions are open; nothing where none is.

    ``marks``: counts by the figure's place, which is one value or several; ``address``: where
    the questions stand.
    """
    count = (marks or {}).get(place if len(place) > 1 else place[0], 0)
    if not count:
        return SafeString("")
    words = ngettext("%(count)s open question", "%(count)s open questions", count)
    return format_html(
        ' <a class="asked" href="{}" title="{}"><span aria-hidden="true">?</span> '
        '<span class="visually-hidden">{}</span><span aria-hidden="true">{}</span></a>',
        address,
        words % {"count": count},
        words % {"count": count},
        count,
    )
