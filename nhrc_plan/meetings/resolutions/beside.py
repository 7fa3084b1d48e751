"""What is still owed by resolution, on the pages of what it is about and of who owes it."""

from __future__ import annotations

from collections.abc import Collection

from nhrc_plan.meetings.resolutions.models import SUBJECTS
from nhrc_plan.meetings.resolutions.read import unsettled_about
from strategy.pages.beside import Panel
from strategy.pages.page import Page


def resolutions_beside(page: Page, kind: str, ids: Collection[int]) -> Panel | None:
    """Unsettled resolutions about such things, of the page's plan where it is of one.

    What the board resolved is for those who have signed in.
    """
    if kind not in (*SUBJECTS, "unit") or not page.viewer.signed_in:
        return None
    of_plan = page.plan if kind != "measure" else None
    rows = unsettled_about(kind, ids, page.today, of_plan)
    return Panel("meetings/resolutions/_beside.html", rows) if rows else None
