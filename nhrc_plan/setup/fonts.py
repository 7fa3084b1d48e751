"""The pages' font as browsers want it: the letters that a page needs, as WOFF2.

The package brings Sarabun whole, 90 kB a weight; what Thai and English pages need of it takes a
quarter of that. The files are made when they are first asked for, by ``collectstatic`` at work and
by the first page of a trial, and kept beside the program.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import fontpkg_sarabun
from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage, Storage
from fontTools import subset

#: Weights that pages use: words, and what stands out.
WEIGHTS = ("Regular", "SemiBold")
PREFIX = "fonts"
#: ASCII, the signs of Latin-1, Thai, and the marks that Thai and English texts are set with.
LETTERS = (
    *range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x0E01, 0x0E5C),
    *range(0x2010, 0x2027), 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC,
    *range(0x2190, 0x2194), 0x2212, 0x2248, 0x2260, 0x2264, 0x2265,
)  # fmt: skip


def font_names() -> list[str]:
    """The files by the names under which pages ask for them."""
    return [f"{PREFIX}/Sarabun-{weight}.woff2" for weight in WEIGHTS]


def made(name: str, folder: Path) -> None:
    """Make one of the files in a folder; of two at once either's is whole."""
    source = fontpkg_sarabun.ROOT / "files" / f"{Path(name).stem}.ttf"
    options = subset.Options(flavor="woff2", layout_features=["*"], hinting=False)
    font = subset.load_font(str(source), options)
    cut = subset.Subsetter(options)
    cut.populate(unicodes=LETTERS)
    cut.subset(font)
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, passing = tempfile.mkstemp(dir=target.parent)
    os.close(handle)
    subset.save_font(font, passing, options)
    os.chmod(passing, 0o644)
    os.replace(passing, target)


class MadeFonts(FileSystemStorage):
    """Files that are made the first time that one is looked at."""

    #: What the finder lists is named from its top.
    prefix = ""

    def path(self, name: str) -> str:
        found = Path(super().path(name))
        if name in font_names() and not found.exists():
            made(name, Path(self.location))
        return str(found)


class FontFinder(BaseFinder):
    """Finds the fonts beside the other files of the program."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Another edition of the font, or other letters, is another folder.
        edition = f"{version('fontpkg-sarabun')} {WEIGHTS} {LETTERS}"
        folder = Path(settings.FONT_DIR) / sha256(edition.encode()).hexdigest()[:12]
        self.storage = MadeFonts(location=folder)

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False) -> Any:
        found = self.storage.path(path) if path in font_names() else None
        if find_all:
            return [found] if found else []
        return found or []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        ignored = [*(ignore_patterns or ())]
        for name in font_names():
            if not matches_patterns(name, ignored):
                yield name, self.storage
