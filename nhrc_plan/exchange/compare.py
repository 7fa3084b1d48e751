"""A workbook that came back, held against today's data: what each row would do. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from nhrc_plan.exchange.kinds import Batch
from nhrc_plan.exchange.packing import packed
from nhrc_plan.exchange.parts import Column, Part, Wanted
from nhrc_plan.exchange.rows import (
    ASKED,
    CHANGED,
    CONFLICT,
    MINE,
    NEW,
    NEWS,
    REFUSED,
    RIGHT,
    THEIRS,
    UNCHANGED,
    Difference,
    Problem,
    Row,
)
from nhrc_plan.exchange.sheets import yes
from nhrc_plan.exchange.subjects import PARTS
from nhrc_plan.exchange.typed import as_cells, version_read
from strategy.records.screen import EntryScreen
from strategy.workbook.upload import EMPTY, Found, sheets_read

MAX_ROWS = 6_000
_MAX_COLUMNS = 40


def batches(content: bytes, wanted: Wanted, decided: Mapping[str, str]) -> Iterator[Batch]:
    """What a workbook would change, some hundred rows at a time.

    Raises ValidationError where the file as a whole cannot be taken.
    """
    read = sheets_read(content, {part.name: (_MAX_COLUMNS, MAX_ROWS) for part in PARTS})
    if not read.rows:
        raise ValidationError(
            _("The workbook has none of the sheets to fill in (%(wanted)s). It has: %(found)s. "
              "Download it anew.")
            % {
                "wanted": ", ".join(part.name for part in PARTS),
                "found": ", ".join(read.names[:10])[:200],
            }
        )  # fmt: skip
    sheets = [
        _Lines(number, part, read.rows[part.name], decided)
        for number, part in enumerate(PARTS)
        if part.name in read.rows
    ]
    total = sum(len(lines.filled) + len(lines.wrong) for lines in sheets)
    for lines in sheets:
        for screen in lines.part.bare_screens(wanted):
            taken = _Taken(lines, screen)
            if taken.forms:
                found = taken.compared(submits=wanted.submits)
                yield Batch(found, taken.entries(found), total)
        rest = lines.rest()
        if rest:
            yield Batch(rest, [], total)


class _Filled(NamedTuple):
    """A row of the workbook: its number there, and its cells by the label of their column."""

    number: int
    cells: Mapping[str, Found]


class _Lines:
    """The rows of a sheet of the workbook, each found by its code once."""

    def __init__(
        self, number: int, part: Part, lines: Sequence[Sequence[Found]], decided: Mapping[str, str]
    ) -> None:
        self.number, self.part, self.decided = number, part, decided
        self.columns = part.columns()
        self.open = part.open()
        self.letters: dict[str, str] = {}
        #: Rows that belong to no form.
        self.wrong: list[Row] = []
        self.filled: dict[str, _Filled] = {}
        #: The codes that found their form.
        self.met: set[str] = set()
        self._read(lines)

    def _read(self, lines: Sequence[Sequence[Found]]) -> None:
        labels = [column.label for column in self.columns]
        for number, cells in enumerate(lines, start=1):
            if cells and " ".join(cells[0].text.split()) == labels[0]:
                texts = [" ".join(cell.text.split()) for cell in cells]
                self._rows(labels, texts, lines, number)
                return
        self._refuse(0, "", _("The row of headings was not found; it begins with “%(label)s”. "
                              "Download the workbook anew.") % {"label": labels[0]})  # fmt: skip

    def _rows(
        self, labels: list[str], head: list[str], lines: Sequence[Sequence[Found]], top: int
    ) -> None:
        # A label that was broken onto two lines reads as it does on one.
        places = {text: place for place, text in enumerate(head)}
        missing = [label for label in labels if label not in places]
        if missing:
            self._refuse(
                top, "", _("Columns are missing: %(labels)s. Download the workbook anew.")
                % {"labels": ", ".join(missing)}
            )  # fmt: skip
            return
        self.letters = {label: xl_col_to_name(places[label]) for label in labels}
        #: The closed columns are not looked at.
        wanted = [labels[0], *(column.label for column in self.open), labels[-1]]
        for number, cells in enumerate(lines[top:], start=top + 1):
            row = {
                label: cells[places[label]] if places[label] < len(cells) else EMPTY
                for label in wanted
            }
            code = row[labels[0]].text
            if code in self.filled:
                self._refuse(number, code, _("The row stands in row %(other)s already.")
                             % {"other": self.filled[code].number})  # fmt: skip
            elif code:
                self.filled[code] = _Filled(number, row)
            elif any(row[column.label] != EMPTY for column in self.open):
                self._refuse_foreign(number, code)

    def rest(self) -> list[Row]:
        """The rows that belong to no form."""
        for code, filled in self.filled.items():
            if code not in self.met:
                self._refuse_foreign(filled.number, code)
        self.wrong.sort(key=lambda row: row.number)
        return self.wrong

    def _refuse_foreign(self, number: int, code: str) -> None:
        self._refuse(number, code, _(
            "This row is not among those that can be entered here for this month: it was "
            "approved meanwhile, belongs to another unit, or its code was changed."))  # fmt: skip

    def _refuse(self, number: int, code: str, text: str) -> None:
        key = f"{self.number}-row{number}"
        row = Row(self.part.name, number, key, code[:60], REFUSED)
        row.problems = (Problem("", code[:60], text),)
        row.decided = self.decided.get(key, "")
        if row.decided == THEIRS:
            row.outcome = UNCHANGED
        self.wrong.append(row)


class _Taken:
    """A screen on whose rows something stands in the workbook, with that put into its forms."""

    def __init__(self, lines: _Lines, screen: EntryScreen) -> None:
        self.lines, self.screen = lines, screen
        #: The rows of the workbook that a form takes, by its prefix, in the workbook's order.
        self.codes: dict[str, list[str]] = defaultdict(list)
        #: For each row of the workbook what names it, and the fields of its open columns.
        self.names: dict[str, str] = {}
        self.fields: dict[str, tuple[str, ...]] = {}
        for form in screen.forms:
            for line in lines.part.lines(form):
                if line.code in lines.filled and line.code not in lines.met:
                    lines.met.add(line.code)
                    self.codes[form.prefix].append(line.code)
                    self.fields[line.code] = line.fields
                    self.names[line.code] = " ".join(str(each) for each in line.shown[:2] if each)
        self.forms: dict[str, Any] = {
            form.prefix: as_cells(form) for form in screen.forms if form.prefix in self.codes
        }
        #: What would be written, with the form of each.
        self.asked: list[tuple[Any, Any]] = []
        #: What the forms would send as they stand, and with the cells in them.
        self.stands: dict[str, dict[str, str]] = {}
        self.typed: dict[str, dict[str, str]] = {}
        #: Cells that cannot be read.
        self.unclear: dict[str, list[Problem]] = defaultdict(list)

    # ------------------------------------------------------------------------- into the forms

    def compared(self, *, submits: bool) -> list[Row]:
        """Each row with its outcome, once the forms and what writes them were asked."""
        for prefix, form in self.forms.items():
            self.stands[prefix] = form.posted()
            self.typed[prefix] = self._typed_into(prefix, form)
        self._ask(submits)
        again = [prefix for prefix in self.forms if self._decided(prefix) in (MINE, RIGHT)]
        if again:
            # As on the screen: what is sent once more replaces what stands, or is right.
            for prefix in again:
                form = self.forms[prefix]
                self.typed[prefix] |= {name: form.data.get(name, "") for name in form.hidden()}
            self._ask(submits)
        return [self._row(prefix, codes) for prefix, codes in self.codes.items()]

    def entries(self, rows: Sequence[Row]) -> list[Any]:
        """What writes the rows that change something, packed."""
        kept = {row.key for row in rows if row.outcome in NEWS}
        return [
            [self.lines.number, packed(entry)]
            for form, entry in self.asked
            if self._key(form.prefix) in kept
        ]

    def _key(self, prefix: str) -> str:
        return f"{self.lines.number}-{prefix}"

    def _decided(self, prefix: str) -> str:
        return self.lines.decided.get(self._key(prefix), "")

    def _ask(self, submits: bool) -> None:
        rows = tuple(form.row for form in self.forms.values())
        self.screen.shown = replace(self.screen.shown, rows=rows)
        self.screen.forms = [form for form in self.screen.forms if form.prefix in self.forms]
        self.lines.part.bind(self.screen, self.typed, "_submit" if submits else "_draft")
        self.forms = {form.prefix: as_cells(form) for form in self.screen.forms}
        self.asked = self.screen.ask()

    def _typed_into(self, prefix: str, form: Any) -> dict[str, str]:
        """What a form is sent: what stands in it, with the workbook's cells over it."""
        stands = self.stands[prefix]
        typed = dict(stands)
        if self._decided(prefix) == THEIRS:
            return typed
        version_column = self.lines.columns[-1]
        for code in self.codes[prefix]:
            filled = self.lines.filled[code]
            version = version_read(form.hidden(), filled.cells[version_column.label].text)
            if version is None:
                self.unclear[prefix].append(self._unclear(version_column, filled, _(
                    "The version of the row cannot be read; it was changed. Download the workbook "
                    "anew and carry this row over.")))  # fmt: skip
            else:
                typed |= version
            for column, name in zip(self.lines.open, self.fields[code], strict=True):
                self._cell(prefix, column, filled, name, typed)
        return dict(stands) if self.unclear[prefix] else typed

    def _cell(
        self, prefix: str, column: Column, filled: _Filled, name: str, typed: dict[str, str]
    ) -> None:
        cell = filled.cells[column.label]
        text = cell.text
        problem = cell.problem
        if not name:
            if cell != EMPTY:
                problem = _("This cell does not apply to the row; leave it empty.")
        elif column.kind == "yes":
            typed.pop(name, None)
            if text.casefold() in (yes().casefold(), "yes", "ใช่"):
                typed[name] = "on"
            elif text:
                problem = _("Write “%(yes)s”, or leave the cell empty.") % {"yes": yes()}
        elif column.kind == "choice":
            typed[name] = column.choices.get(text, text)
            if text and text not in column.choices:
                problem = problem or _("Choose one of: %(choices)s.") % {
                    "choices": ", ".join(column.choices)
                }
        else:
            typed[name] = text
        if problem:
            self.unclear[prefix].append(self._unclear(column, filled, problem))

    def _unclear(self, column: Column, filled: _Filled, text: str) -> Problem:
        cell = f"{self.lines.letters[column.label]}{filled.number}"
        return Problem(cell, filled.cells[column.label].text[:60], text)

    # ------------------------------------------------------------------------- what came of it

    def _row(self, prefix: str, codes: Sequence[str]) -> Row:
        filled = self.lines.filled[codes[0]]
        row = Row(
            self.lines.part.name, filled.number, self._key(prefix), self.names[codes[0]], UNCHANGED
        )
        row.decided = self._decided(prefix)
        form = self.forms[prefix]
        row.problems = tuple(self.unclear[prefix]) or self._problems(form, codes)
        row.outcome = self._outcome(prefix, form, row)
        if row.outcome != UNCHANGED:
            row.differences = self._differences(prefix, form, codes)
        return row

    def _outcome(self, prefix: str, form: Any, row: Row) -> str:
        if row.decided == THEIRS:
            return UNCHANGED
        if self.unclear[prefix]:
            return REFUSED
        version = form.add_prefix("version")
        if row.problems:
            if self.typed[prefix].get(version, "") != self.stands[prefix].get(version, ""):
                return CONFLICT
            codes = {error.code for errors in form.refusals().values() for error in errors}
            return ASKED if codes == {"asked"} else REFUSED
        if not form.has_news:
            return UNCHANGED
        return CHANGED if self.stands[prefix].get(version) else NEW

    def _columns(self, codes: Sequence[str]) -> Iterator[tuple[Column, _Filled, str]]:
        """The open cells of a form's rows, each with the name of its field."""
        for code in codes:
            for column, name in zip(self.lines.open, self.fields[code], strict=True):
                if name:
                    yield column, self.lines.filled[code], name

    def _problems(self, form: Any, codes: Sequence[str]) -> tuple[Problem, ...]:
        refusals = form.refusals()
        if not refusals:
            return ()
        cells = {name: (column, filled) for column, filled, name in self._columns(codes)}
        found = []
        for name, refused in refusals.items():
            at_cell = cells.get(name)
            for text in (text for each in refused for text in each.messages):
                found.append(self._unclear(*at_cell, text) if at_cell else Problem("", "", text))
        return tuple(found)

    def _differences(self, prefix: str, form: Any, codes: Sequence[str]) -> tuple[Difference, ...]:
        stands, typed = self.stands[prefix], self.typed[prefix]
        found = []
        for column, _filled, name in self._columns(codes):
            before, after = stands.get(name, ""), typed.get(name, "")
            if before != after and form.changed(name, after):
                found.append(Difference(column.label, _said(column, before), _said(column, after)))
        return tuple(found)


def _said(column: Column, text: str) -> str:
    """What a form takes, as people read it; "–" for nothing."""
    if column.kind == "yes":
        text = yes() if text else ""
    elif column.kind == "choice":
        text = next((label for label, value in column.choices.items() if value == text), text)
    return text or "–"
