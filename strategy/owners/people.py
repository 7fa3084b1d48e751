"""People as those who choose an accountable person see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from strategy.access import PLANNER, Viewer, viewers
from strategy.models import Account, Agency
from strategy.owners.model import Reporters


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may answer for things. ``who``: what they may do."""

    account_id: int
    is_active: bool
    who: Viewer

    @property
    def name(self) -> str:
        return self.who.name

    @property
    def unit_names(self) -> str:
        return ", ".join(name for _pk, name in self.who.units)

    @property
    def label(self) -> str:
        """The name with the units, for lists to choose from."""
        return f"{self.name} ({self.unit_names})" if self.who.units else self.name

    def is_of(self, agency_id: int) -> bool:
        """Whether they belong to an agency; planners without a unit belong to each."""
        return agency_id in self.who.agency_ids or (self.who.is_planner and not self.who.unit_ids)


def people(accounts: QuerySet[Account]) -> dict[int, Person]:
    """The people behind accounts, by the account's id, in the order of ``accounts``. Two queries.

    A person counts as active where the account is open.
    """
    rows = list(accounts.select_related("user"))
    found = viewers(row.user for row in rows)
    return {row.pk: Person(row.pk, row.user.is_active, found[row.user_id]) for row in rows}


def choosable(agency_id: int | None, held: Iterable[int | None] = ()) -> QuerySet[Account]:
    """The accounts to choose from for a thing of an agency, by name; None: of any agency.

    Open ones of people of the agency (:meth:`Person.is_of`), and those ``held`` already.
    """
    users = get_user_model()._default_manager.filter(pk=OuterRef("user"))
    placed = Exists(users.filter(memberships__isnull=False))
    plans = Exists(users.filter(Q(groups__name=PLANNER) | Q(is_superuser=True)))
    own = placed if agency_id is None else _of_agency(users, agency_id)
    chosen = Q(user__is_active=True) & (Q(own) | (Q(plans) & ~Q(placed)))
    rows = Account.objects.filter(chosen | Q(pk__in=[pk for pk in held if pk is not None]))
    return rows.select_related("user").order_by(
        "user__first_name", "user__last_name", "user__username"
    )


def _of_agency(users: QuerySet, agency_id: int) -> Exists:
    return Exists(users.filter(memberships__unit__agency=agency_id))


def refusal(person: Person, reporters: Reporters) -> ValidationError | None:
    """Why somebody cannot answer for a thing, if they cannot."""
    if not person.is_active:
        return ValidationError(
            _("The account of %(name)s is closed. Choose somebody whose account is open.")
            % {"name": person.name}
        )
    if not person.is_of(reporters.agency_id):
        agency = Agency.objects.filter(pk=reporters.agency_id).first()
        return ValidationError(
            _("%(name)s belongs to no unit of %(agency)s. Choose somebody who does.")
            % {"name": person.name, "agency": agency}
        )
    if reporters.include(person.who):
        return None
    if not reporters.units:
        return ValidationError(
            _(
                "No unit reports this yet, so planners do, and %(name)s is none. Name the unit "
                "first, or choose a planner."
            )
            % {"name": person.name}
        )
    return ValidationError(
        _(
            "%(name)s may not report for %(units)s, and so cannot answer for it. Choose a reporter "
            "of that unit or a planner; the administrator of accounts gives the role."
        )
        % {"name": person.name, "units": ", ".join(reporters.names)}
    )
