"""What the counts of integrity measures are made of: every measure with its state at a quarter."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from integrity.measures.models import QuarterProgress
from integrity.measures.read import measure_years, year_row
from integrity.measures.rows import MeasureRow
from integrity.measures.rules import QUARTERS
from strategy.explained.rows import Explanation, Input
from strategy.explained.sources import no_such_figure
from strategy.pages.page import Page


def explain_measures(page: Page, name: str) -> Explanation:
    """``name``: the fiscal year and the quarter, "2569-2"."""
    year, _dash, text = name.partition("-")
    found = next(
        (each for each in measure_years(page.agency.pk) if str(each.fiscal_year) == year), None
    )
    if found is None or text not in map(str, QUARTERS):
        raise no_such_figure()
    quarter = int(text)
    shown = year_row(found, page.today)
    title = _("Integrity measures of fiscal year %(year)s") % {"year": shown.fiscal_year}
    return Explanation(
        title=f"{title} · " + _("Quarter %(quarter)s") % {"quarter": quarter},
        figures=[(each.label, str(each.count)) for each in shown.counts(quarter) if each.count],
        rule=[
            _("What was done in an earlier quarter is counted as done."),
            _("A report is overdue once its last day has passed without one that was handed in."),
        ],
        steps=[
            _("Each of the %(count)s measures is counted once, by its state at this quarter.")
            % {"count": len(shown.measures)}
        ],
        inputs=[_of_count(row, quarter) for row in shown.measures],
        page=f"{reverse('measure_year', args=[shown.fiscal_year])}?quarter={quarter}",
        sample=shown.has_sample,
    )


def _of_count(row: MeasureRow, quarter: int) -> Input:
    now = row.at(quarter)
    reported = [each for each in row.quarters[:quarter] if each.counts]
    latest = reported[-1] if reported else None
    stored = None
    if latest is not None and latest.progress_id is not None:
        stored = (QuarterProgress, latest.progress_id)
    note = _("due %(day)s") % {"day": now.deadline_name} if now.is_owed else ""
    return Input(f"{row.place} {row.text}", f"{now.shape} {now.label}", note, stored=stored)
