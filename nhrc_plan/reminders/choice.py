"""The address by which a mailbox switches its owner's reminders off, and whose it is."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.core.signing import BadSignature, Signer
from django.urls import reverse

#: What a mailbox sends to such an address, by RFC 8058.
ONE_CLICK = "List-Unsubscribe=One-Click"
_SIGNER = Signer(sep=".", salt="nhrc_plan.reminders: switch off")


def off_address(user_id: int) -> str:
    """The path for one person. It opens nothing and is good for nothing else; whoever has it can
    switch their reminders off, which they see and undo."""
    return reverse("reminders_off", args=[_SIGNER.sign(str(user_id))])


def whose(token: str) -> Any:
    """The person whose open account an address is of; None: nobody's."""
    try:
        pk = int(_SIGNER.unsign(token))
    except (BadSignature, ValueError):
        return None
    return get_user_model().objects.filter(pk=pk, is_active=True).first()
