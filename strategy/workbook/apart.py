"""Reads sheets of a workbook from outside, in a process of its own; started by upload.py.

Whatever a file does to its reader happens here: with limits of its own, without the service's
memory, database or secrets. Knows no Django and no other module of the project, so that it starts
in a moment. Standard input: a line of JSON (see ``main``), then the file. Standard output: JSON;
what is wrong is a code, and upload.py has the sentences.
"""

from __future__ import annotations

import json
import resource
import sys
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from openpyxl import load_workbook

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

    Asked: ``sheets``, {name: [columns, rows]}, and the limits ``bytes``, ``unpacked``, ``parts``.
    Answered: {"names": [...], "sheets": {name: rows}} or {"refused": code, "about": {...}}.
    """
    for kind, most in ((resource.RLIMIT_DATA, MEMORY), (resource.RLIMIT_CPU, SECONDS)):
        resource.setrlimit(kind, (most, most))
    asked = json.loads(sys.stdin.buffer.readline())
    answer = answered(sys.stdin.buffer.read(), asked)
    sys.stdout.buffer.write(json.dumps(answer).encode())


def answered(content: bytes, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer for one file."""
    try:
        return _sheets(content, asked)
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


def _check_package(content: bytes, asked: dict[str, Any]) -> None:
    """Refuses what unpacks to more than a sheet of figures ever would, and what runs."""
    parts = ZipFile(BytesIO(content)).infolist()
    if len(parts) > asked["parts"] or sum(part.file_size for part in parts) > asked["unpacked"]:
        raise Refused("too_much")
    if any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise Refused("macros")


def _taken(lines: Iterable[Sequence[Any]], rows: int) -> list[list[Any]]:
    """The cells of the rows; those beyond the limit have to be empty."""
    found: list[list[Any]] = []
    for number, line in enumerate(lines, start=1):
        if number <= rows:
            found.append([_found(cell) for cell in line])
        elif any(cell.value is not None for cell in line):
            raise Refused("rows", rows=rows)
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
