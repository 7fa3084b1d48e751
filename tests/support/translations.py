"""Is every word of the code in locale/th, in Thai?

    python -m tests.support.translations             fails where a word is missing, empty or doubtful
    python -m tests.support.translations --update    adds the words that are missing, and compiles

The code is read by Django's makemessages on a copy of the tree, which needs GNU gettext. Words
that stand in the catalogue only, such as those of packages, are left alone.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import polib

TOP = Path(__file__).resolve().parents[2]
CATALOGUE = TOP / "locale" / "th" / "LC_MESSAGES" / "django.po"
NOT_READ = (".*", "__pycache__", "db.sqlite3*", "staticfiles", "tests", "benchmarks", "fixtures")

_PLACE = re.compile(r"%\((\w+)\)[a-z]|%[sd]|\{(\w*)\}")


def the_catalogue() -> polib.POFile:
    """locale/th as it stands; an empty one where there is none yet."""
    if CATALOGUE.exists():
        return polib.pofile(str(CATALOGUE))
    empty = polib.POFile()
    empty.metadata = {
        "Language": "th",
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    return empty


def words_of_the_code() -> polib.POFile:
    """Every word that the code and the templates mark for translation."""
    with tempfile.TemporaryDirectory(prefix="nhrc-words-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(TOP, copy, ignore=shutil.ignore_patterns(*NOT_READ))
        shutil.rmtree(copy / "locale", ignore_errors=True)
        (copy / "locale").mkdir()
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "--locale=th", "--keep-pot"],
            cwd=copy,
            env={**os.environ, "DEBUG": "1", "SECRET_KEY": "for-reading-words-only"},
            stdout=subprocess.DEVNULL,
            check=True,
        )
        return polib.pofile(str(copy / "locale" / "django.pot"))


def gaps(catalogue: polib.POFile, words: Sequence[polib.POEntry] = ()) -> list[str]:
    """What is wrong with the catalogue: words of the code that it lacks or that stand nowhere,
    translations, certainty, placeholders, and two spellings of one word."""
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}
    found = [
        f"missing: {word.msgid!r} ({', '.join(place for place, _ in word.occurrences)})"
        for word in words
        if (word.msgctxt, word.msgid) not in known
    ]
    standing = {(word.msgctxt, word.msgid): places(word) for word in words}
    for entry in catalogue:
        if entry.obsolete:
            continue
        if standing and (entry.msgctxt, entry.msgid) not in standing:
            found.append(f"stands nowhere: {entry.msgid!r}")
        elif standing and places(entry) != standing[entry.msgctxt, entry.msgid]:
            found.append(f"stands elsewhere by now: {entry.msgid!r}")
        if entry.fuzzy:
            found.append(f"doubtful (fuzzy): {entry.msgid!r}")
        elif not entry.translated():
            found.append(f"not translated: {entry.msgid!r}")
        else:
            found += [
                f"placeholders differ: {entry.msgid!r}"
                for text in (entry.msgstr, *entry.msgstr_plural.values())
                if text and placeholders(text) != placeholders(entry.msgid_plural or entry.msgid)
            ]
    return found + (two_spellings(catalogue) if standing else [])


def two_spellings(catalogue: polib.POFile) -> list[str]:
    """Words that differ by capitals or a full stop alone and mean the same in Thai."""
    seen: dict[tuple[str | None, str, str], str] = {}
    found = []
    for entry in catalogue:
        if entry.obsolete or entry.msgid_plural:
            continue
        key = (entry.msgctxt, entry.msgid.casefold().rstrip(".…: "), entry.msgstr.rstrip(".…: "))
        first = seen.setdefault(key, entry.msgid)
        if first != entry.msgid:
            found.append(f"two spellings: {first!r} and {entry.msgid!r}")
    return found


def places(entry: polib.POEntry) -> list[tuple[str, str]]:
    """The files in which a word stands; without lines, which move with every edit."""
    return [(name, "") for name in sorted({name for name, _line in entry.occurrences})]


def placeholders(text: str) -> list[str]:
    return sorted(match[0] for match in _PLACE.finditer(text.replace("%%", "")))


def update(catalogue: polib.POFile, words: Sequence[polib.POEntry]) -> tuple[int, int]:
    """Bring the catalogue up to date: add what is missing, not yet translated, take out what
    stands nowhere, say where each word stands. Gives how many were added and taken out."""
    added = 0
    for word in words:
        entry = catalogue.find(word.msgid, msgctxt=word.msgctxt or False)
        if entry is None:
            entry = word
            catalogue.append(entry)
            added += 1
        entry.occurrences = places(word)
    standing = {(word.msgctxt, word.msgid) for word in words}
    idle = [entry for entry in catalogue if (entry.msgctxt, entry.msgid) not in standing]
    for entry in idle:
        catalogue.remove(entry)
    return added, len(idle)


def main(arguments: list[str]) -> int:
    catalogue = the_catalogue()
    words: list[polib.POEntry] = []
    if shutil.which("xgettext"):
        words = list(words_of_the_code())
    else:
        print("GNU gettext is not installed: whether words of the code are missing was left out.")
    if "--update" in arguments:
        if not words:
            return 1
        added, idle = update(catalogue, words)
        print(f"{CATALOGUE.relative_to(TOP)}: {added} words added, {idle} taken out")
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(CATALOGUE))
        catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    found = gaps(catalogue, words)
    print("\n".join(found) or f"All {len(catalogue)} words stand in Thai.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
