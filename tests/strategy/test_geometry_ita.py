"""The radar: points where the scores are, labels that meet nothing, and no guess for a gap."""

from __future__ import annotations

import math
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.drawing.geometry import NARROW, SMALL, WIDE
from strategy.drawing.geometry_ita import RADIUS, RadarAxis, radar, radar_low
from strategy.drawing.scale import text_width

SCORES = st.one_of(st.none(), st.decimals(min_value=0, max_value=100, places=2, allow_nan=False))
AXES = st.lists(st.builds(RadarAxis, st.text("กขคเ1. ", max_size=40), SCORES, SCORES), max_size=12)


@pytest.mark.parametrize(
    ("scores", "low"),
    [
        ([], 90),
        (["76.05"], 60),
        (["100"], 90),
        (["80"], 70),
        (["79.99"], 60),
        (["0"], 0),
        (["9"], 0),
    ],
)
def test_the_centre_stands_at_a_ten_below_the_lowest(scores, low):
    assert radar_low([D(score) for score in scores]) == low


def test_points_stand_as_far_out_as_their_scores():
    chart = radar([RadarAxis("ก", D(100)), RadarAxis("ข", D(80)), RadarAxis("ค", D(90))], WIDE)
    reach = [math.dist(chart.centre, point) for point in chart.points]
    assert chart.low == 70
    assert reach == pytest.approx([RADIUS, RADIUS / 3, RADIUS * 2 / 3], abs=0.02)
    # The first axis stands upright.
    assert chart.points[0] == (chart.centre[0], pytest.approx(chart.centre[1] - RADIUS, abs=0.02))


def test_an_axis_without_a_score_opens_the_polygon():
    axes = [RadarAxis("ก", D(90), D(90)), RadarAxis("ข", None, D(80)), RadarAxis("ค", D(80), D(85))]
    chart = radar(axes, WIDE)
    assert chart.now == "" and len(chart.points) == 2
    assert chart.before and len(chart.points_before) == 3


@given(AXES, st.sampled_from([WIDE, NARROW]))
def test_everything_stays_inside_the_drawing(axes, width):
    chart = radar(axes, width)
    assert chart.width >= width
    for x, y in (*chart.points, *chart.points_before, *chart.spokes):
        assert 0 <= x <= chart.width and 0 <= y <= chart.height
        assert math.dist((x, y), chart.centre) <= RADIUS + 0.05
    for label in chart.labels:
        wide = text_width(label.text, SMALL)
        left = {"start": 0, "middle": wide / 2, "end": wide}[label.anchor]
        assert label.x - left >= -0.05 and label.x - left + wide <= chart.width + 0.05
        assert SMALL * 0.6 <= label.y <= chart.height


@given(st.lists(st.decimals(min_value=0, max_value=100, places=2), min_size=3, max_size=12))
def test_a_higher_score_is_never_drawn_further_in(scores):
    chart = radar([RadarAxis("ก", score) for score in scores], WIDE)
    reach = [math.dist(chart.centre, point) for point in chart.points]
    pairs = sorted(zip(scores, reach, strict=True))
    assert all(a[1] <= b[1] + 0.03 for a, b in zip(pairs, pairs[1:], strict=False))
    assert chart.now.count(",") == len(scores)
