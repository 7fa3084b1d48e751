"""What is found by what is typed (docs/domain.md, "Searching")."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nhrc_plan.search.rules import (
    BEGINS_CODE,
    BEGINS_NAME,
    IN_NAME,
    PER_KIND,
    SAME_CODE,
    Target,
    fit,
    found,
    query_of,
)
from strategy.thai.folding import folded

NAME = "ร้อยละของการดำเนินงานตรวจสอบการละเมิดสิทธิมนุษยชน"


@pytest.mark.parametrize(
    ("typed", "code", "name", "how"),
    [
        ("S3-1.1", "S3-1.1", NAME, SAME_CODE),
        ("s3 1.1", "S3-1.1", NAME, SAME_CODE),
        ("3-1.1", "S3-1.1", NAME, SAME_CODE),
        ("S๓-๑.๑", "S3-1.1", NAME, SAME_CODE),
        ("S3", "S3-1.1", NAME, BEGINS_CODE),
        ("S3-1.2", "S3-1.1", NAME, None),
        ("ร้อยละของการ", "S3-1.1", NAME, BEGINS_NAME),
        ("ละเมิด", "S3-1.1", NAME, IN_NAME),
        ("ละเมิดสิท", "S3-1.1", NAME, IN_NAME),  # part of a word
        ("ละเมิด สิทธิ มนุษยชน", "S3-1.1", NAME, IN_NAME),  # spaces that the name has not
        ("รอยละ", "S3-1.1", NAME, BEGINS_NAME),  # a tone mark left out
        ("ร่อยละ", "S3-1.1", NAME, BEGINS_NAME),  # a wrong one
        ("ดําเนินงาน", "S3-1.1", NAME, IN_NAME),  # the sara am in two pieces
        ("สิทธิ S3-1.1", "S3-1.1", NAME, IN_NAME),
        ("ตรวจสอบ งบประมาณ", "S3-1.1", NAME, None),  # each word has to be found
        ("social", "S1-4.1", "โครงการ Social Movement", IN_NAME),
        ("ดัชนี", "S3-1.1", NAME, None),
        ("   ", "S3-1.1", NAME, None),
    ],
)
def test_what_is_typed_finds_what_is_meant(typed, code, name, how):
    assert fit(query_of(typed), code, name) == how


def test_the_best_comes_first_and_of_each_kind_a_few():
    many = [Target("indicator", f"S1-{n}.1", "สิทธิ", "", f"/{n}") for n in range(1, 30)]
    unit = Target("unit", "", "สำนักสิทธิ", "", "/unit")
    shown = found(query_of("สิทธิ"), [unit, *many])
    assert [each.kind for each in shown].count("indicator") == PER_KIND
    assert shown[0].kind == "indicator" and shown[-1] == unit
    assert found(query_of("S1-7.1"), many)[0].code == "S1-7.1"


@given(st.text(max_size=40), st.integers(0, 39), st.integers(1, 10))
def test_every_part_of_a_name_finds_it(name, start, length):
    part = name[start : start + length]
    if not folded(part):
        assert fit(query_of(part), "", name) is None
        return
    if folded(part) in folded(name):
        assert fit(query_of(part.replace(" ", "")), "", name) is not None
