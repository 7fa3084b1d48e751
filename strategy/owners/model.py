"""What has one accountable person beside its unit, and at most one deputy.

Source: docs/domain.md, "Accountable persons". Nobody gains a right by it: rights follow unit and
role (strategy/access.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.apps import apps
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from strategy.access import REPORTER, Viewer
from strategy.models.account import Account
from strategy.records.model import Record

#: The fields that name a person, the accountable one first.
ACCOUNTABLE, DEPUTY = "accountable", "deputy"
OWNERS = (ACCOUNTABLE, DEPUTY)


@dataclass(frozen=True, slots=True)
class Reporters:
    """By whom a thing is reported: reporters of its units, or of any unit of its agency; planners.

    ``names``: what the units are called, the one that it is counted under first.
    """

    agency_id: int
    units: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    any_unit: bool = False

    def include(self, who: Viewer) -> bool:
        """Whether somebody may report the thing."""
        own = bool(who.unit_ids.intersection(self.units))
        shared = self.any_unit and self.agency_id in who.agency_ids
        return who.is_planner or (REPORTER in who.roles and (own or shared))


class Owned(Record):
    """A thing that one person answers for, so that somebody can be asked."""

    accountable = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(app_label)s_%(class)s_accountable",
        verbose_name=_("accountable person"),
        help_text=_("One person beside the unit. Rights follow unit and role, not this."),
    )
    deputy = models.ForeignKey(
        Account,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="%(app_label)s_%(class)s_deputy",
        verbose_name=_("deputy of the accountable person"),
    )

    audit_labels: ClassVar[dict[str, Any]] = {
        ACCOUNTABLE: _("accountable person"),
        DEPUTY: _("deputy of the accountable person"),
    }
    # Told by name, which stays when the account goes.
    audit_unseen = frozenset(OWNERS)

    class Meta(Record.Meta):
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(accountable__isnull=True)
                | Q(deputy__isnull=True)
                | ~Q(deputy=F("accountable")),
                name="%(app_label)s_%(class)s_deputy_is_another",
                violation_error_message=_(
                    "The deputy is somebody else than the accountable person."
                ),
            )
        ]

    def audit_details(self) -> dict[str, Any]:
        people = {name: getattr(self, name) for name in OWNERS}
        named = {name: [] if person is None else [str(person)] for name, person in people.items()}
        return {**super().audit_details(), **named}

    @classmethod
    def with_reporters(cls) -> QuerySet[Any]:
        """The rows with all that :meth:`reporters`, their names and their people ask for."""
        rows = cls._base_manager.select_related(*(f"{name}__user" for name in OWNERS))
        return rows.order_by(*(cls._meta.ordering or ()))

    def reporters(self) -> Reporters:
        """By whom it is reported."""
        raise NotImplementedError

    @property
    def owned_title(self) -> str:
        """What it is called among all that somebody answers for."""
        return str(self)


def owned_models() -> list[type[Owned]]:
    """Every kind of thing that somebody answers for, in the order in which apps are installed."""
    return [model for model in apps.get_models() if issubclass(model, Owned)]
