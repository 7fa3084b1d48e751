"""What browser and server tell one another about a passkey: the package's arithmetic, our terms."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnUserHandle
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from strategy.pages.current import site_title
from strategy.people.passkeys.setting import alone


class Ceremony(WebAuthnHelper):
    """Makes challenges, and judges the answers to them.

    Where a passkey stands for the password too, its device has to ask for finger, face or PIN,
    and has to know by itself whose it is.
    """

    def get_relying_party_domain(self) -> str:
        return str(settings.PASSKEY_DOMAIN)

    def get_relying_party_name(self) -> str:
        return site_title()

    def get_allowed_origins(self) -> list[str]:
        return list(settings.PASSKEY_ORIGINS)

    def get_discoverable_credentials_preference(self) -> ResidentKeyRequirement:
        return ResidentKeyRequirement.REQUIRED if alone() else ResidentKeyRequirement.PREFERRED

    def get_generate_registration_options_kwargs(self, *, user: Any) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_generate_registration_options_kwargs(user=user)
        if alone():
            kwargs["authenticator_selection"] = AuthenticatorSelectionCriteria(
                user_verification=UserVerificationRequirement.REQUIRED,
                resident_key=ResidentKeyRequirement.REQUIRED,
            )
        return kwargs

    def get_user_entity(self, user: Any) -> PublicKeyCredentialUserEntity:
        """Whose passkey it is to be. By which handle a device knows them is kept only when a
        passkey of theirs is: looking at a page writes nothing."""
        kept = WebAuthnUserHandle.objects.filter(user=user.pk).first()
        return PublicKeyCredentialUserEntity(
            id=kept.handle if kept else WebAuthnUserHandle.generate_handle(),
            name=self.get_credential_name(user),
            display_name=self.get_credential_display_name(user),
        )

    def get_registration_state(self, creation_options: dict[str, Any]) -> dict[str, Any]:
        state: dict[str, Any] = super().get_registration_state(creation_options)
        return {**state, "handle": creation_options["user"]["id"]}

    def create_attestation(
        self, credential: Any, attestation_object: bytes, client_data_json: bytes
    ) -> None:
        """None is asked for, so none is kept: it could only tell of whose make a device is."""
