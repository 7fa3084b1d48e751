"""Many rows entered on one screen: a form for each, saved all or not at all."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from django.core.exceptions import ValidationError

from strategy.records.entries import Entries
from strategy.records.forms import typed_text
from strategy.records.model import Record

_PLACE = re.compile(r"-\d+-", re.ASCII)
_TOKEN = re.compile(r"(\d{1,18})\.(\d{1,9})", re.ASCII)


def row_read(token: str) -> tuple[int | None, int | None]:
    """The row, and its version, that a form's editor read; none where it was empty, or unclear."""
    match = _TOKEN.fullmatch(token)
    return (int(match[1]), int(match[2])) if match else (None, None)


class RowForm(Protocol):
    """A row's form. ``is_wrong``: something in it was refused; ``has_news``: something clear was
    typed that is not stored yet; ``refuse`` puts a service's refusals beside their fields."""

    prefix: str
    is_bound: bool

    @property
    def is_wrong(self) -> bool: ...

    @property
    def has_news(self) -> bool: ...

    def is_valid(self) -> bool: ...

    def refuse(self, refused: ValidationError) -> None: ...


class EntryScreen(ABC):
    """The whole screen. A subject names its rows, and what writes them."""

    #: How what is entered is written.
    writes: type[Entries[Any, Any]]

    #: The fields of a row in which something may have been typed; those of its parts without
    #: their place, such as "evidence-number".
    typed: tuple[str, ...] = ()
    #: Said where something was typed for rows that are not on the screen (any more).
    foreign: Any = ""

    def __init__(
        self,
        read: Callable[[], Any],
        data: Mapping[str, Any] | None,
        *,
        today: date,
        files: Mapping[str, Any] | None = None,
        uploader: Any = None,
    ) -> None:
        """``read`` gives what the screen shows as it stands now; ``files``: those that were sent
        with it; ``uploader``: who may send files with it; None: it takes none."""
        self.read, self.data, self.today = read, data, today
        self.files, self.uploader = files, uploader
        self.read_again()

    def read_again(self) -> None:
        """Take what the screen shows as it stands now, with what was typed."""
        self.shown = self.read()
        self.bind(self.data)

    def bind(self, data: Mapping[str, Any] | None) -> None:
        """Take something else as typed, for what the screen shows already."""
        self.data = data
        self.forms: list[Any] = list(self.rows())
        #: What was refused of the screen as a whole.
        self.general: list[str] = []

    @abstractmethod
    def rows(self) -> Iterable[Any]:
        """A form for each row of the screen."""

    @abstractmethod
    def entries(self, news: Sequence[Any]) -> list[tuple[Any, Any]]:
        """What these forms say: (form, entry)."""

    def month_rows(self) -> Sequence[Record]:
        """Rows, stored or not, of the month to which the screen writes."""
        return ()

    def about(self) -> Mapping[str, Any]:
        """What the entries have in common, for what writes them."""
        return {}

    def record(self, user: Any, entries: Sequence[Any], reason: str) -> int:
        """Hand the entries over; gives how many things were written."""
        written = self.writes.record_many(
            user=user, entries=entries, today=self.today, reason=reason, **self.about()
        )
        return len(written)

    @property
    def refused(self) -> list[Any]:
        """The rows that want another look."""
        return [form for form in self.forms if form.is_bound and form.is_wrong]

    @property
    def change_reason(self) -> str:
        return typed_text(self.data, "change_reason")

    def is_valid(self) -> bool:
        """Whether nothing is refused, and nothing was typed for what is not here."""
        if self._is_foreign():
            self.general.append(str(self.foreign))
        self.ask()
        return not self.general and not self.refused

    def ask(self) -> list[tuple[Any, Any]]:
        """Asks every row, then what writes them about those that are clear; gives these."""
        for form in self.forms:
            form.is_valid()
        asked = self.asked()
        entries = [entry for _form, entry in asked]
        problems = self.writes.problems(entries, self.today, **self.about())
        self.refuse([form for form, _entry in asked], problems)
        return asked

    def refuse(self, asked: Sequence[Any], problems: Mapping[int, ValidationError]) -> None:
        """Put what was refused beside the rows that were asked about."""
        for place, refused in problems.items():
            asked[place].refuse(refused)

    def _is_foreign(self) -> bool:
        own = {form.prefix for form in self.forms}
        for name, value in (self.data or {}).items():
            prefix, _dash, field = name.partition("-")
            typed = _PLACE.sub("-", field) in self.typed
            if typed and str(value).strip() and prefix not in own:
                return True
        return False

    def asked(self) -> list[tuple[Any, Any]]:
        """The rows about which those that write them are asked."""
        return self.entered()

    def entered(self) -> list[tuple[Any, Any]]:
        """The rows that say something new, each with its entry."""
        return self.entries([form for form in self.forms if form.is_bound and form.has_news])

    def save(self, user: Any) -> int | None:
        """Save what a valid screen holds, and tell how much; None if somebody else was faster.

        The screen has then been read again, and says what they did.
        """
        entries = [entry for _form, entry in self.entered()]
        try:
            return self.record(user, entries, self.change_reason)
        except ValidationError as refused:
            self.read_again()
            if self.is_valid():
                self.general += refused.messages
            return None
