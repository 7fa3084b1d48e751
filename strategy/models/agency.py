"""Agencies, their units and people, and by when they report."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from strategy.calendar import DEFAULT_DEADLINE_DAY
from strategy.records.model import Record

#: Thai dictionary order, in PostgreSQL by ICU and in SQLite as registered in strategy/apps.py.
THAI_COLLATION = "th-TH-x-icu"


#: The same for ``db_collation``, with its quotes: Django writes a column's collation into SQLite's
#: table definition as it stands, and PostgreSQL's leaves a quoted name alone.
THAI = f'"{THAI_COLLATION}"'


FISCAL_YEAR_VALIDATORS = [
    MinValueValidator(2500, _("Write the year in the Buddhist Era, such as 2569.")),
    MaxValueValidator(2699, _("Write the year in the Buddhist Era, such as 2569.")),
]


_A_FEW_DAYS = [MinValueValidator(1), MaxValueValidator(60)]


class Agency(Record):
    """An organisation that owns plans."""

    slug = models.SlugField(_("short name for addresses"), unique=True)
    name = models.CharField(_("name"), max_length=200, db_collation=THAI)
    short_name = models.CharField(_("short name"), max_length=100, blank=True)
    site_title = models.CharField(
        _("title of its pages"),
        max_length=200,
        blank=True,
        default="",
        help_text=_("Stands at the top of every page; empty: made from the short name."),
    )
    address = models.TextField(_("address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=100, blank=True)
    remind_before = models.PositiveSmallIntegerField(
        _("remind before the deadline, days"),
        default=7,
        validators=_A_FEW_DAYS,
        help_text=_("So many days ahead people are told by mail what falls due (1–60)."),
    )
    head_told_after = models.PositiveSmallIntegerField(
        _("tell the unit's head, working days late"),
        default=5,
        validators=_A_FEW_DAYS,
        help_text=_("After so many working days the unit's head is told as well (1–60)."),
    )
    planners_told_after = models.PositiveSmallIntegerField(
        _("tell planners, working days late"),
        default=10,
        validators=_A_FEW_DAYS,
        help_text=_("After so many working days planners are told as well (1–60)."),
    )

    class Meta(Record.Meta):
        verbose_name = _("agency")
        verbose_name_plural = _("agencies")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(planners_told_after__gte=F("head_told_after")),
                name="%(app_label)s_%(class)s_head_before_planners",
                violation_error_message=_("Planners are not told before the unit's head."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def title(self) -> str:
        """What stands at the top of its pages."""
        return self.site_title or gettext("Strategic plan tracker, %(agency)s") % {
            "agency": self.short_name or self.name
        }


class Unit(Record):
    """A bureau of an agency; it reports results. Some are groups, such as ทุกหน่วยงาน."""

    written_by_administrators = True

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="units", verbose_name=_("agency")
    )
    name = models.CharField(_("name"), max_length=200, db_collation=THAI)
    is_group = models.BooleanField(
        _("group of units"), default=False, help_text=_("Stands for several units, such as all.")
    )
    head = models.ForeignKey(
        "strategy.Account",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="headed_units",
        verbose_name=_("head of the unit"),
        help_text=_("Is told by mail what the unit owes for too long."),
    )

    class Meta(Record.Meta):
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "name"],
                name="%(app_label)s_%(class)s_name",
                violation_error_message=_("This agency already has a unit of that name."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(Record):
    """A person works in a unit and reports for it. One person may belong to several."""

    written_by_planners = False
    written_by_administrators = True
    always_now = True

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="memberships",
        verbose_name=_("person"),
    )
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="memberships", verbose_name=_("unit")
    )

    class Meta(Record.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["unit_id", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "unit"],
                name="%(app_label)s_%(class)s_once",
                violation_error_message=_("This person already belongs to that unit."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.unit}"


class ReportingYear(Record):
    """The reporting rules of one fiscal year of an agency."""

    judged_by = ("deadline_day", "moves_to_working_day")

    agency = models.ForeignKey(
        Agency, models.CASCADE, related_name="reporting_years", verbose_name=_("agency")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"), validators=FISCAL_YEAR_VALIDATORS
    )
    deadline_day = models.PositiveSmallIntegerField(
        _("deadline day"),
        default=DEFAULT_DEADLINE_DAY,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
        help_text=_("Day of the month after a period ends by which its report is in (1–28)."),
    )
    moves_to_working_day = models.BooleanField(
        _("moves to the next working day"),
        default=False,
        help_text=_("A deadline on a weekend or a holiday is then on the next working day."),
    )

    class Meta(Record.Meta):
        verbose_name = _("reporting year")
        verbose_name_plural = _("reporting years")
        ordering = ["agency_id", "fiscal_year"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "fiscal_year"],
                name="%(app_label)s_%(class)s_year",
                violation_error_message=_("This agency's rules for that year already exist."),
            ),
            models.CheckConstraint(
                condition=Q(deadline_day__gte=1, deadline_day__lte=28),
                name="%(app_label)s_%(class)s_day",
                violation_error_message=_("The deadline is a day from 1 to 28."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.fiscal_year}"
