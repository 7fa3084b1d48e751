"""Backups are closed with age (age-encryption.org): public keys close, the secret one opens.

The server that makes backups needs the public key alone, so whoever steals from it opens none of
them; and any program that speaks age opens them without this one.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage
from django.utils.translation import gettext as _
from pyrage import x25519

from nhrc_plan.backups.facts import Fault

SECRET = "AGE-SECRET-KEY-"


def key_made(path: Path) -> str:
    """Write a new secret key to ``path``, for its owner's eyes; gives the public one.

    Raises Fault where there is a file already: it may be the only key to older backups.
    """
    secret = x25519.Identity.generate()
    public = str(secret.to_public())
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"# public key: {public}\n{secret}\n")
    except FileExistsError:
        raise Fault(_("%(file)s is there already, and stays.") % {"file": path}) from None
    except OSError as error:
        raise Fault(_("%(file)s cannot be written.") % {"file": path}) from error
    return public


def public_keys(texts: list[str]) -> list[Any]:
    """The keys that close a backup. Raises Fault for what is none."""
    try:
        return [x25519.Recipient.from_str(text) for text in texts]
    except pyrage.RecipientError:
        raise Fault(
            _("BACKUP_PUBLIC_KEYS holds something that is no public key (age1…).")
        ) from None


def secret_keys(path: str) -> list[Any]:
    """The keys in a file, a line each, that may open a backup. Raises Fault where there is none."""
    if not path:
        raise Fault(
            _("The backup is encrypted. Name the file of the secret key in BACKUP_SECRET_KEY_FILE.")
        )
    try:
        lines = Path(path).read_text(encoding="ascii").split()
        found = [x25519.Identity.from_str(line) for line in lines if line.startswith(SECRET)]
    except (OSError, UnicodeDecodeError, pyrage.IdentityError) as error:
        raise Fault(_("%(file)s holds no secret key that can be read.") % {"file": path}) from error
    if not found:
        raise Fault(_("%(file)s holds no secret key that can be read.") % {"file": path})
    return found


def closed_into(target: IO[bytes], public: list[Any], write: Callable[[IO[bytes]], None]) -> None:
    """Let ``write`` write into ``target``, closed with the public keys, piece by piece."""
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def produce() -> None:
        with os.fdopen(writing, "wb") as pipe:
            try:
                write(pipe)
            except BaseException as error:  # told to whoever asked, below
                failed.append(error)

    thread = threading.Thread(target=produce)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as pipe:
            pyrage.encrypt_io(pipe, target, public)
    finally:
        thread.join()
        if failed:
            raise failed[0]


@contextmanager
def opened_from(source: IO[bytes], secret: list[Any]) -> Iterator[IO[bytes]]:
    """What a closed backup holds, to be read piece by piece. Raises Fault at its end, or before,
    where it is damaged, and at once where none of the keys is its."""
    reading, writing = os.pipe()
    failed: list[BaseException] = []

    def produce() -> None:
        with os.fdopen(writing, "wb") as pipe:
            try:
                pyrage.decrypt_io(source, pipe, secret)
            except BrokenPipeError:
                pass  # whoever read has seen enough
            except Exception as error:
                failed.append(error)

    thread = threading.Thread(target=produce)
    thread.start()
    try:
        with os.fdopen(reading, "rb") as pipe:
            yield pipe
            pipe.read()
    except Fault:
        failed.clear()
        raise
    finally:
        thread.join()
        if failed and isinstance(failed[0], pyrage.DecryptError):
            raise Fault(_("This key does not open the backup.")) from failed[0]
        if failed:
            raise Fault(_("The backup is damaged.")) from failed[0]
