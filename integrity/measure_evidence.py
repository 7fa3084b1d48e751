"""The evidence of a quarter's progress as it is entered: letters, documents, links."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from integrity.models import QuarterEvidence, QuarterProgress

_is_address = URLValidator(schemes=["http", "https"])
_LONGEST = {"number": 100, "url": 500}


@dataclass(frozen=True, slots=True)
class Piece:
    """An official letter, another document, or a link, as somebody enters it."""

    kind: str
    number: str = ""
    dated: date | None = None
    url: str = ""
    text: str = ""


def piece_errors(piece: Piece) -> dict[str, str]:
    """Every reason to refuse a piece, by its field."""
    kinds = QuarterEvidence.Kind
    errors = {}
    if piece.kind not in kinds.values:
        errors["kind"] = _("Choose what kind of evidence it is.")
    elif piece.kind == kinds.LETTER and not piece.number:
        errors["number"] = _("Write the letter's number, such as สม 0202/ว 1085.")
    elif piece.kind == kinds.DOCUMENT and not piece.text:
        errors["text"] = _("Say which document it is.")
    elif piece.kind == kinds.LINK and not piece.url:
        errors["url"] = _("Write the link's address.")
    if piece.url and not _is_web_address(piece.url):
        errors["url"] = _("Write a whole address that begins with http:// or https://.")
    for name, longest in _LONGEST.items():
        if len(getattr(piece, name)) > longest:
            errors[name] = _("At most %(count)s characters fit here.") % {"count": longest}
    return errors


def _is_web_address(address: str) -> bool:
    """Whether a browser may be led there: nothing that runs, no name and password in it."""
    try:
        _is_address(address)
        return not urlsplit(address).username
    except (ValidationError, ValueError):
        return False


def pieces_of(progress: QuarterProgress) -> tuple[Piece, ...]:
    """The evidence of a stored row, in its order."""
    return tuple(
        Piece(row.kind, row.number, row.dated, row.url, row.text) for row in progress.evidence.all()
    )


def rows_of(progress: QuarterProgress, pieces: Iterable[Piece]) -> list[QuarterEvidence]:
    """Unsaved rows of evidence."""
    return [
        QuarterEvidence(
            progress=progress, position=position, kind=piece.kind, number=piece.number,
            dated=piece.dated, url=piece.url, text=piece.text,
        )
        for position, piece in enumerate(pieces, start=1)
    ]  # fmt: skip
