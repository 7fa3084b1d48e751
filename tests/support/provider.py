"""A provider of OpenID Connect on this machine: it lets everybody in as whom it is told to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

CLIENT = "plan"


def new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """``claims``: what it tells of the person; ``token``: what its token says otherwise than it
    should; ``key``: what it signs by, where that is not its own."""

    def __init__(self) -> None:
        self.own = self.key = new_key()
        self.claims: dict[str, Any] = {}
        self.token: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.asked: list[dict[str, str]] = []
        self.nonce = ""
        handler = type("Handler", (_Handler,), {"provider": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"

    def id_token(self) -> str:
        said = {
            "iss": self.issuer, "aud": CLIENT, "sub": "1", "nonce": self.nonce,
            "exp": int(time.time()) + 60, **self.token,
        }  # fmt: skip
        said = {name: value for name, value in said.items() if value is not None}
        if self.algorithm == "none":
            return jwt.encode(said, None, algorithm="none", headers={"kid": "one"})
        return jwt.encode(said, self.key, algorithm=self.algorithm, headers={"kid": "one"})

    def keys(self) -> dict[str, Any]:
        told = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.own.public_key()))
        return {"keys": [{**told, "kid": "one", "alg": "RS256"}]}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def log_message(self, *args: Any) -> None:
        """Quiet."""

    def _answer(self, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.provider.asked.append({name: each[0] for name, each in parse_qs(asked).items()})
        self._answer({"access_token": "opaque", "id_token": self.provider.id_token()})

    def do_GET(self) -> None:
        is_keys = urlsplit(self.path).path == "/keys"
        self._answer(self.provider.keys() if is_keys else {"sub": "1", **self.provider.claims})


@contextmanager
def provider_running() -> Iterator[Provider]:
    provider = Provider()
    thread = Thread(target=provider.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        provider.server.shutdown()
        provider.server.server_close()
        thread.join()
