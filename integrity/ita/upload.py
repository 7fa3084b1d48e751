"""An assessment's scores as a workbook to fill in, and such a workbook read back and compared."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from integrity.ita.scores import Place, ScoreEntry, ScoreTree, parse_score, shown_score
from integrity.ita.write import score_problems
from strategy.workbook.book import Book
from strategy.workbook.upload import EMPTY, Found, sheet_rows

#: The sheet is found by this name, whatever else a workbook holds.
SHEET = "ITA"
MAX_ROWS = 3_000

_COLUMNS = 7
_KEY, _WAS, _SCORE = 0, 5, 6


def _head() -> list[str]:
    return [
        _("code in the system"), _("instrument"), _("No."), _("what is scored"), _("type of row"),
        _("score when downloaded"), _("score"),
    ]  # fmt: skip


def _kind(place: Place) -> str:
    if place.key.startswith("P"):
        return _("part of the instrument")
    return (_("total"), _("indicator"), _("question or sub-indicator"), _("part"))[place.level]


def score_workbook(tree: ScoreTree) -> bytes:
    """The assessment's tree with its present scores, one column open for typing."""
    assessment = tree.assessment
    agency = assessment.agency.name
    title = _("ITA scores of fiscal year %(year)s, %(agency)s") % {
        "year": assessment.fiscal_year,
        "agency": agency,
    }
    book = Book(title=title, creator=agency)
    page = book.sheet(SHEET, [16, 12, 9, 92, 24, 16, 16])
    page.title(
        title,
        _("Fill in the last column only: 0 to 100, at most two decimals; leave it empty where the "
          "source does not say. Then upload the file where it was downloaded."),
        _("Nothing is saved until you have seen what would change, and confirmed it."),
    )  # fmt: skip
    page.head(_head())
    first = page.row + 1
    for place in tree:
        group = place.level < 2
        text, center, number = (
            ("group", "group_center", "group_number") if group else ("text", "center", "percent")
        )
        name = place.name if place.level < 3 else f"– {place.name}"
        page.write(
            [place.key, place.instrument, place.code, name, _kind(place), place.score,
             place.score],
            [center, center, center, text, center, number, "entry"],
        )  # fmt: skip
    page.worksheet.data_validation(
        first - 1, _SCORE, page.row - 1, _SCORE,
        {
            "validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 100,
            "ignore_blank": True, "error_type": "warning", "error_title": _("score"),
            "error_message": _("A score is between 0 and 100."),
        },
    )  # fmt: skip
    page.lock()
    page.freeze(first)
    return book.save()


@dataclass(frozen=True, slots=True)
class Line:
    """A row of an uploaded sheet that changes something, or cannot be taken."""

    row: int
    key: str
    what: str
    before: str
    after: str
    #: What is wrong and what would be right; "" where the row can be applied.
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """An uploaded sheet against what is stored."""

    lines: tuple[Line, ...]
    entries: tuple[ScoreEntry, ...]
    unchanged: int

    @property
    def refused(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.problem)

    @property
    def may_apply(self) -> bool:
        return bool(self.entries) and not self.refused


def compare(content: bytes, tree: ScoreTree) -> Comparison:
    """What an uploaded workbook would change. Writes nothing.

    Raises ValidationError where the file as a whole cannot be taken; what is wrong with a single
    row stands beside it.
    """
    rows = sheet_rows(content, SHEET, columns=_COLUMNS, rows=MAX_ROWS)
    places = tree.by_key
    lines: list[Line] = []
    found: list[tuple[int, ScoreEntry]] = []
    unchanged = 0
    for number, cells in _data_rows(rows):
        key = cells[_KEY].text
        place = places.get(key)
        try:
            was, score = _figure(cells[_WAS]), _figure(cells[_SCORE])
        except ValidationError as problem:
            said = cells[_SCORE].text or cells[_WAS].text
            lines.append(_line(number, key, place, said, problem))
            continue
        found.append((number, ScoreEntry(key, was, score)))
    problems = score_problems(tree, [entry for _number, entry in found])
    entries = []
    for index, (number, entry) in enumerate(found):
        place = places.get(entry.key)
        # A row that was not filled in anew follows what has been saved since the download.
        untouched = place is not None and entry.after in (entry.before, place.score)
        refused = problems.get(index)
        if refused is not None and not (untouched and refused.code == "stale"):
            lines.append(_line(number, entry.key, place, shown_score(entry.after), refused))
        elif untouched:
            unchanged += 1
        else:
            entries.append(entry)
            lines.append(_line(number, entry.key, place, shown_score(entry.after), None))
    if not found and not lines:
        raise ValidationError(_("The sheet has no row with a code of this system."))
    lines.sort(key=lambda line: line.row)
    return Comparison(tuple(lines), tuple(entries), unchanged)


def _data_rows(rows: list[list[Found]]) -> list[tuple[int, list[Found]]]:
    """The rows below the head that hold anything, with their numbers as a spreadsheet has them."""
    head = _head()
    for number, cells in enumerate(rows, start=1):
        if [cell.text for cell in cells] == head:
            below = enumerate(rows[number:], start=number + 1)
            return [
                (line, [*each, *[EMPTY] * (_COLUMNS - len(each))])
                for line, each in below
                if any(cell != EMPTY for cell in (*each[:1], *each[_WAS:]))
            ]
    raise ValidationError(
        _("The row of headings was not found. It has to read: %(head)s. Download the sheet anew.")
        % {"head": " | ".join(head)}
    )


def _figure(cell: Found) -> Decimal | None:
    if cell.problem:
        raise ValidationError(cell.problem)
    return parse_score(cell.text) if cell.text else None


def _line(
    number: int, key: str, place: Place | None, after: str, problem: ValidationError | None
) -> Line:
    return Line(
        row=number,
        key=key[:40],
        what=f"{place.code} {place.name}".strip() if place else "–",
        before=shown_score(place.score) if place else "–",
        after=after[:60],
        problem=" ".join(problem.messages) if problem else "",
    )
