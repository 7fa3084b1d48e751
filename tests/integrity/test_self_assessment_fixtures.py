"""fixtures/integrity/rubric-*.json: the instrument adds up, and every level is there that exists.

Read as plain JSON, without models: these are checks of the data.
"""

import json
import re
from copy import deepcopy
from decimal import Decimal as D
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "integrity"
TEXT = (FOLDER / "rubric-2565-government.json").read_text(encoding="utf-8")
README = (FOLDER / "README-rubric.md").read_text(encoding="utf-8")


def no_float(text):
    raise AssertionError(f"{text} is a float: figures are strings")


RUBRIC = json.loads(TEXT, parse_float=no_float)
PARTS = {part["code"]: part for part in RUBRIC["parts"]}

#: A title and a name behind it, where no Thai letter stands before: บุคลากร holds none.
PERSON = re.compile(r"(?<![ก-๎])(?:นางสาว|นาย|นาง|น\.ส\.|ดร\.|ว่าที่) ?[ก-ฮเ-ไ]{2}")
#: What reading leaves behind, and words it got wrong in this document.
RESIDUE = re.compile(
    r"<|\*\*|\t|  |^\s|\s$|^- |\n\n|จะเมิด|ทสรูป|โอกาศ|ด้านด้าน|คุ่ม|ดูแลจ้าง|ลาย ลักษณ์|สร้าง สรรค์"
)


def texts(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from texts(inner)


def criteria(part):
    return {row["number"]: row for group in part["groups"] for row in group["criteria"]}


def counted(group):
    """Full points of a group's criteria, with one of its alternatives; None where one is silent."""
    alternatives = {}
    total = D(0)
    for row in group["criteria"]:
        if row["full"] is None:
            return None
        if row["alternative"]:
            alternatives.setdefault(row["alternative"], set()).add(D(row["full"]))
        else:
            total += D(row["full"])
    for worth in alternatives.values():
        assert len(worth) == 1, "alternatives are worth the same"
        total += worth.pop()
    return total


def faults(rubric):
    """Where a rubric breaks its own rules (fixtures/integrity/README-rubric.md)."""
    found = []
    for part in rubric["parts"]:
        if sum(D(group["full"]) for group in part["groups"]) != D(part["full"]):
            found.append(f"{part['code']}: groups do not add up")
        names = {dimension["name"] for dimension in part["dimensions"]} or {""}
        for group in part["groups"]:
            where = f"{part['code']} {group['number']}"
            if counted(group) not in (None, D(group["full"])):
                found.append(f"{where}: criteria do not add up")
            if group["dimension"] not in names:
                found.append(f"{where}: unknown dimension")
            headings = {heading["number"] for heading in group["alternatives"]}
            if headings != {row["alternative"] for row in group["criteria"]} - {""}:
                found.append(f"{where}: alternatives without a heading, or the reverse")
            for row in group["criteria"]:
                numbers = [level["level"] for level in row["levels"]]
                if numbers != sorted(set(numbers)) or not set(numbers) <= {1, 2, 3}:
                    found.append(f"{where}: levels of {row['number']} out of order")
                if not row["text"] or not all(level["text"] for level in row["levels"]):
                    found.append(f"{where}: an empty text in {row['number']}")
        if len(criteria(part)) != sum(len(group["criteria"]) for group in part["groups"]):
            found.append(f"{part['code']}: a number twice")
    return found


def test_the_rubric_keeps_its_rules():
    assert faults(RUBRIC) == []


def break_sum(rubric):
    rubric["parts"][0]["groups"][0]["full"] = "14"


def break_alternative(rubric):
    rubric["parts"][0]["groups"][2]["criteria"][3]["alternative"] = ""


def break_heading(rubric):
    rubric["parts"][0]["groups"][2]["alternatives"] = []


def break_levels(rubric):
    rubric["parts"][1]["groups"][1]["criteria"][0]["levels"].reverse()


def break_text(rubric):
    rubric["parts"][1]["groups"][1]["criteria"][0]["levels"][1]["text"] = ""


def break_number(rubric):
    rubric["parts"][0]["groups"][3]["criteria"][1]["number"] = "4.1"


def break_dimension(rubric):
    rubric["parts"][0]["groups"][3]["dimension"] = ""


@pytest.mark.parametrize(
    "breaking",
    [
        break_sum, break_alternative, break_heading, break_levels, break_text, break_number,
        break_dimension,
    ],
)  # fmt: skip
def test_a_broken_rubric_is_found_out(breaking):
    rubric = deepcopy(RUBRIC)
    breaking(rubric)
    assert faults(rubric)


@pytest.mark.parametrize(
    ("code", "points", "weight", "assessed_by"),
    [
        ("A", "15 10 20 15 10 10 5 15", "70", "self"),
        ("B", "30 20 20 20 10", "30", "self"),
        ("S", "40 40 20", None, "assessor"),
    ],
)
def test_points_and_weights_of_a_part(code, points, weight, assessed_by):
    part = PARTS[code]
    assert [group["full"] for group in part["groups"]] == points.split()
    assert [group["number"] for group in part["groups"]] == [
        str(number) for number in range(1, len(part["groups"]) + 1)
    ]
    assert (part["full"], part["weight"], part["assessed_by"]) == ("100", weight, assessed_by)


def test_part_a_is_worth_100_with_one_of_its_two_alternatives():
    assert sum(counted(group) for group in PARTS["A"]["groups"]) == 100
    both = sum(D(row["full"]) for row in criteria(PARTS["A"]).values())
    assert both == 110
    alternative = {no: row["alternative"] for no, row in criteria(PARTS["A"]).items()}
    assert {no for no, heading in alternative.items() if heading} == {"3.3.1", "3.3.2"}
    assert alternative["3.3.1"] == alternative["3.3.2"] == "3.3"


@pytest.mark.parametrize(
    ("code", "numbers"),
    [
        ("A", "1.1 1.2 1.3 2.1 3.1 3.2 3.3.1 3.3.2 4.1 4.2 4.3 5.1 5.2 6 7.1 7.2 8.1 8.2 8.3"),
        ("B", "1.1 1.2 1.3 2 3 4 5"),
        ("S", "1.1 1.2 1.3 1.4 2.1 2.2 2.3 3"),
    ],
)
def test_every_criterion_is_there(code, numbers):
    assert list(criteria(PARTS[code])) == numbers.split()


@pytest.mark.parametrize("code", ["A", "B", "S"])
def test_every_level_that_the_document_describes_is_there(code):
    for number, row in criteria(PARTS[code]).items():
        expected = [1, 3] if (code, number) in {("A", "7.1"), ("A", "7.2")} else [1, 2, 3]
        assert [level["level"] for level in row["levels"]] == ([] if code == "S" else expected)


def test_points_are_silent_only_where_the_document_is():
    silent = {
        (code, number)
        for code, part in PARTS.items()
        for number, row in criteria(part).items()
        if row["full"] is None
    }
    assert silent == {("B", "1.1"), ("B", "1.2"), ("B", "1.3")} | {
        ("S", number) for number in criteria(PARTS["S"])
    }
    assert '"points"' not in TEXT
    # Our reading: no evaluation earns nothing.
    shares = {
        (code, number, level["level"]): level["share"]
        for code, part in PARTS.items()
        for number, row in criteria(part).items()
        for level in row["levels"]
        if "share" in level
    }
    assert shares == {("B", "5", 1): "0/1"}


def test_the_three_dimensions_of_part_a():
    names = [dimension["name"] for dimension in PARTS["A"]["dimensions"]]
    assert [re.search(r"\((\w+) Indicator\)$", name)[1] for name in names] == [
        "Structural",
        "Process",
        "Outcome",
    ]
    groups = [names.index(group["dimension"]) for group in PARTS["A"]["groups"]]
    assert groups == [0, 0, 1, 1, 1, 2, 2, 2]


def test_the_lowest_level_of_b_5_says_that_nothing_was_evaluated():
    levels = [level["text"] for level in criteria(PARTS["B"])["5"]["levels"]]
    assert [text.startswith("ไม่มีการประเมินผล") for text in levels] == [True, False, False]
    assert PARTS["B"]["level_names"] == ["พอใช้", "ดี", "ดีมาก"]


def test_eligibility_definitions_and_questions():
    assert (RUBRIC["year"], RUBRIC["organisation_kind"]) == (2565, "ภาครัฐ")
    lines = RUBRIC["eligibility"].split("\n")
    assert " ".join(line.split()[0] for line in lines) == (
        "1. 1.1 1.2 1.2.1 (1) (2) (3) (4) 1.2.2 (1) (2) 1.3 (1) (2) (3) 2. 3. 4. 5. ¹"
    )
    assert [row["term"] for row in RUBRIC["definitions"]] == [
        "ประกาศ/แถลงนโยบาย",
        "แผนฯ",
        "คุณค่ากับผู้ปฏิบัติงาน",
        "เฝ้าระวังการละเมิดสิทธิมนุษยชน",
    ]
    assert all(row["meaning"] for row in RUBRIC["definitions"])
    assert RUBRIC["questions"] == [
        "ท่านคิดว่า อะไรเป็นจุดเด่นขององค์กรที่ทำให้ได้รับรางวัลองค์กรต้นแบบด้านสิทธิมนุษยชน",
        "การดำเนินงานด้านสิทธิมนุษยชน ส่งผลอย่างไรต่อองค์กรของท่าน",
        "หากได้รับรางวัลองค์กรต้นแบบด้านสิทธิมนุษยชน ท่านมีแนวทางต่อยอด หรือ ขยายผล "
        "การดำเนินการองค์กรให้เกิดความยั่งยืนได้อย่างไร",
    ]


@pytest.mark.parametrize(
    ("code", "number", "level", "text"),
    [
        ("A", "1.1", 3, "มีการประกาศ/แถลงนโยบายที่เคารพสิทธิมนุษยชน โดยระบุความเชื่อมโยงกับแผนฯ และจัดทำเป็นลายลักษณ์อักษร"),  # noqa: E501
        ("A", "3.3.2", 2, "มีการถ่ายทอดแผนฯ ไปสู่หน่วยงานภายในในรูปแบบหนังสือสั่งการเป็นลายลักษณ์อักษร"),
        ("A", "4.2", 1, "น้อยกว่าร้อยละ 5 ของบุคลากรทั้งหมด"),
        ("A", "7.2", 3, "แสดงหลักฐานเอกสารสรุปผลการวิเคราะห์โครงการตามข้อ 6"),
        ("B", "1.3", 2, "ใช้ทรัพยากรที่มีอยู่อย่างเหมาะสม คุ้มค่า สอดคล้องกับบริบทขององค์กร"),
        ("B", "4", 1, "เพิ่มคุณค่าให้กับผู้ปฏิบัติงาน"),
    ],
)  # fmt: skip
def test_levels_to_the_letter(code, number, level, text):
    levels = {row["level"]: row["text"] for row in criteria(PARTS[code])[number]["levels"]}
    assert levels[level] == text


def test_what_a_page_break_tore_is_whole():
    last = criteria(PARTS["A"])["4.1"]["levels"][2]["text"]
    assert last.endswith("และมีการติดตามประเมินผลความรู้ความเข้าใจ")


def test_no_names_of_people_and_nothing_left_by_the_reading():
    for text in texts(RUBRIC):
        assert not PERSON.search(text), text
        assert not RESIDUE.search(text), text


@pytest.mark.parametrize("text", ["ได้แก่ นางสาวสมมติ ตัวอย่าง", "(นาย สมมติ)", "ดร.สมมติ"])
def test_a_name_would_be_found(text):
    assert PERSON.search(text)


@pytest.mark.parametrize("text", ["ก <b>ข", "**A**", "ก  ข", " ก", "- (1) ก", "อาจจะเมิดสิทธิ"])
def test_a_residue_would_be_found(text):
    assert RESIDUE.search(text)


def test_the_readme_counts_what_is_there():
    groups = [len(part["groups"]) for part in RUBRIC["parts"]]
    rows = [len(criteria(part)) for part in RUBRIC["parts"]]
    levels = [sum(len(row["levels"]) for row in criteria(p).values()) for p in RUBRIC["parts"]]
    assert (groups, rows, levels) == ([8, 5, 3], [19, 7, 8], [55, 21, 0])
    assert f"{sum(groups)} groups (8, 5, 3), {sum(rows)} criteria (19" in README
    assert f"{sum(levels)} levels (55, 21, 0)" in README
