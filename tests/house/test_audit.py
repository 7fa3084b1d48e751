"""What ``make audit`` says: a hole is named, and an audit of nothing does not read as a clean one."""

import pytest

from tests.support.audit import verdict

CLEAN = {"name": "django", "version": "5.2.8", "vulns": []}
HOLE = {"name": "x", "version": "1", "vulns": [{"id": "CVE-1", "fix_versions": ["2"]}]}
SKIPPED = {"name": "y", "version": "1", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("packages", "code", "line"),
    [
        ([CLEAN], 0, "No known hole in 1 packages of requirements.lock."),
        ([CLEAN, SKIPPED], 0, "1 could not be looked up."),
        ([SKIPPED], 0, "NOT AUDITED"),
        ([CLEAN, HOLE, SKIPPED], 1, "x 1: CVE-1, mended in 2"),
    ],
)
def test_verdict(packages, code, line):
    got, lines = verdict({"dependencies": packages})
    assert got == code
    assert line in lines[0]
