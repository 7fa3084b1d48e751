"""Every write of the API: a key made, changed and withdrawn; requests granted."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from nhrc_plan.api.models import ApiKey, Use
from strategy.records.write import record_save

#: What every key begins with, so that scanners of leaked secrets know one when they see it.
_MARK = "nhrc_"
#: Minutes for which it is remembered how many requests were granted.
_KEPT = 60


def secret_hash(secret: str) -> str:
    """What is kept of a key: it is long and random, so one round without salt is enough."""
    return sha256(secret.encode()).hexdigest()


def key_make(*, key: ApiKey, user: Any) -> str:
    """Store a new key with a secret of 256 random bits. Gives the secret, told this once."""
    secret = f"{_MARK}{token_urlsafe(32)}"
    key.secret_hash, key.begins_with = secret_hash(secret), secret[: len(_MARK) + 5]
    record_save(instance=key, user=user)
    return secret


@transaction.atomic
def key_change(*, key: ApiKey, user: Any, reason: str, expected_version: int) -> None:
    """Save what is said of a key; a withdrawn one stays so.

    Raises ValidationError, StaleVersion.
    """
    if not key.withdrawn and ApiKey.objects.filter(pk=key.pk, withdrawn=True).exists():
        raise ValidationError(
            {"withdrawn": _("A withdrawn key opens nothing again. Make a new one instead.")}
        )
    record_save(instance=key, user=user, reason=reason, expected_version=expected_version)


def requests_grant(*, client: str, minute: int, wanted: int, limit: int) -> int:
    """Grant a client up to ``wanted`` requests of a minute's ``limit``; how many, 0: none are left.

    The condition on what was granted makes the database decide between processes and hosts.
    """
    row = Use.objects.filter(client=client, minute=minute)
    if not row.exists():
        try:
            with transaction.atomic():
                Use.objects.create(client=client, minute=minute)
        except IntegrityError:
            pass  # another process was first, and counts in the same row
        Use.objects.filter(minute__lt=minute - _KEPT).delete()
    for share in (wanted, 1):
        left = row.filter(granted__lte=limit - share)
        if share <= limit and left.update(granted=F("granted") + share):
            return share
    return 0
