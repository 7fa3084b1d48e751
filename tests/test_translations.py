"""The Thai catalogue is complete in itself, and the compiled one is made from it.

Whether every word of the code is in it is asked by ``make lint`` (tests/translations.py).
"""

from __future__ import annotations

import polib
import pytest

from tests.translations import CATALOGUE, gaps, the_catalogue, update


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return the_catalogue()


def test_every_word_is_translated(catalogue):
    assert len(catalogue) > 100
    assert gaps(catalogue) == []


def test_no_word_stands_twice(catalogue):
    keys = [(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete]
    assert len(keys) == len(set(keys))


def test_the_compiled_catalogue_is_up_to_date(catalogue):
    def texts(file):
        return {(e.msgctxt, e.msgid): (e.msgstr, e.msgstr_plural) for e in file}

    compiled = CATALOGUE.with_suffix(".mo")
    assert compiled.exists(), "make translations compiles it"
    translated = [entry for entry in catalogue if entry.translated()]
    assert texts(polib.mofile(str(compiled))) == texts(translated)


def made_up(*entries: polib.POEntry) -> polib.POFile:
    file = polib.POFile()
    file.extend(entries)
    return file


GOOD = polib.POEntry(msgid="%(count)s plans", msgstr="%(count)s แผน")


def test_a_sound_catalogue_has_no_gaps():
    assert gaps(made_up(GOOD), made_up(polib.POEntry(msgid=GOOD.msgid))) == []


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [
        (polib.POEntry(msgid="plan"), "not translated: 'plan'"),
        (
            polib.POEntry(msgid="plan", msgstr="แผน", flags=["fuzzy"]),
            "doubtful (fuzzy): 'plan'",
        ),
        (
            polib.POEntry(msgid="%(count)s plans", msgstr="%(n)s แผน"),
            "placeholders differ: '%(count)s plans'",
        ),
        (
            polib.POEntry(
                msgid="%(n)s plan", msgid_plural="%(n)s plans", msgstr_plural={0: "%(m)s แผน"}
            ),
            "placeholders differ: '%(n)s plan'",
        ),
    ],
)
def test_a_bad_entry_is_reported(entry, complaint):
    assert gaps(made_up(entry)) == [complaint]


@pytest.mark.parametrize(
    "word",
    [
        polib.POEntry(msgid="unit", occurrences=[("kpis/models.py", "7")]),
        polib.POEntry(msgid=GOOD.msgid, msgctxt="x", occurrences=[("kpis/models.py", "7")]),
    ],
)
def test_a_word_of_the_code_that_is_missing_is_reported(word):
    assert gaps(made_up(GOOD), [word]) == [f"missing: {word.msgid!r} (kpis/models.py)"]


def test_an_update_adds_what_is_missing_and_keeps_the_rest():
    file = made_up(GOOD)
    word = polib.POEntry(msgid="unit", occurrences=[("kpis/models.py", "7")])
    assert update(file, [word, GOOD]) == 1
    assert [entry.msgid for entry in file] == [GOOD.msgid, "unit"]
    assert gaps(file) == ["not translated: 'unit'"]
