"""Where charts put things: tables of cases, and properties that hold for any figures."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from strategy.drawing import geometry as g
from strategy.drawing import geometry_small as small
from strategy.drawing import scale as scales
from tests.support.shapes import box, inside, meet, rect_box

MONTHS = [
    "ต.ค.",
    "พ.ย.",
    "ธ.ค.",
    "ม.ค.",
    "ก.พ.",
    "มี.ค.",
    "เม.ย.",
    "พ.ค.",
    "มิ.ย.",
    "ก.ค.",
    "ส.ค.",
    "ก.ย.",
]
COUNTS = [("on_plan", "A", 10), ("near", "B", 5), ("at_risk", "C", 0), ("critical", "D", 1)]

figures = st.one_of(
    st.decimals(-(10**12), 10**12, places=2),
    st.decimals(0, 100, places=2),
    st.decimals(0, Decimal("0.0001"), places=12),
    st.integers(0, 60).map(Decimal),
)
maybe = st.none() | figures
texts = st.sampled_from(["", "0", "57", "50/50", "1,234,567.89", "-1,000,000,000,000.00", "เสร็จ"])
years = st.lists(
    st.builds(
        g.YearPoint,
        label=st.sampled_from(["2566", "2570", "ปีงบประมาณ 2566"]),
        result=maybe,
        target=maybe,
        result_text=texts,
        target_text=texts,
        glyph=st.sampled_from(["◌", "○", "–"]),
    ),
    max_size=8,
)
widths = st.sampled_from([g.NARROW, g.WIDE, 900])


def decimals(*values):
    return [None if value is None else Decimal(str(value)) for value in values]


def year(label="2566", result=None, target=None):
    """A year whose texts are its figures, as a page has them."""
    result, target = decimals(result, target)
    result_text, target_text = ("" if v is None else f"{v:,}" for v in (result, target))
    return g.YearPoint(label, result, target, result_text, target_text, "◌")


def months(*values):
    return [
        g.MonthPoint(name, value) for name, value in zip(MONTHS, decimals(*values), strict=False)
    ]


def year_boxes(bar):
    """The boxes of a year's texts: its figures (one or two lines) and its name."""
    lines = [bar.result, bar.target]
    if not bar.stacked:
        lines = [g.Text(f"{bar.result.text} {bar.target.text}".strip(), bar.result.x, bar.result.y)]
    boxes = [box(line, bar.size, "middle") for line in lines if line.text]
    return [*boxes, box(bar.label, g.NORMAL, "middle")]


def polyline(points):
    return [tuple(map(float, point.split(","))) for point in points.split()]


class TestScale:
    @pytest.mark.parametrize(
        ("low", "high", "zero", "ticks"),
        [
            (57, 100, True, "0 25 50 75 100"),
            (57, 80, True, "0 20 40 60 80"),
            (1, 4, True, "0 1 2 3 4"),
            (1, 1, True, "0 1"),
            (3, 10, True, "0 5 10"),
            (0, "0.7", True, "0 0.2 0.4 0.6 0.8"),
            (0, 0, True, "0 1"),
            (None, 60, True, "0 20 40 60"),
            (None, None, True, "0"),
            (None, None, False, "0"),
            (-20, 30, True, "-20 0 20 40"),
            (-8, -3, True, "-8 -6 -4 -2 0"),
            (70, 76, False, "60 65 70 75 80"),
            (75, 75, False, "66 68 70 72 74 76"),
            (95, 100, False, "85 90 95 100"),
            (0, 0, False, "0 1"),
            (
                0,
                10**12,
                True,
                "0 250,000,000,000 500,000,000,000 750,000,000,000 1,000,000,000,000",
            ),
            (0, "0.0000004", True, "0 0.0000001 0.0000002 0.0000003 0.0000004"),
        ],
    )
    def test_it_has_round_ticks(self, low, high, zero, ticks):
        scale = scales.nice_scale(*decimals(low, high), zero=zero)
        assert " ".join(map(scales.tick_text, scale.ticks)) == ticks

    @given(figures, figures, st.booleans(), st.integers(2, 8))
    def test_it_covers_the_data_with_rising_ticks(self, one, other, zero, ticks):
        scale = scales.nice_scale(min(one, other), max(one, other), ticks, zero)
        assert scale.low <= min(one, other) <= max(one, other) <= scale.high
        assert list(scale.ticks) == sorted(set(scale.ticks))
        assert (scale.low, scale.high) == (scale.ticks[0], scale.ticks[-1])
        assert 2 <= len(scale.ticks) <= ticks + 2
        assert not zero or scale.low <= 0 <= scale.high

    @given(st.integers(0, 10**6), st.integers(0, 10**6), st.booleans())
    def test_whole_figures_have_whole_ticks(self, one, other, zero):
        ends = sorted([Decimal(one), Decimal(other)])
        assert all(tick % 1 == 0 for tick in scales.nice_scale(*ends, zero=zero).ticks)


class TestYearBars:
    def test_a_year_has_bar_mark_and_texts(self):
        bars = g.year_bars([year("2566", 57, 60), year("2570", None, 80), year("2571", 3, None)])
        done, waiting, free = bars.bars
        assert (done.result.text, done.target.text) == ("57", "/ 60")
        assert done.mark.x < done.bar.x
        assert done.mark.x + done.mark.width > done.bar.x + done.bar.width
        assert waiting.bar is None
        assert (waiting.result.text, waiting.target.text) == ("◌", "/ 80")
        assert free.mark is None
        assert (free.result.text, free.target.text) == ("3", "")

    @pytest.mark.parametrize(
        ("result", "target", "size", "stacked"),
        [
            ("57", "60", 13, False),
            ("50/50", "50/50", 12, False),
            ("12,345.67", "12,345.67", 13, True),
            ("1,234,567.89", "1,234,567.89", 12, True),
        ],
    )
    def test_long_texts_shrink_and_then_stack(self, result, target, size, stacked):
        point = g.YearPoint("2566", Decimal(5), Decimal(6), result, target)
        bars = g.year_bars([point] * 5)
        assert {(bar.size, bar.stacked) for bar in bars.bars} == {(size, stacked)}
        assert bars.frame.width == g.WIDE

    def test_at_last_the_drawing_becomes_wider(self):
        point = g.YearPoint("2566", Decimal(5), Decimal(6), "1,234,567.89", "1,234,567.89")
        assert g.year_bars([point] * 5, width=g.NARROW).frame.width > g.NARROW

    def test_nothing_at_all(self):
        assert g.year_bars([]).bars == ()
        (bar,) = g.year_bars([year()]).bars
        assert (bar.bar, bar.mark, bar.result.text) == (None, None, "◌")

    @given(years, widths)
    def test_everything_is_inside_the_drawing(self, points, width):
        drawn = g.year_bars(points, width)
        size = drawn.frame.width, drawn.frame.height
        boxes = [box(tick, g.SMALL, "end") for tick in drawn.frame.ticks]
        for bar in drawn.bars:
            boxes += year_boxes(bar) + [rect_box(rect) for rect in (bar.bar, bar.mark) if rect]
        assert all(inside(each, *size) for each in boxes)

    @given(years, widths)
    def test_no_text_meets_a_bar_a_mark_or_another_text(self, points, width):
        drawn = g.year_bars(points, width)
        texts = [each for bar in drawn.bars for each in year_boxes(bar)]
        shapes = [rect_box(r) for bar in drawn.bars for r in (bar.bar, bar.mark) if r]
        assert not any(meet(text, shape) for text in texts for shape in shapes)
        assert not any(meet(a, b) for i, a in enumerate(texts) for b in texts[:i])

    @given(st.lists(figures, min_size=1, max_size=8))
    def test_bars_are_proportional_and_in_order(self, values):
        drawn = g.year_bars([year(str(i), value) for i, value in enumerate(values)])
        per_pixel = float(drawn.frame.scale.high - drawn.frame.scale.low) / (
            drawn.frame.bottom - drawn.frame.top
        )
        for bar, value in zip(drawn.bars, values, strict=True):
            assert bar.bar.height == pytest.approx(abs(float(value)) / per_pixel, abs=0.02)
        assert [bar.label.text for bar in drawn.bars] == [str(i) for i in range(len(values))]
        xs = [bar.label.x for bar in drawn.bars]
        assert xs == sorted(xs)


class TestMonthLine:
    RATE = months(71, 72, 70, 73, 74, 74, 75, 75, 76, 75, 76, 76)

    def test_a_flat_rate(self):
        chart = g.month_line(self.RATE, decimals(*[75] * 12), "ควรได้ 75", zero=False)
        (x1, y1), (x2, y2) = polyline(chart.expected)
        assert y1 == y2 == chart.frame.y(Decimal(75))
        assert (x1, x2) == pytest.approx((chart.frame.left, chart.frame.right), abs=0.02)
        assert polyline(chart.line) == list(chart.points)
        assert [label.text for label in chart.labels] == MONTHS
        assert chart.frame.scale.low == 60

    def test_months_without_a_figure_are_passed_over(self):
        chart = g.month_line(months(2, None, 8, None, None, 30))
        assert len(chart.points) == 3
        assert polyline(chart.line) == list(chart.points)
        assert (chart.expected, chart.expected_label) == ("", None)

    def test_one_expected_month_can_be_seen(self):
        chart = g.month_line(months(*[1] * 12), decimals(*[None] * 11, 60), "ควรได้ 60")
        (x1, _), (x2, _) = polyline(chart.expected)
        assert x2 - x1 > 10

    def test_an_empty_year(self):
        chart = g.month_line(months(*[None] * 12))
        assert (chart.line, chart.points, chart.expected) == ("", (), "")
        assert len(chart.labels) == 12
        assert g.month_line([]).labels == ()

    def test_narrow_months_show_every_second_name_up_to_the_last(self):
        chart = g.month_line(self.RATE, width=g.NARROW)
        assert [label.text for label in chart.labels] == MONTHS[1::2]

    def test_expected_has_a_value_for_each_month(self):
        with pytest.raises(ValueError, match="shorter"):
            g.month_line(self.RATE, decimals(1, 2))

    @pytest.mark.parametrize(
        ("values", "expected", "side"),
        [
            ([60] * 12, [75] * 12, "above"),
            ([78] * 12, [75] * 12, "below"),
            (range(1, 13), range(1, 13), "above"),
            ([None] * 12, range(24, 12, -1), "below"),
        ],
    )
    def test_the_expected_line_is_named_beside_its_end(self, values, expected, side):
        chart = g.month_line(months(*values), decimals(*expected), "ควรได้", zero=False)
        end = polyline(chart.expected)[-1][1]
        assert (chart.expected_label.y < end) == (side == "above")
        assert abs(chart.expected_label.y - end) < 30

    @given(
        st.lists(st.tuples(maybe, maybe), min_size=12, max_size=12),
        st.sampled_from(["ควรได้ 75", "ควรได้ 75 ทุกเดือน (อัตราส่วน)", "x" * 60]),
        st.booleans(),
        widths,
    )
    def test_everything_is_inside_and_no_text_meets_anything(self, rows, text, zero, width):
        points = months(*[value for value, _ in rows])
        chart = g.month_line(points, [want for _, want in rows], text, zero, width)
        names = [box(label, g.SMALL, "middle") for label in chart.labels]
        course = polyline(chart.expected)
        circles = [(x - 4.5, y - 4.5, x + 4.5, y + 4.5) for x, y in chart.points]
        label = [box(chart.expected_label, g.SMALL, "end")] if chart.expected_label else []
        everything = names + circles + label + [(x, y, x, y) for x, y in course]
        everything += [box(tick, g.SMALL, "end") for tick in chart.frame.ticks]
        assert all(inside(each, chart.frame.width, chart.frame.height) for each in everything)
        assert not any(meet(a, b) for i, a in enumerate(names) for b in names[:i])
        on_course = [
            spot for pair in zip(course, course[1:], strict=False) for spot in spots(*pair)
        ]
        on_line = [
            spot
            for pair in zip(chart.points, chart.points[1:], strict=False)
            for spot in spots(*pair)
        ]
        for each in label:
            assert not any(meet(each, other) for other in circles + names)
            assert not any(meet(each, (x, y, x, y)) for x, y in on_course + on_line)
        assert bool(label) == bool(course)


def spots(one, other, count=40):
    """Points all along a stretch of a line."""
    parts = [i / count for i in range(count + 1)]
    return [(one[0] + (other[0] - one[0]) * p, one[1] + (other[1] - one[1]) * p) for p in parts]


class TestSparkline:
    @pytest.mark.parametrize(
        ("values", "targets", "line", "ahead"),
        [
            ([57, 63, 71, 76, None], [60, 65, 70, 75, 80], 4, 2),
            ([None, None, None, 9, None], [None, None, None, 10, 15], 2, 2),
            ([None] * 5, [None, None, None, None, 5], 0, 2),
            ([None] * 3, [1, 2, 3], 0, 3),
            ([50, 75, 100], [50, 75, 100], 3, 0),
            ([5], [], 2, 0),
            ([1, None, 3], [], 2, 0),
        ],
    )
    def test_results_then_later_targets(self, values, targets, line, ahead):
        spark = small.sparkline(decimals(*values), decimals(*targets))
        assert (len(polyline(spark.line)), len(polyline(spark.ahead))) == (line, ahead)

    def test_the_targets_go_on_from_the_last_result(self):
        spark = small.sparkline(decimals(57, 63, None), decimals(60, 65, 80))
        assert polyline(spark.line)[-1] == polyline(spark.ahead)[0]

    @pytest.mark.parametrize(("values", "targets"), [([], []), ([None] * 5, [None] * 5)])
    def test_nothing_to_draw(self, values, targets):
        assert small.sparkline(values, targets) is None

    @given(st.lists(maybe, max_size=8), st.lists(maybe, max_size=8))
    def test_it_stays_inside(self, values, targets):
        spark = small.sparkline(values, targets)
        if spark:
            for x, y in polyline(spark.line) + polyline(spark.ahead):
                assert 0 < x < spark.width
                assert 0 < y < spark.height


class TestSegments:
    def test_zeros_are_left_out_and_widths_are_shares(self):
        bar = small.segments(COUNTS, width=320)
        assert [(part.code, part.x, part.width) for part in bar.segments] == [
            ("on_plan", 0, 200),
            ("near", 200, 100),
            ("critical", 300, 20),
        ]

    def test_a_narrow_segment_has_no_text(self):
        bar = small.segments([("on_plan", "A", 99), ("critical", "B", 1)])
        assert [part.text for part in bar.segments] == ["99", ""]

    def test_one_of_nineteen_still_has_its_text(self):
        assert [part.text for part in small.segments([("a", "", 18), ("b", "", 1)]).segments][
            -1
        ] == "1"

    @pytest.mark.parametrize("counts", [[], [("near", "B", 0)]])
    def test_nothing_to_show(self, counts):
        assert small.segments(counts).segments == ()

    @given(st.lists(st.integers(0, 10**6), min_size=1, max_size=8), st.integers(50, 1000))
    def test_the_widths_sum_to_the_whole(self, counts, width):
        parts = small.segments([(str(i), "", n) for i, n in enumerate(counts)], width).segments
        assert sum(round(part.width * 100) for part in parts) == (100 * width if any(counts) else 0)
        assert [int(part.code) for part in parts] == [i for i, n in enumerate(counts) if n]
        for part in parts:
            assert part.width == pytest.approx(width * part.count / sum(counts), abs=0.02)
            assert not part.text or scales.text_width(part.text, g.NORMAL) < part.width


class TestProgress:
    @pytest.mark.parametrize(
        ("value", "expected", "maximum", "bar", "tick"),
        [
            (10, 20, 40, 85, 170),
            (40, 40, 40, 340, 339),
            (50, 60, 40, 340, 339),
            (0, 0, 40, 0, 1),
            (-5, None, 40, 0, None),
            (None, 20, 40, 0, 170),
            (10, 20, None, 0, None),
            (10, 20, 0, 0, None),
            (None, None, None, 0, None),
        ],
    )
    def test_a_share_of_the_maximum(self, value, expected, maximum, bar, tick):
        drawn = small.progress(*decimals(value, expected, maximum))
        assert (drawn.bar_width, drawn.tick_x) == (bar, tick)

    @given(maybe, maybe, maybe)
    def test_it_stays_inside(self, value, expected, maximum):
        drawn = small.progress(value, expected, maximum)
        assert 0 <= drawn.bar_width <= drawn.width
        assert drawn.tick_x is None or 0 < drawn.tick_x < drawn.width


@pytest.mark.parametrize(
    ("text", "measured"),
    [  # Sarabun SemiBold at 100 px, measured in Chromium
        ("1,234,567.89", 587),
        ("57 / 60", 316),
        ("ควรได้ 75 ทุกเดือน (อัตราส่วน)", 1260),
        ("เม.ย.", 208),
        ("มิ.ย.", 176),
    ],
)
def test_texts_are_never_thought_narrower_than_they_are(text, measured):
    assert measured <= scales.text_width(text, 100) <= measured * 1.2
