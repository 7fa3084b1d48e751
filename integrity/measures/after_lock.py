"""Which quarters of a year's measures are others than when their month was locked."""

from __future__ import annotations

from dataclasses import replace

from integrity.measures import rules
from integrity.measures.models import QuarterProgress
from integrity.measures.rows import YearRow
from strategy.approval.after_lock import restated_since_lock
from strategy.approval.model import HANDED_IN
from strategy.closing.read import locked_since


def with_after_lock(shown: YearRow) -> YearRow:
    """A year that knows which of its quarters are. One query, at most two more."""
    months = {
        quarter.progress_id: rules.last_month(shown.fiscal_year, quarter.quarter)
        for measure in shown.measures
        for quarter in measure.quarters
        if quarter.progress_id is not None and quarter.counts
    }
    locked = locked_since(shown.agency_id)
    return replace(
        shown, after_lock=restated_since_lock(QuarterProgress, months, locked, HANDED_IN)
    )
