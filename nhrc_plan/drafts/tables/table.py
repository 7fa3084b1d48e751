"""What a table of a plan's workbook is, and what its rows find one another by while they are put.

A table is a sheet, its rows are records. Each row is found by its own key (numbers and codes as
the plan prints them), never by what the database calls it, so that a workbook of one system means
the same in another.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from nhrc_plan.drafts.columns import Column, value_of
from strategy.models import Agency, Plan
from strategy.records.model import Record
from strategy.records.write import record_delete, record_save
from strategy.workbook.texts import sheet_name

Key = tuple[Any, ...]
Values = dict[str, Any]


class Scope(NamedTuple):
    """Whose plan it is; None while it is not there yet."""

    agency: Agency | None
    plan: Plan | None


class Stored(NamedTuple):
    """A row that is there: as the workbook has it, and as it is."""

    values: Values
    row: Record


class Left(Exception):
    """What a row belongs to was left as it stands, and so is the row."""


@dataclass
class Putting:
    """A plan on its way in: by whom, why, and the rows that there are by now, by table and key."""

    user: Any
    reason: str
    agency: Agency | None = None
    plan: Plan | None = None
    prefix: str = ""
    rows: dict[str, dict[Key, Any]] = field(default_factory=dict)
    #: Rows of the workbook that were left as they stand, by table.
    left: dict[str, set[Key]] = field(default_factory=dict)

    def find(self, table: Table, key: Key, column: str) -> Any:
        """The row that another one names in a column; refused where there is none."""
        if key in self.left.get(table.code, ()):
            raise Left
        found = self.rows.get(table.code, {}).get(key)
        if found is None:
            raise ValidationError(
                {column: _("The sheet “%(sheet)s” has no row %(key)s that was taken.")
                 % {"sheet": table.name, "key": "/".join(map(str, key))}}
            )  # fmt: skip
        return found


class Table(ABC):
    """A sheet of the workbook and the model of its rows."""

    code: ClassVar[str]
    title: ClassVar[Any]
    model: ClassVar[type[Record]]
    columns: ClassVar[Sequence[Column]]
    #: The columns by which a row is found.
    keys: ClassVar[tuple[str, ...]]
    #: The columns that are fields of the model under the same name.
    fields: ClassVar[tuple[str, ...]]
    #: Of one row, whose columns stand one below the other.
    upright: ClassVar[bool] = False
    #: What is the office's own, not the plan's: added where it is missing, never changed.
    only_new: ClassVar[bool] = False

    @property
    def name(self) -> str:
        """As its sheet is called."""
        return sheet_name(str(self.title))

    @property
    def may_go(self) -> bool:
        """Whether its rows can be taken away by the workbook."""
        return not (self.upright or self.only_new)

    @abstractmethod
    def query(self, scope: Scope) -> Iterable[Any]:
        """The rows that there are, in the order of the sheet."""

    def values(self, row: Any) -> Values:
        """A row as the workbook has it."""
        return {name: getattr(row, name) for name in self.fields}

    def given(self, at: Putting, values: Values) -> Values:
        """The attributes of a row: fields, and links to one other row."""
        return {name: values[name] for name in self.fields}

    def links(self, at: Putting, values: Values) -> Mapping[str, Iterable[models.Model]] | None:
        """The links of a row to many."""
        return None

    def put(self, at: Putting, values: Values, row: Any | None) -> Any:
        """Add a row, or change it. Raises ValidationError by the names of columns."""
        instance = row if row is not None else self.model()
        for name, value in self.given(at, values).items():
            setattr(instance, name, value)
        return record_save(
            instance=instance, user=at.user, reason=at.reason, links=self.links(at, values)
        )

    def take_away(self, at: Putting, row: Any) -> None:
        record_delete(instance=row, user=at.user, reason=at.reason)

    # ------------------------------------------------------------------ for all tables alike

    def key(self, values: Values) -> Key:
        return tuple(values[name] for name in self.keys)

    def stored(self, scope: Scope) -> dict[Key, Stored]:
        """The rows that there are, by their keys."""
        found = {}
        for row in self.query(scope):
            held = self.values(row)
            values = {each.name: value_of(each, held[each.name]) for each in self.columns}
            found[self.key(values)] = Stored(values, row)
        return found

    def column(self, name: str) -> Column:
        return next(each for each in self.columns if each.name == name)


def named(model: type[models.Model], name: str, **more: Any) -> Column:
    """A column under the name of a model's field."""
    label = model._meta.get_field(name).verbose_name  # type: ignore[union-attr]
    return Column(name, label, **more)
