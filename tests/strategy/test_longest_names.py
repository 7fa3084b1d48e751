"""The longest Thai names that the plan and the assessments hold, in every drawing that names things:
no two texts meet, and none leaves the drawing."""

import json
from decimal import Decimal

import pytest
from django.conf import settings

from strategy.drawing import geometry as g
from strategy.drawing import geometry_ita as ita
from strategy.drawing import geometry_money as m
from tests.support.shapes import box, inside, meet

MANY = Decimal("1234567.89")


def names(path):
    """Every text under the key "name" of a fixture."""
    found = []

    def walk(node):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            if isinstance(value, dict | list):
                walk(value)
            elif key == "name":
                found.append(value)

    walk(json.loads((settings.BASE_DIR / "fixtures" / path).read_text(encoding="utf-8")))
    return found


LONGEST = sorted(
    {*names("nhrc-2566-2570.json"), *names("integrity/ita.json")}, key=len, reverse=True
)[:12]


def apart(boxes, drawing):
    slack = 0.05  # coordinates are rounded
    kept = [(left + slack, top, right - slack, bottom) for left, top, right, bottom in boxes]
    assert all(inside(each, drawing.width, drawing.height) for each in kept)
    assert not any(meet(one, other) for i, one in enumerate(boxes) for other in boxes[:i])


def test_the_names_are_long_indeed():
    assert len(LONGEST) == 12
    assert min(map(len, LONGEST)) > 60


@pytest.mark.parametrize("count", [3, 5, 10, 12])
@pytest.mark.parametrize("width", [g.WIDE, g.NARROW])
def test_axes_of_a_radar(count, width):
    axes = [ita.RadarAxis(f"{n}. {name}", MANY % 100) for n, name in enumerate(LONGEST[:count], 1)]
    drawn = ita.radar(axes, width)
    apart([box(word, g.SMALL, word.anchor) for word in drawn.labels], drawn)


@pytest.mark.parametrize("width", [g.BROAD, g.WIDE, g.NARROW])
def test_bars_with_what_they_say(width):
    parts = tuple(m.Part(code, MANY, f"{MANY:,}") for code in ("disbursed", "committed", "left"))
    drawn = m.stacked_bars([m.StackRow(name, f"{MANY:,} ล้านบาท", parts) for name in LONGEST], width)
    words = [box(bar.label, g.NORMAL, "start") for bar in drawn.bars]
    words += [box(bar.said, g.NORMAL, "end") for bar in drawn.bars]
    apart(words + [box(tick, g.SMALL, "middle") for tick in drawn.ticks], drawn)


@pytest.mark.parametrize("width", [g.WIDE, g.NARROW])
def test_years_with_long_figures(width):
    years = [
        g.YearPoint(f"ปีงบประมาณ {year}", MANY, MANY, f"{MANY:,}/{MANY:,}", f"{MANY:,}/{MANY:,}")
        for year in range(2561, 2571)
    ]
    drawn = g.year_bars(years, width)
    words = [box(bar.label, g.NORMAL, "middle") for bar in drawn.bars]
    for bar in drawn.bars:
        assert bar.stacked
        words += [box(line, bar.size, "middle") for line in (bar.result, bar.target)]
    apart(words, drawn.frame)


def test_texts_that_meet_would_be_seen():
    drawn = m.stacked_bars([m.StackRow(LONGEST[0], LONGEST[1], ())], g.NARROW)
    [bar] = drawn.bars
    pushed = g.Text(bar.said.text, bar.said.x - 2 * g.GAP, bar.said.y)
    with pytest.raises(AssertionError):
        apart([box(bar.label, g.NORMAL, "start"), box(pushed, g.NORMAL, "end")], drawn)
