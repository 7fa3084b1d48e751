"""Entries as JSON holds them between the look at a file and its confirmation, and back.

Rows of the database go as their keys and are read again, many with one query; nothing else than
the entries that a part names comes back as an object.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet

#: One key of a packed value that is no plain one says what it is.
_NUMBER, _DAY, _ROW, _LIST, _PAIRS, _OBJECT = "number", "day", "row", "list", "pairs", "is"


@cache
def _usual(kind: type) -> list[tuple[str, Any]]:
    """The fields of a kind of entry with what each holds where nothing is said: not packed."""
    return [
        (each.name, each.default if each.default_factory is MISSING else each.default_factory())
        for each in fields(kind)
    ]


def packed(value: Any) -> Any:
    """A value as JSON holds it."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Decimal):
        return {_NUMBER: str(value)}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, Model):
        return {_ROW: [value._meta.label_lower, str(value.pk)]}
    if isinstance(value, Mapping):
        return {_PAIRS: [[packed(key), packed(each)] for key, each in value.items()]}
    if is_dataclass(value):
        told = {_OBJECT: type(value).__name__}
        for name, usual in _usual(value.__class__):
            held = getattr(value, name)
            if held != usual:
                told[name] = packed(held)
        return told
    if isinstance(value, Sequence):
        return {_LIST: [packed(each) for each in value]}
    raise TypeError(type(value))


class Unpacked:
    """Packed values as they were.

    ``classes``: the entries, and their parts, that may come back; ``rows``: by the model's label
    what to read of it, where that is more than the row.
    """

    def __init__(
        self, values: Sequence[Any], classes: Iterable[type], rows: Mapping[str, QuerySet]
    ) -> None:
        self._classes = {each.__name__: each for each in classes}
        wanted: dict[str, set[str]] = defaultdict(set)
        for label, pk in _rows_in(values):
            wanted[label].add(pk)
        self._rows: dict[str, Mapping[str, Model]] = {}
        for label, keys in wanted.items():
            stored = rows[label] if label in rows else apps.get_model(label)._base_manager.all()
            self._rows[label] = {str(pk): row for pk, row in stored.in_bulk(list(keys)).items()}
        self.values = [self._value(each) for each in values]

    def _value(self, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        if _OBJECT in value:
            told = {name: self._value(each) for name, each in value.items() if name != _OBJECT}
            return self._classes[value[_OBJECT]](**told)
        ((what, held),) = value.items()
        if what == _NUMBER:
            return Decimal(held)
        if what == _DAY:
            return date.fromisoformat(held)
        if what == _ROW:
            label, pk = held
            return self._rows[label][pk]
        if what == _LIST:
            return tuple(self._value(each) for each in held)
        return {self._value(key): self._value(each) for key, each in held}


def _rows_in(value: Any) -> Iterator[tuple[str, str]]:
    """The rows that packed values name."""
    if isinstance(value, dict):
        if _ROW in value:
            yield tuple(value[_ROW])
        else:
            for each in value.values():
                yield from _rows_in(each)
    elif isinstance(value, list):
        for each in value:
            yield from _rows_in(each)
