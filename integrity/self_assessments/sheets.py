"""The workbook of an assessment: the result, and the form as it is filled in."""

from __future__ import annotations

from django.utils.translation import gettext as _

from integrity.self_assessments.rows import AnswerRow, AssessmentPage, PartStanding
from strategy.evidence.entry import EvidenceEntry
from strategy.evidence.model import evidence_text
from strategy.known.words import known_lines
from strategy.language.digits import thai_digits
from strategy.workbook.book import Book
from strategy.workbook.sheet import Sheet

CHOSEN, NOT_CHOSEN = "☑", "☐"


def workbook(shown: AssessmentPage) -> bytes:
    """Both sheets as xlsx bytes."""
    title = f"{_('Result of the assessment')}: {shown.facts.organisation}"
    book = Book(
        title=title,
        creator=_("Strategic plan tracker"),
        footer=shown.rubric.name,
        thai_digits=thai_digits(),
    )
    result(book, shown)
    form(book, shown)
    return book.save()


def _heading(sheet: Sheet, title: str, shown: AssessmentPage) -> None:
    facts = shown.facts
    notes = [
        " · ".join(
            part for part in (shown.rubric.edition, facts.level_label, facts.province) if part
        ),
        _("Total %(total)s of 100 = %(formula)s; answered %(answered)s of %(of)s")
        % {
            "total": shown.total,
            "formula": shown.formula,
            "answered": shown.answered,
            "of": shown.of,
        },
    ]
    notes += known_lines()
    if facts.mark:
        notes.append(f"{_('state of approval')}: {facts.mark}")
    if facts.is_sample:
        notes.append(_("sample"))
    if shown.rubric.has_reading:
        notes.append(reading())
    sheet.title(f"{title}: {facts.organisation}", *notes)


def reading() -> str:
    """What of the points is ours."""
    return _(
        "Our reading: what share of its points a level earns, and points that the source gives for "
        "a group only."
    )


def result(book: Book, shown: AssessmentPage) -> Sheet:
    """Points by part, group and criterion, and the next level up."""
    sheet = book.page(_("result"), [9, 68, 12, 12, 18, 14, 16])
    _heading(sheet, _("Result of the assessment"), shown)
    head = sheet.head(
        [
            _("No."), _("criterion"), _("full points"), _("points"), _("level"), _("share (%)"),
            _("next level adds to the total"),
        ],
    )  # fmt: skip
    sheet.comment(head, 4, _("The level's share of the full points; for assessors, as given."))
    sheet.comment(head, 7, _("Points of the total of 100 that the next higher level would bring."))
    gains = {gain.criterion.id: gain for gain in shown.gains}
    for row in shown.parts:
        _part_row(sheet, row)
        for group in row.groups:
            sheet.write(
                [
                    group.group.number, group.group.name, group.group.full, group.points, None,
                    group.percent, None,
                ],
                [
                    "group_center", "group", "group_number", "group_number", "group",
                    "group_number", "group",
                ],
            )  # fmt: skip
            for answer in group.answers:
                criterion = answer.criterion
                gain = gains.get(criterion.id)
                sheet.write(
                    [
                        criterion.number, criterion.text, criterion.full, answer.points,
                        level_text(answer), answer.percent,
                        gain.points if gain else None,
                    ],
                    ["center", "text", "percent", "percent", "center", "percent", "percent"],
                )  # fmt: skip
    sheet.write(
        [None, _("total"), 100, shown.total, None, None, None],
        ["group_center", "group", *["group_number"] * 2, *["group"] * 3],
    )
    return sheet


def _part_row(sheet: Sheet, row: PartStanding) -> None:
    weight = (
        _("apart from the total")
        if row.part.weight is None
        else _("weight %(weight)s%%") % {"weight": f"{row.part.weight.normalize():f}"}
    )
    sheet.write(
        [row.part.code, f"{row.part.name} ({weight})", row.full, row.points, None,
         row.percent, None],
        "head",
    )  # fmt: skip


def level_text(answer: AnswerRow) -> str:
    """The level chosen, or why there is none."""
    if answer.level_row is not None:
        return answer.level_row.name
    if answer.given is not None:
        return "–"
    return _("not answered") if answer.counts else _("another alternative is answered")


def form(book: Book, shown: AssessmentPage) -> Sheet:
    """Every criterion with its described levels and which of them is chosen."""
    sheet = book.page(_("form"), [9, 7, 58, 9, 27, 38])
    _heading(sheet, _("Self-assessment form"), shown)
    sheet.head(
        [_("No."), _("chosen"), _("criterion and levels"), _("points"), _("remark"), _("evidence")]
    )
    for row in shown.parts:
        sheet.write([row.part.code, None, row.part.name, row.full, None, None], "head")
        for group in row.groups:
            sheet.write(
                [group.group.number, None, group.group.name, group.group.full, None, None],
                ["group_center", "group", "group", "group_number", "group", "group"],
            )
            for answer in group.answers:
                _form_rows(sheet, answer)
    if shown.replies:
        sheet.write([None, None, _("compulsory questions"), None, None, None], "head")
        for number, (question, reply) in enumerate(shown.replies, start=1):
            sheet.write(
                [str(number), None, f"{question}\n{reply}".strip(), None, None, None],
                ["center", "center", "text", "percent", "text", "text"],
            )
    return sheet


def _form_rows(sheet: Sheet, answer: AnswerRow) -> None:
    criterion = answer.criterion
    styles = ["center", "center", "text", "percent", "text", "text"]
    if criterion.heading:
        sheet.write([None, None, criterion.heading, None, None, None], styles)
    sheet.write(
        [
            criterion.number, None, criterion.text,
            answer.given if not criterion.levels else criterion.full, answer.remark,
            "\n".join(_piece(piece) for piece in answer.evidence),
        ],
        styles,
    )  # fmt: skip
    for level in criterion.levels:
        mark = CHOSEN if level.level == answer.level else NOT_CHOSEN
        sheet.write([None, mark, f"{level.name}: {level.text}", level.points, None, None], styles)


def _piece(piece: EvidenceEntry) -> str:
    dated = piece.dated.isoformat() if piece.dated else None
    return evidence_text({**piece.fields(), "dated": dated})
