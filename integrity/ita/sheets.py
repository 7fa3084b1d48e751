"""The sheets of ITA: scores from the total down to questions, and the recommendations."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from integrity.ita import sheets
from integrity.ita.rows import Advice, Instrument, ItaYear, Item, Part, Score, moved
from strategy.known.words import known_lines
from strategy.language.digits import thai_digits
from strategy.thai import format_date, format_exact
from strategy.workbook.book import Book
from strategy.workbook.build import Builder
from strategy.workbook.sheet import Sheet

_WIDTHS = [9, 8, 64, 11, 10.5, 10.5, 10.5, 10.5, 10]


def flag(score: Score) -> str:
    """In words, where published and computed are more than 0.01 apart."""
    return _("differs") if score.differs else ""


def scores(book: Book, shown: ItaYear) -> Sheet:
    """Total, instruments and indicators with their questions, published beside computed."""
    now = shown.now
    sheet = book.page(_("ITA %(year)s") % {"year": now.year}, _WIDTHS)
    sheet.title(
        _("ITA scores of fiscal year %(year)s, %(agency)s")
        % {"year": now.year, "agency": shown.agency_name},
        *([f"{_('state of approval')}: {now.mark}"] if now.mark else []),
        *summary_lines(shown),
        *known_lines(),
    )
    head = sheet.head(
        [
            _("instrument"), _("No."), _("what is scored"), _("weight (%)"), _("published"),
            _("computed"), _("year before"), _("change"), _("remark"),
        ],
    )  # fmt: skip
    sheet.comment(head, 6, computed_rule(parts=now.has_parts))
    sheet.comment(head, 9, differs_rule())
    before = shown.before.total if shown.before else Score()
    _row(sheet, ["", "", _("total"), None], now.total, before, group=True)
    for instrument in now.instruments:
        earlier = shown.instrument_before(instrument)
        _row(
            sheet,
            [instrument.code, "", instrument.name, instrument.weight],
            instrument.score,
            earlier.score if earlier else Score(),
            group=True,
        )
        for part, indicators in instrument.groups:
            if part is not None:
                weight = weight_in_words(part, instrument)
                before = shown.part_before(instrument, part)
                _row(
                    sheet,
                    [instrument.code, "", part.label, weight],
                    part.score,
                    before,
                    group=True,
                )
            for row in indicators:
                _row(
                    sheet,
                    [row.instrument, row.number, row.name, None],
                    row.score,
                    shown.indicator_before(row),
                    group=True,
                )
                for item in row.items:
                    _item_rows(sheet, row.instrument, item, shown)
    sheet.table(head)
    return sheet


def weight_in_words(part: Part, instrument: Instrument) -> str:
    """A part's weight, of the weights of all parts: "1 of 2"."""
    return _("%(weight)s of %(all)s") % {
        "weight": format_exact(part.weight),
        "all": format_exact(instrument.parts_weight),
    }


def _item_rows(sheet: Sheet, instrument: str, item: Item, shown: ItaYear) -> None:
    _row(sheet, [instrument, item.code, item.text, None], item.score, shown.item_before(item))
    for part in item.parts:
        named = [instrument, part.code, f"– {part.text}", None]
        _row(sheet, named, part.score, shown.item_before(part))
    if item.rest is not None:
        words = _("– each of the other questions")
        if item.unlisted is not None:
            words = _("– each of the other %(count)s questions") % {"count": item.unlisted}
        _row(sheet, [instrument, "", words, None], Score(item.rest), Score())


def _row(
    sheet: Sheet, named: list[Any], score: Score, before: Score, *, group: bool = False
) -> None:
    move = moved(before, score)
    text, center, number = (
        ("group", "group_center", "group_number") if group else ("text", "center", "percent")
    )
    sheet.write(
        [
            *named, score.published, score.computed, before.figure,
            move.points if move else None, flag(score),
        ],
        [center, center, text, number, number, number, number, number, center],
    )  # fmt: skip


def recommendations(book: Book, shown: ItaYear) -> Sheet:
    """What the assessment advises, the measures that answer it, and what came of it."""
    sheet = book.page(
        _("recommendations %(year)s") % {"year": shown.now.year}, [6, 10, 46, 9, 32, 24, 9, 12]
    )
    sheet.title(
        _("Recommendations of ITA %(year)s, %(agency)s")
        % {"year": shown.now.year, "agency": shown.agency_name}
    )
    head = sheet.head(
        [
            _("No."), _("instrument"), _("recommendation"), _("question"),
            _("measure that answers it"), _("what happened"), _("score"), _("next score"),
        ],
    )  # fmt: skip
    for row in shown.advice:
        score: Decimal | None = row.item.score.figure if row.item else None
        sheet.write(
            [
                row.number, row.instrument or _("not stated"), row.text,
                row.item.code if row.item else None, measures_in_words(row),
                happened_in_words(row), score, _next(row),
            ],
            ["center", "center", "text", "center", "text", "text", "percent", "percent"],
        )  # fmt: skip
    if shown.advice:
        sheet.table(head)
    else:
        sheet.paragraph(_("No recommendation has been entered for this year."), "note")
    return sheet


def _next(row: Advice) -> Decimal | str | None:
    """The question's next score; where measures of several years answer, each with its year."""
    if len(row.nexts) > 1:
        return "\n".join(f"{each.year}: {each.score.figure}" for each in row.nexts)
    return row.nexts[0].score.figure if row.nexts else None


def measures_in_words(row: Advice) -> str:
    return "\n".join(
        f"{measure.year}: {measure.number} {measure.text}".replace("  ", " ")
        for measure in row.measures
    )


def happened_in_words(row: Advice) -> str:
    """The newest that is known of each measure: its latest quarter, else its result."""
    lines = []
    for measure in row.measures:
        if measure.quarter is not None:
            line = _("quarter %(quarter)s: %(state)s") % {
                "quarter": measure.quarter,
                "state": measure.state,
            }
            said = f" – {measure.said}" if measure.said else ""
            sample = f" ({_('sample')})" if measure.sample else ""
            lines.append(f"{line}{said}{sample}")
        else:
            lines.append(measure.result or measure.outcome or "–")
    return "\n".join(lines)


def summary_lines(shown: ItaYear) -> list[str]:
    """The year in a few lines: grade, rank, change, where weights come from."""
    now = shown.now
    grade = now.published_grade or _("not stated")
    line = _("Grade: %(grade)s") % {"grade": grade}
    if now.computed_grade:
        line += " " + _("(by the scale: %(grade)s)") % {"grade": now.computed_grade}
    rank = f"{now.rank} ({now.rank_group})" if now.rank_group else now.rank
    line += " · " + _("Rank: %(rank)s") % {"rank": rank or _("not stated")}
    if now.announced_on:
        line += " · " + _("announced on %(day)s") % {
            "day": format_date(now.announced_on, short=False)
        }
    lines = [line]
    if shown.change is not None:
        lines.append(
            _("Against %(year)s: %(points)s points, %(percent)s%%")
            % {
                "year": now.year - 1,
                "points": shown.change.points,
                "percent": shown.change.percent if shown.change.percent is not None else "–",
            }
        )
    if now.weights_source:
        lines.append(_("Weights and grades: %(source)s") % {"source": now.weights_source})
    return lines


def computed_rule(*, parts: bool = False) -> str:
    """How scores are computed; ``parts``: an instrument has parts."""
    rule = _(
        "Means of what lies below: parts make a question, questions an indicator, indicators an "
        "instrument; the total weighs the instruments. Nothing is rounded before it is shown. "
        "Empty where the source does not give all that it would take."
    )
    if not parts:
        return rule
    more = _(
        "An instrument in parts is the mean of its parts by their weights, a part the mean of its "
        "indicators; while an indicator belongs to no part, the instrument is not computed."
    )
    return f"{rule} {more}"


def differs_rule() -> str:
    return _("Said where published and computed are more than 0.01 apart.")


#: An ITA assessment.
ITA: tuple[Builder, ...] = (sheets.scores, sheets.recommendations)


def ita_report(shown: ItaYear) -> bytes:
    """The workbook of an ITA assessment as xlsx bytes."""
    title = _("ITA scores of fiscal year %(year)s, %(agency)s") % {
        "year": shown.now.year,
        "agency": shown.agency_name,
    }
    book = Book(
        title=title, creator=shown.agency_name, footer=shown.agency_name, thai_digits=thai_digits()
    )
    for build in ITA:
        build(book, shown)
    return book.save()
