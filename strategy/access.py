"""Who may do what. Roles are Django groups; what a person may touch depends on their units.

Source: docs/domain.md, "What counts", and the promises in README.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import BigIntegerField, Q, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from strategy.records.model import Record
from strategy.thai import sort_key

PLANNER = "planner"
REPORTER = "reporter"
APPROVER = "approver"
EXECUTIVE = "executive"
AUDITOR = "auditor"
ADMINISTRATOR = "administrator"
LABELS = {
    PLANNER: _("planner"),
    REPORTER: _("reporter of a unit"),
    APPROVER: _("approver of a unit"),
    EXECUTIVE: _("executive"),
    AUDITOR: _("auditor"),
    ADMINISTRATOR: _("administrator"),
}
ROLES = (PLANNER, REPORTER, APPROVER, EXECUTIVE, AUDITOR, ADMINISTRATOR)
#: Roles that have something to do in the admin.
AT_A_DESK = frozenset(ROLES) - {EXECUTIVE}


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person as pages and services see them: roles, and the units they work in."""

    user_id: int | None
    name: str
    roles: frozenset[str]
    units: tuple[tuple[int, str], ...]
    #: The agencies of those units.
    agency_ids: frozenset[int] = frozenset()
    #: May open the forms for entering data.
    is_staff: bool = False

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_planner(self) -> bool:
        return PLANNER in self.roles

    @property
    def planned_agencies(self) -> frozenset[int] | None:
        """The agencies whose work is laid before a planner: those of their units; None, all there
        are, for a planner who works in no unit. Of others, the agencies of their units."""
        return None if self.is_planner and not self.agency_ids else self.agency_ids

    @property
    def enters(self) -> bool:
        """Whether they have figures to enter or to approve, for a unit or for the plan."""
        return self.is_staff and bool(self.roles & {PLANNER, REPORTER, APPROVER})

    @property
    def keeps_watch(self) -> bool:
        """Whether they may read the whole history, and what is wrong with the data."""
        return bool(self.roles & {PLANNER, AUDITOR})

    @property
    def reads_accounts(self) -> bool:
        """Whether they may read what was done to accounts; e-mail addresses are among it."""
        return AUDITOR in self.roles

    @property
    def unit_ids(self) -> frozenset[int]:
        return frozenset(unit_id for unit_id, _ in self.units)

    @property
    def reports(self) -> bool:
        """Whether they may report at all, for their units or as planners; whose: ``may_report``."""
        return self.is_planner or (REPORTER in self.roles and bool(self.units))

    def may_report(self, unit_id: int | None) -> bool:
        """Whether they may enter results of an indicator that belongs to ``unit_id``.

        While an indicator has no unit, planners report it.
        """
        return self.is_planner or (REPORTER in self.roles and unit_id in self.unit_ids)

    @property
    def approves(self) -> bool:
        """Whether they may approve figures at all; whose: ``may_approve``."""
        return self.is_planner or APPROVER in self.roles

    def may_approve(self, unit_id: int | None) -> bool:
        """Whether they may approve or return what a unit hands in, but for what is their own."""
        return self.is_planner or (APPROVER in self.roles and unit_id in self.unit_ids)

    def may_read_drafts(self, unit_id: int | None) -> bool:
        """Drafts and history: the unit itself, planners, auditors and executives."""
        return bool(self.roles & {PLANNER, AUDITOR, EXECUTIVE}) or unit_id in self.unit_ids


def is_at_home(who: Viewer) -> bool:
    """Whether a person's first page is their own work: those who report or approve for a unit."""
    return bool(who.roles & {REPORTER, APPROVER}) and bool(who.units) and not who.is_planner


#: Whoever has not signed in.
NOBODY = Viewer(None, "", frozenset(), ())


def viewer(user: Any) -> Viewer:
    """The viewer behind a user, read once per request and kept on the user object."""
    if isinstance(user, AnonymousUser) or user is None or not user.is_active:
        return NOBODY
    cached = getattr(user, "_viewer", None)
    if cached is None:
        # Roles and units in one query: every page asks for both.
        none = Value(None, BigIntegerField())
        held = user.groups.order_by().values_list(none, "name", none)
        own = user.memberships.order_by().values_list("unit_id", "unit__name", "unit__agency_id")
        cached = user._viewer = _viewer(user, list(held.union(own, all=True)))
    return cached


def _viewer(user: Any, rows: Collection[tuple[int | None, str, int | None]]) -> Viewer:
    """``rows``: the names of an account's groups, and its units with their agency."""
    roles = {name for unit_id, name, _agency in rows if unit_id is None} & set(ROLES)
    if user.is_superuser:
        roles |= {PLANNER, ADMINISTRATOR}
    units = tuple(
        sorted(
            ((unit_id, name) for unit_id, name, _agency in rows if unit_id is not None),
            key=lambda unit: sort_key(unit[1]),
        )
    )
    return Viewer(
        user.pk,
        user.get_full_name() or user.get_username(),
        frozenset(roles),
        units,
        frozenset(agency for _unit, _name, agency in rows if agency is not None),
        user.is_staff,
    )


def viewers(users: Iterable[Any]) -> dict[int, Viewer]:
    """What many could do if they signed in now, by the id of their account. One query.

    Who cannot sign in is there under their name, without rights.
    """
    users = list(users)
    none = Value(None, BigIntegerField())
    people = (
        get_user_model()
        ._default_manager.order_by()
        .filter(pk__in=[user.pk for user in users], is_active=True)
    )
    held = people.filter(groups__isnull=False).values_list("pk", none, "groups__name", none)
    own = people.filter(memberships__isnull=False).values_list(
        "pk", "memberships__unit_id", "memberships__unit__name", "memberships__unit__agency_id"
    )
    rows: dict[int, list[Any]] = defaultdict(list)
    for pk, *row in held.union(own, all=True):
        rows[pk].append(row)
    found = {user.pk: _viewer(user, rows[user.pk]) for user in users}
    closed = {user.pk for user in users if not user.is_active}
    return found | {pk: replace(found[pk], roles=frozenset()) for pk in closed}


def role_permissions(role: str) -> Iterable[Permission]:
    """The permissions that a role's group holds: what the models themselves say of it."""
    if role == PLANNER:
        return _permissions(lambda model: model.written_by_planners)
    if role == REPORTER:
        reported = _permissions(lambda model: model.written_by_reporters)
        verbs = Q()
        for verb in ("add", "change", "view", "export"):
            verbs |= Q(codename__startswith=f"{verb}_")
        return reported.filter(verbs)
    if role == APPROVER:
        return _permissions(_is_approved).filter(
            Q(codename__startswith="approve_")
            | Q(codename__startswith="view_")
            | Q(codename__startswith="export_")
        )
    if role == AUDITOR:
        people = Permission.objects.filter(content_type__app_label="auth", codename="view_user")
        return people | _permissions(lambda model: True).filter(codename__startswith="view_")
    if role == ADMINISTRATOR:
        accounts = Permission.objects.filter(content_type__app_label="auth")
        return accounts.exclude(content_type__model="permission") | _permissions(
            lambda model: model.written_by_administrators
        )
    return Permission.objects.none()


def _is_approved(model: type[Record]) -> bool:
    """Whether rows of a model are approved by somebody: it has a permission for that."""
    return any(name.startswith("approve_") for name, _label in model._meta.permissions)


def _permissions(chosen: Callable[[type[Record]], bool]) -> QuerySet[Permission]:
    """Every permission on the records of the models chosen."""
    models = [model for model in apps.get_models() if issubclass(model, Record) and chosen(model)]
    types = ContentType.objects.get_for_models(*models).values()
    return Permission.objects.filter(content_type__in=[found.pk for found in types])


def label(name: str) -> str:
    """A role under the name that users read; other groups under their own."""
    return str(LABELS.get(name, name))


def sync_roles() -> None:
    """Create the role groups and give each the permissions it lacks; takes none away."""
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*role_permissions(role))
