"""Is every word of the code in locale/th, in Thai?

    python -m tests.translations             fails where a word is missing, empty or doubtful
    python -m tests.translations --update    adds the words that are missing, and compiles

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
from collections.abc import Iterable
from pathlib import Path

import polib

TOP = Path(__file__).resolve().parent.parent
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


def gaps(catalogue: polib.POFile, words: Iterable[polib.POEntry] = ()) -> list[str]:
    """What the catalogue lacks: words of the code, translations, certainty, placeholders."""
    known = {(entry.msgctxt, entry.msgid) for entry in catalogue if not entry.obsolete}
    found = [
        f"missing: {word.msgid!r} ({', '.join(place for place, _ in word.occurrences)})"
        for word in words
        if (word.msgctxt, word.msgid) not in known
    ]
    for entry in catalogue:
        if entry.obsolete:
            continue
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
    return found


def placeholders(text: str) -> list[str]:
    return sorted(match[0] for match in _PLACE.finditer(text.replace("%%", "")))


def update(catalogue: polib.POFile, words: Iterable[polib.POEntry]) -> int:
    """Add the words that are missing, not yet translated; gives their number."""
    added = 0
    for word in words:
        if catalogue.find(word.msgid, msgctxt=word.msgctxt or False) is None:
            word.occurrences = []
            catalogue.append(word)
            added += 1
    return added


def main(arguments: list[str]) -> int:
    catalogue = the_catalogue()
    words: Iterable[polib.POEntry] = ()
    if shutil.which("xgettext"):
        words = words_of_the_code()
    else:
        print("GNU gettext is not installed: whether words of the code are missing was left out.")
    if "--update" in arguments:
        print(f"{update(catalogue, words)} words added to {CATALOGUE.relative_to(TOP)}")
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(CATALOGUE))
        catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
    found = gaps(catalogue, words)
    print("\n".join(found) or f"All {len(catalogue)} words stand in Thai.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
