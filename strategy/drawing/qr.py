"""A text as a QR code: as a drawing in a page, and as an image to be printed."""

from __future__ import annotations

from io import BytesIO

import segno
from django.utils.safestring import SafeString, mark_safe
from segno import QRCode

#: Dots of one module, and blank modules around all: what a printer and a camera need.
_DOTS, _BORDER = 6, 4


def _code(text: str) -> QRCode:
    """The same text gives the same code. A seventh of it may be dirty and it is still read."""
    return segno.make(text, error="m", micro=False, boost_error=False)


def qr_svg(text: str, title: str) -> SafeString:
    """The code as an element of a page, black on white; ``title`` says what it is."""
    drawn = _code(text).svg_inline(
        border=_BORDER, light="#fff", title=title, svgclass="qr", lineclass=None, omitsize=True
    )
    # The library escapes the title, the one thing in it that people wrote; the rest is its own.
    return mark_safe(drawn)


def qr_png(text: str, inches: float) -> bytes:
    """The code as an image that says of itself how large it is printed."""
    code = _code(text)
    across = code.symbol_size(scale=_DOTS, border=_BORDER)[0]
    stream = BytesIO()
    code.save(stream, kind="png", scale=_DOTS, border=_BORDER, dpi=round(across / inches))
    return stream.getvalue()
