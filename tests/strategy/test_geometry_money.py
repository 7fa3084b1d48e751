"""Where the drawings of money put things: tables of cases, and properties for any figures."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.drawing import geometry as g
from strategy.drawing import geometry_corners as c
from strategy.drawing import geometry_money as m
from strategy.drawing import scale as scales
from tests.support.shapes import box, inside, meet, rect_box

BAND = Decimal(75)
WORDS = c.CornerWords(
    "มีผลงานแต่ใช้เงินน้อย", "เงินและผลงานไปด้วยกัน", "ทั้งเงินและผลงานยังน้อย", "ใช้เงินแล้วแต่ผลยังน้อย",
    "เงินที่ใช้ (% ของที่ควร) →", "↑ ผล (% ของที่ควร)",
)  # fmt: skip

amounts = st.decimals(0, 10**9, places=2) | st.decimals(-100, 100, places=2)
labels = st.sampled_from(["", "ยุทธศาสตร์ที่ 1", "12.09", "1,234,567.89 จาก 2,000,000.00"])
stacks = st.lists(
    st.builds(
        m.StackRow,
        label=labels,
        said=labels,
        parts=st.lists(
            st.builds(m.Part, st.sampled_from(["disbursed", "committed", "left"]), amounts, labels),
            max_size=3,
        ).map(tuple),
        mark=st.none() | amounts,
    ),
    max_size=6,
)
points = st.lists(
    st.builds(
        c.CornerPoint,
        label=st.sampled_from(["1", "4", "1.1", "4.13", "12.10"]),
        x=st.sampled_from([Decimal(0), Decimal(75), Decimal(100)]) | st.decimals(0, 400, places=2),
        y=st.sampled_from([Decimal(0), Decimal("75.01"), Decimal(100)])
        | st.decimals(0, 100, places=2),
        kind=st.sampled_from(["strategy", "objective"]),
    ),
    max_size=17,
)
widths = st.sampled_from([g.NARROW, g.WIDE, 900])


def row(*values, mark=None, label="", said=""):
    codes = ("disbursed", "committed", "left")
    parts = (m.Part(code, Decimal(v), str(v)) for code, v in zip(codes, values, strict=False))
    return m.StackRow(label, said, tuple(parts), None if mark is None else Decimal(mark))


def at(label, x, y):
    return c.CornerPoint(label, Decimal(str(x)), Decimal(str(y)), "strategy")


class TestStackedBars:
    def test_parts_follow_one_another_and_are_as_long_as_their_figures(self):
        chart = m.stacked_bars([row(30, 10, 60)])
        parts = chart.bars[0].parts
        assert [part.code for part in parts] == ["disbursed", "committed", "left"]
        whole = sum(part.rect.width for part in parts)
        assert [round(part.rect.width / whole, 2) for part in parts] == [0.3, 0.1, 0.6]
        for one, next_one in zip(parts, parts[1:], strict=False):
            assert one.rect.x + one.rect.width == pytest.approx(next_one.rect.x, abs=0.02)
        assert parts[0].rect.x == chart.grid[0]
        assert parts[-1].rect.x + parts[-1].rect.width == pytest.approx(chart.grid[-1], abs=0.02)

    def test_all_bars_share_one_scale(self):
        long, short = m.stacked_bars([row(100), row(25)]).bars
        assert short.parts[0].rect.width == pytest.approx(long.parts[0].rect.width / 4, abs=0.02)

    def test_nothing_and_less_than_nothing_is_left_out(self):
        bar = m.stacked_bars([row(51, 4, -5, mark=50)]).bars[0]
        assert [part.code for part in bar.parts] == ["disbursed", "committed"]
        assert m.stacked_bars([row(0, 0, 0)]).bars[0].parts == ()

    def test_the_mark_stands_at_its_figure(self):
        bar = m.stacked_bars([row(75, 25, mark=75)]).bars[0]
        end = bar.parts[0].rect.x + bar.parts[0].rect.width
        assert bar.mark.x + bar.mark.width / 2 == pytest.approx(end, abs=0.02)

    def test_a_narrow_part_keeps_its_figure_to_itself(self):
        wide, narrow = m.stacked_bars([row(1000, 1)], g.NARROW).bars[0].parts
        assert (wide.text, narrow.text) == ("1000", "")

    def test_without_bars_there_is_a_frame(self):
        chart = m.stacked_bars([])
        assert (chart.width, chart.bars, chart.has_mark) == (g.WIDE, (), False)

    @given(rows=stacks, width=widths)
    def test_everything_is_inside_and_no_words_meet(self, rows, width):
        chart = m.stacked_bars(rows, width)
        assert chart.width >= width
        assert len(chart.bars) == len(rows)
        boxes = [box(tick, g.SMALL, "middle") for tick in chart.ticks]
        for bar in chart.bars:
            if bar.label.text:
                boxes.append(box(bar.label, g.NORMAL, "start"))
            if bar.said.text:
                boxes.append(box(bar.said, g.NORMAL, "end"))
            boxes += [rect_box(part.rect) for part in bar.parts]
            for part in bar.parts:
                if part.text:
                    assert scales.text_width(part.text, g.SMALL) <= part.rect.width
        for index, one in enumerate(boxes):
            assert inside((one[0] + 0.05, one[1], one[2] - 0.05, one[3]), chart.width, chart.height)
            assert not [other for other in boxes[index + 1 :] if meet(one, other)]


class TestCorners:
    @pytest.mark.parametrize(
        ("x", "y", "right", "below"),
        [
            (20, 90, False, False),
            (90, 90, True, False),
            (20, 20, False, True),
            (90, 20, True, True),
            ("75.01", "75.01", True, False),
            (75, 75, False, True),
        ],
    )
    def test_a_point_stands_in_its_corner(self, x, y, right, below):
        chart = c.corners([at("1", x, y), at("0", 0, 0)], BAND, WORDS)
        spot = chart.spots[0]
        assert (spot.x > chart.band_x) is right
        assert (spot.y >= chart.band_y) is below

    def test_places_follow_the_figures(self):
        chart = c.corners([at("1", 0, 0), at("2", 50, 50), at("3", 100, 100)], BAND, WORDS)
        (x1, y1), (x2, y2), (x3, y3) = ((spot.x, spot.y) for spot in chart.spots)
        assert x2 - x1 == pytest.approx(x3 - x2, abs=0.02)
        assert y1 - y2 == pytest.approx(y2 - y3, abs=0.02)

    def test_a_label_stands_on_its_point(self):
        chart = c.corners([at("1", 20, 90)], BAND, WORDS)
        assert not chart.spots[0].tied
        assert (chart.spots[0].pill_x, chart.spots[0].pill_y) == (
            chart.spots[0].x,
            chart.spots[0].y,
        )

    def test_labels_of_points_that_meet_step_aside(self):
        chart = c.corners([at("1", 90, 90), at("2", 90, 90), at("3", 20, 20)], BAND, WORDS)
        assert [spot.tied for spot in chart.spots] == [True, True, False]

    @pytest.mark.parametrize(
        ("points", "across", "up"),
        [
            ([], ["50", "75", "100"], ["50", "75", "100"]),
            ([(0, 60)], ["0", "25", "50", "75", "100"], ["50", "75", "100"]),
            ([(130, 40)], ["50", "100", "150"], ["0", "25", "50", "75", "100"]),
            ([(900, 40)], ["50", "100", "150", "200"], ["0", "25", "50", "75", "100"]),
        ],
    )
    def test_the_axes(self, points, across, up):
        chart = c.corners([at("1", *point) for point in points], BAND, WORDS, 900)
        assert [tick.text for tick in chart.columns] == across
        assert [tick.text for tick in chart.rows] == up

    def test_what_lies_beyond_stands_at_the_edge_with_a_sign(self):
        far, edge = c.corners([at("1", 900, 40), at("2", 200, 90)], BAND, WORDS).spots
        assert (far.text.text, edge.text.text) == ("1›", "2")
        assert far.x == edge.x

    def test_a_full_field_grows(self):
        crowd = [at(f"{index}.{index}", 50, 50) for index in range(60)]
        chart = c.corners(crowd, BAND, WORDS, g.NARROW, 200)
        assert len(chart.spots) == 60
        assert chart.height > 200

    def test_corner_words_that_do_not_fit_one_line_take_two(self):
        wide, narrow = (c.corners([], BAND, WORDS, width) for width in (900, 200))
        assert wide.words[0].y == wide.ends[0].y
        assert narrow.words[0].y < narrow.ends[0].y

    @given(points=points, width=widths, band=st.sampled_from([BAND, Decimal(60), Decimal(90)]))
    def test_no_label_hides_another_or_another_point(self, points, width, band):
        chart = c.corners(points, band, WORDS, width)
        assert len(chart.spots) == len(points)
        pills = [rect_box(spot.pill) for spot in chart.spots]
        plot = rect_box(chart.plot)
        for index, (spot, pill) in enumerate(zip(chart.spots, pills, strict=True)):
            assert plot[0] <= pill[0] and plot[1] <= pill[1]
            assert pill[2] <= plot[2] + 0.05 and pill[3] <= plot[3] + 0.05
            assert scales.text_width(spot.text.text, g.SMALL) < spot.pill.width
            assert not [other for other in pills[index + 1 :] if meet(pill, other)]
            for number, other in enumerate(chart.spots):
                if number != index:
                    dot = (other.x, other.y, other.x, other.y)
                    assert not meet(pill, dot) or spot.tied is False and dot[:2] == (spot.x, spot.y)

    @given(points=points, width=widths)
    def test_every_word_is_inside_and_none_meet(self, points, width):
        chart = c.corners(points, BAND, WORDS, width)
        boxes = [box(tick, g.SMALL, "middle") for tick in chart.columns]
        boxes += [box(word, g.SMALL, "start") for word in (*chart.words, chart.up)]
        boxes += [box(word, g.SMALL, "end") for word in chart.ends]
        boxes.append(box(chart.across, g.SMALL, "middle"))
        for index, one in enumerate(boxes):
            assert inside(one, chart.width, chart.height)
            assert not [other for other in boxes[index + 1 :] if meet(one, other)]


def test_a_label_that_hides_another_would_be_seen():
    """Negative control: the same pills without stepping aside do meet."""
    chart = c.corners([at("1", 90, 90), at("2", 90.5, 90)], BAND, WORDS)
    one, other = (g.Rect(spot.x - 10, spot.y - 9, 20, 18) for spot in chart.spots)
    assert meet(rect_box(one), rect_box(other))
    assert not meet(rect_box(chart.spots[0].pill), rect_box(chart.spots[1].pill))
