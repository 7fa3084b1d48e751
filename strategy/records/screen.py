"""Many rows entered on one screen: a form for each, saved all or not at all."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from django.core.exceptions import ValidationError

from strategy.records.forms import typed_text

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


class EntrySheetForm(ABC):
    """The whole screen. A sheet names its rows, and the service that writes them."""

    #: The fields of a row in which something may have been typed; those of its parts without
    #: their place, such as "evidence-number".
    typed: tuple[str, ...] = ()
    #: Said where something was typed for rows that are not on the sheet (any more).
    foreign: Any = ""

    def __init__(
        self, read: Callable[[], Any], data: Mapping[str, Any] | None, *, today: date
    ) -> None:
        """``read`` gives the sheet as it stands now."""
        self.read, self.data, self.today = read, data, today
        self._take()

    def _take(self) -> None:
        self.sheet = self.read()
        self.forms: list[Any] = list(self.rows())
        #: What was refused of the sheet as a whole.
        self.general: list[str] = []

    @abstractmethod
    def rows(self) -> Iterable[RowForm]:
        """A form for each row of the sheet."""

    @abstractmethod
    def entries(self, news: Sequence[Any]) -> list[tuple[Any, Any]]:
        """What these forms say, for the service: (form, entry)."""

    @abstractmethod
    def problems(self, entries: Sequence[Any]) -> Mapping[int, ValidationError]:
        """What the service would refuse, by place."""

    @abstractmethod
    def record(self, user: Any, entries: Sequence[Any], reason: str) -> list[Any]:
        """Hand the entries to the service."""

    @property
    def refused(self) -> list[Any]:
        """The rows that want another look."""
        return [form for form in self.forms if form.is_bound and form.is_wrong]

    @property
    def change_reason(self) -> str:
        return typed_text(self.data, "change_reason")

    def is_valid(self) -> bool:
        """Asks every row, then the service's own rules for those that are clear."""
        for form in self.forms:
            form.is_valid()
        if self._is_foreign():
            self.general.append(str(self.foreign))
        entered = self._entered()
        for place, refused in self.problems([entry for _form, entry in entered]).items():
            entered[place][0].refuse(refused)
        return not self.general and not self.refused

    def _is_foreign(self) -> bool:
        own = {form.prefix for form in self.forms}
        for name, value in (self.data or {}).items():
            prefix, _dash, field = name.partition("-")
            typed = _PLACE.sub("-", field) in self.typed
            if typed and str(value).strip() and prefix not in own:
                return True
        return False

    def _entered(self) -> list[tuple[Any, Any]]:
        return self.entries([form for form in self.forms if form.has_news])

    def save(self, user: Any) -> list[Any] | None:
        """Save what a valid sheet holds; None where somebody else was faster.

        The sheet has then been read again, and says what they did.
        """
        entries = [entry for _form, entry in self._entered()]
        try:
            return self.record(user, entries, self.change_reason)
        except ValidationError as refused:
            self._take()
            if self.is_valid():
                self.general += refused.messages
            return None
