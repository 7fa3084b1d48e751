"""Entering a result of the scorecard: level, outcome, steps and evidence, by service and form."""

from __future__ import annotations

from datetime import date
from decimal import Decimal as D
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kpis.models import Indicator, LevelCriterion, Result
from kpis.write.results import ResultEntries, ResultEntry, result_approve, result_reopen
from strategy.access import PLANNER
from strategy.evidence.entry import EvidenceEntry, evidence_problems
from strategy.models import Objective, Plan, Strategy
from strategy.records.history import history_of
from strategy.records.write import StaleVersion
from tests.support.writing import (
    OWN,
    REMEDY,
    SCORECARD,
    TODAY,
    address,
    enter,
    entry_of,
    figures,
    filled,
    form_errors,
    indicator_of,
    signed_in,
)
from tests.support.writing import rows as posted_rows

pytestmark = [pytest.mark.django_db, pytest.mark.same]

LETTER = EvidenceEntry("letter", "ยธ ๐๔๐๑/๓๙๕", date(2020, 2, 27), "", "หนังสือ")
LINK = EvidenceEntry("link", url="https://www.rlpd.go.th/hr")


@pytest.fixture
def scorecard(db: None) -> Plan:
    return Plan.objects.get(slug=SCORECARD)


@pytest.fixture
def client(planner: Any, today: Any) -> Any:
    today(TODAY)
    return signed_in(planner)


def rows(response: Any, **typed: Any) -> dict[str, Any]:
    """What a browser posts of a result's form, its rows of evidence and a remedy included."""
    return posted_rows(response, **{**REMEDY, **typed})


def kept(result: Result) -> list[tuple[Any, ...]]:
    found = result.evidence.order_by("position")
    return list(found.values_list("position", "kind", "number", "dated", "url", "text"))


def add_path(indicator: Indicator, month: int = 11, year: int = 2563) -> str:
    return f"{address(Result, 'add')}?indicator={indicator.pk}&year={year}&month={month}"


# ----------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("piece", "fields"),
    [
        (LETTER, set()),
        (LINK, set()),
        (EvidenceEntry("document", text="รายงานการประชุม"), set()),
        (EvidenceEntry("letter", "", date(2020, 2, 27)), {"number"}),
        (EvidenceEntry("letter", "1" * 101), {"number"}),
        (EvidenceEntry("letter", "1/2", date(2026, 10, 12)), {"dated"}),
        (EvidenceEntry("document"), {"text"}),
        (EvidenceEntry("link"), {"url"}),
        (EvidenceEntry("link", url="javascript:alert(1)"), {"url"}),
        (EvidenceEntry("link", url="ftp://example.org/a"), {"url"}),
        (EvidenceEntry("link", url="data:text/html,x"), {"url"}),
        (EvidenceEntry("link", url="https://example.org/" + "a" * 500), {"url"}),
        (EvidenceEntry("letter", "1/2", url="www.example.org"), {"url"}),
        (EvidenceEntry("photo", "1/2"), {"kind"}),
    ],
)
def test_evidence_is_refused_field_by_field(piece, fields):
    assert set(evidence_problems(piece, TODAY)) == fields


def test_a_refused_piece_saves_nothing_and_is_named(scorecard, planner):
    indicator = indicator_of(scorecard, "D2-3")
    with pytest.raises(ValidationError) as caught:
        enter(indicator, 2563, 11, "90", user=planner, evidence=[LETTER, EvidenceEntry("link")])
    assert set(caught.value.error_dict) == {"evidence"}
    assert "2" in caught.value.messages[0]
    assert not Result.objects.filter(indicator=indicator, month=11).exists()


# ----------------------------------------------------------------------------------- the service


def test_evidence_outcome_and_steps_are_kept_with_their_history(scorecard, planner):
    indicator = indicator_of(scorecard, "D1-2")
    saved = enter(
        indicator, 2563, 11, "16/20", user=planner,
        outcome="ดีขึ้น", evidence=[LETTER, LINK], steps_done=(2, 1),
    )  # fmt: skip
    saved.refresh_from_db()
    assert (saved.outcome, saved.steps_done) == ("ดีขึ้น", [1, 2])
    assert [row[:3] for row in kept(saved)] == [(1, "letter", LETTER.number), (2, "link", "")]
    details = saved.history.first().details
    assert [piece["number"] for piece in details["evidence"]] == [LETTER.number, ""]
    shown = history_of(Result, id=saved.pk)[0]
    texts = {change.field: change.after for change in shown.changes}
    assert texts["หลักฐานอ้างอิง"] == f"{LETTER.number}, 27 ก.พ. 2563: หนังสือ\n{LINK.url}"
    assert texts["ผลลัพธ์"] == "ดีขึ้น"


def test_evidence_stays_when_a_figure_is_corrected_and_goes_when_it_is_taken_away(
    scorecard, planner
):
    indicator = indicator_of(scorecard, "D2-3")
    first = enter(indicator, 2563, 11, "90", user=planner, evidence=[LETTER])
    enter(indicator, 2563, 11, "91", user=planner, expected_version=1)
    assert [row[2] for row in kept(first)] == [LETTER.number]
    enter(indicator, 2563, 11, "91", user=planner, expected_version=2, evidence=[])
    assert kept(first) == []
    change = history_of(Result, id=first.pk)[0].changes[0]
    assert (change.field, change.after) == ("หลักฐานอ้างอิง", "")


def test_two_who_change_evidence_do_not_overwrite_one_another(scorecard, planner):
    indicator = indicator_of(scorecard, "D2-3")
    saved = enter(indicator, 2563, 11, "90", user=planner)
    enter(indicator, 2563, 11, "90", user=planner, expected_version=1, evidence=[LETTER])
    with pytest.raises(StaleVersion):
        enter(indicator, 2563, 11, "90", user=planner, expected_version=1, evidence=[LINK])
    assert [row[1] for row in kept(saved)] == ["letter"]


@pytest.mark.parametrize("who", ["reporter", "executive", "auditor"])
def test_others_enter_no_evidence(scorecard, request, who):
    entry = entry_of(indicator_of(scorecard, "D2-3"), 2563, 11, "90", evidence=[LETTER])
    with pytest.raises(PermissionDenied):
        ResultEntries.record(user=request.getfixturevalue(who), entry=entry, today=TODAY)


def test_staff_must_state_a_level_and_only_a_published_report_may_not(scorecard, planner):
    indicator = indicator_of(scorecard, "D1-1")
    for more in ({}, {"unstated": True}):
        with pytest.raises(ValidationError):
            enter(indicator, 2563, 11, user=planner, narrative="x", **more)
    with pytest.raises(ValidationError):
        enter(indicator, 2563, 11, "3", unstated=True)
    assert enter(indicator, 2563, 11, unstated=True).values.count() == 0
    # Once reopened, the published report too is changed only with a level.
    published = indicator.results.get(month=12)
    reopened = result_reopen(user=planner, result=published, expected_version=1, reason="ระบุระดับ")
    with pytest.raises(ValidationError):
        enter(indicator, 2563, 12, user=planner, expected_version=reopened.version)
    enter(indicator, 2563, 12, "4", user=planner, expected_version=reopened.version)
    assert figures(published) == ["4"]


@pytest.mark.parametrize("figure", ["6", "2.5", "-1"])
def test_a_level_that_does_not_exist_is_refused(scorecard, planner, figure):
    with pytest.raises(ValidationError):
        enter(indicator_of(scorecard, "D1-1"), 2563, 11, figure, user=planner)


def test_a_level_or_step_that_is_not_described_is_refused(scorecard, planner):
    indicator = indicator_of(scorecard, "D1-1")
    LevelCriterion.objects.get(indicator=indicator, level=3).delete()
    with pytest.raises(ValidationError) as caught:
        enter(indicator, 2563, 11, "3", user=planner)
    assert "1, 2, 4, 5" in caught.value.messages[0]
    enter(indicator, 2563, 11, "0", user=planner)
    with pytest.raises(ValidationError) as caught:
        enter(indicator_of(scorecard, "D1-1"), 2563, 10, "0", user=planner, steps_done=(1,))
    assert set(caught.value.error_dict) == {"steps_done"}


# -------------------------------------------------------------------------------------- the form


def test_the_form_takes_level_outcome_and_evidence_with_thai_digits(client, scorecard):
    indicator = indicator_of(scorecard, "D1-1")
    page = client.get(add_path(indicator))
    field = f"value_{indicator.measures.get().pk}"
    choices = page.context["adminform"].form.fields[field].choices
    assert [value for value, _text in choices] == ["0", "1", "2", "3", "4", "5"]
    assert choices[3][1] == "3 – นำแผนกลยุทธ์ฯ เสนอผู้บริหารเพื่อให้ความเห็นชอบ"
    typed = {
        field: "3", "outcome": "เป็นไปตามแผน",
        "evidence-0-number": "ยธ ๐๔๐๑/๓๙๕", "evidence-0-dated": "๒๗ ก.พ. ๖๓",
        "evidence-1-kind": "link", "evidence-1-url": "https://www.rlpd.go.th/",
    }  # fmt: skip
    answer = client.post(add_path(indicator), rows(page, **typed), follow=True)
    saved = indicator.results.get(month=11)
    assert "3.00 คะแนน" in answer.content.decode()
    assert "ระดับ 4 แจกเวียนแผนกลยุทธ์ฯ" in answer.content.decode()
    assert kept(saved) == [
        (1, "letter", "ยธ ๐๔๐๑/๓๙๕", date(2020, 2, 27), "", ""),
        (2, "link", "", None, "https://www.rlpd.go.th/", ""),
    ]
    # Corrected: both stay, the emptied row goes.
    page = client.get(address(saved, "change"))
    assert page.context["adminform"].form.fields[field].initial == D(3)
    assert 'value="3"' in page.content.decode().split("checked")[0][-120:]
    client.post(address(saved, "change"), rows(page, **{field: "4", "evidence-0-number": "",
                                                       "evidence-0-dated": ""}))  # fmt: skip
    assert figures(saved) == ["4"]
    assert [row[1] for row in kept(saved)] == ["link"]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"evidence-0-text": "ไม่มีเลขที่"}, "ระบุเลขที่หนังสือ"),
        ({"evidence-0-number": "1/2", "evidence-0-dated": "27/13/63"}, "ปฏิทิน"),
        ({"evidence-0-number": "1/2", "evidence-0-dated": "2020-02-27"}, ""),
        ({"evidence-0-kind": "link", "evidence-0-url": "javascript:alert(1)"}, "https://"),
        ({"evidence-0-kind": "document", "evidence-0-number": "1"}, "ระบุว่าเป็นเอกสารใด"),
        ({"evidence-TOTAL_FORMS": "x"}, ""),
        ({"evidence-TOTAL_FORMS": "5000"}, ""),
    ],
)
def test_a_refusal_stands_beside_its_field_and_nothing_is_lost(client, scorecard, typed, says):
    indicator = indicator_of(scorecard, "D2-3")
    page = client.get(add_path(indicator))
    field = f"value_{indicator.measures.get().pk}"
    answer = client.post(
        add_path(indicator), rows(page, **{field: "90", "outcome": "เก็บไว้"} | typed)
    )
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert says in shown and "เก็บไว้" in shown and "โปรดตรวจหลักฐานอ้างอิงด้านล่างอีกครั้ง" in shown
    for name, value in typed.items():
        if name not in ("evidence-TOTAL_FORMS", "evidence-0-kind"):
            assert value in shown
    assert not indicator.results.filter(month=11).exists()


def test_two_digits_of_a_year_pass_nowhere_but_in_evidence(client, plan, scorecard):
    """The transfer's document date beside it still asks for four (docs/domain.md, Calendar)."""
    from strategy.records.forms import ThaiDateField

    assert ThaiDateField(letter=True).clean("๒๗ ก.พ. ๖๓") == date(2020, 2, 27)
    with pytest.raises(ValidationError):
        ThaiDateField().clean("๒๗ ก.พ. ๖๓")


def test_a_form_without_rows_of_evidence_leaves_what_is_kept(client, scorecard):
    indicator = indicator_of(scorecard, "D2-3")
    saved = enter(indicator, 2563, 11, "90", evidence=[LETTER])
    page = client.get(address(saved, "change"))
    client.post(address(saved, "change"), filled(page, outcome="ใหม่"))
    saved.refresh_from_db()
    assert (saved.outcome, len(kept(saved))) == ("ใหม่", 1)


def test_a_stale_form_shows_what_the_other_changed(client, scorecard, planner):
    indicator = indicator_of(scorecard, "D2-3")
    saved = enter(indicator, 2563, 11, "90")
    page = client.get(address(saved, "change"))
    enter(indicator, 2563, 11, "90", user=planner, expected_version=1, evidence=[LETTER])
    answer = client.post(address(saved, "change"), rows(page, outcome="ใหม่"))
    assert "27 ก.พ. 2563" in str(form_errors(answer))
    assert [row[1] for row in kept(saved)] == ["letter"]


def test_every_plan_takes_outcome_and_evidence_and_shows_them(client, plan, reporter):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    own = signed_in(reporter)
    page = own.get(add_path(indicator, 6, 2569))
    field = f"value_{indicator.measures.get().pk}"
    typed = {field: "50", "outcome": "ผลลัพธ์จริง", "evidence-0-number": "สม ๐๐๐๑/๙"}
    assert own.post(add_path(indicator, 6, 2569), rows(page, **typed)).status_code == 302
    path = f"/plans/{plan.slug}/indicators/S3-1.1/?year=2569&month=6"
    shown = client.get(path).content.decode()
    assert "ผลลัพธ์จริง" in shown and "สม ๐๐๐๑/๙" in shown


def test_a_drafts_evidence_is_seen_by_nobody_else(plan, reporter, outsider, today):
    today(TODAY)
    indicator = indicator_of(plan, "S3-1.1", OWN)
    enter(indicator, 2569, 6, "50", user=reporter, state="draft", evidence=[LETTER])
    other = signed_in(outsider)
    for path in ("indicators/S3-1.1/", "indicators/S3-1.1.json", "report.xlsx"):
        answer = other.get(f"/plans/{plan.slug}/{path}?year=2569&month=6")
        assert LETTER.number.encode() not in answer.content


def test_steps_are_ticked_off_and_an_approved_result_shows_its_evidence(client, scorecard, person):
    indicator = indicator_of(scorecard, "D1-2")
    page = client.get(add_path(indicator))
    field = f"numerator_{indicator.measures.get().pk}"
    data = rows(page, **{field: "16", field.replace("num", "denom", 1): "20",
                         "steps_done": ["1", "3"], "evidence-0-number": "๒๓๑/๒๕๖๒"})  # fmt: skip
    data[f"denominator_{indicator.measures.get().pk}"] = "20"
    assert client.post(add_path(indicator), data).status_code == 302
    saved = indicator.results.get(month=11)
    assert saved.steps_done == [1, 3]
    shown = client.get(f"/plans/{SCORECARD}/indicators/D1-2/?year=2563&month=11").content.decode()
    assert shown.count("☑") == 2 and shown.count("☐") == 3
    result_approve(user=person("another", PLANNER), result=saved, expected_version=1)
    assert "๒๓๑/๒๕๖๒" in client.get(address(saved, "change")).content.decode()


# ------------------------------------------------------------------------------ criteria, labels


def test_forms_of_a_scorecard_have_its_words_and_offer_only_its_own(client, plan, scorecard):
    indicator = indicator_of(scorecard, "D1-2")
    form = client.get(address(indicator, "change")).context["adminform"].form
    assert (form.fields["strategy"].label, form.fields["objective"].label) == (
        "มิติ", "เป้าประสงค์เชิงกลยุทธ์",
    )  # fmt: skip
    assert form.fields["strategy"].queryset.count() == 5
    objective = Objective.objects.filter(strategy__plan=scorecard).first()
    page = client.get(address(objective, "change"))
    assert page.context["title"] == "แก้ไขเป้าประสงค์เชิงกลยุทธ์"
    assert "issue" not in page.context["adminform"].form.fields
    dimension = Strategy.objects.filter(plan=scorecard).first()
    page = client.get(address(dimension, "change"))
    assert (
        page.context["title"] == "แก้ไขมิติ" and "goals" not in page.context["adminform"].form.fields
    )
    # The strategic plan keeps its words, fields and no levels.
    strategic = client.get(address(indicator_of(plan, "S4-1.1"), "change"))
    assert strategic.context["adminform"].form.fields["strategy"].label == "ยุทธศาสตร์"
    assert len(strategic.context["inline_admin_formsets"]) == 1
    assert "activity" not in strategic.context["adminform"].form.fields


@pytest.mark.parametrize(
    ("changed", "accepted"),
    [
        ({"levels-0-threshold": "๗๖"}, True),
        ({"levels-0-threshold": "81"}, False),
        ({"levels-4-threshold": ""}, False),
        ({"levels-1-level": "1"}, False),
        ({"levels-0-threshold": "-1"}, False),
    ],
)
def test_thresholds_are_five_that_rise(client, scorecard, changed, accepted):
    indicator = indicator_of(scorecard, "D1-2")
    page = client.get(address(indicator, "change"))
    # Scores that have been shown would be others: that asks for a reason.
    changed = {**changed, "change_reason": "ตามประกาศฉบับใหม่"}
    before = list(LevelCriterion.objects.filter(indicator=indicator).values_list())
    answer = client.post(address(indicator, "change"), filled(page, **changed))
    assert answer.status_code == (302 if accepted else 200)
    after = list(LevelCriterion.objects.filter(indicator=indicator).values_list())
    assert (before != after) == accepted


def test_levels_are_not_described_for_a_strategic_plan(plan):
    row = LevelCriterion(indicator=indicator_of(plan, "S4-1.1"), level=1, text="x")
    with pytest.raises(ValidationError):
        row.full_clean()


def test_an_entry_knows_nothing_of_evidence_unless_it_says_so():
    """A sample or an import without evidence leaves what is kept; () would take it away."""
    assert ResultEntry(indicator=Indicator(), fiscal_year=2563, month=1).evidence is None
