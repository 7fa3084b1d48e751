"""The partials of templates/charts: well-formed, named, without style, and escaped."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from defusedxml import ElementTree
from django.conf import settings
from django.template.loader import render_to_string
from django.test import SimpleTestCase
from django.utils import translation

from strategy.drawing import geometry as g
from strategy.drawing import geometry_corners as c
from strategy.drawing import geometry_ita as ita
from strategy.drawing import geometry_money as m
from strategy.drawing import geometry_small as small

NASTY = '<script>"&'
FOLDER = settings.BASE_DIR / "templates" / "charts"
CSS = settings.BASE_DIR / "nhrc_plan" / "static" / "css" / "charts.css"
TEN = Decimal(10)
THOUSAND = Decimal("1234.5")

YEARS = g.year_bars(
    [
        g.YearPoint(NASTY, TEN, Decimal(20), "57", "60"),
        g.YearPoint("2567", None, THOUSAND, "", "1,234.5", "◌"),
        g.YearPoint("2568", None, None, "", "", "–"),
    ]
)
STACKED = g.year_bars([g.YearPoint("2566", TEN, TEN, NASTY * 2, NASTY)] * 5)
LONG = g.month_line(
    [g.MonthPoint(NASTY, TEN, "10"), g.MonthPoint("พ.ย.", THOUSAND, "1,234.5")], [TEN, TEN], NASTY
)
STACK = m.stacked_bars(
    [
        m.StackRow(
            NASTY,
            f"9 {NASTY}",
            (
                m.Part("disbursed", TEN, NASTY),
                m.Part("committed", TEN, "2"),
                m.Part("left", TEN, ""),
            ),
        ),
        m.StackRow("2", "", (m.Part("disbursed", THOUSAND, "1,234.5"),), mark=TEN),
    ]
)
WORDS = c.CornerWords(NASTY, "together", "neither", "money only", "across", "up")
CORNERS = c.corners(
    [
        c.CornerPoint(NASTY, TEN, TEN, "strategy"),
        c.CornerPoint("1.1", TEN, TEN, "objective", "money 10, results 10"),
    ],
    Decimal(75),
    WORDS,
)
RADAR = ita.radar(
    [
        ita.RadarAxis(NASTY, TEN),
        ita.RadarAxis("2", None, TEN),
        ita.RadarAxis("3", TEN, TEN, "3: 10"),
    ],
    g.NARROW,
)
CHARTS = {
    "radar": ("radar", RADAR),
    "years": ("year_bars", YEARS),
    "years stacked": ("year_bars", STACKED),
    "years empty": ("year_bars", g.year_bars([])),
    "months": ("month_line", LONG),
    "months empty": ("month_line", g.month_line([g.MonthPoint("ต.ค.")])),
    "segments": ("segments", small.segments([("near", NASTY, 3), ("critical", "B", 1)])),
    "segments empty": ("segments", small.segments([])),
    "stack": ("stacked_bars", STACK),
    "stack empty": ("stacked_bars", m.stacked_bars([])),
    "corners": ("corners", CORNERS),
    "corners empty": ("corners", c.corners([], Decimal(75), WORDS)),
    "progress": ("progress", small.progress(TEN, Decimal(5), THOUSAND)),
    "progress empty": ("progress", small.progress(None, None, None)),
}


def draw(partial, chart, **more):
    context = {"chart": chart, "id": "c1", "title": NASTY, "desc": f"2566: {NASTY}", **more}
    return render_to_string(f"charts/_{partial}.html", context)


def texts(svg, name):
    return [" ".join("".join(e.itertext()).split()) for e in svg.iter("text") if has(e, name)]


def has(element, name):
    return name in element.get("class", "").split()


class ChartPartialTest(SimpleTestCase):
    def test_each_is_well_formed_and_named(self):
        for name, (partial, chart) in CHARTS.items():
            with self.subTest(name):
                svg = ElementTree.fromstring(draw(partial, chart).strip())
                kind = "img" if partial == "progress" else "group"
                self.assertEqual((svg.tag, svg.get("role")), ("svg", kind))
                self.assertEqual(svg.get("aria-labelledby"), "c1-title c1-desc")
                names = {child.get("id"): child.text for child in svg if child.get("id")}
                self.assertEqual(names, {"c1-title": NASTY, "c1-desc": f"2566: {NASTY}"})

    def test_none_carries_style_script_or_a_handler(self):
        for name, (partial, chart) in CHARTS.items():
            with self.subTest(name):
                svg = draw(partial, chart)
                self.assertNotIn("<script", svg)
                self.assertNotIn("<style", svg)
                for element in ElementTree.fromstring(svg.strip()).iter():
                    self.assertFalse([a for a in element.attrib if a == "style" or a[:2] == "on"])

    def test_no_text_is_below_11_pixels(self):
        for name, (partial, chart) in CHARTS.items():
            with self.subTest(name):
                for element in ElementTree.fromstring(draw(partial, chart).strip()).iter("text"):
                    self.assertGreaterEqual(int(element.get("font-size")), 11)

    def test_coordinates_do_not_follow_the_language(self):
        for name, (partial, chart) in CHARTS.items():
            with self.subTest(name), translation.override("de"):  # a comma in decimals
                german = draw(partial, chart)
            with translation.override("en"):
                numbers = r' (?:x|y|width|height|points)="[^"]*"'
                self.assertEqual(
                    re.findall(numbers, german), re.findall(numbers, draw(partial, chart))
                )

    def test_every_figure_is_reached_by_key_and_heard_once(self):
        said = {
            "years": [f"{NASTY}: 57 / 60", "2567: ◌ / 1,234.5", "2568: –"],
            "months": [f"{NASTY}: 10", "พ.ย.: 1,234.5"],
            "stack": [f"{NASTY}: 9 {NASTY}", "2: "],
            "corners": [NASTY, "money 10, results 10"],
            "segments": [f"{NASTY} 3", "B 1"],
            "radar": [NASTY, "2", "3: 10"],
        }
        for name, words in said.items():
            with self.subTest(name):
                svg = ElementTree.fromstring(draw(*CHARTS[name]).strip())
                spots = [each for each in svg if has(each, "chart-spot")]
                self.assertEqual([spot.get("aria-label") for spot in spots], words)
                self.assertEqual([spot.find("title").text for spot in spots], words)
                self.assertEqual(
                    {(s.get("role"), s.get("tabindex")) for s in spots}, {("img", "0")}
                )
                self.assertTrue(all(float(spot.get("width")) >= 10 for spot in spots))
                heard = [each for each in svg if each.tag == "g" and not each.get("aria-hidden")]
                self.assertEqual([heard, list(svg.findall("text"))], [[], []])

    def test_years_say_result_and_target(self):
        svg = ElementTree.fromstring(draw("year_bars", YEARS).strip())
        self.assertEqual(texts(svg, "chart-value"), ["57 / 60", "◌ / 1,234.5", "–"])
        self.assertIn(NASTY, [text.text for text in svg.iter("text")])
        self.assertEqual(len([e for e in svg.iter("rect") if has(e, "chart-bar")]), 1)
        self.assertEqual(len([e for e in svg.iter("rect") if has(e, "chart-mark")]), 2)

    def test_a_stacked_target_has_its_own_place(self):
        svg = ElementTree.fromstring(draw("year_bars", STACKED).strip())
        target = next(e for e in svg.iter("tspan") if has(e, "chart-target"))
        first = STACKED.bars[0]
        self.assertEqual(target.get("y"), str(first.target.y))
        self.assertLess(first.result.y, first.target.y)
        self.assertEqual(target.text, f"/ {NASTY}")

    def test_months_show_points_and_what_was_expected(self):
        svg = ElementTree.fromstring(draw("month_line", LONG).strip())
        self.assertEqual(len(list(svg.iter("circle"))), 2)
        self.assertEqual(texts(svg, "chart-expected-label"), [NASTY])

    def test_empty_charts_say_so(self):
        with translation.override("en"):
            for name in ("years", "months", "stack", "corners"):
                self.assertIn("No figures yet", draw(*CHARTS[f"{name} empty"]))
                self.assertNotIn("No figures yet", draw(*CHARTS[name]))

    def test_segments_carry_their_status_and_count(self):
        svg = ElementTree.fromstring(draw(*CHARTS["segments"]).strip())
        near, critical = (part for part in svg.iter("g") if has(part, "seg"))
        self.assertTrue(has(near, "seg-near"))
        self.assertEqual((near.find("text").text, critical.find("text").text), ("3", "1"))

    def test_progress_marks_what_was_expected(self):
        self.assertIn("chart-now", draw(*CHARTS["progress"]))
        self.assertNotIn("chart-now", draw(*CHARTS["progress empty"]))

    def test_a_stack_shows_its_parts_in_order_and_a_mark(self):
        svg = ElementTree.fromstring(draw("stacked_bars", STACK).strip())
        parts = [part.get("class") for part in svg.iter("g") if has(part, "stack")]
        codes = ["disbursed", "committed", "left", "disbursed"]
        self.assertEqual(parts, [f"stack stack-{code}" for code in codes])
        self.assertEqual(len([e for e in svg.iter("rect") if has(e, "chart-mark")]), 1)

    def test_the_key_of_a_stack_names_the_mark_only_where_there_is_one(self):
        plain = m.stacked_bars([m.StackRow("1", "", (m.Part("left", TEN, "10"),))])
        for chart, marked in ((STACK, True), (plain, False)):
            key = render_to_string("charts/_stack_key.html", {"chart": chart})
            self.assertIs("key-mark" in key, marked)

    def test_points_in_the_corners_carry_their_labels(self):
        svg = ElementTree.fromstring(draw("corners", CORNERS).strip())
        found = (spot for spot in svg.iter("g") if has(spot, "spot"))
        spots = [(spot.get("class"), spot.find("text").text) for spot in found]
        self.assertEqual(spots, [("spot spot-strategy", NASTY), ("spot spot-objective", "1.1")])
        words = texts(svg, "corner-word")
        self.assertEqual(sorted(words), sorted([NASTY, "together", "neither", "money only"]))
        self.assertEqual(len(list(svg.iter("circle"))), 2)

    def test_an_empty_field_says_so_and_nothing_lies_across_it(self):
        for points, lines in (([], 0), ([c.CornerPoint("1", TEN, TEN)], 2)):
            chart = c.corners(points, Decimal(75), WORDS)
            svg = ElementTree.fromstring(draw("corners", chart).strip())
            found = list(svg.iter())
            self.assertEqual(len([e for e in found if has(e, "corner-band")]), lines)
            self.assertEqual(len([e for e in found if has(e, "corner-warn")]), lines / 2)

    def test_the_key_explains_the_sign_of_what_lies_beyond_only_where_it_stands(self):
        for far, explained in ((Decimal(201), True), (Decimal(200), False)):
            chart = c.corners([c.CornerPoint("1", far, TEN)], Decimal(75), WORDS)
            self.assertIs("›" in draw("corners", chart), explained)
            key = render_to_string("charts/_corners_key.html", {"chart": chart})
            self.assertIs("›" in key, explained)

    def test_a_class_can_be_given(self):
        self.assertIn(
            'class="chart chart-narrow"', draw("year_bars", YEARS, **{"class": "chart-narrow"})
        )

    def test_the_table_names_rows_and_columns(self):
        table = ElementTree.fromstring(
            render_to_string(
                "charts/_table.html",
                {"caption": NASTY, "headers": ["ปี", NASTY], "rows": [["2566", NASTY]]},
            ).strip()
        )
        self.assertEqual((table.tag, table.get("class")), ("details", "chart-data"))
        heads = [(cell.get("scope"), cell.text) for cell in table.iter("th")]
        self.assertEqual(heads, [("col", "ปี"), ("col", NASTY), ("row", "2566")])
        self.assertEqual([cell.text for cell in table.iter("td")], [NASTY])
        self.assertEqual(table.find("table/caption").text, NASTY)

    def test_the_key_names_bar_and_mark(self):
        with translation.override("en"):
            key = ElementTree.fromstring(render_to_string("charts/_key.html").strip())
        self.assertEqual([(span.text or "").strip() for span in key], ["Result", "Target"])


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.html")), ids=lambda path: path.name)
def test_each_partial_says_what_it_takes_and_every_class_has_a_style(path: Path):
    source = path.read_text()
    assert source.startswith("{% comment %}")
    assert "Takes " in source.split("{% endcomment %}")[0]
    styles = CSS.read_text()
    for value in re.findall(r'class="([^"{]*)', source):
        for name in value.split():
            assert name.endswith("-") or f".{name}" in styles, name


STATUSES = ["on_plan", "near", "at_risk", "critical"]
STATUSES += ["awaiting", "not_due", "no_target", "no_cases"]


@pytest.mark.parametrize("code", STATUSES)
def test_each_status_has_a_colour(code):
    assert f".seg-{code} rect" in CSS.read_text()
