"""The file that a backup is: damage and wrong keys are found, older ones go. A small database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

import pytest
from django.core.management import CommandError
from django.test import Client
from django.utils import timezone

from nhrc_plan.backups import write
from nhrc_plan.backups.archive import found_in
from nhrc_plan.backups.databases import SQLite
from strategy import access as roles
from tests.support.commands import run

pytestmark = [pytest.mark.django_db, pytest.mark.same]

CONTENT = b"%PDF-1.4 a letter"


@pytest.fixture
def folder(tmp_path: Path, settings, evidence_store: Path, monkeypatch) -> Path:
    """A site with a small database of its own, one file of evidence and a folder for backups."""
    settings.BACKUP_DIR = str(tmp_path / "backups")
    evidence_store.mkdir()
    (evidence_store / "a1").write_bytes(CONTENT)
    place = str(tmp_path / "small.sqlite3")
    with closing(sqlite3.connect(place)) as small, small:
        small.execute("CREATE TABLE word (id INTEGER PRIMARY KEY, text)")
        small.executemany(
            "INSERT INTO word (text) VALUES (?)", [(token_hex(40),) for _ in range(99)]
        )
    monkeypatch.setattr(write, "of_this_site", lambda: SQLite(place))
    monkeypatch.setattr(write, "_sessions_ended", lambda: None)
    return tmp_path / "backups"


def flipped(path: Path, at: int) -> bytes:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    return bytes(content)


@pytest.mark.parametrize("closed", [False, True])
def test_one_damaged_byte_anywhere_is_found_and_nothing_is_restored(
    closed, folder, tmp_path, settings, evidence_store
):
    if closed:
        out = run("backup_key", str(tmp_path / "key"))
        settings.BACKUP_PUBLIC_KEYS = [out.split()[0].partition("=")[2]]
        settings.BACKUP_SECRET_KEY_FILE = str(tmp_path / "key")
    run("backup")
    backup = found_in(folder)[0]
    assert backup.closed is closed
    good = backup.path.read_bytes()
    (evidence_store / "a1").write_bytes(b"since")
    for place in (0, 300, len(good) // 2, len(good) - 40):
        backup.path.write_bytes(flipped(backup.path, place))
        with pytest.raises(CommandError) as refused:
            run("restore", str(backup.path), replace=True)
        assert "เสียหาย" in str(refused.value)
        # Also where whoever damaged it took the checksum away.
        backup.checksum.rename(tmp_path / "aside")
        if place == len(good) // 2:
            with pytest.raises(CommandError) as refused:
                run("restore", str(backup.path), replace=True)
            assert "เสียหาย" in str(refused.value)
        (tmp_path / "aside").rename(backup.checksum)
        backup.path.write_bytes(good)
    backup.checksum.unlink()
    backup.path.write_bytes(good[: len(good) // 2])
    with pytest.raises(CommandError) as refused:
        run("restore", str(backup.path), replace=True)
    assert "เสียหาย" in str(refused.value)
    assert (evidence_store / "a1").read_bytes() == b"since"
    # Control: undamaged it restores.
    backup.path.write_bytes(good)
    run("restore", str(backup.path), replace=True)
    assert (evidence_store / "a1").read_bytes() == CONTENT


def test_a_wrong_key_is_refused_by_a_sentence(folder, tmp_path, settings):
    out = run("backup_key", str(tmp_path / "key"))
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0
    with pytest.raises(CommandError):
        run("backup_key", str(tmp_path / "key"))
    settings.BACKUP_PUBLIC_KEYS = [out.split()[0].partition("=")[2]]
    run("backup")
    backup = found_in(folder)[0]
    assert b"letter" not in backup.path.read_bytes()
    said = []
    run("backup_key", str(tmp_path / "other"))
    (tmp_path / "none").write_text("nothing")
    for key in ("", str(tmp_path / "none"), str(tmp_path / "absent"), str(tmp_path / "other")):
        settings.BACKUP_SECRET_KEY_FILE = key
        with pytest.raises(CommandError) as refused:
            run("restore", str(backup.path), replace=True)
        said.append(str(refused.value))
    assert "BACKUP_SECRET_KEY_FILE" in said[0] and "กุญแจ" in said[3]
    settings.BACKUP_SECRET_KEY_FILE = str(tmp_path / "key")
    assert write.drill().faults == ()
    settings.BACKUP_PUBLIC_KEYS = ["age1nonsense"]
    with pytest.raises(CommandError, match="BACKUP_PUBLIC_KEYS"):
        run("backup")


def test_older_ones_go_by_the_rule_and_two_at_once_do_not_meet(folder, settings, monkeypatch):
    settings.BACKUP_KEEP_DAYS, settings.BACKUP_KEEP_WEEKS, settings.BACKUP_KEEP_MONTHS = 2, 0, 0
    moment = datetime(2026, 11, 29, 19, tzinfo=UTC)
    for day in range(4):
        monkeypatch.setattr(write, "now", lambda day=day: moment + timedelta(days=day))
        run("backup")
    assert [timezone.localtime(each.made).day for each in found_in(folder)] == [3, 2]
    assert len(list(folder.glob("*.sha256"))) == 2
    assert list(folder.glob(".*.part")) == []
    with write._alone(folder), pytest.raises(CommandError):
        run("backup")


def test_administrators_see_how_they_stand_and_others_do_not(folder, person, settings):
    clients = {}
    for role in (roles.ADMINISTRATOR, roles.PLANNER):
        clients[role] = Client()
        clients[role].force_login(person(f"a-{role}", role))
    page = clients[roles.ADMINISTRATOR].get("/admin/").content.decode()
    assert 'class="backups wrong"' in page and "manage.py backup" in page
    run("backup")
    run("backup_drill")
    page = clients[roles.ADMINISTRATOR].get("/admin/").content.decode()
    assert 'class="backups"' in page and "ไม่ถึงหนึ่งชั่วโมง" in page
    assert "backups" not in clients[roles.PLANNER].get("/admin/").content.decode()
    settings.BACKUP_DIR = ""
    assert 'class="backups' not in clients[roles.ADMINISTRATOR].get("/admin/").content.decode()
