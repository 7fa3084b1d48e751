"""The font that pages ask for: made of the package's, with the letters of Thai and their marks."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from fontTools.ttLib import TTFont

from nhrc_plan.setup.fonts import FontFinder, font_names

#: What pages are set with; a tone mark above a vowel needs the tables of marks.
SHOWN = (
    "กขฃคฅฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรฤลฦวศษสหฬอฮะัาำิีึืฺุูเแโใไๅๆ็่้๊๋์ํ๎๐๑๒๓๔๕๖๗๘๙ ABCxyz0189/–—“”…→←×÷≥≤−%"
)


@pytest.fixture
def finder(tmp_path):
    settings_of = pytest.MonkeyPatch()
    settings_of.setattr(settings, "FONT_DIR", tmp_path)
    yield FontFinder()
    settings_of.undo()


def test_the_fonts_are_made_once_and_hold_what_pages_show(finder):
    assert [name for name, _ in finder.list(None)] == font_names()
    name = font_names()[0]
    path = Path(finder.find(name))
    made = path.stat()
    with TTFont(path) as font:
        assert font.flavor == "woff2"
        assert {ord(letter) for letter in SHOWN} <= font.getBestCmap().keys()
        assert {"GPOS", "GSUB"} <= set(font.keys())
    assert made.st_size < 25_000
    assert finder.find(name) == str(path)
    assert path.stat().st_mtime_ns == made.st_mtime_ns


def test_nothing_else_is_found(finder):
    assert finder.find("fonts/Sarabun-Thin.ttf") == []
    assert finder.find("../settings.py", find_all=True) == []
