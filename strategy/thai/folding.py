"""Thai as people type it in a hurry: what two texts have in common once marks and spaces are left
aside. Without Django."""

from __future__ import annotations

import re
import unicodedata

from strategy.thai.numbers import to_arabic

#: Tone marks and what is left out or mixed up as easily: ็ ่ ้ ๊ ๋ ์ ํ ๎.
_MARKS = re.compile("[\u0e47-\u0e4e]")
_SARA_AM = "\u0e33"
#: Spaces of every kind, marks of no width, and what stands between words or numbers.
_BETWEEN = re.compile(r"[\s\u200b-\u200f\u2060\ufeff]+")
_NO_CODE = re.compile(r"[^0-9a-zก-๙]+")


def folded(text: str) -> str:
    """A text for searching: Arabic digits, small letters, no spaces, no tone marks.

    The sara am in either spelling is one ("ํา" and "ำ"); a typed "เเ" is "แ".
    """
    plain = unicodedata.normalize("NFC", to_arabic(text)).casefold()
    plain = plain.replace("\u0e4d\u0e32", _SARA_AM).replace("เเ", "แ")
    return _MARKS.sub("", _BETWEEN.sub("", plain))


def folded_code(text: str) -> str:
    """A code without what stands between its parts: "S3-1.1", "s3 1.1" and "ส3.1.1" differ by
    their letters alone."""
    return _NO_CODE.sub("", folded(text))
