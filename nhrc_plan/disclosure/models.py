"""What the agency has to disclose in a year, and what it says of itself as a publisher of data.

Which items the public-information assessment (OIT) of a year asks for, and by which numbers and
titles, is announced anew each year: they are data, entered from that year's announcement.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from strategy.models import FISCAL_YEAR_VALIDATORS, Agency, Plan
from strategy.records.model import Record


class Item(Record):
    """One item of a year's assessment that speaks of the plan or its money."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("the plan")
        SPENDING = "spending", _("the yearly plan of spending")
        HALF_YEAR = "half_year", _("progress of six months")
        YEAR = "year", _("the yearly report")
        OTHER = "other", _("something else, by its own document")

    agency = models.ForeignKey(
        Agency, models.PROTECT, related_name="disclosure_items", verbose_name=_("agency")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("fiscal year"),
        validators=FISCAL_YEAR_VALIDATORS,
        help_text=_("The year of the assessment that asks for it."),
    )
    number = models.CharField(
        _("number of the item"),
        max_length=20,
        help_text=_("As the year's announcement has it; numbers change from year to year."),
    )
    title = models.CharField(_("title of the item"), max_length=300)
    asks_for = models.TextField(_("what it asks for"), blank=True)
    kind = models.CharField(_("shown by"), max_length=10, choices=Kind.choices)
    plan = models.ForeignKey(
        Plan,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="disclosure_items",
        verbose_name=_("plan"),
    )
    of_year = models.PositiveSmallIntegerField(
        _("fiscal year of its figures"),
        validators=FISCAL_YEAR_VALIDATORS,
        help_text=_("An item of one year may ask for the report of the year before."),
    )
    document_url = models.URLField(
        _("address of a document"),
        blank=True,
        max_length=500,
        help_text=_("Where the agency publishes a document beside what this system shows."),
    )
    published_on = models.DateField(_("published on"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("disclosure item")
        verbose_name_plural = _("disclosure items")
        ordering = ["-fiscal_year", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["agency", "fiscal_year", "number"],
                name="%(app_label)s_%(class)s_number",
                violation_error_message=_("The year has an item of this number already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Publisher(Record):
    """What only the agency can say of the data that it opens: who answers, and on which terms."""

    class Licence(models.TextChoices):
        """The words of the government data catalogue."""

        BY = "Creative Commons Attributions"
        BY_SA = "Creative Commons Attribution Share-Alike"
        NC = "Creative Commons Non-Commercial (Any)"
        ODC = "Open Data Common"

    agency = models.OneToOneField(
        Agency, models.CASCADE, related_name="publisher", verbose_name=_("agency")
    )
    contact = models.CharField(
        _("who answers questions"),
        max_length=200,
        help_text=_("A bureau or a group, not a person."),
    )
    contact_email = models.EmailField(_("e-mail for questions"), blank=True)
    licence = models.CharField(_("licence"), max_length=60, choices=Licence.choices, blank=True)
    conditions = models.TextField(_("conditions of use"), blank=True)

    class Meta(Record.Meta):
        verbose_name = _("publisher of open data")
        verbose_name_plural = _("publishers of open data")
        ordering = ["agency__name"]

    def __str__(self) -> str:
        return str(self.agency)
