"""A release is cut by one command, from a clean main, or refused with nothing changed."""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from tests.support import release
from tests.support.release import Refused

DAY = date(2026, 12, 1)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with the files of this one that a release reads, on main."""
    top = tmp_path / "clone"
    top.mkdir()
    for name in ("pyproject.toml", "publiccode.yml", "CHANGELOG.md", "requirements.lock",
                 ".gitignore", "README.md"):  # fmt: skip
        shutil.copy(settings.BASE_DIR / name, top / name)
    # Whatever stands there on the day of a release, something is to be told here.
    text = (top / "CHANGELOG.md").read_text(encoding="utf-8")
    told = text.replace("## Unreleased\n", "## Unreleased\n\nTold.\n", 1)
    (top / "CHANGELOG.md").write_text(told, encoding="utf-8")
    release.git(top, "init", "--quiet", "--initial-branch=main")
    for key, value in (("user.name", "test"), ("user.email", "test@example.org"),
                       ("commit.gpgsign", "false"), ("user.signingkey", "")):  # fmt: skip
        release.git(top, "config", key, value)
    release.git(top, "add", ".")
    release.git(top, "commit", "--quiet", "--message", "as it is")
    return top


def test_a_release_is_one_commit_a_tag_and_artefacts_with_checksums(clone):
    said = release.release(clone, "9.8.7", DAY)
    assert release.git(clone, "status", "--porcelain") == ""
    assert release.git(clone, "log", "--format=%s", "-2").split("\n") == [
        "Release 9.8.7",
        "as it is",
    ]
    assert release.git(clone, "cat-file", "-t", "v9.8.7") == "tag"
    assert 'version = "9.8.7"' in (clone / "pyproject.toml").read_text()
    public = (clone / "publiccode.yml").read_text()
    assert 'softwareVersion: "9.8.7"' in public and 'releaseDate: "2026-12-01"' in public
    log = (clone / "CHANGELOG.md").read_text()
    assert "## Unreleased\n\n## 9.8.7 — 2026-12-01\n\nTold.\n" in log
    folder = clone / "dist" / "9.8.7"
    checked = subprocess.run(["sha256sum", "--check", "SHA256SUMS"], cwd=folder, check=False)
    assert checked.returncode == 0
    with tarfile.open(folder / "nhrc-plan-tracker-9.8.7.tar.gz") as tar:
        assert "nhrc-plan-tracker-9.8.7/CHANGELOG.md" in tar.getnames()
    parts = json.loads((folder / "nhrc-plan-tracker-9.8.7.cdx.json").read_text())
    assert {"Django", "django"} & {part["name"] for part in parts["components"]}
    assert len(said) == 4
    # The second time there is nothing to tell, and nothing is changed.
    with pytest.raises(Refused, match="tells nothing"):
        release.release(clone, "9.8.8", DAY)
    assert release.git(clone, "status", "--porcelain") == ""


@pytest.mark.parametrize(
    ("version", "spoil", "why"),
    [
        ("1", lambda top: None, "like 0.3.0"),
        ("", lambda top: None, "VERSION="),
        ("0.0.1", lambda top: None, "above"),
        ("9.0.0", lambda top: (top / "README.md").write_text("x"), "not committed"),
        ("9.0.0", lambda top: release.git(top, "switch", "--quiet", "-c", "other"), "from main"),
        ("9.0.0", lambda top: release.git(top, "tag", "v9.0.0"), "already"),
    ],
)
def test_it_is_refused_with_nothing_changed(clone, version, spoil, why):
    spoil(clone)
    before = release.git(clone, "rev-parse", "HEAD"), release.git(clone, "status", "--porcelain")
    with pytest.raises(Refused, match=why):
        release.release(clone, version, DAY)
    after = release.git(clone, "rev-parse", "HEAD"), release.git(clone, "status", "--porcelain")
    assert after == before and not (clone / "dist").exists()
