"""Who somebody is, as the provider says; looked up among the accounts that there are."""

from __future__ import annotations

import logging
from typing import Any

import jwt
import requests
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db.models import QuerySet
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

logger = logging.getLogger(__name__)

#: Whatever is wrong with what a provider answered, or with asking it.
_WRONG = (requests.RequestException, jwt.PyJWTError, SuspiciousOperation, KeyError, ValueError)


class SignOn(OIDCAuthenticationBackend):
    """Finds the one account that a provider names, and changes nothing about it.

    Beyond what the package looks at (signature, nonce, state, PKCE) the token has to be of this
    provider, for this client and not expired, and what is told of the person has to be of the
    same person as the token.
    """

    def authenticate(self, request: Any, **kwargs: Any) -> Any:
        if "nonce" not in kwargs:
            return None  # a password, which is not for us
        try:
            return super().authenticate(request, **kwargs)
        except _WRONG as wrong:
            # Its words may hold what the provider sent.
            logger.warning("Single sign-on was refused: %s.", type(wrong).__name__)
            return None

    def verify_token(self, token: str, **kwargs: Any) -> dict[str, Any]:
        payload: dict[str, Any] = super().verify_token(token, **kwargs)
        audience = payload.get("aud")
        audience = audience if isinstance(audience, list) else [audience]
        if payload.get("iss") != settings.SSO_ISSUER or "exp" not in payload:
            raise SuspiciousOperation("The token is of another provider, or lasts for ever.")
        if settings.OIDC_RP_CLIENT_ID not in audience:
            raise SuspiciousOperation("The token is for another client.")
        return payload

    def get_userinfo(self, access_token: str, id_token: str, payload: Any) -> dict[str, Any]:
        told: dict[str, Any] = super().get_userinfo(access_token, id_token, payload)
        if told.get("sub") != payload.get("sub"):
            raise SuspiciousOperation("What is told is of another person than the token.")
        return told

    def verify_claims(self, claims: dict[str, Any]) -> bool:
        """Whether the claim is there that names the account; an e-mail only if it is verified."""
        name = settings.SSO_CLAIM
        return bool(claims.get(name)) and (name != "email" or claims.get("email_verified") is True)

    def filter_users_by_claims(self, claims: dict[str, Any]) -> QuerySet[Any]:
        name = settings.SSO_CLAIM
        field = "email__iexact" if name == "email" else "username"
        found: QuerySet[Any] = self.UserModel.objects.filter(
            **{field: str(claims[name])}, is_active=True
        )
        return found
