"""Digits, numbers, years, dates and order in Thai (docs/domain.md, "Calendar")."""

from datetime import date
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from strategy.calendar import FiscalMonth
from strategy.records.forms import ThaiBahtField, ThaiDecimalField
from strategy.thai import (
    Refusal,
    compare,
    format_baht,
    format_date,
    format_exact,
    format_number,
    month_name,
    natural_key,
    parse_date,
    parse_number,
    parse_year,
    sort_key,
    to_arabic,
    to_thai_digits,
)

cents = st.integers(-(10**15) + 1, 10**15 - 1).map(lambda n: Decimal(n).scaleb(-2))
#: Text that looks like a number or a date often enough to reach every branch.
lookalikes = st.lists(
    st.sampled_from(
        [
            *"0123456789๐๑๒๕๖๙",
            *"/-.,+ \t\n\u200b\u00a0",
            "25",
            "๒๕",
            "2569",
            "2023",
            "๖๓",
            "29",
            "02",
        ]
        + ["e", "nan", "inf", "_", "%", "−", "２", "²", "พ.ศ.", "ม.ค.", "ก.พ.", "มกราคม", "กุมภาพันธ์"]
    ),
    max_size=9,
).map("".join)
texts = st.one_of(st.text(max_size=20), lookalikes)


def refused(call, *args, **kwargs):
    with pytest.raises(Refusal) as caught:
        call(*args, **kwargs)
    return caught.value


# ----------------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("1,234.5", "1234.5", id="comma"),
        pytest.param("๑,๒๓๔.๕", "1234.5", id="thai-digits"),
        pytest.param("๑2", "12", id="mixed-digits"),
        pytest.param(" 12 ", "12", id="spaces-around"),
        pytest.param("\t12\r\n", "12", id="pasted-from-a-cell"),
        pytest.param("12\u200b", "12", id="zero-width-space-after"),
        pytest.param("\ufeff12", "12", id="byte-order-mark"),
        pytest.param("\u00a012\u202f", "12", id="no-break-spaces-around"),
        pytest.param("-5", "-5", id="minus"),
        pytest.param("0", "0", id="zero"),
        pytest.param("-0", "0", id="minus-zero"),
        pytest.param("0.25", "0.25", id="below-one"),
        pytest.param("12.9", "12.9", id="fraction"),
        pytest.param("1234567", "1234567", id="no-commas"),
        pytest.param("12,345,678", "12345678", id="two-commas"),
        pytest.param("1.2345", "1.2345", id="four-decimals"),
        pytest.param("1.234500", "1.2345", id="trailing-zeros"),
        pytest.param("9999999999999", "9999999999999", id="13-digits"),
    ],
)
def test_number_is_understood(text, value):
    assert parse_number(text) == Decimal(value)
    assert not parse_number(text).is_signed() or value.startswith("-")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", "number_empty", id="empty"),
        pytest.param("  \n", "number_empty", id="blank"),
        pytest.param("1,23", "number_unclear", id="comma-misplaced"),
        pytest.param("1,2345", "number_unclear", id="group-of-four"),
        pytest.param("1234,567", "number_unclear", id="first-group-of-four"),
        pytest.param("12,345678", "number_unclear", id="comma-forgotten"),
        pytest.param("0,123", "number_unclear", id="group-after-0"),
        pytest.param(",123", "number_unclear", id="comma-first"),
        pytest.param("1.234,5", "number_unclear", id="european"),
        pytest.param("1.2.3", "number_unclear", id="two-points"),
        pytest.param("5.", "number_unclear", id="point-last"),
        pytest.param(".5", "number_unclear", id="point-first"),
        pytest.param("1_000", "number_unclear", id="underscore"),
        pytest.param("1 000", "number_unclear", id="space-inside"),
        pytest.param("nan", "number_unclear", id="nan"),
        pytest.param("inf", "number_unclear", id="inf"),
        pytest.param("-Infinity", "number_unclear", id="infinity"),
        pytest.param("1e5", "number_unclear", id="1e5"),
        pytest.param("1E400", "number_unclear", id="1E400"),
        pytest.param("0x1F", "number_unclear", id="hexadecimal"),
        pytest.param("−5", "number_unclear", id="minus-sign-u2212"),
        pytest.param("+5", "number_unclear", id="plus"),
        pytest.param("--5", "number_unclear", id="two-minuses"),
        pytest.param("- 5", "number_unclear", id="minus-apart"),
        pytest.param("(5)", "number_unclear", id="brackets"),
        pytest.param("1\u200b2", "number_unclear", id="zero-width-space-inside"),
        pytest.param("1\u00a0000", "number_unclear", id="no-break-space-inside"),
        pytest.param("\u200b", "number_empty", id="zero-width-alone"),
        pytest.param("12\u200f", "number_unclear", id="right-to-left-mark"),
        pytest.param("１２", "number_unclear", id="full-width-digits"),
        pytest.param("1２", "number_unclear", id="full-width-second-digit"),
        pytest.param("0.５", "number_unclear", id="full-width-decimal"),
        pytest.param("١٢", "number_unclear", id="arabic-indic-digits"),
        pytest.param("1²", "number_unclear", id="superscript"),
        pytest.param("½", "number_unclear", id="half"),
        pytest.param("12%", "number_unclear", id="percent-sign"),
        pytest.param("12 เรื่อง", "number_unclear", id="unit"),
        pytest.param("0012", "number_unclear", id="leading-zeros"),
        pytest.param("-", "number_unclear", id="dash"),
        pytest.param("1.23456", "number_too_fine", id="five-decimals"),
        pytest.param("12345678901234", "number_too_long", id="14-digits"),
        pytest.param("1234567890123456", "number_too_long", id="16-digits"),
        pytest.param("1,234,567,890,123,456", "number_too_long", id="16-digits-with-commas"),
    ],
)
def test_number_is_refused(text, code):
    assert refused(parse_number, text).code == code


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param("75%", "75", id="sign"),
        pytest.param("75 %", "75", id="sign-apart"),
        pytest.param("๗๕.๕\u00a0%", "75.5", id="thai-digits-no-break-space"),
        pytest.param("75", "75", id="no-sign"),
        pytest.param("%", None, id="sign-alone"),
        pytest.param("75%%", None, id="two-signs"),
        pytest.param("%75", None, id="sign-first"),
        pytest.param("75% ของงาน", None, id="words"),
    ],
)
def test_a_percentage_may_carry_its_sign(text, value):
    if value is None:
        assert refused(parse_number, text, percent=True).code in ("number_unclear", "number_empty")
    else:
        assert parse_number(text, percent=True) == Decimal(value)


@pytest.mark.parametrize(
    ("text", "decimals", "code"),
    [
        pytest.param("12.9", 0, "number_too_fine", id="fraction-where-whole"),
        pytest.param("12.0", 0, None, id="zero-decimals-where-whole"),
        pytest.param("1.25", 2, None, id="baht"),
        pytest.param("1.255", 2, "number_too_fine", id="baht-too-fine"),
    ],
)
def test_decimals_kept(text, decimals, code):
    if code is None:
        assert parse_number(text, max_decimals=decimals) == Decimal(text)
    else:
        assert refused(parse_number, text, max_decimals=decimals).code == code


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        pytest.param("1234.5", None, "1,234.5", id="comma"),
        pytest.param("1234567", None, "1,234,567", id="whole"),
        pytest.param("100.00", None, "100", id="whole-kept-with-decimals"),
        pytest.param("1E+3", None, "1,000", id="exponent"),
        pytest.param("0.125", None, "0.13", id="half-up"),
        pytest.param("2.665", None, "2.67", id="half-up-after-even"),
        pytest.param("0.001", None, "0", id="too-small"),
        pytest.param("999.995", None, "1,000", id="carried"),
        pytest.param("-5.5", None, "-5.5", id="negative"),
        pytest.param("110", 2, "110.00", id="two-decimals"),
        pytest.param("44.75", 2, "44.75", id="million-baht"),
        pytest.param("82.95", 1, "83.0", id="one-decimal-half-up"),
        pytest.param("1234.5", 0, "1,235", id="no-decimals-half-up"),
    ],
)
def test_number_is_written(value, decimals, text):
    assert format_number(Decimal(value), decimals) == text


@given(cents)
def test_a_written_number_is_read_back(value):
    assert parse_number(format_number(value)) == value
    assert parse_number(format_number(value, 2)) == value
    assert parse_number(to_thai_digits(format_number(value))) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("57.1250", "57.125"),
        ("12.3456", "12.3456"),
        ("40.0000", "40"),
        ("1E+3", "1,000"),
        ("-1234567.5", "-1,234,567.5"),
        ("0.0000", "0"),
        ("-0.0000", "0"),
    ],
)
def test_an_exact_number_keeps_every_decimal(value, text):
    assert format_exact(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("200000.5000", "200,000.50"),
        ("200000.25", "200,000.25"),
        ("-0.05", "-0.05"),
        ("1000000.00", "1,000,000"),
        ("1E+6", "1,000,000"),
        ("0", "0"),
        ("0.125", "0.125"),  # finer than is kept, yet never rounded unseen
    ],
)
def test_baht_are_whole_or_have_both_decimals(value, text):
    assert format_baht(Decimal(value)) == text


@given(cents)
def test_a_form_shows_the_amount_that_it_would_save_again(value):
    field = ThaiBahtField()
    assert field.clean(field.prepare_value(value)) == value


@given(st.integers(-(10**17) + 1, 10**17 - 1).map(lambda n: Decimal(n).scaleb(-4)))
def test_a_form_shows_the_figure_that_it_would_save_again(value):
    field = ThaiDecimalField(max_decimals=4)
    assert field.clean(field.prepare_value(value)) == value
    assert not field.has_changed(value, field.prepare_value(value))


@given(texts)
def test_number_is_understood_or_refused(text):
    try:
        value = parse_number(text)
    except Refusal:
        return
    assert value.is_finite()
    assert abs(value) < 10**13
    plain = to_arabic(text.strip(" \t\r\n\u00a0\u2007\u202f\u200b\u200c\u200d\u2060\ufeff"))
    assert value == Decimal(plain.replace(",", ""))
    assert set(plain) <= set("0123456789-.,")


@given(st.text(alphabet="0123456789 ,.-กa"))
def test_digits_there_and_back(text):
    assert to_arabic(to_thai_digits(text)) == text
    assert not set(to_thai_digits(text)) & set("0123456789")


# ------------------------------------------------------------------------------------------- years


@pytest.mark.parametrize(
    ("text", "year"),
    [
        pytest.param("2566", 2566, id="arabic"),
        pytest.param("๒๕๖๖", 2566, id="thai"),
        pytest.param(" 2566\n", 2566, id="spaces-around"),
        pytest.param("\u00a02566\u200b", 2566, id="pasted"),
        pytest.param("2400", 2400, id="first"),
        pytest.param("2699", 2699, id="last"),
    ],
)
def test_year_is_understood(text, year):
    assert parse_year(text) == year


@pytest.mark.parametrize(
    ("text", "be"),
    [
        pytest.param("2023", 2566, id="arabic"),
        pytest.param("๒๐๒๓", 2566, id="thai"),
        pytest.param("1957", 2500, id="last-century"),
    ],
)
def test_christian_year_is_refused_and_its_buddhist_year_named(text, be):
    refusal = refused(parse_year, text)
    assert (refusal.code, refusal.params["be"]) == ("year_ce", be)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("66", id="two-digits"),
        pytest.param("๖๖", id="two-thai-digits"),
        pytest.param("256", id="three-digits"),
        pytest.param("25666", id="five-digits"),
        pytest.param("2399", id="between-the-eras"),
        pytest.param("2700", id="far-future"),
        pytest.param("0000", id="zeros"),
        pytest.param("2,566", id="comma"),
        pytest.param("25 66", id="space-inside"),
        pytest.param("-2566", id="minus"),
        pytest.param("2566.0", id="decimals"),
        pytest.param("２５６６", id="full-width"),
        pytest.param("25\u200b66", id="zero-width-inside"),
        pytest.param("พ.ศ. 2566", id="words"),
        pytest.param("", id="empty"),
    ],
)
def test_year_is_refused(text):
    assert refused(parse_year, text).code == "year_unclear"


@given(texts)
@example("2400")
@example("2699")
def test_year_is_never_guessed(text):
    try:
        year = parse_year(text)
    except Refusal:
        return
    assert 2400 <= year <= 2699
    assert to_arabic(text.strip()) == str(year)


@given(st.integers(0, 99999))
def test_years_outside_the_buddhist_range_are_refused(number):
    if 2400 <= number <= 2699:
        assert parse_year(str(number)) == parse_year(to_thai_digits(str(number))) == number
    else:
        refusal = refused(parse_year, str(number))
        assert refusal.code == ("year_ce" if 1900 <= number < 2200 else "year_unclear")


# ------------------------------------------------------------------------------------------- dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("15/01/2569", date(2026, 1, 15), id="slashes"),
        pytest.param("15-01-2569", date(2026, 1, 15), id="dashes"),
        pytest.param("5/1/2569", date(2026, 1, 5), id="one-digit-day-and-month"),
        pytest.param("๑๕/๐๑/๒๕๖๙", date(2026, 1, 15), id="thai-digits"),
        pytest.param("15 ม.ค. 2569", date(2026, 1, 15), id="abbreviated"),
        pytest.param("15 มกราคม 2569", date(2026, 1, 15), id="full-name"),
        pytest.param("๑๕ มกราคม ๒๕๖๙", date(2026, 1, 15), id="full-name-thai-digits"),
        pytest.param("15 มกราคม พ.ศ. 2569", date(2026, 1, 15), id="era-written"),
        pytest.param("  15   ม.ค.  2569 ", date(2026, 1, 15), id="spaces"),
        pytest.param("15 มค 2569", date(2026, 1, 15), id="abbreviation-without-points"),
        pytest.param("15 มิย. 2569", date(2026, 6, 15), id="one-point-left-out"),
        pytest.param("2569-01-15", date(2026, 1, 15), id="year-first"),
        pytest.param("\u00a015/01/2569\u200b", date(2026, 1, 15), id="pasted"),
        pytest.param("๒๕๖๙-๐๑-๑๕", date(2026, 1, 15), id="year-first-thai-digits"),
        pytest.param("12/11/2568", date(2025, 11, 12), id="day-first"),
        pytest.param("29/02/2567", date(2024, 2, 29), id="leap-day"),
        pytest.param("30/09/2569", date(2026, 9, 30), id="30-sep"),
        pytest.param("1/10/2569", date(2026, 10, 1), id="1-oct"),
    ],
)
def test_date_is_understood(text, day):
    assert parse_date(text) == day
    assert parse_date(text, letter=True) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("30/02/2569", "date_unknown", id="30-feb"),
        pytest.param("29/02/2566", "date_unknown", id="29-feb-of-a-common-year"),
        pytest.param("31/04/2569", "date_unknown", id="31-apr"),
        pytest.param("15/13/2569", "date_unknown", id="month-13"),
        pytest.param("0/01/2569", "date_unknown", id="day-0"),
        pytest.param("15/01/2026", "year_ce", id="christian-year"),
        pytest.param("15 ม.ค. 2026", "year_ce", id="christian-year-with-a-name"),
        pytest.param("15/01/2300", "year_unclear", id="between-the-eras"),
        pytest.param("15/01/569", "date_unclear", id="three-digit-year"),
        pytest.param("15/01", "date_unclear", id="no-year"),
        pytest.param("2026-01-15", "year_ce", id="christian-year-first"),
        pytest.param("2569-13-01", "date_unknown", id="year-first-month-13"),
        pytest.param("2569/01/15", "date_unclear", id="year-first-slashes"),
        pytest.param("15.01.2569", "date_unclear", id="points"),
        pytest.param("15 Brumaire 2569", "date_unclear", id="no-such-month"),
        pytest.param("15 J. 2569", "date_unclear", id="which-month"),
        pytest.param("15 ม.ค.ก.พ. 2569", "date_unclear", id="two-months"),
        pytest.param("15/01/25\u200b69", "date_unclear", id="zero-width-inside"),
        pytest.param("１５/01/2569", "date_unclear", id="full-width"),
        pytest.param("", "date_unclear", id="empty"),
    ],
)
@pytest.mark.parametrize("letter", [False, True], ids=["form", "letter"])
def test_date_is_refused(text, letter, code):
    assert refused(parse_date, text, letter=letter).code == code


def test_christian_date_names_its_buddhist_year():
    assert refused(parse_date, "15/01/2026").params["be"] == 2569


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("15/01/69", date(2026, 1, 15), id="slashes"),
        pytest.param("๒๗ ก.พ. ๖๓", date(2020, 2, 27), id="as-in-the-scorecard"),
        pytest.param("27 กุมภาพันธ์ 63", date(2020, 2, 27), id="full-name"),
    ],
)
def test_two_digit_year_is_for_letters_only(text, day):
    assert parse_date(text, letter=True) == day
    assert refused(parse_date, text).code == "year_unclear"


@given(texts, st.booleans())
@example("29/02/2699", False)
@example("๓๑/๑๒/๐๐", True)
def test_date_is_never_guessed(text, letter):
    try:
        day = parse_date(text, letter=letter)
    except Refusal:
        return
    year = day.year + 543
    assert 2400 <= year <= 2699
    assert to_arabic(text).rstrip().endswith(str(year) if not letter else str(year)[2:])


@given(st.dates(date(1857, 1, 1), date(2156, 12, 31)), st.booleans())
def test_a_written_date_is_read_back(day, short):
    assert parse_date(format_date(day, short=short)) == day
    assert parse_date(to_thai_digits(format_date(day, short=short))) == day


@pytest.mark.parametrize(
    ("month", "full", "short"),
    [
        pytest.param(FiscalMonth(2569, 12), "กันยายน 2569", "ก.ย. 2569", id="month-12"),
        pytest.param(FiscalMonth(2570, 1), "ตุลาคม 2569", "ต.ค. 2569", id="month-1"),
        pytest.param(FiscalMonth(2570, 3), "ธันวาคม 2569", "ธ.ค. 2569", id="month-3"),
        pytest.param(FiscalMonth(2570, 4), "มกราคม 2570", "ม.ค. 2570", id="month-4"),
    ],
)
def test_month_is_written_with_its_calendar_year(month, full, short):
    assert month_name(month) == full
    assert month_name(month, short=True) == short
    assert month_name(month, short=True, year=False) == short.split()[0]


@pytest.mark.parametrize(
    ("number", "full", "short"),
    [
        (1, "มกราคม", "ม.ค."),
        (2, "กุมภาพันธ์", "ก.พ."),
        (3, "มีนาคม", "มี.ค."),
        (4, "เมษายน", "เม.ย."),
        (5, "พฤษภาคม", "พ.ค."),
        (6, "มิถุนายน", "มิ.ย."),
        (7, "กรกฎาคม", "ก.ค."),
        (8, "สิงหาคม", "ส.ค."),
        (9, "กันยายน", "ก.ย."),
        (10, "ตุลาคม", "ต.ค."),
        (11, "พฤศจิกายน", "พ.ย."),
        (12, "ธันวาคม", "ธ.ค."),
    ],
    ids=range(1, 13),
)
def test_months_of_the_calendar(number, full, short):
    day = date(2026, number, 12)
    assert (format_date(day, short=False), format_date(day)) == (
        f"12 {full} 2569",
        f"12 {short} 2569",
    )
    assert parse_date(f"12 {full} 2569") == parse_date(f"12 {short} 2569") == day


# ------------------------------------------------------------------------------------------- order


@pytest.mark.parametrize(
    "words",
    [
        pytest.param(["ก่อน", "เก", "ขา"], id="leading-vowel-after-its-consonant"),
        pytest.param(["กา", "ก่า", "กาง"], id="tone-marks-only-break-ties"),
        pytest.param(["ป่า", "ปาก", "ป้าง"], id="letters-before-tone-marks"),
        pytest.param(["ปา", "ป่า", "ป้า", "ป๊า", "ป๋า"], id="the-four-tone-marks"),
        pytest.param(["เกง", "เก็ง", "เก่ง"], id="short-mark-before-tone-mark"),
        pytest.param(["การ", "การ์", "การณ์"], id="silencing-mark"),
        pytest.param(
            ["กะ", "กัน", "กา", "กำ", "กิน", "กีบ", "กึก", "กุน", "กู", "เก", "แก", "โก", "ใก", "ไก"],
            id="vowels",
        ),
        pytest.param(["พลา", "เพลง", "แพ", "ไพร", "ฟัน"], id="clusters"),
        pytest.param(["EIT", "iit", "OIT"], id="latin-without-case"),
        pytest.param(["IIT", "iit", "iita"], id="case-breaks-ties"),
        pytest.param(["2566", "IIT", "กรม"], id="digits-latin-thai"),
        pytest.param(["สำนักกฎหมาย", "สำนักงาน", "แสน", "หน่วย"], id="units"),
    ],
)
def test_dictionary_order(words):
    assert sorted(reversed(words), key=sort_key) == words
    assert [compare(a, b) for a, b in zip(words, words[1:], strict=False)] == [-1] * (
        len(words) - 1
    )


thai = st.text(alphabet="กขคงอเแโใไะาำิ่้๊็์aAB 1", max_size=5)


@given(thai, thai)
def test_compare_agrees_with_sort_key(one, other):
    assert compare(one, other) == -compare(other, one)
    assert (compare(one, other) == 0) == (one == other)
    assert (compare(one, other) < 0) == (sort_key(one) < sort_key(other))


@given(st.lists(thai, max_size=4))
def test_order_is_total(words):
    assert len({tuple(sorted(order, key=sort_key)) for order in permutations(words)}) == 1


@given(st.lists(st.text(max_size=8), max_size=6))
def test_any_text_can_be_sorted(words):
    for one, other in zip(
        sorted(words, key=sort_key), sorted(words, key=sort_key)[1:], strict=False
    ):
        assert compare(one, other) <= 0


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("1.2", (1, 2)),
        ("1.10", (1, 10)),
        ("๑.๑๐", (1, 10)),
        ("3", (3,)),
        pytest.param("1.ก", (1, 0), id="letter"),
        pytest.param("1.²", (1, 0), id="superscript"),
        pytest.param("", (0,), id="empty"),
    ],
)
def test_natural_key(number, key):
    assert natural_key(number) == key
