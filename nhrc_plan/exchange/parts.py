"""The sheets of an entry workbook: each is an entry screen, row for row and field for field.

A sheet's line belongs to a row's form of the screen, and its open cells to fields of that form.
So a filled-in workbook is sent to the same forms as what is typed into a screen, and the same
sentences, versions and rules apply.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar, NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from strategy.access import Viewer
from strategy.calendar import FiscalMonth
from strategy.models import Plan, Unit
from strategy.records.entries import Entries
from strategy.records.screen import EntryScreen

#: Rows that are taken into forms at a time: a form weighs a hundred times what is in it.
CHUNK = 500


class Column(NamedTuple):
    """A column of a sheet. ``kind`` says what an open cell takes: number, baht, text, date,
    choice or yes; a closed one is written as it is styled."""

    label: str
    width: float
    style: str = "text"
    kind: str = ""
    #: What may be chosen, as it is read, with what the form takes for it.
    choices: Mapping[str, str] = {}
    longest: int = 0


class Line(NamedTuple):
    """A row of a sheet. ``code`` finds it again; ``fields``: for each open column the name under
    which the form takes it, "" where this line has no such field."""

    code: str
    shown: tuple[Any, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True)
class Wanted:
    """Whose figures of which month a workbook holds. ``unit`` None: all that is of the person."""

    plan: Plan
    unit: Unit | None
    at: FiscalMonth
    who: Viewer
    today: date
    #: (id, name) of the units whose rows it holds; None: what belongs to no unit.
    units: tuple[tuple[int | None, str], ...]
    #: Hand in at once, rather than keep as drafts.
    submits: bool = True


class Sheet:
    """A part with its screens, and the line of each row that can be changed, by its code.

    A row that stands on several screens, such as a measure of all units, has its line once.
    """

    def __init__(self, part: Part, screens: Iterable[EntryScreen]) -> None:
        self.part, self.screens = part, list(screens)
        #: The place of the screen, and of the form on it, of each line.
        self.places: dict[str, tuple[int, int]] = {}
        self.lines: dict[str, Line] = {}
        for number, screen in enumerate(self.screens):
            for place, form in enumerate(screen.forms):
                for line in part.lines(form):
                    self.places.setdefault(line.code, (number, place))
                    self.lines.setdefault(line.code, line)

    def form(self, code: str) -> Any:
        """The form of a line, as it stands now."""
        screen, place = self.places[code]
        return self.screens[screen].forms[place]


class Part(ABC):
    """A kind of figure: its sheet, and the screens that take it."""

    title: ClassVar[Any]
    #: What writes its entries; what besides them they are made of; how their rows are read again.
    writes: ClassVar[type[Entries[Any, Any]]]
    made_of: ClassVar[tuple[type, ...]]

    def rows(self) -> Mapping[str, QuerySet]:
        """Of the rows that entries name, by the model's label, what is read of each."""
        return {}

    @abstractmethod
    def closed(self) -> list[Column]:
        """The columns that are only read, after the row's code."""

    @abstractmethod
    def open(self) -> list[Column]:
        """The columns to fill in."""

    @abstractmethod
    def screens(self, wanted: Wanted) -> Iterable[EntryScreen]:
        """The screens of the units as they stand, with nothing typed into them, each of at most
        CHUNK rows; none where nothing of this kind is entered for the month."""

    def bare_screens(self, wanted: Wanted) -> Iterable[EntryScreen]:
        """The same for what comes back: they need not know what is only shown."""
        return self.screens(wanted)

    def bind(self, screen: EntryScreen, typed: Mapping[str, Mapping[str, str]], press: str) -> None:
        """Put what was typed into a screen's forms, by their prefix; ``press``: how it was sent."""
        data: dict[str, Any] = {press: "1"}
        for fields in typed.values():
            data |= fields
        screen.bind(data)

    @abstractmethod
    def lines(self, form: Any) -> Iterable[Line]:
        """The lines of a row's form; none where nobody changes it."""

    @property
    def name(self) -> str:
        return str(self.title)

    def columns(self) -> list[Column]:
        """All columns in their order: the code, what is read, what is filled in, the version."""
        return [
            Column(_("code in the system"), 14, "center"),
            *self.closed(),
            *self.open(),
            Column(_("version of the row"), 30, "note"),
        ]

    def sheet(self, wanted: Wanted) -> Sheet:
        return Sheet(self, self.screens(wanted))


def bind_again(screen: EntryScreen, typed: Mapping[str, Mapping[str, str]], press: str) -> None:
    """As :meth:`Part.bind` does, into the forms that there are: each gets its own cells alone."""
    screen.data, screen.general = {press: "1"}, []
    for form in screen.forms:
        form.take(typed[form.prefix])
        for name in ("submits", "drafts"):
            if hasattr(screen, name):
                setattr(form, name, getattr(screen, name))


def in_chunks(shown: Any) -> Iterable[Any]:
    """What a screen shows, in parts of CHUNK rows."""
    for start in range(0, len(shown.rows), CHUNK):
        yield replace(shown, rows=shown.rows[start : start + CHUNK])
