"""What the points of a self-assessment are made of: the total, and each part of it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from integrity.self_assessments.models import Answer, SelfAssessment
from integrity.self_assessments.read import assessment_page, find_assessment
from integrity.self_assessments.rows import AnswerRow, AssessmentPage, PartStanding
from strategy.explained.rows import Explanation, Input
from strategy.explained.sources import no_such_figure
from strategy.pages.page import Page
from strategy.thai import format_number


def explain_assessment(page: Page, name: str) -> Explanation:
    """``name``: the key of the assessment, or with the code of a part, "12-A"."""
    key, _dash, code = name.partition("-")
    if not key.isdecimal() or not page.viewer.signed_in:
        raise no_such_figure()
    shown = assessment_page(find_assessment(page.viewer, int(key)))
    if not code:
        return _total(shown)
    part = next((row for row in shown.parts if row.part.code == code), None)
    if part is None:
        raise no_such_figure()
    return _part(shown, part)


def _rounding() -> str:
    return _("Points are summed as fractions and rounded half up to 2 decimals when shown.")


def _total(shown: AssessmentPage) -> Explanation:
    inputs = [
        Input(
            f"{row.part.code} {row.part.name}",
            f"{row.points} / {format_number(row.full)}",
            _("weight %(weight)s") % {"weight": format_number(row.part.weight)}
            if row.part.weight is not None
            else _("by assessors, apart from the total"),
            ("assessment", f"{shown.facts.id}-{row.part.code}"),
        )
        for row in shown.parts
    ]
    whole = Input(
        shown.facts.organisation, str(shown.total), shown.rubric.edition,
        stored=(SelfAssessment, shown.facts.id),
    )  # fmt: skip
    return Explanation(
        title=f"{shown.facts.organisation} – {shown.rubric.edition}",
        figures=[(_("total"), f"{shown.total} / 100")],
        rule=[_("The points of each part are brought to its weight, and the parts are summed.")],
        steps=[
            _("Total = %(sum)s = %(total)s.") % {"sum": shown.formula, "total": shown.total},
            _("answered %(answered)s of %(of)s criteria")
            % {"answered": shown.answered, "of": shown.of},
        ],
        inputs=[whole, *inputs],
        page=reverse("assessment", args=[shown.facts.id]),
        rounding=_rounding(),
        sample=shown.facts.is_sample,
    )


def _part(shown: AssessmentPage, row: PartStanding) -> Explanation:
    terms = " + ".join(str(group.points) for group in row.groups)
    answers = [answer for group in row.groups for answer in group.answers]
    return Explanation(
        title=f"{row.part.code} {row.part.name}",
        figures=[
            (_("points"), f"{row.points} / {format_number(row.full)}"),
            (_("share (%)"), "–" if row.percent is None else str(row.percent)),
        ],
        rule=[
            _("A level earns its share of the criterion's points."),
            _("Of alternatives only the one that is answered counts."),
        ],
        steps=[_("Points = %(sum)s = %(points)s.") % {"sum": terms, "points": row.points}],
        inputs=[_of_part(answer) for answer in answers],
        page=reverse("assessment", args=[shown.facts.id]),
        rounding=_rounding(),
        sample=shown.facts.is_sample,
    )


def _of_part(answer: AnswerRow) -> Input:
    full, level = answer.criterion.full, answer.level_row
    value = "–" if answer.points is None else str(answer.points)
    if full is not None:
        value = f"{value} / {format_number(full)}"
    notes = [level.name, level.share_text] if level else []
    if not answer.counts:
        notes.append(_("does not count: another alternative is answered"))
    elif answer.is_missing:
        notes.append(_("not answered"))
    return Input(
        f"{answer.criterion.code} {answer.criterion.text}",
        value,
        " · ".join(notes),
        stored=(Answer, answer.id) if answer.id is not None else None,
    )
