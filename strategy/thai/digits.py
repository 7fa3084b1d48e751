"""A text or a page in Thai digits, as documents of state are written. Pure.

What is a name in Latin letters and digits keeps them: S3-1.1, SHA-256, an address of the web.
"""

from __future__ import annotations

import re

from strategy.thai.numbers import to_thai_digits

#: What stands together without a blank; one with a Latin letter or a sign of an address is a name.
_TOGETHER = re.compile(r"[^\s\u00a0·,;()“”]+(?:,\d[^\s\u00a0·;()“”]*)?")
_NAME = re.compile(r"[A-Za-z@]|://")
#: What a page holds that is not shown, or is sent back as it is.
_KEPT = re.compile(
    r"<(script|style|textarea|template|code|time)\b.*?</\1\s*>|<!--.*?-->",
    re.DOTALL | re.IGNORECASE,
)
_TAG = re.compile(r"<[^>]*>")
#: Attributes whose text is shown or read out.
_SHOWN = re.compile(r'(\s(?:title|aria-label|data-label|placeholder|alt)=")([^"]*)(")')
_ENTITY = re.compile(r"&[#\w]+;")


def in_thai_digits(text: str) -> str:
    """A text with the digits of its numbers in Thai; names keep theirs."""
    return _TOGETHER.sub(
        lambda found: found[0] if _NAME.search(found[0]) else to_thai_digits(found[0]), text
    )


def page_in_thai_digits(html: str) -> str:
    """A page with the digits that are seen or heard in Thai; addresses, values of fields, scripts
    and names keep theirs."""
    found, at = [], 0
    for kept in _KEPT.finditer(html):
        found += [_shown(html[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*found, _shown(html[at:])])


def _shown(html: str) -> str:
    """Text in Thai digits, tags as they are but for what they say."""
    found, at = [], 0
    for tag in _TAG.finditer(html):
        found.append(_text(html[at : tag.start()]))
        found.append(_SHOWN.sub(lambda each: each[1] + _text(each[2]) + each[3], tag[0]))
        at = tag.end()
    return "".join([*found, _text(html[at:])])


def _text(text: str) -> str:
    """Text of a page, whose entities are written with letters and digits of their own."""
    if not any(digit in text for digit in "0123456789"):
        return text
    found, at = [], 0
    for entity in _ENTITY.finditer(text):
        found += [in_thai_digits(text[at : entity.start()]), entity[0]]
        at = entity.end()
    return "".join([*found, in_thai_digits(text[at:])])
