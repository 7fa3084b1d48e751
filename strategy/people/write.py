"""Writing accounts: who somebody is, their roles and units, in one go and with its history.

Every way of changing an account through the system comes here, so that nobody gains a right by a
form that was made up.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from strategy import access
from strategy.models import Account, Membership, Unit
from strategy.records.model import acting
from strategy.records.write import (
    StaleVersion,
    claim,
    naming_what_depends,
    record_delete,
    record_save,
    refuse_depended_on,
    write_history,
)


def may_set_rights(user: Any, person: Any) -> bool:
    """Whether somebody may set roles, units, password and standing of an account.

    Nobody does so for their own account, and only superusers for a superuser's; superusers may
    for all. ``user`` None is the system itself.
    """
    if user is None or user.is_superuser:
        return True
    return not person.is_superuser and person.pk != user.pk


def may_take_device(user: Any, person: Any) -> bool:
    """Whether somebody may take another's app for one-time codes, or passkey, away; never their
    own."""
    return user is not None and person.pk != user.pk and may_set_rights(user, person)


def roles_of(person: Any) -> frozenset[str]:
    """The roles that an account holds; other groups aside."""
    held = person.groups.order_by().values_list("name", flat=True)
    return frozenset(held) & frozenset(access.ROLES)


@transaction.atomic
def person_save(
    *,
    person: Any,
    user: Any,
    roles: Collection[str] | None = None,
    units: Collection[Unit] | None = None,
    password: str = "",
    take_device: bool = False,
    take_passkeys: Collection[int] = (),
    reason: str = "",
    expected_version: int | None = None,
) -> Any:
    """Save an account, new or changed, with its roles and units; None leaves those as they are.

    Whether it opens the admin follows from the roles. Without a password a new account cannot
    sign in yet. ``take_device``: forget the app for one-time codes, because it is lost;
    ``take_passkeys``: the ids of passkeys likewise.
    ``expected_version``: that of the account's record, 0 where it had none yet. Raises
    ValidationError, StaleVersion, and PermissionDenied where ``user`` reaches for rights that are
    not theirs to give.
    """
    person.full_clean(exclude=["password"])
    adding = person._state.adding
    stored = None if adding else get_user_model().objects.get(pk=person.pk)
    _refuse_reaching(user, person, stored, sets=bool(password) or (roles, units) != (None, None))
    if (take_device or take_passkeys) and not may_take_device(user, person):
        raise PermissionDenied
    account = Account(user=person) if stored is None else _claimed(stored, expected_version)
    if roles is None:
        roles = frozenset() if adding else roles_of(person)
    person.is_staff = person.is_superuser or bool(access.AT_A_DESK & frozenset(roles))
    if password:
        person.set_password(password)
    elif adding:
        person.set_unusable_password()
    person.save()
    others = person.groups.exclude(name__in=access.ROLES)
    person.groups.set([*others, *Group.objects.filter(name__in=roles)])
    if units is not None:
        _set_units(person, units, user, reason)
    account.user = person
    if take_device:
        device_forget(person)
    passkeys_forget(person, take_passkeys)
    if take_device or take_passkeys:
        account.device_taken_at = timezone.now()
    if adding or take_device or take_passkeys:
        account.save_without_historical_record()
    write_history([account], "+" if adding else "~", user=user, reason=reason)
    return person


@transaction.atomic
def people_recorded() -> int:
    """Give every account that has no record yet one, so that it can be named for something.

    Accounts are made by the framework's own commands as well. Safe to repeat; gives how many.
    """
    without = get_user_model().objects.filter(account__isnull=True)
    return len([_found(person) for person in without])


@transaction.atomic
def person_note(*, person: Any, user: Any, reason: str) -> None:
    """Keep in an account's history that something was done to it which is no field of it."""
    account = _claimed(person, None)
    write_history([account], "~", user=user, reason=reason)


def device_forget(person: Any) -> None:
    """Delete an account's app for one-time codes, with the backup codes. Keeps no history."""
    TOTPDevice.objects.filter(user=person.pk).delete()
    StaticDevice.objects.filter(user=person.pk).delete()


def passkeys_forget(person: Any, ids: Collection[int]) -> None:
    """Delete some of an account's passkeys. Keeps no history."""
    if ids:
        WebAuthnCredential.objects.filter(user=person.pk, pk__in=ids).delete()


@transaction.atomic
def person_delete(*, person: Any, user: Any, reason: str = "") -> None:
    """Delete an account with its memberships; what the person wrote stays under their name.

    Raises PermissionDenied for one's own account, and for a superuser's to anybody else;
    ValidationError where something depends on it, such as a unit whose head it is, or where
    something is owed by the person.
    """
    own = user is not None and person.pk == user.pk
    if own or not may_set_rights(user, person):
        raise PermissionDenied
    refuse_depended_on(_found(person))
    with naming_what_depends(), acting(user=user, reason=reason):
        person.delete()


def _refuse_reaching(user: Any, person: Any, stored: Any, *, sets: bool) -> None:
    """Raise PermissionDenied where somebody reaches for rights that are not theirs to give."""
    if user is None or user.is_superuser:
        return
    before = (stored.is_superuser, stored.is_active) if stored else (False, person.is_active)
    after = (person.is_superuser, person.is_active)
    reaches = person.is_superuser or (stored is not None and stored.is_superuser)
    if reaches or ((sets or before != after) and not may_set_rights(user, person)):
        raise PermissionDenied


def _found(person: Any) -> Account:
    """The record of a stored account; made, with the account as it is found, where it has none."""
    account = Account.objects.filter(user=person).first()
    if account is None:
        account = Account(user=person)
        account.save_without_historical_record()
        write_history([account], "+", user=None, reason="")
    return account


def _claimed(person: Any, expected_version: int | None) -> Account:
    """The record of a stored account, at its next version. Raises StaleVersion."""
    account = Account.objects.filter(user=person).first()
    if account is None and expected_version in (None, 0):
        try:
            with transaction.atomic():
                account = _found(person)
        except IntegrityError as error:  # somebody else's change made it a moment ago
            raise StaleVersion(Account(user=person)) from error
        expected_version = account.version
    if account is None:
        raise StaleVersion(Account(user=person))
    claim([account], [account.version if expected_version is None else expected_version])
    return account


def _set_units(person: Any, units: Collection[Unit], user: Any, reason: str) -> None:
    held = {membership.unit_id: membership for membership in person.memberships.all()}
    wanted = {unit.pk: unit for unit in units}
    for unit_id, membership in held.items():
        if unit_id not in wanted:
            record_delete(instance=membership, user=user, reason=reason)
    for unit_id, unit in wanted.items():
        if unit_id not in held:
            record_save(instance=Membership(user=person, unit=unit), user=user, reason=reason)
