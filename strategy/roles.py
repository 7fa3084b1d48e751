"""Who may do what. Roles are Django groups; what a person may touch depends on their units.

Source: docs/domain.md, "What counts", and the promises in README.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.db.models import BigIntegerField, Value
from django.utils.translation import gettext_lazy as _

from strategy.thai import sort_key

PLANNER = "planner"
REPORTER = "reporter"
EXECUTIVE = "executive"
AUDITOR = "auditor"
ADMINISTRATOR = "administrator"
LABELS = {
    PLANNER: _("planner"),
    REPORTER: _("reporter of a unit"),
    EXECUTIVE: _("executive"),
    AUDITOR: _("auditor"),
    ADMINISTRATOR: _("administrator"),
}
ROLES = (PLANNER, REPORTER, EXECUTIVE, AUDITOR, ADMINISTRATOR)

_PLAN_APPS = ("strategy", "kpis", "budgets", "integrity", "board")


@dataclass(frozen=True, slots=True)
class Viewer:
    """A person as pages and services see them: roles, and the units they work in."""

    user_id: int | None
    name: str
    roles: frozenset[str]
    units: tuple[tuple[int, str], ...]
    #: The agencies of those units.
    agency_ids: frozenset[int] = frozenset()

    @property
    def signed_in(self) -> bool:
        return self.user_id is not None

    @property
    def is_planner(self) -> bool:
        return PLANNER in self.roles

    @property
    def unit_ids(self) -> frozenset[int]:
        return frozenset(unit_id for unit_id, _ in self.units)

    def may_report(self, unit_id: int | None) -> bool:
        """Whether they may enter results of an indicator that belongs to ``unit_id``.

        While an indicator has no unit, planners report it.
        """
        return self.is_planner or (REPORTER in self.roles and unit_id in self.unit_ids)

    def may_read_drafts(self, unit_id: int | None) -> bool:
        """Drafts and history: the unit itself, planners, auditors and executives."""
        return bool(self.roles & {PLANNER, AUDITOR, EXECUTIVE}) or unit_id in self.unit_ids


def viewer(user: Any) -> Viewer:
    """The viewer behind a user, read once per request and kept on the user object."""
    if isinstance(user, AnonymousUser) or user is None or not user.is_active:
        return Viewer(None, "", frozenset(), ())
    cached = getattr(user, "_viewer", None)
    if cached is None:
        # Roles and units in one query: every page asks for both.
        none = Value(None, BigIntegerField())
        held = user.groups.order_by().values_list(none, "name", none)
        own = user.memberships.order_by().values_list("unit_id", "unit__name", "unit__agency_id")
        rows = list(held.union(own, all=True))
        roles = {name for unit_id, name, _agency in rows if unit_id is None} & set(ROLES)
        if user.is_superuser:
            roles |= {PLANNER, ADMINISTRATOR}
        units = tuple(
            sorted(
                ((unit_id, name) for unit_id, name, _agency in rows if unit_id is not None),
                key=lambda unit: sort_key(unit[1]),
            )
        )
        cached = Viewer(
            user.pk,
            user.get_full_name() or user.get_username(),
            frozenset(roles),
            units,
            frozenset(agency for _unit, _name, agency in rows if agency is not None),
        )
        user._viewer = cached
    return cached


def role_permissions(role: str) -> Iterable[Permission]:
    """The permissions that a role's group holds."""
    permissions = Permission.objects.select_related("content_type")
    plan_data = permissions.filter(content_type__app_label__in=_PLAN_APPS)
    if role == PLANNER:
        return plan_data.exclude(content_type__model="membership")
    if role == REPORTER:
        return permissions.filter(
            codename__in=[
                f"{verb}_{model}"
                for model in ("result", "disbursement", "quarterprogress", "selfassessment")
                for verb in ("add", "change", "view", "export")
            ]
        )
    if role == AUDITOR:
        return plan_data.filter(codename__startswith="view_")
    if role == ADMINISTRATOR:
        return permissions.filter(content_type__app_label="auth").exclude(
            content_type__model="permission"
        ) | plan_data.filter(content_type__model__in=["membership", "unit"])
    return permissions.none()


def label(name: str) -> str:
    """A role under the name that users read; other groups under their own."""
    return str(LABELS.get(name, name))


def sync_roles() -> None:
    """Create the role groups and give each the permissions it lacks; takes none away."""
    for role in ROLES:
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.add(*role_permissions(role))
