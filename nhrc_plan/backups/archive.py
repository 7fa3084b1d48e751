"""One file that is a backup: a tar of the database, the files of evidence, and a manifest.

``nhrc-plan-20261130T183000Z.tar.gz``, with ``.age`` behind it where it is closed with a key. Beside
it lies its checksum, as ``sha256sum --check`` reads it. The manifest stands last in the tar, for
only then everything has been read; whoever reads knows a tar without it, or with a member that is
not as it says, for damaged.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from zlib import error as ZlibError

from django.utils.translation import gettext as _

from nhrc_plan.backups.facts import Facts, Fault
from nhrc_plan.backups.keys import closed_into, opened_from

MANIFEST, EVIDENCE = "manifest.json", "evidence/"
FORMAT = 1
_NAME = re.compile(r"nhrc-plan-(\d{8}T\d{6}Z)\.tar\.gz(\.age)?")
_STAMP = "%Y%m%dT%H%M%SZ"
_PIECE = 1 << 20


@dataclass(frozen=True)
class Found:
    """A backup in its folder."""

    path: Path
    made: datetime

    @property
    def closed(self) -> bool:
        return self.path.suffix == ".age"

    @property
    def checksum(self) -> Path:
        return self.path.with_name(f"{self.path.name}.sha256")


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    version: str
    made: str
    database: str
    facts: Facts
    #: Of each member how many bytes and their SHA-256.
    members: dict[str, tuple[int, str]]
    #: Files of evidence that were missing or damaged when it was made.
    evidence_wrong: list[str]

    def as_bytes(self) -> bytes:
        told = {
            "format": FORMAT,
            "version": self.version,
            "made": self.made,
            "database": self.database,
            **self.facts.as_json(),
            "members": self.members,
            "evidence_wrong": self.evidence_wrong,
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode()

    @classmethod
    def of_bytes(cls, text: bytes) -> Manifest:
        try:
            told = json.loads(text)
            if told["format"] != FORMAT:
                raise Fault(_("This backup was made by a newer version of the program."))
            members = {name: (size, digest) for name, (size, digest) in told["members"].items()}
            return cls(
                told["version"], told["made"], told["database"], Facts.of_json(told), members,
                told["evidence_wrong"],
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise Fault(_("The backup is damaged.")) from error


def found_in(folder: Path) -> list[Found]:
    """The backups of a folder, the newest first; none where there is no folder."""
    if not folder.is_dir():
        return []
    named = [(path, _NAME.fullmatch(path.name)) for path in folder.iterdir()]
    backups = [
        Found(path, datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC))
        for path, match in named
        if match
    ]
    return sorted(backups, key=lambda each: each.made, reverse=True)


def name_of(made: datetime, closed: bool) -> str:
    return f"nhrc-plan-{made.astimezone(UTC).strftime(_STAMP)}.tar.gz{'.age' if closed else ''}"


class _Hashing:
    """A file that is read, or written, through to another one and keeps the checksum."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.sha256, self.size = file, sha256(), 0

    def read(self, size: int = -1) -> bytes:
        return self._counted(self.file.read(size))

    def write(self, piece: bytes) -> int:
        self.file.write(self._counted(piece))
        return len(piece)

    def flush(self) -> None:
        self.file.flush()

    def _counted(self, piece: bytes) -> bytes:
        self.sha256.update(piece)
        self.size += len(piece)
        return piece


class Writer:
    """Adds members to a backup that is being written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, tuple[int, str]] = {}

    def add(self, name: str, file: Any, size: int) -> str:
        """Put a file in; gives its SHA-256."""
        hashing: Any = _Hashing(file)
        member = tarfile.TarInfo(name)
        member.size, member.mode = size, 0o600
        self._tar.addfile(member, hashing)
        self.members[name] = (size, hashing.sha256.hexdigest())
        return self.members[name][1]

    def close(self, manifest: Manifest) -> None:
        text = manifest.as_bytes()
        member = tarfile.TarInfo(MANIFEST)
        member.size, member.mode = len(text), 0o600
        self._tar.addfile(member, io.BytesIO(text))


def written(target: Path, public: list[Any], write: Callable[[Writer], None]) -> None:
    """Make the backup ``target`` of what ``write`` adds: whole, on the disk, or not at all."""
    part = target.with_name(f".{target.name}.part")

    def packed(file: IO[bytes]) -> None:
        with (
            gzip.GzipFile(fileobj=file, mode="wb", compresslevel=4, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w|") as tar,
        ):
            write(Writer(tar))

    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            hashing: Any = _Hashing(file)
            if public:
                closed_into(hashing, public, packed)
            else:
                packed(hashing)
            file.flush()
            os.fsync(file.fileno())
        backup = Found(target, datetime.now(UTC))
        backup.checksum.write_text(f"{hashing.sha256.hexdigest()}  {target.name}\n")
        part.rename(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        part.unlink(missing_ok=True)


def checked_sum(backup: Found) -> None:
    """Read the file once. Raises Fault where it is not as its checksum says; this needs no key."""
    if not backup.checksum.exists():
        return
    told = backup.checksum.read_text().split()[:1]
    with backup.path.open("rb") as file:
        digest = sha256()
        while piece := file.read(_PIECE):
            digest.update(piece)
    if told != [digest.hexdigest()]:
        raise Fault(_("The backup is damaged: its checksum is another."))


@contextmanager
def _members(backup: Found, secret: list[Any]) -> Iterator[tarfile.TarFile]:
    with ExitStack() as stack:
        file: IO[bytes] = stack.enter_context(backup.path.open("rb"))
        if backup.closed:
            file = stack.enter_context(opened_from(file, secret))
        zipped = gzip.GzipFile(fileobj=file, mode="rb")
        yield stack.enter_context(tarfile.open(fileobj=zipped, mode="r|"))
        # To the very end, where the checksum of the whole stands.
        while zipped.read(_PIECE):
            pass


def read(backup: Found, secret: list[Any], take: Callable[[str, IO[bytes], int], None]) -> Manifest:
    """Give each member to ``take`` (name, file, bytes), then hold all of it against the manifest.

    Raises Fault where anything is damaged, missing or more than the manifest says.
    """
    seen: dict[str, tuple[int, str]] = {}
    manifest = None
    try:
        with _members(backup, secret) as tar:
            for member in tar:
                content = tar.extractfile(member)
                if content is None or manifest is not None or not _fits(member.name):
                    raise Fault(_("The backup is damaged."))
                if member.name == MANIFEST:
                    manifest = Manifest.of_bytes(content.read())
                    continue
                hashing: Any = _Hashing(content)
                take(member.name, hashing, member.size)
                while hashing.read(_PIECE):
                    pass
                seen[member.name] = (hashing.size, hashing.sha256.hexdigest())
    except (tarfile.TarError, EOFError, ZlibError, gzip.BadGzipFile) as error:
        raise Fault(_("The backup is damaged.")) from error
    if manifest is None or seen != manifest.members:
        raise Fault(_("The backup is damaged."))
    return manifest


def _fits(name: str) -> bool:
    """Whether a member has a name that backups give; nothing else is written anywhere."""
    return re.fullmatch(r"manifest\.json|database\.\w+|evidence/[\w.-]+", name) is not None
