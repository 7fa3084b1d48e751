"""Whether a workbook that somebody holds is the pack that was frozen, and where it is not."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from io import BytesIO
from itertools import zip_longest
from typing import Any
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from nhrc_plan.meetings.frozen.canonical import Fault
from nhrc_plan.meetings.frozen.verify import code_of
from nhrc_plan.meetings.models import Frozen

_CODE = re.compile(rb"(?:[0-9A-F]{4} ){3}[0-9A-F]{4}")
_UNREADABLE = (BadZipFile, zlib.error, EOFError, KeyError, ValueError, NotImplementedError)


def file_faults(content: bytes) -> list[Fault]:
    """What differs in a workbook from the pack whose code it bears; nothing: it is that pack."""
    codes, broken = _looked_through(content)
    for frozen in Frozen.objects.order_by("-pk").defer(*Frozen.LARGE):
        if code_of(frozen) in codes:
            if content == bytes(frozen.workbook):
                return []
            return _differing(content, frozen, broken)
    return [Fault("unknown")]


def _looked_through(content: bytes) -> tuple[set[str], list[str]]:
    """The codes that stand in a file, and its parts that cannot be read."""
    codes: set[str] = set()
    broken: list[str] = []
    try:
        package = ZipFile(BytesIO(content))
    except _UNREADABLE:
        return codes, broken
    for name in package.namelist():
        try:
            codes |= {found.decode() for found in _CODE.findall(package.read(name))}
        except _UNREADABLE:
            broken.append(name)
    return codes, broken


def _differing(content: bytes, frozen: Frozen, broken: list[str]) -> list[Fault]:
    titles = [sheet["title"] for sheet in frozen.shown["sheets"]]
    if broken:
        return [Fault("part", _title(name, titles)) for name in broken]
    try:
        return list(_other_cells(content, bytes(frozen.workbook))) or [Fault("bytes")]
    except Exception:  # noqa: BLE001 - a file from outside can break its reader in any way
        return [Fault("part", "xlsx")]


def _title(part: str, titles: list[str]) -> str:
    """The sheet that a part of the file holds; the part's own name for others."""
    number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", part)
    place = int(number[1]) - 1 if number else len(titles)
    return titles[place] if place < len(titles) else part


def _other_cells(content: bytes, kept: bytes) -> Iterator[Fault]:
    """Every cell whose value is another, "sheet!C7"."""
    books = [load_workbook(BytesIO(each), read_only=True) for each in (kept, content)]
    then, now = books
    if then.sheetnames != now.sheetnames:
        yield Fault("cell", ", ".join(set(then.sheetnames) ^ set(now.sheetnames)))
        return
    for title in then.sheetnames:
        pairs = zip_longest(_values(then[title]), _values(now[title]), fillvalue=())
        for row, (old, new) in enumerate(pairs, start=1):
            for column, (was, is_now) in enumerate(zip_longest(old, new), start=1):
                if was != is_now:
                    place = f"{title}!{get_column_letter(column)}{row}"
                    yield Fault("cell", place, str(is_now), str(was))


def _values(sheet: Any) -> Iterator[tuple[Any, ...]]:
    rows: Iterator[tuple[Any, ...]] = sheet.iter_rows(values_only=True)
    return rows
