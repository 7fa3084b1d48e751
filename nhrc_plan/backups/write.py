"""Backups made, thinned, restored and rehearsed."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO, Any

import dj_database_url
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from nhrc_plan.backups import archive, keys
from nhrc_plan.backups.archive import EVIDENCE, Found, Manifest, Writer
from nhrc_plan.backups.databases import PostgreSQL, SQLite, of_this_site
from nhrc_plan.backups.facts import Database, Facts, Fault
from nhrc_plan.backups.read import DRILL, folder_asked
from nhrc_plan.backups.rules import Keep, kept
from nhrc_plan.version import version
from strategy.clock import now
from strategy.evidence.model import STORE
from strategy.models import EvidenceFile


@dataclass(frozen=True)
class Made:
    """A backup that was made, and the older ones that went."""

    backup: Found
    facts: Facts
    files: int
    evidence_wrong: list[str]
    gone: list[Path]


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One at a time in a folder. Raises Fault where another one is at work there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (folder / ".lock").open("w")
    except OSError as error:
        raise Fault(_("%(file)s cannot be written.") % {"file": folder}) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Fault(_("Another backup is being made.")) from None
        yield


def backup_make(folder: Path | None = None) -> Made:
    """Write a backup of the database and the evidence, and thin the older ones by the rule.

    Others work on meanwhile: the database is read as at one moment, the files after it, which
    are only ever added. Raises Fault where it cannot be made; then there is no part of it.
    """
    folder = folder or folder_asked()
    database, public = of_this_site(), keys.public_keys(settings.BACKUP_PUBLIC_KEYS)
    with _alone(folder), tempfile.TemporaryDirectory(prefix="backup-", dir=folder) as scratch:
        dumped = Path(scratch, database.file)
        made = now().replace(microsecond=0)
        facts = database.dump(str(dumped))
        told: list[Manifest] = []

        def fill(writer: Writer) -> None:
            with dumped.open("rb") as file:
                writer.add(database.file, file, dumped.stat().st_size)
            wrong = _evidence_added(writer)
            told.append(
                Manifest(
                    version(), made.isoformat(), database.kind, facts, dict(writer.members), wrong
                )
            )
            writer.close(told[0])

        target = folder / archive.name_of(made, bool(public))
        try:
            archive.written(target, public, fill)
        except OSError as error:
            raise Fault(_("The backup could not be written: %(why)s") % {"why": error}) from error
        gone = backups_thin(folder, target)
    return Made(Found(target, made), facts, len(told[0].members) - 1, told[0].evidence_wrong, gone)


def _evidence_added(writer: Writer) -> list[str]:
    """Put every file of the store in; gives the keys of those that rows name and that are missing
    or not as they were received. What is gone between listing and reading belongs to no figure."""
    store = storages[STORE]
    try:
        names = sorted(store.listdir("")[1])
    except FileNotFoundError:
        names = []
    sums = dict(EvidenceFile.objects.values_list("key", "sha256"))
    found = {}
    for name in names:
        try:
            with store.open(name) as file:
                found[name] = writer.add(EVIDENCE + name, file.file, store.size(name))
        except FileNotFoundError:
            continue
    return sorted(key for key, told in sums.items() if found.get(key) != told)


def backups_thin(folder: Path, just_made: Path) -> list[Path]:
    """Delete the backups that the rule of days, weeks and months does not keep; gives them. What
    was just made stays, also where the clock went back before it."""
    keep = Keep(settings.BACKUP_KEEP_DAYS, settings.BACKUP_KEEP_WEEKS, settings.BACKUP_KEEP_MONTHS)
    backups = {timezone.localtime(each.made): each for each in archive.found_in(folder)}
    stay = kept(backups, keep)
    gone = [each for made, each in backups.items() if made not in stay and each.path != just_made]
    for each in gone:
        os.unlink(each.path)
        each.checksum.unlink(missing_ok=True)
    return [each.path for each in gone]


# ------------------------------------------------------------------------------------- restored


def secret_of(backup: Found) -> list[Any]:
    return keys.secret_keys(settings.BACKUP_SECRET_KEY_FILE) if backup.closed else []


def backup_restore(backup: Found, replace: bool = False) -> Manifest:
    """Put a backup in the place of this site's database and evidence.

    All of it is read and held against its checksums before anything is touched. Files of evidence
    come first, then the database, in one transaction, so that every row finds its file; files that
    are there and not in the backup stay. Everybody has to sign in anew.

    Raises Fault where it is damaged, closed with another key, of another kind of database, or,
    unless ``replace``, where there is anything in the place already.
    """
    database = of_this_site()
    if not replace and not (database.is_empty() and not _stored()):
        raise Fault(
            _(
                "There are data already: nothing was changed. To put the backup in their place, "
                "say --replace; make a backup of them first."
            )
        )
    with tempfile.TemporaryDirectory(prefix="restore-") as scratch:
        manifest, dumped = _unpacked(backup, Path(scratch), database)
        archive.read(backup, secret_of(backup), _evidence_kept)
        database.load(str(dumped))
        wrong = manifest.facts.differences(database.facts())
    if wrong:
        raise Fault(_("Restored, and not the same: %(what)s") % {"what": "; ".join(wrong[:10])})
    _sessions_ended()
    return manifest


def _unpacked(backup: Found, scratch: Path, database: Database) -> tuple[Manifest, Path]:
    """Read all of a backup; gives its manifest and where its database lies for the moment."""
    archive.checked_sum(backup)
    dumped = scratch / database.file

    def take(name: str, file: IO[bytes], size: int) -> None:
        if name == database.file:
            with dumped.open("wb") as target:
                shutil.copyfileobj(file, target, 1 << 20)

    manifest = archive.read(backup, secret_of(backup), take)
    if manifest.database != database.kind:
        raise Fault(
            _("This is a backup of %(theirs)s, and the database here is %(ours)s.")
            % {"theirs": manifest.database, "ours": database.kind}
        )
    return manifest, dumped


def _stored() -> list[str]:
    try:
        return list(storages[STORE].listdir("")[1])
    except FileNotFoundError:
        return []


def _evidence_kept(name: str, file: IO[bytes], size: int) -> None:
    """Store a file of evidence unless it lies there as it is."""
    if not name.startswith(EVIDENCE):
        return
    store, key = storages[STORE], name.removeprefix(EVIDENCE)
    content = file.read()
    if store.exists(key):
        with store.open(key) as there:
            if sha256(there.read()).digest() == sha256(content).digest():
                return
        store.delete(key)
    store.save(key, ContentFile(content))


def _sessions_ended() -> None:
    """Nobody who was signed in, or signed out, when the backup was made is so because of it."""
    connection.close()  # it has seen the tables as they were
    Session.objects.all().delete()


# ------------------------------------------------------------------------------------ rehearsed


@dataclass(frozen=True)
class Drill:
    """A rehearsal: of which backup, how long it took, what was found wrong (nothing: it passed)."""

    backup: str
    made: datetime
    seconds: float
    tables: int = 0
    rows: int = 0
    files: int = 0
    faults: tuple[str, ...] = ()


def drill(folder: Path | None = None) -> Drill:
    """Restore the newest backup into a scratch database and compare all of it; noted beside the
    backups. Raises Fault only where there is no backup at all, or no place for the rehearsal."""
    folder = folder or folder_asked()
    found = archive.found_in(folder)
    if not found:
        raise Fault(_("There is no backup yet."))
    backup, started = found[0], time.monotonic()
    with _alone(folder):
        try:
            told, faults = _rehearsed(backup)
        except Fault as fault:
            told, faults = None, (str(fault),)
        done = Drill(
            backup=backup.path.name,
            made=backup.made,
            seconds=round(time.monotonic() - started, 1),
            tables=len(told.facts.tables) if told else 0,
            rows=told.facts.rows if told else 0,
            files=len(told.members) - 1 if told else 0,
            faults=faults,
        )
        _noted(folder, done)
    return done


def _rehearsed(backup: Found) -> tuple[Manifest, tuple[str, ...]]:
    with tempfile.TemporaryDirectory(prefix="drill-") as scratch:
        with _scratch_database(Path(scratch)) as database:
            manifest, dumped = _unpacked(backup, Path(scratch), database)
            database.load(str(dumped))
            wrong = manifest.facts.differences(database.facts())
        wrong += [
            _("evidence missing or damaged when the backup was made: %(key)s") % {"key": key}
            for key in manifest.evidence_wrong
        ]
        return manifest, tuple(wrong)


@contextmanager
def _scratch_database(folder: Path) -> Iterator[Database]:
    """An empty database of the same kind as the site's, gone afterwards."""
    database = of_this_site()
    if not isinstance(database, PostgreSQL):
        yield SQLite(str(folder / "scratch.sqlite3"))
        return
    if not settings.BACKUP_DRILL_DATABASE_URL:
        with database.scratch() as made:
            yield made
        return
    given = dj_database_url.parse(settings.BACKUP_DRILL_DATABASE_URL)
    named = {"host": given["HOST"], "port": given["PORT"], "user": given["USER"],
             "password": given["PASSWORD"], "dbname": given["NAME"]}  # fmt: skip
    if named["dbname"] == database.name:
        raise Fault(_("BACKUP_DRILL_DATABASE_URL names the database of the site itself."))
    yield PostgreSQL(named)


def _noted(folder: Path, done: Drill) -> None:
    """Write down what came of a rehearsal: the last one, and the last that passed."""
    place = folder / DRILL
    try:
        before: dict[str, Any] = json.loads(place.read_text())
    except (OSError, ValueError):
        before = {}
    told = {
        "finished": now().isoformat(),
        "backup": done.backup,
        "backup_made": done.made.isoformat(),
        "seconds": done.seconds,
        "tables": done.tables,
        "rows": done.rows,
        "files": done.files,
        "faults": list(done.faults),
    }
    after = {"last": told, "passed": before.get("passed") if done.faults else told}
    part = place.with_suffix(".part")
    part.write_text(json.dumps(after, ensure_ascii=False, indent=1))
    part.replace(place)
