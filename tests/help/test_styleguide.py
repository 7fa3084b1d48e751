"""The page of all components: every one in every state, for whoever works on the pages."""

import re

import pytest

from nhrc_plan.help.styleguide import tokens
from strategy.standing.words import STATUS_LABELS
from tests.support.writing import signed_in

pytestmark = pytest.mark.looks


def test_a_trial_shows_every_token_status_and_drawing(executive, plan, settings):
    settings.TRIAL = True
    html = signed_in(executive).get("/styleguide/").content.decode()
    names = [token.name for token in tokens()]
    assert "--brand" in names and "--gap" in names
    assert [name for name in names if name not in html] == []
    assert [word for word in STATUS_LABELS.values() if str(word) not in html] == []
    drawn = set(re.findall(r'<svg class="chart ?([\w-]*)', html))
    assert {"chart-wide", "chart-narrow", "chart-radar", "chart-corners", "chart-segments"} <= drawn
    assert html.count("ยังไม่มีตัวเลข") == 4


def test_at_work_there_is_no_such_page(executive, plan, settings):
    settings.TRIAL = False
    assert signed_in(executive).get("/styleguide/").status_code == 404
