"""Exports of the admin's lists: what a person sees there, in formats that run nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

import tablib
from django.db import models
from django.utils.encoding import force_str
from django.utils.translation import gettext
from import_export import resources
from import_export.fields import Field
from import_export.formats import base_formats

from strategy.thai import format_date
from strategy.workbook.book import Book
from strategy.workbook.measure import characters_for
from strategy.workbook.styles import SIZE
from strategy.workbook.texts import clean_text, starts_formula


class ComputedField(Field):
    """A column that a list computes: a method of its admin, with its label."""

    def __init__(self, method: Callable[[models.Model], Any]) -> None:
        super().__init__(column_name=force_str(getattr(method, "short_description", "")))
        self.compute = method

    def __deepcopy__(self, memo: dict[int, Any]) -> ComputedField:
        """A resource copies its fields; copying this one would copy the whole admin with it."""
        return self


class RecordResource(resources.ModelResource):
    """Columns under their labels, links under their names, choices in words."""

    #: The rows of the file that a row of the list makes.
    rows_of: Callable[[models.Model], Iterable[models.Model]]

    def iter_queryset(self, queryset: Any) -> Iterator[models.Model]:
        for row in super().iter_queryset(queryset):
            yield from self.rows_of(row)

    def export(self, *args: Any, **kwargs: Any) -> tablib.Dataset:
        dataset = super().export(*args, **kwargs)
        dataset.title = str(self._meta.model._meta.verbose_name_plural)
        return dataset

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        return [self._label(field) for field in self.get_export_fields(selected_fields)]

    def _label(self, field: Field) -> str:
        if isinstance(field, ComputedField):
            return str(field.column_name)
        return force_str(self._meta.model._meta.get_field(field.attribute).verbose_name)

    def export_field(self, field: Field, instance: models.Model, **kwargs: Any) -> Any:
        if isinstance(field, ComputedField):
            return field.compute(instance)
        column = self._meta.model._meta.get_field(field.attribute)
        value = getattr(instance, column.attname, None)
        if value is None or column.many_to_many:
            return "" if value is None else ", ".join(str(item) for item in value.all())
        if isinstance(column, models.ForeignKey):
            return str(getattr(instance, column.name))
        if isinstance(value, bool):
            return gettext("yes") if value else gettext("no")
        if column.choices:
            return str(dict(column.flatchoices).get(value, value))
        if isinstance(value, date):
            return format_date(value)
        if isinstance(value, list):
            return ", ".join(map(str, value))
        return value


def _defused(dataset: tablib.Dataset) -> tablib.Dataset:
    """The same rows with a mark before every text that could be taken for a formula."""
    safe = tablib.Dataset(headers=[_defuse(header) for header in dataset.headers or []])
    for row in dataset:
        safe.append([_defuse(value) for value in row])
    return safe


def _defuse(value: Any) -> Any:
    if isinstance(value, str):
        text = clean_text(value)
        return f"'{text}" if starts_formula(text) else text
    return value


class SafeCSV(base_formats.CSV):
    """CSV that Thai Excel opens rightly (UTF-8 with its mark) and that holds no formula."""

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        text = str(super().export_data(_defused(dataset), **kwargs))
        return ("\ufeff" + text).encode()

    def is_binary(self) -> bool:
        return True


class SafeTSV(base_formats.TSV):
    """The same, with tabs between the cells."""

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        text = str(super().export_data(_defused(dataset), **kwargs))
        return ("\ufeff" + text).encode()

    def is_binary(self) -> bool:
        return True


#: Rows by which the widths of columns are chosen.
_LOOKED_AT = 200


class SafeXLSX(base_formats.XLSX):
    """XLSX by the one writer of cells."""

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        title = dataset.title or gettext("list")
        book = Book(title=title, creator=gettext("Strategic plan tracker"))
        headers = list(dataset.headers or [])
        rows = list(dataset)
        columns = zip(headers, *rows[:_LOOKED_AT], strict=True) if headers else [("",)]
        sheet = book.sheet(title, [characters_for(map(str, column), SIZE) for column in columns])
        head = sheet.head(headers, plain=True)
        for row in rows:
            sheet.write(row, "text")
        if len(set(headers)) == len(headers):
            sheet.table(head)
        return book.save()


class SafeJSON(base_formats.JSON):
    pass


FORMATS = [SafeXLSX, SafeCSV, SafeTSV, SafeJSON]
