"""What tests of reminders begin with: a Monday on which a year of an indicator is owed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.support.reminding import MONDAY, SITE
from tests.support.writing import OWN, enter, indicator_of


@pytest.fixture
def on_a_monday(db: None, today: Callable[[date], date], settings: Any) -> None:
    settings.SITE_URL, settings.DEFAULT_FROM_EMAIL = SITE, "plan@example.org"
    today(MONDAY)


@pytest.fixture
def owing(plan: Any, reporter: Any) -> Any:
    """The reporter owes the year 2569 of an indicator; everything else of the unit is done."""
    reporter.email = "reporter@example.org"
    reporter.save()
    indicator = indicator_of(plan, "S3-1.1", OWN)
    enter(indicator, 2568, 12, "57", state="approved")
    return indicator
