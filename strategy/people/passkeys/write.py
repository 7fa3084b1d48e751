"""Writing passkeys: one is registered, used, removed.

What is written of it in the account's history names what was done and what the passkey is called.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django_otp_webauthn.models import WebAuthnCredential, WebAuthnUserHandle
from webauthn.helpers import base64url_to_bytes

from strategy.people.passkeys.ceremony import Ceremony
from strategy.people.write import passkeys_forget, person_note
from strategy.people.write_tries import counted_try

#: So many passkeys somebody may have.
MOST = 10

#: What a browser sent, read from its JSON; what the server kept of the challenge meanwhile.
Answer = dict[str, Any]
State = dict[str, Any]


#: Of a session: the challenge that waits for its answer.
_CHALLENGE = "passkey_challenge"
#: How long it waits.
CHALLENGE_WAIT = timedelta(minutes=10)


def challenge_begin(
    request: HttpRequest, purpose: str, person: Any = None, *, new: bool = False
) -> str:
    """Make a challenge, kept in the session until it is answered; gives what the browser is told.

    ``purpose``: an answer counts for nothing else. ``person``: whose passkey is asked for, None:
    anybody's, in the password's place. ``new``: one is to be made.
    """
    ceremony = Ceremony(request)
    if new:
        options, state = ceremony.register_begin(person)
    else:
        options, state = ceremony.authenticate_begin(person, require_user_verification=not person)
    kept = {"for": purpose, "state": state, "at": timezone.now().timestamp()}
    request.session[_CHALLENGE] = kept
    return json.dumps(options)


def challenge_take(request: HttpRequest, purpose: str) -> State | None:
    """The challenge that waits, taken out for good: it is answered once, right or wrong.

    None where there is none, or it was made for something else, or too long ago.
    """
    kept = request.session.pop(_CHALLENGE, None)
    request.session.save()
    if kept is None or kept["for"] != purpose:
        return None
    if timezone.now().timestamp() - kept["at"] >= CHALLENGE_WAIT.total_seconds():
        return None
    state: State = kept["state"]
    return state


class NameTaken(Exception):
    """The person has a passkey of this name already."""


@transaction.atomic
def passkey_register(
    request: HttpRequest, *, person: Any, state: State, answer: Answer, name: str
) -> WebAuthnCredential | None:
    """Keep a new passkey of somebody; None where the answer is not to the challenge.

    Raises NameTaken. Of what the device tells of itself nothing is kept but what signing in needs.
    """
    get_user_model().objects.select_for_update().get(pk=person.pk)
    own = WebAuthnCredential.objects.filter(user=person.pk)
    if own.filter(name=name).exists():
        raise NameTaken
    if own.count() >= MOST:
        return None
    handle = base64url_to_bytes(state["handle"]).hex()
    kept, _new = WebAuthnUserHandle.objects.get_or_create(
        user_id=person.pk, defaults={"handle_hex": handle}
    )
    if kept.handle_hex != handle:  # another window registered the first one meanwhile
        return None
    made = _judged(lambda: Ceremony(request).register_complete(person, state, answer))
    if made is None:
        return None
    made.name = name
    made.save(update_fields=["name"])
    said = _("Registered the passkey “%(name)s” for oneself.") % {"name": name}
    person_note(person=person, user=person, reason=said)
    return made


def passkey_try(
    request: HttpRequest, person: Any, state: State, answer: Answer
) -> WebAuthnCredential | None:
    """The person's passkey that gave the answer; None where it was none of theirs.

    Counted as a wrong password is, by name and address, before it is looked at.
    """
    found: list[WebAuthnCredential] = []

    def look() -> bool:
        used = passkey_use(request, person, state, answer)
        found.extend([used] if used is not None else [])
        return used is not None

    return found[0] if counted_try(request, person.get_username(), look) else None


def passkey_try_alone(
    request: HttpRequest, state: State, answer: Answer
) -> WebAuthnCredential | None:
    """The passkey that gave the answer, of whomever it is; None where it is none that counts.

    Counted by the name of the account that it claims to be of; what is unknown counts as one.
    """
    owner = passkey_owner(answer)
    if owner is None or not owner.is_active:
        counted_try(request, "" if owner is None else owner.get_username(), lambda: False)
        return None
    return passkey_try(request, owner, state, answer)


def passkey_owner(answer: Answer) -> Any:
    """Whose passkey an answer claims to be of; None: nobody's. Proves nothing."""
    try:
        told = base64url_to_bytes(answer["rawId"])
        key = WebAuthnCredential.get_credential_id_sha256(told)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    rows = WebAuthnCredential.objects.select_related("user")
    row = rows.filter(credential_id_sha256=key, confirmed=True).first()
    return row and row.user


@transaction.atomic
def passkey_use(
    request: HttpRequest, person: Any, state: State, answer: Answer
) -> WebAuthnCredential | None:
    """The person's passkey that has signed the challenge; None where none has.

    The row is held meanwhile, so that its counter goes up one by one.
    """
    list(WebAuthnCredential.objects.select_for_update().filter(user=person.pk).order_by("pk"))
    used = _judged(lambda: Ceremony(request).authenticate_complete(person, state, answer))
    if used is None or not used.confirmed or not _names_owner(answer, person):
        return None
    return used


def _names_owner(answer: Answer, person: Any) -> bool:
    """Whether whom the device takes for its owner is the person; many do not say."""
    told = answer["response"].get("userHandle")
    if not told:
        return True
    try:
        handle = base64url_to_bytes(told).hex()
    except (TypeError, ValueError):
        return False
    return bool(WebAuthnUserHandle.objects.filter(user=person.pk, handle_hex=handle).exists())


def _judged(judge: Callable[[], WebAuthnCredential]) -> WebAuthnCredential | None:
    """What the package makes of bytes that anybody may have sent; None where it refuses.

    Its parsers raise whatever they stumble over, so that everything but the database's own
    troubles is a refusal. A passkey that is registered already is one too.
    """
    try:
        with transaction.atomic():
            return judge()
    except IntegrityError:
        return None
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001
        return None


@transaction.atomic
def passkey_remove(*, person: Any, passkey: WebAuthnCredential) -> None:
    """Forget one of somebody's own passkeys."""
    passkeys_forget(person, [passkey.pk])
    said = _("Removed the passkey “%(name)s” of one's own.") % {"name": passkey.name}
    person_note(person=person, user=person, reason=said)
