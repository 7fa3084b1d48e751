"""Reads sheets of a file from outside, in a process of its own; started by upload.py.

Whatever a file does to its reader happens here: with limits of its own, without the service's
memory, database or secrets. Knows no Django and no other module of the project, so that it starts
in a moment. Standard input: a line of JSON (see ``main``), then the file. Standard output: JSON;
what is wrong is a code, and upload.py has the sentences.
"""

from __future__ import annotations

import csv
import json
import resource
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from xml.parsers.expat import ParserCreate
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

#: Bytes of memory, and seconds of a processor.
MEMORY = 200_000_000
SECONDS = 10
#: Years of the Buddhist Era begin here; nobody means one of the Christian Era.
_BUDDHIST = 2400


class Refused(Exception):
    """The file cannot be taken: ``code`` and what belongs into its sentence."""

    def __init__(self, code: str, **about: Any) -> None:
        super().__init__(code)
        self.code, self.about = code, about


def main() -> None:
    """Read what was asked for.

    Asked: ``sheets``, {name: [columns, rows]}, and the limits ``unpacked`` and ``parts``; or
    ``table``, [sheet or "", columns, rows], of a table of any make.
    Answered: {"names": [...], "sheets": {name: rows}}, of a table what ``_table`` gives; or
    {"refused": code, "about": {...}}.
    """
    for kind, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        resource.setrlimit(kind, (most, most))
    asked = json.loads(sys.stdin.buffer.readline())
    answer = answered(sys.stdin.buffer.read(), asked)
    sys.stdout.buffer.write(json.dumps(answer).encode())


def answered(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer for one file."""
    try:
        return _table(content, asked) if "table" in asked else _sheets(content, asked)
    except Refused as refused:
        return {"refused": refused.code, "about": refused.about}
    except Exception:  # a damaged file fails in more ways than can be named
        return {"refused": "unreadable", "about": {}}


def _sheets(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    _check_package(content, asked)
    workbook = load_workbook(BytesIO(content), read_only=True, data_only=False)
    found = {}
    for name, (columns, rows) in asked["sheets"].items():
        if name in workbook.sheetnames:
            found[name] = _taken(workbook[name].iter_rows(max_col=columns), rows)
    return {"names": workbook.sheetnames[:50], "sheets": found}


# ------------------------------------------------------------------------- a table of any make

_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHER_KINDS = (b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x7fELF", b"MZ", b"<")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_ERRORS = {"#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"}
#: Merged areas, and hidden rows, that are told of a sheet.
_TOLD = 20_000


def _table(content: bytes, asked: Mapping[str, Any]) -> dict[str, Any]:
    """A sheet with all that a reader of its makeup has to know.

    ``names``, ``hidden``: the sheets there are, and those of them that are hidden; ``sheet``: the
    one that was read, ``rows`` its cells; ``merged``: its merged areas as [first row, first
    column, last row, last column]; ``hidden_rows``, ``hidden_columns``, counted from 1;
    ``filtered``: whether a filter is on; ``source``: "xlsx", or the encoding of a text.
    """
    sheet, columns, rows = asked["table"]
    if content.startswith(b"PK"):
        return _workbook_table(content, asked, sheet, columns, rows)
    if content.startswith(_OLD_EXCEL):
        raise Refused("password" if _ENCRYPTED in content else "old_excel")
    if not content.strip() or content.startswith(_OTHER_KINDS):
        raise Refused("no_table")
    text, source = _decoded(content)
    found = [[_typed(cell) for cell in line] for line in _lines(text)]
    _refuse_beyond(found, columns, rows)
    return {
        "names": [""], "hidden": [], "sheet": "", "rows": found[:rows], "merged": [],
        "hidden_rows": [], "hidden_columns": [], "filtered": False, "source": source,
    }  # fmt: skip


def _workbook_table(
    content: bytes, asked: Mapping[str, Any], wanted: str, columns: int, rows: int
) -> dict[str, Any]:
    _check_package(content, asked)
    package = ZipFile(BytesIO(content))
    parts = _sheet_parts(package)
    workbook = load_workbook(BytesIO(content), read_only=True, data_only=False)
    shown = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
    if wanted and wanted not in parts:
        raise Refused("no_sheet", sheet=wanted[:60])
    name = wanted or next(iter(shown or workbook.sheetnames))
    # One column more, to see whether there is anything beyond.
    found = _taken(workbook[name].iter_rows(max_col=columns + 1), rows)
    _refuse_beyond(found, columns, rows)
    while found and not any(found[-1]):
        found.pop()
    hidden = [sheet.title for sheet in workbook.worksheets if sheet.sheet_state != "visible"]
    return {
        "names": [sheet.title for sheet in workbook.worksheets][:50], "hidden": hidden,
        "sheet": name, "rows": found, "source": "xlsx",
        **_makeup(package.read(parts[name]), len(found), columns),
    }  # fmt: skip


def _refuse_beyond(found: Sequence[Sequence[Any]], columns: int, rows: int) -> None:
    if any(any(line) for line in found[rows:]):
        raise Refused("rows", rows=rows)
    if any(any(line[columns:]) for line in found):
        raise Refused("columns", columns=columns)


def _elements(data: bytes, begun: Callable[[str, dict[str, str]], None]) -> None:
    """Call for each element of a part, by its name without prefix; a part with a document type,
    in which entities could expand, is refused."""

    def refuse(*_about: Any) -> None:
        raise Refused("unreadable")

    parser = ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, about: begun(name.rpartition(":")[2], about)
    parser.Parse(data, True)


def _sheet_parts(package: ZipFile) -> dict[str, str]:
    """The part of the package in which each sheet lies."""
    targets: dict[str, str] = {}
    found: dict[str, str] = {}

    def relation(name: str, about: dict[str, str]) -> None:
        if name == "Relationship":
            target = about["Target"]
            targets[about["Id"]] = target[1:] if target.startswith("/") else f"xl/{target}"

    def sheet(name: str, about: dict[str, str]) -> None:
        link = next((each for key, each in about.items() if key.endswith(":id")), "")
        if name == "sheet" and link in targets:
            found[about["name"]] = targets[link]

    _elements(package.read("xl/_rels/workbook.xml.rels"), relation)
    _elements(package.read("xl/workbook.xml"), sheet)
    return found


def _makeup(data: bytes, rows: int, columns: int) -> dict[str, Any]:
    """What of a sheet is merged, hidden or filtered."""
    merged: list[list[int]] = []
    hidden_rows: list[int] = []
    hidden_columns: list[int] = []
    filtered = False
    number = 0

    def element(name: str, about: dict[str, str]) -> None:
        nonlocal filtered, number
        if name == "row":
            number = int(about.get("r", number + 1))
            if about.get("hidden") in ("1", "true") and number <= rows:
                hidden_rows.append(number)
        elif name == "col" and about.get("hidden") in ("1", "true"):
            last = min(int(about["max"]), columns)
            hidden_columns.extend(range(int(about["min"]), last + 1))
        elif name == "mergeCell" and len(merged) < _TOLD:
            left, top, right, bottom = range_boundaries(about["ref"])
            if top <= rows and left <= columns:
                merged.append([top, left, min(bottom, rows), min(right, columns)])
        elif name == "filterColumn":
            filtered = True

    _elements(data, element)
    return {
        "merged": merged, "hidden_rows": hidden_rows[:_TOLD], "hidden_columns": hidden_columns,
        "filtered": filtered,
    }  # fmt: skip


def _decoded(content: bytes) -> tuple[str, str]:
    """A text and its encoding: by its mark, else UTF-8, else that of Thai Windows."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), "")
    for encoding in (marked,) if marked else ("utf-8", "cp874"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        # A text of Thai Windows has Thai letters; other bytes above 127 are of something else.
        odd = any(ord(letter) < 32 and letter not in "\t\r\n" for letter in text[:100_000])
        if odd or (encoding == "cp874" and not any("ก" <= letter <= "๛" for letter in text)):
            break
        return text, encoding
    raise Refused("encoding")


def _lines(text: str) -> list[list[str]]:
    """The cells of a text by the mark that parts them: of comma, semicolon and tab the one that
    makes the same number of cells in most of its first lines."""
    csv.field_size_limit(1_000_000)
    best: tuple[int, int, str] = (0, 0, ",")
    for mark in ",;\t":
        lines = list(csv.reader(StringIO(text[:50_000]), delimiter=mark))[:40]
        widths = [len(line) for line in lines if len(line) > 1]
        usual = max(widths, key=widths.count, default=0)
        best = max(best, (widths.count(usual), usual, mark), key=lambda found: found[:2])
    return list(csv.reader(StringIO(text, newline=""), delimiter=best[2]))


def _typed(text: str) -> list[str] | str | None:
    """A cell of a text file, as ``_found`` gives one of a workbook."""
    text = text.strip()
    if text.startswith(("=", "@")):
        return [text[:200], "formula"]
    if text in _ERRORS or (len(text) > 2 and not text.strip("#")):
        return [text[:20], "error"]
    return text or None


# ------------------------------------------------------------------------------------- all files


def _check_package(content: bytes, asked: Mapping[str, Any]) -> None:
    """Refuses what unpacks to more than a sheet of figures ever would, and what runs."""
    parts = ZipFile(BytesIO(content)).infolist()
    if len(parts) > asked["parts"] or sum(part.file_size for part in parts) > asked["unpacked"]:
        raise Refused("too_much")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise Refused("macros")


def _taken(lines: Iterable[Sequence[Any]], rows: int) -> list[list[Any]]:
    """The cells of the rows; those beyond the limit have to be empty."""
    found: list[list[Any]] = []
    empty: Sequence[Any] = ()
    for number, line in enumerate(lines, start=1):
        if number <= rows:
            found.append([_found(cell) for cell in line])
        elif line is not empty:
            # Rows that a file leaves out are one and the same: a million of them is soon passed.
            if any(cell.value is not None for cell in line):
                raise Refused("rows", rows=rows)
            empty = line
    return found


def _found(cell: Any) -> list[str] | str | None:
    """A cell as [what stands in it, a code of why that cannot be read]; the words alone where it
    can; None where it is empty."""
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f" or not isinstance(value, (str, int, float, date, time)):
        return [str(value)[:200], "formula"]
    if cell.data_type == "e":
        return [str(value)[:20], "error"]
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (bool, time)):
        return [str(value)[:60], "no_number"]
    if isinstance(value, date):
        return _day(value)
    return _digits(value, percent="%" in (cell.number_format or ""))


def _day(value: date) -> list[str] | str:
    """A day as people here write it. A year above 2400 was typed in the Buddhist Era."""
    if isinstance(value, datetime) and value.time() != time():
        return [value.isoformat(" ")[:60], "moment"]
    year = value.year if value.year >= _BUDDHIST else value.year + 543
    return f"{value.day}/{value.month}/{year}"


def _digits(value: float, *, percent: bool) -> str:
    """All digits of a number. What is shown in per cent is read as it is shown: 0.75 is 75.

    Fifteen digits are all that a spreadsheet keeps; what a float shows beyond them is dust.
    """
    if not abs(value) < 1e15:
        return str(value)
    number = Decimal(f"{value:.15g}")
    if percent:
        number = number.scaleb(2)
        if number == number.to_integral_value():
            number = number.quantize(Decimal(1))
    return format(number, "f")


if __name__ == "__main__":
    main()
