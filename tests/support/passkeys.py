"""A device with passkeys, made of a key and a counter, as far as the server can see one."""

from __future__ import annotations

import hashlib
import html
import json
import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client, RequestFactory
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from strategy.people.passkeys.ceremony import Ceremony
from strategy.people.passkeys.write import passkey_register

#: The site that tests of passkeys take for theirs.
DOMAIN, ORIGIN = "plan.example.org", "https://plan.example.org"
STEP, ALONE, MUST = "/login/passkey/", "/login/passkey/alone/", "/login/passkey/new/"
OWN = "/password/passkeys/"
NEW = f"{OWN}new/"

_PRESENT, _VERIFIED, _ATTESTED = 1, 4, 64


@dataclass
class Device:
    """Answers challenges. ``count``: that of its uses, 0 where it keeps none, as most do.

    ``origin``: the address that the browser is at; ``verifies``: whether it asks for a finger.
    """

    origin: str = ORIGIN
    domain: str = DOMAIN
    verifies: bool = True
    count: int = 0
    key: Any = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""

    def makes(self, options: dict[str, Any]) -> dict[str, Any]:
        """What a browser sends when a passkey is made."""
        self.handle = options["user"]["id"]
        numbers = self.key.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        said = self._said(_ATTESTED) + attested
        made = {"fmt": "none", "attStmt": {}, "authData": said}
        return self._sent(
            clientDataJSON=self._client("webauthn.create", options["challenge"]),
            attestationObject=cbor2.dumps(made),
        )

    def signs(self, options: dict[str, Any], **instead: Any) -> dict[str, Any]:
        """What a browser sends when a passkey is used."""
        client, said = self._client("webauthn.get", options["challenge"]), self._said()
        signed = said + hashlib.sha256(client).digest()
        sent = self._sent(
            clientDataJSON=client,
            authenticatorData=said,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
        )
        if self.handle:
            sent["response"]["userHandle"] = self.handle
        sent["response"].update(instead)
        return sent

    def _said(self, more: int = 0) -> bytes:
        if self.count:
            self.count += 1
        flags = _PRESENT | more | (_VERIFIED if self.verifies else 0)
        hashed = hashlib.sha256(self.domain.encode()).digest()
        return hashed + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin}
        return json.dumps(told).encode()

    def _sent(self, **response: bytes) -> dict[str, Any]:
        key = bytes_to_base64url(self.id)
        said = {name: bytes_to_base64url(value) for name, value in response.items()}
        return {"id": key, "rawId": key, "type": "public-key", "response": said}


def options_of(answer: Any) -> dict[str, Any]:
    """What a page tells the browser."""
    found = re.search(r'data-options="([^"]*)"', answer.content.decode())
    assert found, answer
    told: dict[str, Any] = json.loads(html.unescape(found[1]))
    return told


def uses(client: Client, device: Device, address: str = STEP, **sent: Any) -> Any:
    """Use a passkey on a page, which is asked for its challenge first."""
    options = options_of(client.get(address))
    return client.post(address, {"answer": json.dumps(device.signs(options)), **sent})


def with_passkey(person: Any, name: str = "โทรศัพท์", **about: Any) -> Device:
    """Register a passkey for somebody, without the pages."""
    device, request = Device(**about), RequestFactory().post(NEW)
    options, state = Ceremony(request).register_begin(person)
    made = passkey_register(
        request, person=person, state=state, answer=device.makes(options), name=name
    )
    assert made is not None
    return device


def challenge(options: dict[str, Any]) -> bytes:
    """The challenge of a page, as bytes."""
    return base64url_to_bytes(options["challenge"])
