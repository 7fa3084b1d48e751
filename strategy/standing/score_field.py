"""A published score from 0 to 100 as a column, and the constraint that it is one."""

from __future__ import annotations

from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_BETWEEN = _("A score is between 0 and 100.")
SCORE_VALIDATORS = [MinValueValidator(0, _BETWEEN), MaxValueValidator(100, _BETWEEN)]


def score_field(label: Any, **more: Any) -> models.DecimalField:
    """A score from 0 to 100 with two decimals; empty where the source does not say."""
    return models.DecimalField(
        label,
        max_digits=5,
        decimal_places=2,
        null=True,
        blank=True,
        validators=SCORE_VALIDATORS,
        **more,
    )


def score_range(*names: str) -> models.CheckConstraint:
    """Each of the named scores is empty or between 0 and 100."""
    condition = Q()
    for name in names:
        condition &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gte": 0, f"{name}__lte": 100})
    return models.CheckConstraint(
        condition=condition, name="%(app_label)s_%(class)s_score", violation_error_message=_BETWEEN
    )
