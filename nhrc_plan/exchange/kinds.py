"""The kinds of imports. What is common to all is done once: one is kept (models.py), looked at and
confirmed once (write.py), shown (views.py). A kind says how its files are read and written.

A package that brings a kind registers it where its application is ready: ``register(Mine())``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple

from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.rows import Row
from strategy.access import Viewer


class Sent(NamedTuple):
    """What is to be looked at: by whom, and on which day. ``content``: the file; b"" without."""

    row: Import
    content: bytes
    who: Viewer
    today: date


class Batch(NamedTuple):
    """Some rows of a preview, at most a few hundred; ``of``: how many there are in all, if known.

    ``entries``: what would be written of them, ready for JSON. One call of :meth:`Kind.write`
    takes all of a batch's, so a batch holds what is written together.
    """

    rows: Sequence[Row]
    entries: Sequence[Any]
    of: int = 0


class Kind(ABC):
    """How files of a kind are read, what they would change, and how that is written."""

    #: Under this code an import names its kind.
    code: ClassVar[str]
    #: What people call it.
    name: ClassVar[Any]
    #: Whether what it wrote may be taken back by an import the other way.
    goes_back: ClassVar[bool] = True
    #: Whether what it brings may be kept as drafts.
    drafts: ClassVar[bool] = False
    #: Whether nobody confirms it without a reason in words.
    asks_reason: ClassVar[bool] = False

    @abstractmethod
    def check(self, sent: Sent, decided: Mapping[str, str]) -> Iterator[Batch]:
        """What a file would do today, batch by batch; writes nothing. ``decided``: by the key of
        a row, MINE, THEIRS or RIGHT.

        Raises ValidationError, before the first batch, where the file as a whole cannot be taken;
        Http404 where it is not this person's to send.
        """

    @abstractmethod
    def write(self, user: Any, entries: Sequence[Any], reason: str, today: date) -> None:
        """Write what a batch packed, by the services of each figure, inside the transaction of
        the whole import.

        The services ask everything again, the versions that were read included. Raises StaleVersion
        and ValidationError; then nothing of the import is written.
        """

    def may(self, who: Viewer) -> bool:
        """Whether somebody may bring such files, and confirm what they would do."""
        return who.enters

    def watched_by(self, who: Viewer) -> bool:
        """Whether somebody sees those of others."""
        return who.keeps_watch

    def before(self, row: Import) -> str:
        """The address where it is said how the file is read; "" where nothing is to be said."""
        return ""

    @abstractmethod
    def back(self, row: Import) -> str:
        """The address where such files are sent."""

    def reason(self, row: Import) -> str:
        """What the history says where nobody gave a reason."""
        return row.file_name


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    _kinds[kind.code] = kind


def every_kind() -> list[Kind]:
    return list(_kinds.values())


def kind_of(row: Import) -> Kind:
    """The kind of an import."""
    return _kinds[row.kind]
