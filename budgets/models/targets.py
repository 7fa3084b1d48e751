"""The government's targets for what is spent of a year's money."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from strategy.models import FISCAL_YEAR_VALIDATORS, Agency
from strategy.records.model import Record

QUARTERS = ("q1", "q2", "q3", "q4")
USED_QUARTERS = tuple(f"used_{quarter}" for quarter in QUARTERS)
_RISING = _("The targets run from 0 to 100 and none is below the quarter before.")


def _percent_field(label: Any, default: int | None) -> models.DecimalField:
    return models.DecimalField(
        label,
        max_digits=5,
        decimal_places=2,
        null=default is None,
        blank=default is None,
        default=None if default is None else Decimal(default),
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )


def _rising(names: tuple[str, ...]) -> Q:
    first, *_between, last = names
    condition = Q(**{f"{first}__gte": 0, f"{last}__lte": 100})
    for earlier, later in zip(names, names[1:], strict=False):
        condition &= Q(**{f"{later}__gte": F(earlier)})
    return condition


class SpendingTarget(Record):
    """The government's two lines for a fiscal year: per cent disbursed, and used, by quarter.

    One row for all money, and one for a kind of spending that has lines of its own. ``used_q1`` to
    ``used_q4`` are all there or none is. What is judged is chosen once, in the row for all money.
    """

    class Kind(models.TextChoices):
        ALL = "all", _("all money")
        CURRENT = "current", _("current spending")
        INVESTMENT = "investment", _("investment spending")

    class JudgedOn(models.TextChoices):
        DISBURSED = "disbursed", _("disbursed")
        USED = "used", _("used: disbursed and committed")

    judged_by = (*QUARTERS, *USED_QUARTERS, "judged_on")

    agency = models.ForeignKey(
        Agency, models.CASCADE, related_name="spending_targets", verbose_name=_("agency")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    kind = models.CharField(_("lines for"), max_length=10, choices=Kind.choices, default=Kind.ALL)
    judged_on = models.CharField(
        _("what is judged"),
        max_length=10,
        choices=JudgedOn.choices,
        default=JudgedOn.DISBURSED,
        help_text=_("Goes for the whole year; chosen in the row for all money."),
    )
    q1 = _percent_field(_("quarter 1 (%)"), 25)
    q2 = _percent_field(_("quarter 2 (%)"), 50)
    q3 = _percent_field(_("quarter 3 (%)"), 75)
    q4 = _percent_field(_("quarter 4 (%)"), 100)
    used_q1 = _percent_field(_("used, quarter 1 (%)"), None)
    used_q2 = _percent_field(_("used, quarter 2 (%)"), None)
    used_q3 = _percent_field(_("used, quarter 3 (%)"), None)
    used_q4 = _percent_field(_("used, quarter 4 (%)"), None)

    class Meta(Record.Meta):
        verbose_name = _("spending target")
        verbose_name_plural = _("spending targets")
        ordering = ["agency_id", "fiscal_year", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "fiscal_year", "kind"],
                name="%(app_label)s_%(class)s_year",
                violation_error_message=_("This agency's targets for that year exist."),
            ),
            models.CheckConstraint(
                condition=_rising(QUARTERS),
                name="%(app_label)s_%(class)s_rising",
                violation_error_message=_RISING,
            ),
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True for name in USED_QUARTERS})
                | Q(**{f"{name}__isnull": False for name in USED_QUARTERS}),
                name="%(app_label)s_%(class)s_used_whole",
                violation_error_message=_("Write the line of used for all four quarters, or none."),
            ),
            models.CheckConstraint(
                condition=Q(used_q1__isnull=True) | _rising(USED_QUARTERS),
                name="%(app_label)s_%(class)s_used_rising",
                violation_error_message=_RISING,
            ),
            models.CheckConstraint(
                condition=Q(used_q1__isnull=True)
                | Q(**{f"used_{name}__gte": F(name) for name in QUARTERS}),
                name="%(app_label)s_%(class)s_used_above",
                violation_error_message=_(
                    "What is used holds what is disbursed: its line is not below in any quarter."
                ),
            ),
            models.CheckConstraint(
                condition=Q(kind="all") | Q(judged_on="disbursed"),
                name="%(app_label)s_%(class)s_judged_once",
                violation_error_message=_(
                    "What is judged goes for the whole year: choose it in the row for all money."
                ),
            ),
        ]

    def __str__(self) -> str:
        kind = "" if self.kind == self.Kind.ALL else f" {self.get_kind_display()}"
        return f"{self.agency} {self.fiscal_year}{kind}"

    @classmethod
    def audit_title(cls, row: Any) -> str:
        """By its year, and the kind of spending where it is one's own."""
        title = _("spending target %(year)s") % {"year": row.fiscal_year}
        return title if row.kind == cls.Kind.ALL else f"{title} ({row.get_kind_display()})"
