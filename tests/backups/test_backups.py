"""A backup restores to the same data, on both databases; what is wrong with one is found and said."""

from __future__ import annotations

import hashlib
import json
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from nhrc_plan.backups import checks, write
from nhrc_plan.backups.archive import found_in
from nhrc_plan.backups.databases import PostgreSQL, SQLite, of_this_site
from nhrc_plan.backups.read import backup_state
from nhrc_plan.version import version
from strategy.models import EvidenceFile, Unit
from strategy.records.closed import open_history_table_names
from tests.support.commands import run

pytestmark = pytest.mark.django_db(transaction=True)

CONTENT = b"%PDF-1.4 a letter"


@pytest.fixture
def folder(tmp_path: Path, settings, evidence_store: Path) -> Path:
    """A site with a folder for backups, and one file of evidence."""
    settings.BACKUP_DIR = str(tmp_path / "backups")
    evidence_store.mkdir()
    (evidence_store / "a1").write_bytes(CONTENT)
    EvidenceFile.objects.create(
        key="a1", name="letter.pdf", content_type="application/pdf", size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(), uploaded_by_id=1, uploaded_by_name="-",
        uploaded_at=timezone.now(), figure_type="kpis.Result", figure_id=1,
    )  # fmt: skip
    return tmp_path / "backups"


@contextmanager
def elsewhere(tmp_path: Path, settings, monkeypatch):
    """An empty site: another database of the same kind, another store."""
    settings.STORAGES = {**settings.STORAGES, "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "elsewhere"},
    }}  # fmt: skip
    here = of_this_site()
    if isinstance(here, PostgreSQL):
        with here.scratch() as scratch:
            monkeypatch.setattr(write, "of_this_site", lambda: scratch)
            yield scratch
    else:
        scratch = SQLite(str(tmp_path / "elsewhere.sqlite3"))
        monkeypatch.setattr(write, "of_this_site", lambda: scratch)
        yield scratch
    monkeypatch.undo()


def test_a_backup_restores_elsewhere_to_the_same_data_and_closed_history(
    folder, tmp_path, settings, monkeypatch
):
    said = run("backup")
    assert "1" in said and str(folder) in said
    before = of_this_site().facts()
    backup = found_in(folder)[0]
    assert backup.path.stat().st_mode & 0o077 == 0
    with elsewhere(tmp_path, settings, monkeypatch) as scratch:
        run("restore", str(backup.path))
        after = scratch.facts()
        assert before.differences(after) == []
        assert before.rows > 500 and len(before.triggers) > 20
        with pytest.raises(CommandError, match="--replace"):
            run("restore", str(backup.path))
    assert (tmp_path / "elsewhere" / "a1").read_bytes() == CONTENT


def test_restored_in_place_it_is_as_it_was_and_nobody_is_signed_in_by_it(
    folder, evidence_store, planner
):
    client = Client()
    client.force_login(planner)
    run("backup")
    unit = Unit.objects.first()
    Unit.objects.filter(pk=unit.pk).update(name="changed since")
    (evidence_store / "a1").write_bytes(b"rotten")
    run("restore", str(found_in(folder)[0].path), replace=True)
    assert Unit.objects.get(pk=unit.pk).name == unit.name
    assert (evidence_store / "a1").read_bytes() == CONTENT
    assert open_history_table_names() == []
    assert client.get("/my-work/").status_code == 302
    assert get_user_model().objects.filter(pk=planner.pk).exists()


def test_it_is_of_one_moment_while_others_write(folder):
    """Two units go in by each transaction: no backup holds one of them alone."""
    agency, stop, written = Unit.objects.first().agency, threading.Event(), []

    def write_pairs() -> None:
        try:
            while not stop.is_set():
                with transaction.atomic():
                    for half in "ab":
                        Unit.objects.create(agency=agency, name=f"pair {len(written)} {half}")
                written.append(True)
        finally:
            connections.close_all()

    writer = threading.Thread(target=write_pairs)
    before = Unit.objects.count()
    writer.start()
    try:
        while not written:
            assert writer.is_alive()
        facts = [write.backup_make().facts for _ in range(2)]
    finally:
        stop.set()
        writer.join()
    table = Unit._meta.db_table
    assert [(each.tables[table][0] - before) % 2 for each in facts] == [0, 0]
    assert facts[1].tables[table][0] > before and len(written) > 1
    assert write.drill().faults == ()


def test_a_rehearsal_notes_when_it_passed_and_what_could_be_lost(folder, settings, monkeypatch):
    assert [message.id for message in checks.backups_stand(None)] == [checks.WRONG]
    with pytest.raises(CommandError):
        run("backup_drill")
    run("backup")
    assert backup_state().wrong(timezone.now()) == ["never_rehearsed"]
    said = run("backup_drill")
    assert str(len(of_this_site().facts().tables)) in said
    assert checks.backups_stand(None) == []
    noted = json.loads((folder / "drill.json").read_text())
    assert noted["last"]["faults"] == [] and noted["passed"] == noted["last"]
    # A row that is another in the backup than its manifest says: told, and the last pass stays.
    load = SQLite.load if connection.vendor == "sqlite" else PostgreSQL.load

    def lossy(self, path):
        load(self, path)
        with self._opened() as opened:
            opened.cursor().execute("DELETE FROM strategy_membership")
            opened.cursor().execute("DELETE FROM django_migrations WHERE id = 1")
            opened.commit()

    monkeypatch.setattr(type(of_this_site()), "load", lossy)
    with pytest.raises(CommandError):
        run("backup_drill")
    assert backup_state().wrong(timezone.now()) == ["drill_failed"]
    noted = json.loads((folder / "drill.json").read_text())
    assert "django_migrations" in noted["last"]["faults"][0] and noted["passed"]
    settings.BACKUP_DIR = ""
    assert [message.id for message in checks.backups_stand(None)] == [checks.UNSET]


def test_evidence_that_is_missing_or_rotten_is_told_and_the_rest_backed_up(folder, evidence_store):
    (evidence_store / "a1").write_bytes(b"rotten")
    with pytest.raises(CommandError, match="a1"):
        run("backup")
    assert "a1" in " ".join(write.drill().faults)
    (evidence_store / "a1").unlink()
    with pytest.raises(CommandError, match="a1"):
        run("backup")


def test_what_is_no_backup_is_refused(folder, settings, tmp_path):
    (tmp_path / "some.tar.gz").write_bytes(b"x")
    with pytest.raises(CommandError, match=r"some\.tar\.gz"):
        run("restore", str(tmp_path / "some.tar.gz"))
    settings.BACKUP_DIR = ""
    with pytest.raises(CommandError, match="BACKUP_DIR"):
        run("backup")


def test_the_version_is_that_of_the_project():
    assert version().count(".") == 2
