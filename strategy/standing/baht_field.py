"""Amounts of money as they are stored: baht with two decimals."""

from __future__ import annotations

from typing import Any

from django.db import models


class BahtField(models.DecimalField):
    """An amount in baht. Forms and history show it whole or with both of its decimals.

    Migrations know it as the plain DecimalField that it is in the database.
    """

    def __init__(self, verbose_name: Any = None, **kwargs: Any) -> None:
        super().__init__(verbose_name, **{"max_digits": 16, "decimal_places": 2, **kwargs})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DecimalField", args, kwargs
