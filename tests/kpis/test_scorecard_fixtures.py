"""fixtures/scorecard: fifteen indicators with their criteria, results and evidence.

Read as plain JSON, without models: these are checks of the data.
"""

import json
import re
from collections import Counter
from copy import deepcopy
from datetime import date
from decimal import Decimal as D
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "fixtures"
SCORECARD = FOLDER / "scorecard"
README = (SCORECARD / "README.md").read_text(encoding="utf-8")


def no_float(text):
    raise AssertionError(f"{text} is a float: figures are strings")


TREE = json.loads(
    (SCORECARD / "rlpd-hr-2563.json").read_text(encoding="utf-8"), parse_float=no_float
)
PLAN = TREE["plan"]


def by_code(tree):
    plan = tree["plan"]
    return {
        f"{plan['code_prefix']}{strategy['number']}-{item['number']}": item
        for strategy in plan["strategies"]
        for item in strategy["indicators"]
    }


INDICATORS = by_code(TREE)
EVIDENCE = [(code, row) for code, item in INDICATORS.items() for row in item["result"]["evidence"]]

THAI_DIGITS = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")
MONTHS = ["มค", "กพ", "มีค", "เมย", "พค", "มิย", "กค", "สค", "กย", "ตค", "พย", "ธค"]
LETTER = re.compile(r"(?:ยธ ?)?[๐-๙]+/(?:ว ?)?[๐-๙]+")
#: Where a name stood the document has these words; anything else behind a title is a name.
PLACEHOLDER = "[ชื่อบุคคล]"
PERSON = re.compile(r"(?<![ก-๎])(?:นางสาว|นาย|นาง|น\.ส\.|ดร\.|ว่าที่) ?[ก-ฮเ-ไ]{2}")
#: What reading leaves behind, and words it got wrong in this document.
RESIDUE = re.compile(
    r"</?[a-z]|&[a-z]+;|\t|  |^\s|\s$|\n\n|ระดับ [๑-๕] ?:|ผลลัพธ์ ?:|มีกรบันทึก|แจ้าง|ผู้ได้บังคับ|มี\.ย\.|ยช |"
    r"สว [๐-๙]|๘\.ค\.|คัดกรองสิทธิ|ลู่ ม|rtpd|กรกรกรม|สสำรวจ|รับผิด้าน"
)


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def names_of_people(text):
    """Every place in a text where a person is named."""
    found = PERSON.findall(text)
    # A winner's name stands after the dash and before the kind of staff in brackets.
    listed = re.findall(r"^- (.*) \((?:ขรก\.|พคส\.|พนง\.จ้างเหมาบริการ)\)$", text, re.MULTILINE)
    announced = re.findall(r"ผู้ได้รับการคัดเลือกข้าราชการพลเรือนดีเด่น (.*?) ตามประกาศ", text)
    return found + [name for name in listed + announced if name != PLACEHOLDER]


def dated(text, day):
    """Whether a text writes a day as Thai letters do, with two or four digits of the B.E. year."""
    year = day.year + 543
    wanted = {
        f"{day.day}{MONTHS[day.month - 1]}{digits}".translate(THAI_DIGITS)
        for digits in (year, year % 100)
    }
    closed = re.sub(r"[ .]", "", text)
    return any(re.search(rf"(?<![๐-๙]){words}(?![๐-๙])", closed) for words in wanted)


def faults(tree):
    """Where a scorecard breaks its own rules (fixtures/scorecard/README.md)."""
    found = []
    for strategy in tree["plan"]["strategies"]:
        own = {objective["number"] for objective in strategy["objectives"]}
        used = {item["objective"] for item in strategy["indicators"]}
        if own != used or len(own) != len(strategy["objectives"]):
            found.append(f"{strategy['number']}: objectives and indicators do not match")
    for code, item in by_code(tree).items():
        if [row["level"] for row in item["levels"]] not in ([], [1, 2, 3, 4, 5]):
            found.append(f"{code}: levels")
        thresholds = [row["threshold"] for row in item["levels"]]
        if any(thresholds):
            numbers = [D(text) for text in thresholds]
            if numbers != sorted(set(numbers)) or item["measures"][0]["kind"] == "level":
                found.append(f"{code}: thresholds")
            for row in item["levels"]:
                if not row["text"].endswith("ร้อยละ " + row["threshold"].translate(THAI_DIGITS)):
                    found.append(f"{code}: a threshold that its text does not have")
        result = item["result"]
        if not (result["narrative"] and result["outcome"]):
            found.append(f"{code}: a result without words")
        if result["value"] is not None:
            said = "ร้อยละ " + result["value"].translate(THAI_DIGITS)
            if said not in result["narrative"] or item["measures"][0]["kind"] != "percent":
                found.append(f"{code}: a value that the narrative does not have")
        for row in result["evidence"]:
            if row["date"] and not dated(row["text"], date.fromisoformat(row["date"])):
                found.append(f"{code}: a date that its text does not have")
            if bool(row["number"]) != bool(re.search(rf"(?<!ครั้ง)ที่ {LETTER.pattern}", row["text"])):
                found.append(f"{code}: a letter without its number, or the reverse")
            if row["number"] not in row["text"]:
                found.append(f"{code}: a number that its text does not have")
    return found


def test_the_scorecard_keeps_its_rules():
    assert faults(TREE) == []


def break_objective(tree):
    by_code(tree)["D3-3"]["objective"] = 3


def break_levels(tree):
    del by_code(tree)["D5-1"]["levels"][2]


def break_threshold(tree):
    by_code(tree)["D1-2"]["levels"][1]["threshold"] = "81"


def break_order(tree):
    by_code(tree)["D2-1"]["levels"][1]["threshold"] = "70"


def break_value(tree):
    by_code(tree)["D1-2"]["result"]["value"] = "84.12"


def break_level_value(tree):
    by_code(tree)["D1-1"]["result"]["value"] = "100"


def break_date(tree):
    by_code(tree)["D1-1"]["result"]["evidence"][2]["date"] = "2563-02-27"


def break_month(tree):
    by_code(tree)["D2-3"]["result"]["evidence"][0]["date"] = "2020-01-26"


def break_number(tree):
    by_code(tree)["D3-1"]["result"]["evidence"][0]["number"] = ""


def break_outcome(tree):
    by_code(tree)["D4-3"]["result"]["outcome"] = ""


@pytest.mark.parametrize(
    "breaking",
    [
        break_objective, break_levels, break_threshold, break_order, break_value,
        break_level_value, break_date, break_month, break_number, break_outcome,
    ],
)  # fmt: skip
def test_a_broken_scorecard_is_found_out(breaking):
    tree = deepcopy(TREE)
    breaking(tree)
    assert faults(tree)


def test_counts():
    strategies = PLAN["strategies"]
    assert [len(strategy["indicators"]) for strategy in strategies] == [2, 5, 4, 3, 1]
    assert [len(strategy["objectives"]) for strategy in strategies] == [2, 5, 3, 1, 1]
    assert list(INDICATORS) == [
        f"D{dimension}-{number}"
        for dimension, count in enumerate([2, 5, 4, 3, 1], start=1)
        for number in range(1, count + 1)
    ]
    kinds = Counter(item["measures"][0]["kind"] for item in INDICATORS.values())
    assert kinds == {"level": 11, "percent": 4}
    counts = {
        "pieces of evidence": len(EVIDENCE),
        "with a number": sum(1 for _code, row in EVIDENCE if row["number"]),
        "with a date": sum(1 for _code, row in EVIDENCE if row["date"]),
    }
    assert list(counts.values()) == [72, 55, 67]
    for words, count in counts.items():
        assert f"{count} {words}" in README
    assert [sum(1 for at, _row in EVIDENCE if at == code) for code in INDICATORS] == (
        [4, 4, 1, 5, 17, 0, 3, 5, 4, 3, 4, 6, 6, 5, 5]
    )


def test_it_is_a_plan_of_kind_scorecard_with_its_own_words():
    assert (PLAN["slug"], PLAN["kind"], PLAN["code_prefix"]) == ("rlpd-hr-2563", "scorecard", "D")
    assert PLAN["first_year"] == PLAN["last_year"] == 2563
    assert (PLAN["strategy_label"], PLAN["objective_label"]) == ("มิติ", "เป้าประสงค์เชิงกลยุทธ์")
    assert TREE["agency"]["slug"] == "rlpd"
    assert [strategy["name"] for strategy in PLAN["strategies"]] == [
        "ความสอดคล้องเชิงยุทธศาสตร์",
        "ประสิทธิภาพของกระบวนการบริหารทรัพยากรบุคคล",
        "ประสิทธิภาพของการบริหารทรัพยากรบุคคล",
        "ความพร้อมรับผิดด้านการบริหารทรัพยากรบุคคล",
        "คุณภาพชีวิตและความสมดุลระหว่างชีวิตกับการทำงาน",
    ]


def test_it_has_every_key_that_the_strategic_plan_has():
    """Both go through the same loading."""
    other = json.loads((FOLDER / "nhrc-2566-2570.json").read_text(encoding="utf-8"))
    assert TREE["agency"].keys() == other["agency"].keys()
    assert PLAN.keys() == other["plan"].keys()
    strategy = other["plan"]["strategies"][0]
    for own in PLAN["strategies"]:
        assert own.keys() == strategy.keys()
        assert all(row.keys() == strategy["objectives"][0].keys() for row in own["objectives"])
        assert all(row["issue"] is None for row in own["objectives"])
    model = strategy["indicators"][0]
    for item in INDICATORS.values():
        assert item.keys() >= model.keys() - {"suggestion"}
        assert item["measures"][0].keys() == model["measures"][0].keys()
        assert item["accrual"] in {"rate", "per_year", "cumulative"}
        assert item["accrual_basis"] == "reading"


def test_level_criteria_stand_where_the_document_gives_them():
    assert {code for code, item in INDICATORS.items() if not item["levels"]} == {"D2-3", "D2-4"}
    thresholds = {
        code: [row["threshold"] for row in item["levels"]]
        for code, item in INDICATORS.items()
        if any(row["threshold"] for row in item["levels"])
    }
    assert thresholds == {
        "D1-2": ["75", "80", "85", "90", "100"],
        "D2-1": ["70", "75", "80", "85", "90"],
    }
    assert {code for code, item in INDICATORS.items() if item["steps"]} == {"D1-2"}
    assert [row["level"] for row in INDICATORS["D1-2"]["steps"]] == [1, 2, 3, 4, 5]
    assert all(row["text"] for row in INDICATORS["D1-2"]["steps"])


def test_values_and_targets_are_those_that_the_document_states():
    values = {code: item["result"]["value"] for code, item in INDICATORS.items()}
    assert {code: value for code, value in values.items() if value} == {
        "D1-2": "84.21",
        "D2-1": "100",
        "D2-3": "99.3",
        "D2-4": "100",
    }
    targets = {code: item["targets"]["2563"] for code, item in INDICATORS.items()}
    assert {code: row["values"] for code, row in targets.items() if row["kind"] != "none"} == {
        "D2-3": ["90"],
        "D2-4": ["100"],
    }
    for code, row in targets.items():
        assert INDICATORS[code]["name"].startswith(row["plan_text"])
        assert bool(row["plan_text"]) == (row["kind"] == "numeric")


@pytest.mark.parametrize("code", ["D1-2", "D2-3"])
def test_a_value_is_its_two_counts(code):
    result = INDICATORS[code]["result"]
    top, out_of = (D(text) for text in result["ratio"])
    digits = -D(result["value"]).as_tuple().exponent
    assert round(top / out_of * 100, digits) == D(result["value"])
    for number in result["ratio"]:
        assert f"จำนวน {number}".translate(THAI_DIGITS) in result["narrative"] or (
            f"ดำเนินการแล้วเสร็จ {number}".translate(THAI_DIGITS) in result["narrative"]
        )


def test_every_result_is_that_of_the_whole_year():
    for item in INDICATORS.values():
        assert (item["result"]["year"], item["result"]["month"]) == (2563, 12)


def test_the_empty_name_of_d3_4_is_its_activity():
    item = INDICATORS["D3-4"]
    assert item["name"] == item["activity"] == "การทบทวนหลักเกณฑ์การประกันคุณภาพการฝึกอบรม/สัมมนา"
    assert "D3-4, name" in README


@pytest.mark.parametrize(
    ("code", "place", "number", "day"),
    [
        ("D1-1", 0, "ยธ ๐๔๐๑/๑๔๓๘", "2019-09-30"),
        ("D1-1", 2, "ยธ ๐๔๐๑/๓๙๕", "2020-02-27"),
        ("D1-2", 0, "๒๓๑/๒๕๖๒", "2019-10-29"),
        ("D1-2", 3, "ยธ ๐๔๐๑/ว๑๒๖", "2020-03-02"),
        ("D2-3", 15, "ยธ ๐๔๐๑/ว ๓๒๑", "2020-06-18"),
        ("D3-4", 2, "ยธ ๐๔๐๑/๓๙๕", "2020-02-27"),
        ("D4-1", 1, "๒๙๐/๖๒", "2019-11-12"),
        ("D5-1", 0, "ยธ ๐๔๐๑/๓๙๕", "2020-02-27"),
        ("D2-1", 0, "", None),
    ],
)
def test_letters_by_number_and_date(code, place, number, day):
    row = INDICATORS[code]["result"]["evidence"][place]
    assert (row["number"], row["date"]) == (number, day)


def test_dates_lie_about_the_fiscal_year():
    """From August 2562, when a notice was issued that still held, to September 2563."""
    days = sorted(row["date"] for _code, row in EVIDENCE if row["date"])
    assert (days[0], days[-1]) == ("2019-08-06", "2020-09-30")


def test_no_names_of_people_and_nothing_left_by_the_reading():
    for text in texts(TREE):
        assert not names_of_people(text), text
        assert not RESIDUE.search(text), text
    whole = "".join(texts(TREE))
    assert whole.count(PLACEHOLDER) == 5


@pytest.mark.parametrize(
    "text",
    [
        "ได้แก่ นางสาวสมมติ ตัวอย่าง",
        "ได้แก่\n- สมมติ ตัวอย่าง (ขรก.)",
        "ประกาศรายชื่อผู้ได้รับการคัดเลือกข้าราชการพลเรือนดีเด่น สมมติ ตัวอย่าง ตามประกาศกรมฯ",
    ],
)
def test_a_name_would_be_found(text):
    assert names_of_people(text)


@pytest.mark.parametrize(
    "text", ["<p>ก", "ก &gt; ข", "ก  ข", "ระดับ ๑ : ก", "ผลลัพธ์ : ก", "ที่ ยช ๐๔๐๑", "สว ๑๓ ก.ค. ๖๓"]
)
def test_a_residue_would_be_found(text):
    assert RESIDUE.search(text)
