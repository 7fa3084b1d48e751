"""``make proof``: its short part, and that it would tell what is lost."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from proof import __main__ as proving
from proof.browser import Fields
from proof.faults.killed import killed
from proof.rows import BROKEN, KEPT, NOT_SHOWN, ROWS, SHORT, Broken, NotShown, Row, shown, table
from proof.writers import kept
from tests.support.database import migrated


@pytest.mark.same
def test_killed_during_acknowledged_writes_nothing_is_lost(django_db_setup, pytestconfig):
    tables = migrated(Path(pytestconfig.cache.mkdir("tables")))
    assert "0 lost, 0 doubled, 0 half saved" in killed("sqlite", SHORT, tables)


class Tables:
    """A database that says what it is told to."""

    vendor = "told"

    def __init__(self, names: list[str], past: list[str]) -> None:
        self.names, self.past = names, past

    def rows(self, query: str) -> list[tuple[str]]:
        return [(name,) for name in (self.past if "historical" in query else self.names)]


@pytest.mark.parametrize(
    ("names", "past", "figure"),
    [
        (["proof 1"], ["proof 1"], "1 lost, 0 doubled, 0 half"),
        (["proof 1", "proof 2", "proof 2"], ["proof 1", "proof 2"], "0 lost, 1 doubled"),
        (["proof 1", "proof 2"], ["proof 1"], "0 lost, 0 doubled, 1 half"),
        (["proof 1", "proof 2"], ["proof 1", "proof 2", "proof 3"], "1 half"),
    ],
)
def test_what_is_lost_doubled_or_half_would_be_told(names, past, figure):
    """Negative control of every row about faults."""
    acknowledged = ["proof 1", "proof 2"]
    with pytest.raises(Broken, match=figure):
        kept(Tables(names, past), acknowledged)
    kept(Tables([*acknowledged, "other"], [*acknowledged, "other"]), acknowledged)


def test_a_report_has_a_row_each_with_its_verdict():
    def raises(error):
        def show(size):
            raise error

        return show

    rows = [
        Row("one", lambda size: "5 | 5", "x"),
        Row("two", raises(Broken("3 lost")), "x"),
        Row("three", raises(NotShown("no server")), "x"),
        Row("four", raises(ZeroDivisionError("by 0")), "x"),
    ]
    outcomes = [shown(row, SHORT) for row in rows]
    assert [each.verdict for each in outcomes] == [KEPT, BROKEN, NOT_SHOWN, BROKEN]
    assert table(outcomes).splitlines()[2].startswith("| one | 5 / 5 | kept |")


def test_every_row_is_there_once_and_plugs_in_by_its_module():
    for module in proving.MODULES:
        importlib.import_module(module)
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names)) > 15
    assert {row.group for row in ROWS} == {"faults", "races", "scale", "security"}


def test_a_form_is_read_as_a_browser_would_send_it():
    page = (
        '<form><input name="a" value="1"><input type="checkbox" name="b"><textarea name="c">'
        '</textarea><select name="d"><option value="">-<option value="2"><option value="3" selected>'
        '</select><input type="submit" name="e"><input type="file" name="f"></form><form></form>'
    )
    assert Fields(page).largest == {"a": "1", "c": "", "d": "3"}
