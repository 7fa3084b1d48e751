"""What a role is for, and what a person can do, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django.apps import apps
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp_webauthn.models import WebAuthnCredential

from strategy import access
from strategy.records.model import Record
from strategy.templatetags.thai import thai_datetime

#: What each role is for, in the line beside its tick.
PURPOSES = {
    access.PLANNER: gettext_lazy(
        "keeps the plan, its targets and measures; enters, approves and reopens figures of every "
        "unit"
    ),
    access.REPORTER: gettext_lazy("enters the figures of the units that are ticked below"),
    access.APPROVER: gettext_lazy(
        "approves or returns what the units that are ticked below hand in, but for their own "
        "entries; enters no figures"
    ),
    access.EXECUTIVE: gettext_lazy("reads every page, drafts as well; changes nothing"),
    access.AUDITOR: gettext_lazy("reads everything with its history; changes nothing"),
    access.ADMINISTRATOR: gettext_lazy(
        "keeps accounts, roles and units, and unlocks sign-ins; enters no figures"
    ),
}


def abilities(
    roles: Collection[str], units: Sequence[str], *, active: bool = True, superuser: bool = False
) -> str:
    """What a person can do, in one line of sentences; computed from what services ask.

    ``units``: the names of the units that the person belongs to.
    """
    if not active:
        return _("The account is closed: nobody can sign in with it.")
    if superuser:
        return _("Can do everything, and give every right to others.")
    told = []
    if access.PLANNER in roles:
        told.append(
            _("Keeps plans and targets; enters, approves and reopens the figures of every unit.")
        )
    elif access.REPORTER in roles and units:
        told.append(
            _("Enters %(what)s of %(units)s.")
            % {"what": _listed(_reported()), "units": _listed(units)}
        )
    elif access.REPORTER in roles:
        told.append(_("Belongs to no unit yet, and so cannot enter any figures."))
    if access.APPROVER in roles and access.PLANNER not in roles:
        told.append(_approving(units))
    if access.ADMINISTRATOR in roles:
        told.append(_("Keeps accounts, roles and units, and unlocks sign-ins."))
    told.append(_reading(roles, units))
    if not access.AT_A_DESK & frozenset(roles):
        told.append(_("Changes nothing."))
    return " ".join(told)


def passkeys_in_words(person: Any) -> list[tuple[int, str]]:
    """Somebody's passkeys by id, each with its name and when it was registered. One query."""
    rows = WebAuthnCredential.objects.filter(user=person.pk).order_by("pk")
    return [
        (
            row.pk,
            _("“%(name)s”, registered on %(when)s")
            % {"name": row.name, "when": thai_datetime(row.created_at)},
        )
        for row in rows
    ]


def _reading(roles: Collection[str], units: Sequence[str]) -> str:
    """What they read: access.Viewer.may_read_drafts, and the auditor's lists."""
    if access.AUDITOR in roles:
        return _("Reads every page, every list and all history, drafts as well.")
    if {access.PLANNER, access.EXECUTIVE} & frozenset(roles):
        return _("Reads every page, drafts as well.")
    if units:
        return _("Reads every page, and drafts of %(units)s.") % {"units": _listed(units)}
    return _("Reads every page.")


def _approving(units: Sequence[str]) -> str:
    """What an approver approves: access.Viewer.may_approve."""
    if not units:
        return _("Belongs to no unit yet, and so cannot approve any figures.")
    return _("Approves or returns the figures of %(units)s, but for their own entries.") % {
        "units": _listed(units)
    }


def _reported() -> list[str]:
    """What reporters enter, as the models themselves say."""
    return [
        str(model._meta.verbose_name_plural)
        for model in apps.get_models()
        if issubclass(model, Record) and model.written_by_reporters
    ]


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)
