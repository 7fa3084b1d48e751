"""Who may ask the API: the keys of clients; and how often somebody has asked."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from strategy.records.model import Record

#: What a key may ask for in a minute, unless its form says otherwise.
DEFAULT_PER_MINUTE = 600


class ApiKey(Record):
    """The key of a client: a program that fetches data, not a person.

    Of the key itself a hash is kept, so that neither the database nor its history or backup opens
    the API. A key is withdrawn and never deleted: its history says what was open to whom.
    """

    written_by_planners = False
    written_by_administrators = True

    class Reads(models.TextChoices):
        APPROVED = "approved", _("approved figures, as the public reads them")
        COUNTED = "counted", _("all figures that count, as those read them who have signed in")

    name = models.CharField(
        _("client"),
        max_length=120,
        unique=True,
        help_text=_("The program or office that fetches the data, not a person."),
    )
    purpose = models.CharField(_("what for"), max_length=300, blank=True)
    reads = models.CharField(
        _("may read"), max_length=10, choices=Reads.choices, default=Reads.APPROVED
    )
    per_minute = models.PositiveIntegerField(
        _("requests in a minute"),
        default=DEFAULT_PER_MINUTE,
        validators=[MinValueValidator(1), MaxValueValidator(100_000)],
    )
    withdrawn = models.BooleanField(
        _("withdrawn"),
        default=False,
        help_text=_("It opens nothing any more, and never will again; make a new key instead."),
    )
    #: So much of the key tells people which one it is.
    begins_with = models.CharField(_("begins with"), max_length=12, editable=False)
    secret_hash = models.CharField(_("hash of the key"), max_length=64, unique=True, editable=False)

    class Meta(Record.Meta):
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Use(models.Model):
    """How many requests a client was granted in one minute; kept for an hour.

    No record of anything: it counts, as wrong passwords are counted, and has no history.
    """

    #: A key or an account by its id, else an address.
    client = models.CharField(max_length=60)
    #: Minutes since 1970.
    minute = models.BigIntegerField(db_index=True)
    granted = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["client", "minute"], name="%(app_label)s_%(class)s_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.minute}"
