"""How the admin reads what is typed into a stored fact's fields."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.http import HttpRequest

from strategy.records.forms import (
    ThaiBahtField,
    ThaiDateField,
    ThaiDecimalField,
    ThaiIntegerField,
    ThaiYearField,
    WordsField,
)
from strategy.standing.baht_field import BahtField

_YEARS = {"fiscal_year", "first_year", "last_year"}


class ThaiFields:
    """Number fields that read Thai digits, years and dates that want the Buddhist Era, texts that
    keep their lines as they are stored."""

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.choices or isinstance(db_field, models.AutoField):
            return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if isinstance(db_field, models.TextField):
            kwargs.setdefault("form_class", WordsField)
        field_class: type[ThaiDecimalField | ThaiDateField] | None = None
        if db_field.name in _YEARS:
            field_class = ThaiYearField
        elif isinstance(db_field, models.IntegerField):
            field_class = ThaiIntegerField
        elif isinstance(db_field, BahtField):
            field_class = ThaiBahtField
        elif isinstance(db_field, models.DecimalField):
            field_class = ThaiDecimalField
        elif isinstance(db_field, models.DateField):
            field_class = ThaiDateField
        if field_class is None or not db_field.editable:
            return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        more: dict[str, Any] = {}
        if field_class is ThaiDecimalField and isinstance(db_field, models.DecimalField):
            more = {"max_decimals": db_field.decimal_places}
        return field_class(
            label=db_field.verbose_name.capitalize(),
            help_text=db_field.help_text,
            required=not (db_field.blank or db_field.null),
            initial=db_field.default if db_field.has_default() else None,
            **more,
        )
