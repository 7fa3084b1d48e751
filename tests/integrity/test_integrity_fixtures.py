"""fixtures/integrity: what was published adds up, and nothing is in it that should not be.

Read as plain JSON, without models: these are checks of the data, and scores are worked out here a
second time, by exact fractions.
"""

import json
import re
from collections import Counter
from copy import deepcopy
from datetime import date
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from fractions import Fraction as F
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
README = (FOLDER / "integrity" / "README.md").read_text(encoding="utf-8")
THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


def read(*path):
    return json.loads(FOLDER.joinpath(*path).read_text(encoding="utf-8"))


ITA = read("integrity", "ita.json")
MEASURES = read("integrity", "measures.json")
AGENCY = read("nhrc-2566-2570.json")["agency"]

OF_YEAR = {(item["agency"], item["fiscal_year"]): item for item in ITA["assessments"]}
BEFORE, LATEST = OF_YEAR["nhrc", 2563], OF_YEAR["nhrc", 2564]


def indicators(assessment):
    return {
        item["number"]: item for part in assessment["instruments"] for item in part["indicators"]
    }


def measures(year):
    """Every measure of a fiscal year by issue and number, as the table prints them."""
    (found,) = [item for item in MEASURES["years"] if item["fiscal_year"] == year]
    return {
        (issue["number"], measure["number"]): measure
        for issue in found["issues"]
        for measure in issue["measures"]
    }


def texts(tree):
    """Every string of a tree, keys left out."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, (list, dict)):
        for item in tree.values() if isinstance(tree, dict) else tree:
            yield from texts(item)


# ------------------------------------------------------------------------------- scores, once more


def mean(scores):
    scores = list(scores)
    return sum(scores) / len(scores)


def item_score(item):
    """An item of IIT or EIT: the mean of its parts where they have scores, else as published."""
    parts = [part["published"] for part in item.get("parts", [])]
    return mean(map(F, parts)) if parts and None not in parts else F(item["published"])


def sub_score(sub):
    """A sub-indicator of OIT: the questions singled out, and all others at one score."""
    rest = F(sub["rest_score"])
    if not sub["items"]:
        return rest
    singled = [F(item["published"]) for item in sub["items"]]
    return (sum(singled) + rest * (sub["item_count"] - len(singled))) / sub["item_count"]


def indicator_score(indicator):
    """The mean of its items where the source gives all of them, else as published."""
    if not indicator["complete"]:
        return F(indicator["published"])
    return mean(
        sub_score(item) if "rest_score" in item else item_score(item) for item in indicator["items"]
    )


def instrument_score(instrument):
    return mean(map(indicator_score, instrument["indicators"]))


def total(assessment):
    return sum(
        F(item["weight"]) / 100 * instrument_score(item) for item in assessment["instruments"]
    )


def shown(score):
    """Rounded once, at the end, half up, to two decimals."""
    exact = D(score.numerator) / D(score.denominator)
    return str(exact.quantize(D("0.01"), rounding=ROUND_HALF_UP))


def apart(assessment):
    """What was published and differs by more than 0.01 from what its own parts give."""
    found = []
    for number, indicator in indicators(assessment).items():
        pairs = [(number, indicator["published"], indicator_score(indicator))]
        pairs += [
            (item["code"], item["published"], item_score(item))
            for item in indicator["items"]
            if item["published"] is not None
        ]
        found += [
            name
            for name, published, score in pairs
            if abs(F(published) - F(shown(score))) > F("0.01")
        ]
    if abs(F(assessment["published_total"]) - F(shown(total(assessment)))) > F("0.01"):
        found.append("total")
    return found


@pytest.mark.parametrize(("assessment", "score"), [(BEFORE, "94.07"), (LATEST, "93.28")])
def test_the_total_follows_from_the_scores_below_it(assessment, score):
    assert shown(total(assessment)) == score


@pytest.mark.parametrize("assessment", [BEFORE, LATEST], ids=["2563", "2564"])
def test_every_published_score_follows_from_its_parts(assessment):
    assert apart(assessment) == []


def test_a_misread_score_is_seen():
    misread = deepcopy(LATEST)
    indicators(misread)[5]["items"][5]["parts"][0]["published"] = "67.66"  # for 76.66
    assert {5, "i30"} <= set(apart(misread))


@pytest.mark.parametrize(
    ("number", "score"), [(5, "81.02"), (8, "93.10"), (9, "97.78"), (10, "100.00")]
)
def test_an_indicator_with_all_its_items_is_their_mean(number, score):
    indicator = indicators(LATEST)[number]
    assert indicator["complete"] and indicator["published"] == score
    assert shown(indicator_score(indicator)) == score


def test_only_nine_questions_in_the_first_sub_indicator_give_what_was_published():
    indicator = deepcopy(indicators(LATEST)[9])
    fitting = []
    for count in range(1, 34):
        indicator["items"][0]["item_count"] = count
        if shown(indicator_score(indicator)) == indicator["published"]:
            fitting.append(count)
    assert fitting == [9] == [indicators(LATEST)[9]["items"][0]["item_count"]]


def test_an_indicator_without_all_its_items_is_not_their_mean():
    indicator = indicators(BEFORE)[5]
    assert not indicator["complete"]
    assert shown(mean(map(item_score, indicator["items"]))) != indicator["published"]


def test_the_published_change_is_the_difference_and_its_percentage_is_cut():
    before, after = D(BEFORE["published_total"]), D(LATEST["published_total"])
    assert D(LATEST["published_change"]) == after - before == D("-0.78")
    percent = F(after - before) / F(before) * 100
    assert shown(percent) == "-0.83"
    assert D(LATEST["published_change_percent"]) == D(int(percent * 100)) / 100 == D("-0.82")


@pytest.mark.parametrize("assessment", ITA["assessments"])
def test_the_grade_is_the_one_of_the_scale(assessment):
    steps = [(D(step["at_least"]), step["label"]) for step in assessment["grades"]]
    assert steps == sorted(steps, reverse=True) and steps[-1][0] == 0
    earned = next(label for least, label in steps if D(assessment["published_total"]) >= least)
    assert assessment["published_grade"] in (None, earned)


# ---------------------------------------------------------------------------------- what ita.json holds


def test_who_was_assessed_and_when():
    assert list(OF_YEAR) == [("nhrc", 2563), ("nhrc", 2564), ("rlpd", 2563)]
    assert len(OF_YEAR) == len(ITA["assessments"])
    known = {AGENCY["slug"], *(item["slug"] for item in ITA["agencies"])}
    assert {agency for agency, _ in OF_YEAR} == known
    assert AGENCY["slug"] not in {item["slug"] for item in ITA["agencies"]}


def test_what_was_announced():
    assert (LATEST["published_grade"], LATEST["rank"], LATEST["rank_group"]) == (
        "A",
        2,
        "องค์กรอิสระ",
    )
    assert date.fromisoformat(LATEST["announced_on"]) == date(2021, 8, 26)
    other = OF_YEAR["rlpd", 2563]
    assert (other["published_total"], other["published_grade"]) == ("90.88", "A")
    assert other["instruments"] == other["recommendations"] == []


def test_what_no_source_says_about_2563_is_absent():
    for assessment in (BEFORE, OF_YEAR["rlpd", 2563]):
        assert assessment["rank"] is assessment["announced_on"] is None
        assert assessment["published_change"] is assessment["published_change_percent"] is None
    assert BEFORE["published_grade"] is None
    assert [part["published"] for part in indicators(BEFORE)[5]["items"][0]["parts"]] == [None] * 3


@pytest.mark.parametrize(
    ("assessment", "respondents"),
    [
        (BEFORE, {"IIT": (76, None), "EIT": (106, None), "OIT": (None, 43)}),
        (LATEST, {"IIT": (72, None), "EIT": (61, None), "OIT": (None, 43)}),
    ],
    ids=["2563", "2564"],
)
def test_three_instruments_with_ten_indicators(assessment, respondents):
    parts = assessment["instruments"]
    assert {item["code"]: (item["respondents"], item["items"]) for item in parts} == respondents
    assert sum(D(item["weight"]) for item in parts) == 100
    assert [len(item["indicators"]) for item in parts] == [5, 3, 2]
    assert list(indicators(assessment)) == list(range(1, 11))


def test_both_years_name_their_indicators_alike():
    names = [
        {number: item["name"] for number, item in indicators(of).items()} for of in (BEFORE, LATEST)
    ]
    assert names[0] == names[1]


def test_the_ranking_that_the_report_prints():
    ranked = sorted(indicators(LATEST).values(), key=lambda item: -D(item["published"]))
    assert [item["number"] for item in ranked] == [10, 9, 6, 7, 8, 1, 3, 4, 2, 5]


@pytest.mark.parametrize(
    ("number", "codes"),
    [(5, ["i30", "i27", "i29", "i28", "i25", "i26"]), (8, ["e14", "e12", "e11", "e15", "e13"])],
)
def test_items_from_the_lowest_as_the_report_sorts_them(number, codes):
    indicator = indicators(LATEST)[number]
    assert len(indicator["items"]) == indicator["item_count"]
    assert [item["code"] for item in sorted(indicator["items"], key=item_score)] == codes


def test_items_and_parts():
    items = {
        item["code"]: len(item["parts"])
        for number in (5, 8)
        for item in indicators(LATEST)[number]["items"]
    }
    assert items == {
        "i25": 0, "i26": 2, "i27": 0, "i28": 3, "i29": 0, "i30": 4,
        "e11": 0, "e12": 0, "e13": 0, "e14": 0, "e15": 0,
    }  # fmt: skip
    named = {
        item["code"]: item["published"]
        for of in indicators(BEFORE).values()
        for item in of["items"]
    }
    assert named == {"i30": "71.15", "e3": "95.80"}


def test_disclosure_has_33_and_10_questions_in_five_and_two_sub_indicators():
    of = indicators(LATEST)
    assert [of[n]["item_count"] for n in (9, 10)] == [33, 10]
    assert sum(of[n]["item_count"] for n in (9, 10)) == LATEST["instruments"][2]["items"]
    assert [len(of[n]["items"]) for n in (9, 10)] == [5, 2]
    singled = [item for n in (9, 10) for sub in of[n]["items"] for item in sub["items"]]
    assert singled == [{"code": "o8", "text": "Q&A", "published": "0"}]


def test_23_recommendations_and_no_instrument_for_the_twentieth():
    assert [item["number"] for item in LATEST["recommendations"]] == list(range(1, 24))
    assert Counter(item["instrument"] for item in LATEST["recommendations"]) == {
        "IIT": 19, "EIT": 2, "OIT": 1, "": 1,
    }  # fmt: skip
    assert [item["number"] for item in LATEST["recommendations"] if not item["instrument"]] == [20]


def test_every_score_is_a_text_between_0_and_100():
    def scores(tree):
        if isinstance(tree, dict):
            for key, value in tree.items():
                if key in ("published", "published_total", "rest_score", "weight", "at_least"):
                    yield value
                else:
                    yield from scores(value)
        elif isinstance(tree, list):
            for item in tree:
                yield from scores(item)

    found = [value for value in scores(ITA) if value is not None]
    assert len(found) == 80  # 3 totals, 3 × 7 grades, 6 weights, 20 + 13 + 9 + 1 scores, 7 rests
    assert all(isinstance(value, str) and 0 <= D(value) <= 100 for value in found)


# ----------------------------------------------------------------------------- what measures.json holds


@pytest.mark.parametrize(
    ("year", "numbers"),
    [
        (2565, {1: ["1", "2"], 2: ["1", "2"], 3: ["1", "2"], 4: ["1", "2"], 5: ["1", "2"], 6: [""], 7: ["1", "2", "3"]}),
        (2566, {1: [""], 2: ["2.1", "2.2"], 3: [""], 4: ["4.1", "4.2", "4.3"]}),
    ],
)  # fmt: skip
def test_issues_and_measures_as_numbered(year, numbers):
    (found,) = [item for item in MEASURES["years"] if item["fiscal_year"] == year]
    assert found["agency"] == AGENCY["slug"]
    listed = {
        issue["number"]: [measure["number"] for measure in issue["measures"]]
        for issue in found["issues"]
    }
    assert listed == numbers
    assert len(measures(year)) == sum(map(len, numbers.values())) == {2565: 14, 2566: 7}[year]


def test_every_issue_names_one_instrument():
    of = {
        year["fiscal_year"]: [issue["instruments"] for issue in year["issues"]]
        for year in MEASURES["years"]
    }
    assert of == {2565: [["IIT"]] * 6 + [["EIT"]], 2566: [["IIT"]] * 2 + [["EIT"]] * 2}


def test_2565_is_a_table_to_be_filled_in():
    for measure in measures(2565).values():
        assert measure["quarters"] == dict.fromkeys("1234", "")
        assert measure["result"] == measure["outcome"] == "" and measure["figures"] == []


def test_2566_reports_results_and_outcomes_but_no_quarters():
    for measure in measures(2566).values():
        assert measure["quarters"] == {} and measure["result"] and measure["outcome"]


def test_figures_stand_in_their_outcomes():
    of = {
        key: [(item["value"], item["unit"]) for item in measure["figures"]]
        for key, measure in measures(2566).items()
        if measure["figures"]
    }
    assert of == {
        (2, "2.2"): [("97", "ร้อยละ"), ("5", "ระดับ")],
        (3, ""): [("8644", "ครั้ง")],
        (4, "4.3"): [("89.48", "ร้อยละ"), ("91.11", "ร้อยละ")],
    }
    for measure in measures(2566).values():
        for item in measure["figures"]:
            assert item["label"] in measure["outcome"]
            printed = f"{D(item['value']):,}".translate(THAI_DIGITS)
            assert re.search(rf"(?<![\d.,]){re.escape(printed)}(?![\d.,])", measure["outcome"])


def test_measures_answer_only_recommendations_that_exist():
    numbers = {item["number"] for item in LATEST["recommendations"]}
    answers = [n for year in (2565, 2566) for m in measures(year).values() for n in m["answers"]]
    assert set(answers) <= numbers
    assert answers == [], "no source ties a measure to a recommendation"


def test_units_are_known_named_once_and_as_printed():
    known = {unit["name"] for unit in AGENCY["units"]}
    listed = [unit["name"] for unit in MEASURES["units"]]
    assert len(listed) == len(set(listed)) == 9 and not known & set(listed)
    assert {unit["agency"] for unit in MEASURES["units"]} == {AGENCY["slug"]}
    assert [unit["name"] for unit in MEASURES["units"] if unit["is_group"]] == [
        name for name in listed if "สำนัก/หน่วย" in name
    ]
    used = set()
    for year in (2565, 2566):
        for measure in measures(year).values():
            used.update(measure["units"])
            left = measure["responsible_text"]
            for name in sorted(measure["units"], key=len, reverse=True):
                assert left.count(name) == 1
                left = left.replace(name, "")
            assert set(left.replace("และ", "")) <= set(" ,/"), (
                "the cell holds nothing but its units"
            )
    assert used <= known | set(listed) and set(listed) <= used


# ----------------------------------------------------------------------------------- texts and README

#: A title before a name, where a word begins.
PERSON = re.compile(
    r"(?<![ก-๙A-Za-z])(?:นาย|นางสาว|นาง|น\.ส\.|ดร\.|พล\.?[ตอ]\.|พ\.ต\.|Mrs?\.|Ms\.)\s?[ก-ฮเ-ไA-Z]"
)
#: Traces of the page or of the reading: tags, marks, stray blanks, a sara am in two pieces.
TRACES = re.compile(r"<|>|\*\*|✓|\t|\r|  | \n|\n |\n\n|\u0e4d\u0e32|[\u00a0\u200b\ufeff]|^\s|\s$")


def people(tree):
    return [text for text in texts(tree) if PERSON.search(text)]


def traces(tree):
    return [text for text in texts(tree) if TRACES.search(text)]


@pytest.mark.parametrize("tree", [ITA, MEASURES], ids=["ita", "measures"])
def test_texts_are_clean_and_name_nobody(tree):
    assert people(tree) == traces(tree) == []


@pytest.mark.parametrize(
    "text", ["นายสมมุติ ตัวอย่าง", "ผู้ตรวจ: นางสาว ตัวอย่าง", "(ดร.ตัวอย่าง)", "Mr. Example"]
)
def test_a_name_would_be_seen(text):
    assert people({"notes": [text]}) == [text]


@pytest.mark.parametrize("text", ["<p>คำ</p>", "คำ  คำ", "คำ ", "**คำ**", "คำ\n\nคำ", "นํา"])
def test_a_trace_would_be_seen(text):
    assert traces([text]) == [text]


def test_instruments_in_brackets_are_fields_and_not_text():
    assert not [text for text in texts([ITA, MEASURES]) if re.search(r"\((?:IIT|EIT|OIT)\)", text)]


def corrections():
    """Rows of README's table: where, read as, corrected to ("¶" for a paragraph's end)."""
    table = README.split("## Corrections of reading errors")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in table.splitlines() if line.startswith("|")][2:]
    return [
        (row[0].strip(), *(cell.strip().strip("`").replace("¶", "\n") for cell in row[1:3]))
        for row in rows
    ]


def test_what_the_readme_says_was_corrected_is_corrected():
    found = corrections()
    assert len(found) == 27
    everything = list(texts([ITA, MEASURES]))
    for where, wrong, right in found:
        assert not [text for text in everything if wrong in text], where
        assert [text for text in everything if right in text], where


def test_what_the_readme_says_was_kept_is_there():
    table = README.split("## Kept although it looks odd")[1]
    everything = list(texts([ITA, MEASURES]))
    kept = [text.rstrip("…") for text in re.findall("`([^`]*[ก-๙][^`]*)`", table)]
    assert len(kept) > 20
    assert [text for text in kept if not any(text in found for found in everything)] == []
