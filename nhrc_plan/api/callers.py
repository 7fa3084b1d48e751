"""Who asks the API, what they may read, and how often."""

from __future__ import annotations

from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security.base import AuthBase

from nhrc_plan.api.limits import seconds_to_wait
from nhrc_plan.api.models import DEFAULT_PER_MINUTE, ApiKey
from nhrc_plan.api.write import secret_hash
from strategy.access import viewer
from strategy.people.address import client_address


class Refusal(Exception):
    """Why nothing is answered: a status, a code, and a sentence for people."""

    def __init__(
        self, status: int, code: str, sentence: str, *, parameter: str | None = None, wait: int = 0
    ) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence = status, code, sentence
        self.parameter, self.wait = parameter, wait


class Caller(NamedTuple):
    """Whoever asks. ``public``: they read approved figures alone."""

    client: str
    per_minute: int
    public: bool


class Bearer(AuthBase):
    """Tells who asks: a client by its key, a person who has signed in, or the public.

    A key stands in the head "Authorization: Bearer …" and never in an address, which logs keep.
    """

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Caller:
        """Raises :class:`Refusal` where there is nobody to answer, or they ask too often."""
        word, _space, secret = request.headers.get("Authorization", "").partition(" ")
        caller = _by_key(secret.strip()) if word.lower() == "bearer" else _without_key(request)
        counted = caller or Caller(_address(request), settings.API_PER_MINUTE, True)
        wait = seconds_to_wait(counted.client, counted.per_minute)
        if wait:
            raise Refusal(
                429,
                "too_many",
                _("More than %(limit)s requests in a minute. Ask again in %(wait)s seconds.")
                % {"limit": counted.per_minute, "wait": wait},
                wait=wait,
            )
        if caller is None:
            raise Refusal(401, "unauthorized", _unknown(word))
        return caller


def _by_key(secret: str) -> Caller | None:
    """The client whose key it is; None where it opens nothing. One query."""
    key = ApiKey.objects.filter(secret_hash=secret_hash(secret), withdrawn=False).first()
    if key is None:
        return None
    return Caller(f"key {key.pk}", key.per_minute, key.reads == ApiKey.Reads.APPROVED)


def _without_key(request: HttpRequest) -> Caller | None:
    who = viewer(request.user)
    if who.signed_in:
        return Caller(f"account {who.user_id}", DEFAULT_PER_MINUTE, False)
    if settings.PUBLIC_READING:
        return Caller(_address(request), settings.API_PER_MINUTE, True)
    return None


def _address(request: HttpRequest) -> str:
    return f"address {client_address(request)}"


def _unknown(word: str) -> str:
    if word:
        return _("This key opens nothing: it is wrong, or it was withdrawn.")
    return _("Sign in, or send the key of your program: Authorization: Bearer …")
