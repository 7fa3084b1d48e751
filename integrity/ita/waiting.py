"""Years of ITA that wait for somebody's approval, with what there is to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from integrity.ita.models import ItaAssessment
from integrity.ita.read import ita_year
from integrity.ita.rows import Assessed
from strategy.access import Viewer
from strategy.approval.hands import hands_of
from strategy.approval.model import State
from strategy.approval.read import WaitingRow


@dataclass(frozen=True, kw_only=True)
class WaitingYear(WaitingRow):
    """A submitted year: ``now`` with all its scores; ``before``: the last approved one before it,
    None where there is none."""

    now: Assessed
    before: ItaAssessment | None


def waiting_rows(rows: Sequence[ItaAssessment], who: Viewer) -> list[WaitingYear]:
    """Submitted years with all that is shown of each. Six queries, and five for each year."""
    hands = hands_of(ItaAssessment, [row.pk for row in rows])
    approved = ItaAssessment.objects.filter(
        agency__in={row.agency_id for row in rows}, approval=State.APPROVED
    ).order_by("fiscal_year")
    earlier = list(approved)
    found = []
    for row in rows:
        before = [each for each in earlier if each.agency_id == row.agency_id]
        before = [each for each in before if each.fiscal_year < row.fiscal_year]
        now = ita_year(row.agency, row.fiscal_year).now
        found.append(
            WaitingYear(
                row=row,
                code="ITA",
                name=str(row.fiscal_year),
                unit=row.agency.name,
                period=str(row.fiscal_year),
                before_name=str(before[-1].fiscal_year) if before else "",
                own=who.user_id in hands[row.pk].authors,
                flags=tuple(_flags(now)),
                remarks=((_("notes"), row.notes),) if row.notes else (),
                now=now,
                before=before[-1] if before else None,
            )
        )
    return found


def _flags(now: Assessed) -> Iterable[str]:
    """What to look at twice: where the source and its own parts do not agree, what is missing."""
    scores = [row.score for row in now.instruments] + [row.score for row in now.indicators]
    if now.total.differs or any(score.differs for score in scores):
        yield _("published and computed differ")
    if now.grade_differs:
        yield _("the grade is not that of the year's scale")
    missing = sum(row.score.figure is None for row in now.indicators)
    if missing:
        yield _("indicators without a score: %(count)s") % {"count": missing}
