"""The one way in which figures are written: one entry or many, all of them or none.

May this person, is each entry right, is every row still the one that its editor read; then rows,
parts and history, in one transaction. A subject says in a class of its own what it reads, what it
refuses and how a row is built; forms, workbooks and fixtures hand it their entries.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, models, transaction

from strategy import clock
from strategy.access import Viewer, viewer
from strategy.closing import guard
from strategy.records.model import Record, one_act
from strategy.records.write import (
    EntriesRefused,
    StaleVersion,
    claim,
    record_delete,
    write_history,
)

#: Reasons to refuse an entry, by form field.
Errors = dict[str, list[ValidationError]]


class Entry(Protocol):
    """What somebody enters for one row.

    ``key`` names the row among its like. ``expected_version``: the version that the editor read,
    None where there was no row.
    """

    @property
    def key(self) -> Any: ...

    @property
    def expected_version(self) -> int | None: ...


E = TypeVar("E")
R = TypeVar("R")


class Entries(ABC, Generic[E, R]):
    """Entries of one kind on their way into the database. ``R``: what a written one gives."""

    #: Said where somebody else's new row came first.
    overtaken: ClassVar[Any]

    def __init__(
        self, entries: Sequence[E], *, today: date | None = None, by_system: bool = False
    ) -> None:
        """``today``: the day that it is, unless it is another; ``by_system``: fixtures bring them,
        and may bring what nobody types."""
        self.entries, self.today, self.by_system = list(entries), today or clock.today(), by_system

    def lock(self) -> None:
        """Hold, before anything is written, what nobody else may change meanwhile."""

    @abstractmethod
    def read(self) -> None:
        """Read what the checks have to know, with a number of queries that does not grow."""

    @abstractmethod
    def may(self, who: Viewer) -> bool:
        """Whether a person may write all of these; asked after ``read``."""

    @abstractmethod
    def refused(self) -> dict[int, ValidationError]:
        """The entries that are refused, by their place, each with its reasons by form field."""

    @abstractmethod
    def write(self, user: Any, reason: str) -> list[R]:
        """Write what was checked. Raises StaleVersion."""

    @classmethod
    def problems(
        cls, entries: Sequence[E], today: date | None = None, **about: Any
    ) -> dict[int, ValidationError]:
        """What :meth:`record_many` would refuse, by place; nothing is written."""
        held = cls(entries, today=today, **about)
        held.read()
        return held.refused()

    @classmethod
    def record_many(
        cls,
        *,
        user: Any,
        entries: Sequence[E],
        today: date | None = None,
        reason: str = "",
        **about: Any,
    ) -> list[R]:
        """Save entries, all or none. ``user`` None is the system (fixtures).

        Raises :class:`EntriesRefused` naming each refused entry by its place, PermissionDenied,
        StaleVersion, and ValidationError where somebody else was faster.
        """
        try:
            with transaction.atomic(), one_act():
                held = cls(entries, today=today, by_system=user is None, **about)
                held.lock()
                held.read()
                if user is not None and not held.may(viewer(user)):
                    raise PermissionDenied
                refused = held.refused()
                if refused:
                    raise EntriesRefused(refused)
                return held.write(user, reason)
        except IntegrityError as error:
            raise ValidationError(str(cls.overtaken)) from error

    @classmethod
    def record(
        cls, *, user: Any, entry: E, today: date | None = None, reason: str = "", **about: Any
    ) -> R:
        """Save one entry. Raises as :meth:`record_many` does, its refusal by form field."""
        try:
            (written,) = cls.record_many(
                user=user, entries=[entry], today=today, reason=reason, **about
            )
        except EntriesRefused as refused:
            raise refused.errors[0] from None
        return written


Own = TypeVar("Own", bound=Entry)
Row = TypeVar("Row", bound=Record)


class RowEntries(Entries[Own, Row]):
    """Entries that are a row each, with a version and a history of its own."""

    #: What an entry says of its row, under the same names.
    fields: ClassVar[tuple[str, ...]]
    #: Where an entry is refused that stands in the list already, and what is said: (field, text).
    repeated: ClassVar[tuple[str, Any]]

    def __init__(
        self, entries: Sequence[Own], *, today: date | None = None, by_system: bool = False
    ) -> None:
        super().__init__(entries, today=today, by_system=by_system)
        #: The rows that are stored, by key.
        self.kept: dict[Any, Row] = {}

    @abstractmethod
    def errors(self, entry: Own) -> Errors:
        """Every reason to refuse an entry, by form field."""

    @abstractmethod
    def new_row(self, entry: Own) -> Row:
        """An empty row for an entry's key."""

    def reasons(self) -> dict[int, Errors]:
        """Every reason to refuse an entry, by its place in the list."""
        reasons: dict[int, Errors] = {}
        closed = guard.refusals(
            self.kept.get(entry.key) or self.new_row(entry) for entry in self.entries
        )
        seen: set[Any] = set()
        for place, entry in enumerate(self.entries):
            found: Errors = defaultdict(list, self.errors(entry))
            if place in closed:
                found[self.repeated[0]].insert(0, closed[place])
            if entry.key in seen:
                field, text = self.repeated
                found[field].append(ValidationError(str(text)))
            seen.add(entry.key)
            if found:
                reasons[place] = found
        return reasons

    def refused(self) -> dict[int, ValidationError]:
        return {place: ValidationError(found) for place, found in self.reasons().items()}

    def fill(self, row: Row, entry: Own) -> None:
        """Take over what an entry says."""
        for name in self.fields:
            setattr(row, name, getattr(entry, name))

    def clears(self, entry: Own) -> bool:
        """Whether an entry takes its row away."""
        return False

    def prepare(self) -> None:
        """Write what has to be there before the rows are."""

    def write_parts(self, written: Sequence[tuple[Row, Own]], changed: Sequence[Row]) -> None:
        """Write what belongs to the rows and has no history of its own, and read it into them."""

    def finish(self, user: Any, reason: str) -> None:
        """Write what follows from it."""

    def write(self, user: Any, reason: str) -> list[Row]:
        """Rows, their parts and their history, in batches."""
        written: list[tuple[Row, Own]] = []
        new: list[Row] = []
        changed: list[Row] = []
        for entry in self.entries:
            kept = self.kept.get(entry.key)
            row = self.new_row(entry) if kept is None else kept
            refuse_stale(row, None if kept is None else kept.version, entry.expected_version)
            if self.clears(entry):
                if kept is not None:
                    record_delete(instance=kept, user=user, reason=reason)
                continue
            self.fill(row, entry)
            (new if kept is None else changed).append(row)
            written.append((row, entry))
        claim(changed, [row.version for row in changed])
        self.prepare()
        for rows in filter(None, (new, changed)):
            stored = type(rows[0])._base_manager
            if rows is new:
                stored.bulk_create(rows, batch_size=500)
            else:
                # In one statement for many; claim() has seen that each of them is there.
                stored.bulk_create(
                    rows, 500, update_conflicts=True, unique_fields=["id"],
                    update_fields=self.fields,
                )  # fmt: skip
        self.write_parts(written, changed)
        write_history(new, "+", user=user, reason=reason)
        write_history(changed, "~", user=user, reason=reason)
        self.finish(user, reason)
        return [row for row, _entry in written]


def refuse_stale(row: Record, stored: int | None, read: int | None) -> None:
    """Raise StaleVersion where a row is not at the version that its editor read; None: no row.

    claim() would refuse it as well, but could not say which of many it is, nor that what was read
    has been taken away.
    """
    if stored != read:
        raise StaleVersion(row)


def parts_replaced(
    model: type[models.Model],
    link: str,
    parts: Iterable[tuple[Record, Sequence[Mapping[str, Any]]]],
) -> None:
    """Write the numbered parts of rows, such as pieces of evidence, in place of those there were.

    ``link``: the part's key to its row; ``parts``: rows with the facts of each of their parts.
    """
    parts = list(parts)
    stored = model._base_manager
    stored.filter(**{f"{link}__in": [row.pk for row, _facts in parts]}).delete()
    stored.bulk_create(
        [
            model(**{link: row, "position": position}, **facts)
            for row, pieces in parts
            for position, facts in enumerate(pieces, start=1)
        ],
        batch_size=500,
    )
