"""A workbook that came back, held against today's data: what each row would do. Writes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_col_to_name

from nhrc_plan.exchange.parts import Column, Sheet, Wanted, posted, version_read
from nhrc_plan.exchange.rows import (
    ASKED,
    CHANGED,
    CONFLICT,
    MINE,
    NEW,
    REFUSED,
    RIGHT,
    THEIRS,
    UNCHANGED,
    Compared,
    Difference,
    Problem,
    Row,
)
from nhrc_plan.exchange.sheets import yes
from nhrc_plan.exchange.subjects import PARTS
from strategy.workbook.upload import EMPTY, Found, sheets_read

MAX_ROWS = 6_000
_MAX_COLUMNS = 40


def compare(content: bytes, wanted: Wanted, decided: Mapping[str, str]) -> Compared:
    """What a workbook would change. ``decided``: by the key of a row, MINE, THEIRS or RIGHT.

    Raises ValidationError where the file as a whole cannot be taken.
    """
    read = sheets_read(content, {part.name: (_MAX_COLUMNS, MAX_ROWS) for part in PARTS})
    found = Compared()
    for number, part in enumerate(PARTS):
        if part.name in read.rows:
            held = _Taken(number, part.sheet(wanted), read.rows[part.name], decided)
            found.rows += held.compared(submits=wanted.submits)
            found.screens += held.sheet.screens
    if not found.screens and not found.rows:
        raise ValidationError(
            _("The workbook has none of the sheets to fill in (%(wanted)s). It has: %(found)s. "
              "Download it anew.")
            % {
                "wanted": ", ".join(part.name for part in PARTS),
                "found": ", ".join(read.names[:10])[:200],
            }
        )  # fmt: skip
    return found


class _Filled(NamedTuple):
    """A row of the workbook: its number there, and its cells by the label of their column."""

    number: int
    cells: Mapping[str, Found]


class _Taken:
    """One sheet on its way into the forms of its screens."""

    def __init__(
        self,
        number: int,
        sheet: Sheet,
        lines: Sequence[Sequence[Found]],
        decided: Mapping[str, str],
    ) -> None:
        self.number, self.sheet, self.part, self.decided = number, sheet, sheet.part, decided
        self.columns = self.part.columns()
        self.letters: dict[str, str] = {}
        #: Rows that belong to no form.
        self.wrong: list[Row] = []
        self.filled: dict[str, _Filled] = {}
        self._read(lines)
        #: The codes of each form that has rows, in the workbook's order, by its place.
        self.codes: dict[tuple[int, int], list[str]] = defaultdict(list)
        for code in self.filled:
            self.codes[sheet.places[code]].append(code)
        #: What the forms would send as they stand, and with the cells in them; by place.
        self.stands: dict[tuple[int, int], dict[str, str]] = {}
        self.typed: dict[tuple[int, int], dict[str, str]] = {}
        #: Cells that cannot be read, by place.
        self.unclear: dict[tuple[int, int], list[Problem]] = defaultdict(list)

    # ------------------------------------------------------------------------- the sheet's rows

    def _read(self, lines: Sequence[Sequence[Found]]) -> None:
        labels = [column.label for column in self.columns]
        for number, cells in enumerate(lines, start=1):
            texts = [" ".join(cell.text.split()) for cell in cells]
            if texts and texts[0] == labels[0]:
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
        typed = [column.label for column in self.part.open()]
        for number, cells in enumerate(lines[top:], start=top + 1):
            row = {
                label: cells[places[label]] if places[label] < len(cells) else EMPTY
                for label in labels
            }
            code = row[labels[0]].text
            if code in self.sheet.places and code not in self.filled:
                self.filled[code] = _Filled(number, row)
            elif code in self.filled:
                self._refuse(number, code, _("The row stands in row %(other)s already.")
                             % {"other": self.filled[code].number})  # fmt: skip
            elif code or any(row[label] != EMPTY for label in typed):
                self._refuse(
                    number, code,
                    _("This row is not among those that can be entered here for this month: it "
                      "was approved meanwhile, belongs to another unit, or its code was changed."),
                )  # fmt: skip

    def _refuse(self, number: int, code: str, text: str) -> None:
        key = f"{self.number}-row{number}"
        row = Row(self.part.name, number, key, code[:60], REFUSED)
        row.problems = (Problem("", code[:60], text),)
        row.decided = self.decided.get(key, "")
        if row.decided == THEIRS:
            row.outcome = UNCHANGED
        self.wrong.append(row)

    # ------------------------------------------------------------------------- into the forms

    def compared(self, *, submits: bool) -> list[Row]:
        """Each row with its outcome, once the forms and what writes them were asked."""
        for number, screen in enumerate(self.sheet.screens):
            for place, form in enumerate(screen.forms):
                at = (number, place)
                self.stands[at] = posted(form)
                self.typed[at] = self._typed_into(at, form)
        self._ask(submits)
        again = [at for at in self.codes if self._decided(at) in (MINE, RIGHT)]
        if again:
            # As on the screen: what is sent once more replaces what stands, or is right.
            for at in again:
                form = self._form(at)
                hidden = [bound.html_name for bound in form.hidden_fields()]
                self.typed[at] |= {name: form.data.get(name, "") for name in hidden}
            self._ask(submits)
        return [*self.wrong, *(self._row(at, codes) for at, codes in self.codes.items())]

    def _form(self, at: tuple[int, int]) -> Any:
        return self.sheet.screens[at[0]].forms[at[1]]

    def _key(self, at: tuple[int, int]) -> str:
        return f"{self.number}-{self._form(at).prefix}"

    def _decided(self, at: tuple[int, int]) -> str:
        return self.decided.get(self._key(at), "")

    def _ask(self, submits: bool) -> None:
        for number, screen in enumerate(self.sheet.screens):
            data: dict[str, Any] = {"_submit": "1"} if submits else {}
            for place in range(len(screen.forms)):
                data |= self.typed[number, place]
            screen.bind(data)
            screen.is_valid()

    def _typed_into(self, at: tuple[int, int], form: Any) -> dict[str, str]:
        """What a form is sent: what stands in it, with the workbook's cells over it."""
        stands = self.stands[at]
        if at not in self.codes or self._decided(at) == THEIRS:
            return dict(stands)
        typed = dict(stands)
        for code in self.codes[at]:
            filled = self.filled[code]
            version = version_read(form, filled.cells[self.columns[-1].label].text)
            if version is None:
                self.unclear[at].append(self._unclear(self.columns[-1], filled, _(
                    "The version of the row cannot be read; it was changed. Download the workbook "
                    "anew and carry this row over.")))  # fmt: skip
            else:
                typed |= version
            fields = self.sheet.lines[code].fields
            for column, name in zip(self.part.open(), fields, strict=True):
                self._cell(at, column, filled, name, typed)
        return dict(stands) if self.unclear[at] else typed

    def _cell(
        self, at: tuple[int, int], column: Column, filled: _Filled, name: str,
        typed: dict[str, str],
    ) -> None:  # fmt: skip
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
            self.unclear[at].append(self._unclear(column, filled, problem))

    def _unclear(self, column: Column, filled: _Filled, text: str) -> Problem:
        cell = f"{self.letters[column.label]}{filled.number}"
        return Problem(cell, filled.cells[column.label].text[:60], text)

    # ------------------------------------------------------------------------- what came of it

    def _row(self, at: tuple[int, int], codes: Sequence[str]) -> Row:
        first = codes[0]
        name = " ".join(str(each) for each in self.sheet.lines[first].shown[:2] if each)
        row = Row(self.part.name, self.filled[first].number, self._key(at), name, UNCHANGED)
        row.decided = self._decided(at)
        form = self._form(at)
        row.problems = tuple(self.unclear[at]) or self._problems(at, form, codes)
        row.differences = self._differences(at, form, codes)
        row.outcome = self._outcome(at, form, row)
        return row

    def _outcome(self, at: tuple[int, int], form: Any, row: Row) -> str:
        if self.unclear[at]:
            return UNCHANGED if row.decided == THEIRS else REFUSED
        version = form.add_prefix("version")
        if row.problems:
            if self.typed[at].get(version, "") != self.stands[at].get(version, ""):
                return CONFLICT
            codes = {error.code for errors in form.errors.as_data().values() for error in errors}
            return ASKED if codes == {"asked"} else REFUSED
        if not form.has_news:
            row.differences = ()
            return UNCHANGED
        return CHANGED if self.stands[at].get(version) else NEW

    def _columns(self, codes: Sequence[str]) -> list[tuple[Column, _Filled, str]]:
        """The open cells of a form's rows, each with the name of its field."""
        return [
            (column, self.filled[code], name)
            for code in codes
            for column, name in zip(self.part.open(), self.sheet.lines[code].fields, strict=True)
            if name
        ]

    def _problems(
        self, at: tuple[int, int], form: Any, codes: Sequence[str]
    ) -> tuple[Problem, ...]:
        cells = {name: (column, filled) for column, filled, name in self._columns(codes)}
        found = []
        for each in (form, *getattr(form, "pieces", ())):
            for field_name, texts in each.errors.items():
                at_cell = cells.get(each.add_prefix(field_name))
                for text in texts:
                    found.append(
                        self._unclear(*at_cell, text) if at_cell else Problem("", "", text)
                    )
        return tuple(found)

    def _differences(
        self, at: tuple[int, int], form: Any, codes: Sequence[str]
    ) -> tuple[Difference, ...]:
        bounds = {
            bound.html_name: bound
            for each in (form, *getattr(form, "pieces", ()))
            for bound in each
        }
        found = []
        for column, _filled, name in self._columns(codes):
            bound = bounds.get(name)
            before, after = self.stands[at].get(name, ""), self.typed[at].get(name, "")
            if bound is not None and bound.field.has_changed(bound.initial, after):
                found.append(Difference(column.label, _said(column, before), _said(column, after)))
        return tuple(found)


def _said(column: Column, text: str) -> str:
    """What a form takes, as people read it; "–" for nothing."""
    if column.kind == "yes":
        text = yes() if text else ""
    elif column.kind == "choice":
        text = next((label for label, value in column.choices.items() if value == text), text)
    return text or "–"
