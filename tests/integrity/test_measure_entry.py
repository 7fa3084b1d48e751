"""A quarter of all of a unit's measures on one screen, the year's result, and a year begun.

Sentences are compared in English, as the code has them. What may be stored, and by whom, is proven
in tests/integrity/test_measure_services.py; here, that the screens ask for it, say so and lose nothing.
"""

from datetime import date
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import translation

from integrity.measures.write import measure_year_begin
from integrity.models import ItaMeasure, MeasureIssue, MeasureYear, QuarterProgress
from strategy import access as roles
from strategy.evidence.entry import MOST_EVIDENCE, EvidenceEntry
from strategy.models import Unit
from strategy.records.write import record_delete, record_save
from tests.support.browsing import follow
from tests.support.languages import in_english
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    address,
    differences,
    facts,
    filled,
    form_errors,
    measure_of,
    progress,
    signed_in,
)

pytestmark = [pytest.mark.django_db, pytest.mark.same]

ADD = "/admin/integrity/quarterprogress/add/"
EVERYBODY = "ทุกสำนัก/หน่วย"
STALE = "Somebody else has changed this meanwhile, and nothing has been overwritten."


@pytest.fixture(autouse=True)
def english():
    with in_english(thai_days=True):
        yield


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


@pytest.fixture
def own(plan):
    """Measure 2.2 of 2566, given to the reporter's unit."""
    return measure_of(2566, "2.2", OWN)


@pytest.fixture
def second(plan):
    return measure_of(2566, "2.1", OWN)


def sheet_path(unit=OWN, year=2566, quarter=2):
    pk = unit if unit.startswith("none") else Unit.objects.get(name=unit).pk
    return f"{ADD}?{urlencode({'unit': pk, 'year': year, 'quarter': quarter})}"


def shown(page):
    """Every field of a sheet, as a browser would post it."""
    data = {"change_reason": page.context["form"].change_reason}
    for form in page.context["form"].forms:
        for part in [form, *form.pieces]:
            for field in part:
                value = field.value()
                if isinstance(value, date):
                    value = part.fields[field.name].prepare_value(value)
                data[field.html_name] = "" if value is None else value
    return data


def typed(measure, state="in_progress", text="ดำเนินการแล้ว", *pieces, **more):
    data = {f"m{measure.pk}-state": state, f"m{measure.pk}-text": text}
    for place, piece in enumerate(pieces):
        for name, value in piece.items():
            data[f"m{measure.pk}-evidence-{place}-{name}"] = value
    return {**data, **{f"m{measure.pk}-{name}": value for name, value in more.items()}}


def refusals(page):
    found = {}
    for form in page.context["form"].forms:
        for part in [form, *form.pieces]:
            for name, errors in part.errors.items():
                found[f"{part.prefix}-{name}".removesuffix("-__all__")] = list(errors)
    return found


def enter(client, *rows, path=None, **more):
    path = path or sheet_path()
    data = shown(client.get(path))
    for row in rows:
        data |= row
    return client.post(path, {**data, **more})


def said(client, answer):
    assert answer.status_code == 302, refusals(answer)
    return [str(message) for message in client.get(answer.url).context["messages"]]


LETTER = {"kind": "letter", "number": "สม ๐๒๐๒/ว ๑๐๘๕", "dated": "๒๘ ธ.ค. ๖๕", "text": "แนวทาง"}
LINK = {"kind": "link", "url": "https://www.nhrc.or.th/x", "text": "หน้าเว็บ"}


# ------------------------------------------------------------------------------ the main journey


def test_a_quarter_is_reported_with_its_evidence(own, second, reporter):
    client = signed_in(reporter)
    answer = enter(
        client,
        typed(own, "done", "สรุปผลแล้ว\r\nทั้งปี", LETTER, LINK),
        typed(second, "not_started", ""),
    )
    assert said(client, answer) == ["Saved for quarter 2 of fiscal year 2566, measures: 2."]
    row = QuarterProgress.objects.get(measure=own)
    assert (row.quarter, row.state, row.text, row.is_sample) == (
        2, "done", "สรุปผลแล้ว\nทั้งปี", False,
    )  # fmt: skip
    pieces = [(p.kind, p.number, p.dated, p.url, p.text) for p in row.evidence.all()]
    assert pieces == [
        ("letter", "สม ๐๒๐๒/ว ๑๐๘๕", date(2022, 12, 28), "", "แนวทาง"),
        ("link", "", None, "https://www.nhrc.or.th/x", "หน้าเว็บ"),
    ]
    assert row.history.get().history_user_name == "reporter"
    page = client.get(answer.url)
    assert page.context["shown"].entered == 2
    assert shown(page)[f"m{own.pk}-evidence-0-dated"] == "28 ธ.ค. 2565"
    # One more piece can be entered now.
    assert f"m{own.pk}-evidence-2-number" in shown(page)


def test_a_reporter_finds_the_unit_own_measures_and_those_of_everybody(own, reporter, outsider):
    rows = signed_in(reporter).get(sheet_path()).context["shown"].rows
    named = {row.measure.number or row.measure.place for row in rows if not row.shared}
    shared = {row.measure.place for row in rows if row.shared}
    assert (named, shared) == ({"2.2"}, {"2.1", "3", "4.2", "4.3"})
    rows = signed_in(outsider).get(sheet_path(OTHER)).context["shown"].rows
    assert {row.measure.place for row in rows} == {"2.1", "3", "4.2", "4.3"}
    assert all(row.shared for row in rows)


def test_one_report_serves_all_units_of_a_group(plan, reporter, outsider):
    measure = measure_of(2566, "4.3")
    enter(signed_in(reporter), typed(measure, "done", "สำรวจแล้ว"))
    row = next(
        row
        for row in signed_in(outsider).get(sheet_path(OTHER)).context["shown"].rows
        if row.measure.id == measure.pk
    )
    assert (row.quarter.state, row.quarter.text) == ("done", "สำรวจแล้ว")


def test_what_is_due_is_offered_first(plan, planner, reporter):
    source = MeasureYear.objects.get(fiscal_year=2566)
    measure_year_begin(user=None, source=source, fiscal_year=2569)
    measure = measure_of(2569, "4.1", OWN)
    progress(measure, 1)
    client = signed_in(reporter)
    due = [(row, address) for row, address in client.get(ADD).context["due"]]
    assert {(row.unit.name, row.year.fiscal_year) for row, _address in due} == {(OWN, 2569)}
    assert [(row.quarter, row.state, row.owed) for row, _address in due] == [
        (1, "late", 5), (2, "late", 6), (3, "late", 6), (4, "late", 6),
    ]  # fmt: skip
    page = client.get(due[0][1])
    assert page.context["shown"].quarter == 1 and page.context["shown"].owed == 5
    names = {row.unit.name for row, _address in signed_in(planner).get(ADD).context["due"]}
    assert {OWN, EVERYBODY, "สำนักนโยบายและยุทธศาสตร์"} <= names


def test_a_year_reported_as_a_whole_asks_nobody_but_takes_reports(own, reporter):
    client = signed_in(reporter)
    assert client.get(ADD).context["due"] == []
    said = "This year is reported as a whole"
    assert said in client.get(sheet_path()).content.decode()
    enter(client, typed(own))
    assert said in client.get(sheet_path()).content.decode()
    assert client.get(ADD).context["due"] == []
    shown_ = client.get("/integrity/measures/2566/?quarter=2").content.decode()
    assert 'class="quarters"' in shown_


def test_how_a_year_is_reported_is_the_planners_choice_with_a_reason(own, planner, reporter):
    year = own.issue.year
    client = signed_in(planner)
    path = address(year, "change")
    by_quarter = filled(client.get(path), reporting="quarter")
    refused = client.post(path, by_quarter)
    assert "change_reason" in refused.context["adminform"].form.errors
    assert client.post(path, by_quarter | {"change_reason": "ตามมติ"}).status_code == 302
    year.refresh_from_db()
    assert year.reporting == "quarter"
    assert client.get("/integrity/measures/2566.json").json()["counts"]["late"] == 7


def test_measures_without_a_unit_are_the_planners(plan, planner, reporter):
    measure = measure_of(2566, "2.2")
    record_save(instance=measure, user=None, links={"units": []})
    key = f"none{measure.issue.year.agency_id}"
    page = signed_in(planner).get(sheet_path(key))
    assert [row.measure.id for row in page.context["shown"].rows] == [measure.pk]
    assert signed_in(reporter).get(sheet_path(key)).context["form"].errors


# ------------------------------------------------------------------------- what is not written


def test_measures_left_empty_are_skipped_and_unchanged_ones_not_written_again(
    own, second, reporter
):
    kept = progress(own, 2, evidence=[EvidenceEntry("letter", "1", date(2022, 12, 28), "", "ก")])
    client = signed_in(reporter)
    before = facts()
    assert said(client, enter(client, typed(own, "in_progress", "ดำเนินการ "))) == [
        "Nothing was changed, so nothing was saved."
    ]
    assert differences(before, facts()) == {}
    enter(client, typed(second))
    kept.refresh_from_db()
    assert (kept.version, QuarterProgress.objects.count()) == (1, 2)


def test_a_sample_stays_one_until_it_is_changed(own, second, reporter):
    for measure in (own, second):
        progress(measure, 2, is_sample=True)
    client = signed_in(reporter)
    enter(client, typed(own, "done", "ของจริง"))
    assert not QuarterProgress.objects.get(measure=own).is_sample
    assert QuarterProgress.objects.get(measure=second).is_sample


def test_evidence_whose_fields_are_emptied_is_taken_away(own, reporter):
    progress(
        own, 2, evidence=[EvidenceEntry("letter", "1"), EvidenceEntry("document", text="รายงาน")]
    )
    client = signed_in(reporter)
    enter(client, {f"m{own.pk}-evidence-0-number": ""}, change_reason=" ส่งผิด ")
    row = QuarterProgress.objects.get()
    assert [(piece.position, piece.text) for piece in row.evidence.all()] == [(1, "รายงาน")]
    assert row.history.first().history_change_reason == "ส่งผิด"


# --------------------------------------------------------------------------------- bad input

DATE = "“%s” is not a clear date. Write day, month and year of the Buddhist Era, such as "
REFUSED = [
    (typed, ("done", ""), "text", "Say what was done in this quarter."),
    (typed, ("", "ทำแล้ว"), "state", "Choose how far the measure has come"),
    (typed, ("late", "ทำแล้ว"), "state", ""),
    (typed, ("done", "x", {"kind": "letter", "text": "ก"}), "evidence-0-number", "letter's number"),
    (typed, ("done", "x", {**LETTER, "dated": "เมื่อวาน"}), "evidence-0-dated", DATE % "เมื่อวาน"),
    (typed, ("done", "x", {**LETTER, "dated": "30 ก.พ. 66"}), "evidence-0-dated", "not a day"),
    (typed, ("done", "x", {**LETTER, "dated": "1/2/2023"}), "evidence-0-dated", "2566"),
    (typed, ("done", "x", {**LINK, "url": "javascript:alert(1)"}), "evidence-0-url", "https://"),
    (typed, ("done", "x", LETTER, {**LINK, "url": "nhrc"}), "evidence-1-url", "https://"),
    (typed, ("done", "x", {"kind": "document", "number": "1"}), "evidence-0-text", "which document"),
    (typed, ("done", "x", {"kind": "x", "text": "ก"}), "evidence-0-kind", ""),
]  # fmt: skip


@pytest.mark.parametrize(("make", "given", "field", "sentence"), REFUSED)
def test_each_refusal_stands_beside_its_field_and_nothing_is_lost(
    own, second, reporter, make, given, field, sentence
):
    client = signed_in(reporter)
    before = facts()
    sent = make(own, *given)
    page = enter(client, sent, typed(second, "in_progress", "ยังอยู่"), change_reason="why")
    assert page.status_code == 200
    found = refusals(page)
    assert list(found) == [f"m{own.pk}-{field}"]
    assert sentence in found[f"m{own.pk}-{field}"][0]
    kept = shown(page)
    for name, value in sent.items():
        assert kept[name] == value
    assert kept[f"m{second.pk}-text"] == "ยังอยู่"
    assert differences(before, facts()) == {}
    text = page.content.decode()
    assert "Nothing was saved yet" in text and f'href="#m{own.pk}"' in text


def test_a_quarter_not_yet_begun_cannot_be_chosen(plan, reporter):
    source = MeasureYear.objects.get(fiscal_year=2566)
    measure_year_begin(user=None, source=source, fiscal_year=2570)
    page = signed_in(reporter).get(sheet_path(year=2570, quarter=2))
    assert "begins on 1 ม.ค. 2570" in page.context["form"].errors["quarter"][0]
    assert signed_in(reporter).get(sheet_path(year=2570, quarter=1)).context["shown"].quarter == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [({"quarter": 5}, "quarter"), ({"year": 2560}, "year"), ({"quarter": "x"}, "quarter")],
)
def test_an_odd_choice_is_asked_again(own, reporter, more, field):
    query = {"unit": Unit.objects.get(name=OWN).pk, "year": 2566, "quarter": 2, **more}
    page = signed_in(reporter).get(f"{ADD}?{urlencode(query)}")
    assert list(page.context["form"].errors) == [field]


@pytest.mark.parametrize("method", ["get", "post"])
def test_another_units_quarter_is_refused(own, reporter, method):
    client, before = signed_in(reporter), facts()
    sent = {"data": typed(measure_of(2566, "4.3"))} if method == "post" else {}
    answer = getattr(client, method)(sheet_path(OTHER), **sent)
    assert answer.status_code == 403
    assert differences(before, facts()) == {}


def test_a_forged_measure_is_not_written(own, reporter):
    """A measure that is not on the sheet: nothing is saved, and the sheet says so."""
    foreign = measure_of(2566, "4.1", OTHER)
    client = signed_in(reporter)
    before = facts()
    for rows in (
        typed(foreign),
        typed(foreign, "", "", LETTER),
        {f"m{foreign.pk}-evidence-12-url": "https://www.nhrc.or.th/x"},
    ):
        page = enter(client, typed(own), rows)
        assert page.status_code == 200 and page.context["form"].general
        assert differences(before, facts()) == {}


def test_empty_fields_of_a_measure_that_left_the_sheet_do_not_matter(own, reporter):
    foreign = measure_of(2566, "4.1", OTHER)
    client = signed_in(reporter)
    said(client, enter(client, typed(own), typed(foreign, "", "", {"kind": "letter", "url": ""})))
    assert QuarterProgress.objects.get().measure == own


@pytest.mark.parametrize("place", [45, 150])
def test_too_much_evidence_is_refused_and_none_is_cut(own, reporter, place):
    client = signed_in(reporter)
    pieces = [{**LINK, "text": f"หน้า {number}"} for number in range(MOST_EVIDENCE)]
    late = {f"m{own.pk}-evidence-{place}-{name}": value for name, value in LINK.items()}
    before = facts()
    page = enter(client, typed(own, "done", "เสร็จ", *pieces), late)
    assert refusals(page) == {f"m{own.pk}": ["At most 20 pieces of evidence for a quarter."]}
    assert shown(page)[f"m{own.pk}-evidence-{place}-url"] == LINK["url"]
    assert differences(before, facts()) == {}
    said(client, enter(client, typed(own, "done", "เสร็จ", *pieces[1:]), late))
    texts = [piece.text for piece in QuarterProgress.objects.get().evidence.all()]
    assert texts == [piece["text"] for piece in pieces[1:]] + [LINK["text"]]


# ---------------------------------------------------------------------------------- two editors


def test_a_row_changed_meanwhile_is_shown_and_saving_again_replaces_it(own, reporter, planner):
    progress(own, 2, text="เดิม")
    client = signed_in(reporter)
    mine = {**shown(client.get(sheet_path())), **typed(own, "done", "ของฉัน", LETTER)}
    progress(own, 2, "in_progress", "ของเขา", expected_version=1, user=planner)
    page = client.post(sheet_path(), mine)
    lines = refusals(page)[f"m{own.pk}"]
    assert lines[0].startswith(STALE)
    assert "planner" in lines[1] and "เดิม → ของเขา" in lines[1]
    assert QuarterProgress.objects.get().text == "ของเขา"
    kept = shown(page)
    assert kept[f"m{own.pk}-text"] == "ของฉัน"
    assert kept[f"m{own.pk}-evidence-0-number"] == LETTER["number"]
    assert client.post(sheet_path(), kept).status_code == 302
    row = QuarterProgress.objects.get()
    assert (row.text, row.version, row.evidence.count()) == ("ของฉัน", 3, 1)


def test_a_row_that_was_not_touched_follows_the_other_ones_change(own, second, reporter, planner):
    progress(own, 2, text="เดิม", evidence=[EvidenceEntry("document", text="ก")])
    client = signed_in(reporter)
    mine = {**shown(client.get(sheet_path())), **typed(second, "done", "ของฉัน")}
    progress(own, 2, text="ของเขา", evidence=[EvidenceEntry("link", url="https://a.th")],
             expected_version=1, user=planner)  # fmt: skip
    assert client.post(sheet_path(), mine).status_code == 302
    row = QuarterProgress.objects.get(measure=own)
    assert (row.text, row.version, row.evidence.get().url) == ("ของเขา", 2, "https://a.th")
    assert QuarterProgress.objects.get(measure=second).text == "ของฉัน"


def test_evidence_changed_by_another_is_told_too(own, reporter, planner):
    progress(own, 2, text="เดิม", evidence=[EvidenceEntry("document", text="ก")])
    client = signed_in(reporter)
    mine = {**shown(client.get(sheet_path())), **typed(own, "done", "ของฉัน")}
    progress(own, 2, text="เดิม", evidence=[EvidenceEntry("document", text="ข")], expected_version=1,
             user=planner)  # fmt: skip
    page = client.post(sheet_path(), mine)
    assert "ก → ข" in refusals(page)[f"m{own.pk}"][1]
    assert QuarterProgress.objects.get().evidence.get().text == "ข"


def test_of_two_who_report_the_same_quarter_first_one_is_told(own, reporter, planner):
    client = signed_in(reporter)
    mine = {**shown(client.get(sheet_path())), **typed(own, "done", "ของฉัน")}
    progress(own, 2, text="ของเขา", user=planner)
    page = client.post(sheet_path(), mine)
    assert refusals(page)[f"m{own.pk}"][0].startswith(STALE)
    assert QuarterProgress.objects.get().text == "ของเขา"


def test_a_row_deleted_meanwhile_is_told_and_may_be_entered_anew(own, reporter):
    row = progress(own, 2, text="เดิม")
    client = signed_in(reporter)
    mine = {**shown(client.get(sheet_path())), **typed(own, "done", "ของฉัน")}
    record_delete(instance=row, user=None)
    page = client.post(sheet_path(), mine)
    assert "Somebody has deleted this meanwhile" in refusals(page)[f"m{own.pk}"][0]
    assert client.post(sheet_path(), shown(page)).status_code == 302
    assert QuarterProgress.objects.get().text == "ของฉัน"


# --------------------------------------------------------------------------- lists and deletion


def test_a_report_opens_where_its_unit_enters_it(own, reporter, planner):
    row = progress(own, 2)
    for user in (reporter, planner):
        answer = signed_in(user).get(address(row, "change"))
        assert answer.url == f"{sheet_path()}#m{own.pk}"


def test_lists_hold_the_reports_of_the_own_unit_and_of_its_groups(own, reporter, outsider):
    mine, everybodys = progress(own, 2), progress(measure_of(2566, "4.3"), 2)
    for user, expected in ((reporter, {mine.pk, everybodys.pk}), (outsider, {everybodys.pk})):
        listed = signed_in(user).get(address(QuarterProgress, "changelist")).context["cl"]
        assert {row.pk for row in listed.result_list} == expected


def test_planners_delete_a_report_with_a_reason(own, planner):
    row = progress(own, 2)
    client, path = signed_in(planner), address(row, "delete")
    client.post(path, {"post": "yes", "expected_version": "1"})
    assert QuarterProgress.objects.exists()
    client.post(path, {"post": "yes", "expected_version": "1", "change_reason": "ผิดปี"})
    assert not QuarterProgress.objects.exists()


# --------------------------------------------------------------------------- result of the year


def outcome_path(measure):
    return reverse("admin:integrity_quarterprogress_outcome", args=[measure.pk])


def outcome_shown(page):
    form = page.context["form"]
    return {
        field.html_name: "" if field.value() is None else field.value()
        for part in [form, *form.figures]
        for field in part
    }


def test_a_unit_writes_what_came_of_its_measure(own, reporter):
    client, path = signed_in(reporter), outcome_path(own)
    data = outcome_shown(client.get(path)) | {
        "outcome": "ร้อยละ ๙๘", "figure-0-value": "๙๘.๕", "figure-2-label": "ครั้ง",
        "figure-2-value": "๑,๒๐๐", "figure-2-unit_label": "ครั้ง", "change_reason": "ผลสุดท้าย",
    }  # fmt: skip
    assert client.post(path, data).status_code == 302
    own.refresh_from_db()
    assert own.outcome == "ร้อยละ ๙๘"
    assert [str(row.value.normalize()) for row in own.figures.all()] == ["98.5", "5", "1.2E+3"]
    assert own.history.first().history_change_reason == "ผลสุดท้าย"
    before = facts()
    assert client.post(path, outcome_shown(client.get(path))).status_code == 302
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    ("figure", "field"),
    [
        ({"figure-2-label": "ก"}, "figure-2-value"),
        ({"figure-2-value": "5"}, "figure-2-label"),
        ({"figure-0-value": "มาก"}, "figure-0-value"),
        ({"figure-0-value": "1.23456"}, "figure-0-value"),
    ],
)
def test_an_unclear_figure_is_refused_beside_its_field(own, reporter, figure, field):
    client, path = signed_in(reporter), outcome_path(own)
    before = facts()
    data = outcome_shown(client.get(path)) | {"result": "ยังอยู่"} | figure
    page = client.post(path, data)
    wrong = {f"{p.prefix}-{n}" for p in page.context["form"].figures for n in p.errors}
    assert wrong == {field}
    assert outcome_shown(page)["result"] == "ยังอยู่"
    assert differences(before, facts()) == {}


def test_a_result_changed_meanwhile_is_told(own, reporter, planner):
    client, path = signed_in(reporter), outcome_path(own)
    mine = outcome_shown(client.get(path)) | {"result": "ของฉัน"}
    own.result = "ของเขา"
    record_save(instance=own, user=planner)
    page = client.post(path, mine)
    assert "planner" in page.content.decode()
    own.refresh_from_db()
    assert own.result == "ของเขา"
    assert client.post(path, outcome_shown(page)).status_code == 302
    own.refresh_from_db()
    assert own.result == "ของฉัน"


@pytest.mark.parametrize(
    ("who", "status"), [("planner", 200), ("reporter", 200), ("outsider", 403), ("auditor", 403)]
)
def test_who_reaches_the_result_of_a_measure(request, own, who, status):
    client = signed_in(request.getfixturevalue(who))
    assert client.get(outcome_path(own)).status_code == status


def test_before_the_fourth_quarter_there_is_no_form_for_the_result(plan, planner):
    source = MeasureYear.objects.get(fiscal_year=2566)
    measure_year_begin(user=None, source=source, fiscal_year=2570)
    measure = measure_of(2570, "2.2")
    client = signed_in(planner)
    before = facts()
    for page in (client.get(outcome_path(measure)), client.post(outcome_path(measure), {})):
        assert "1 ก.ค. 2570" in page.content.decode()
        assert "_save" not in page.content.decode()
    # The planners' own form of the measure says the same.
    path = address(measure, "change")
    page = client.post(path, filled(client.get(path), result="เร็วไป"))
    assert list(form_errors(page)) == ["result"]
    assert differences(before, facts()) == {}


@pytest.mark.parametrize("form", ["change", "moved"])
def test_before_the_fourth_quarter_no_form_takes_figures(plan, planner, form):
    source = MeasureYear.objects.get(fiscal_year=2566)
    measure_year_begin(user=None, source=source, fiscal_year=2570)
    running = measure_of(2570, "2.2")
    # A measure that is moved into the running year obeys that year.
    measure = running if form == "change" else measure_of(2566, "2.2")
    client, path = signed_in(planner), address(measure, "change")
    data = filled(client.get(path)) | {"issue": running.issue_id, "position": 9}
    place = int(data["figures-TOTAL_FORMS"])
    data |= {
        "figures-TOTAL_FORMS": place + 1, f"figures-{place}-position": 9,
        f"figures-{place}-label": "เร็วไป", f"figures-{place}-value": "5",
    }  # fmt: skip
    before = facts()
    page = client.post(path, data)
    assert page.status_code == 200
    (inline,) = page.context["inline_admin_formsets"]
    assert "1 ก.ค. 2570" in " ".join(inline.formset.non_form_errors())
    assert differences(before, facts()) == {}


def test_from_the_fourth_quarter_on_the_planners_form_takes_figures(own, planner):
    client, path = signed_in(planner), address(own, "change")
    data = filled(client.get(path), **{"figures-0-value": "๑๒"})
    assert client.post(path, data).status_code == 302
    assert own.figures.first().value == 12


@pytest.mark.parametrize(
    "lost", [("figure-0-", "figure-1-"), ("figure-1-value",), ("outcome",), ("result",)]
)
def test_a_result_that_came_back_incomplete_deletes_nothing(own, reporter, lost):
    client, path = signed_in(reporter), outcome_path(own)
    whole = outcome_shown(client.get(path)) | {"change_reason": "ผล"}
    data = {name: value for name, value in whole.items() if not name.startswith(lost)}
    before = facts()
    page = client.post(path, data | {"outcome": "ใหม่"} if "outcome" not in lost else data)
    assert page.context["form"].non_field_errors() == [
        "The screen came back incomplete. Load it anew."
    ]
    assert differences(before, facts()) == {}
    # What was lost is shown as it is stored: saving this page again deletes nothing either.
    again = outcome_shown(page)
    assert {name: str(again[name]) for name in whole if name.startswith("figure-1-label")} == {
        "figure-1-label": own.figures.all()[1].label
    }
    assert client.post(path, again).status_code == 302
    assert own.figures.count() == 2


# ------------------------------------------------------------------------------- planners' forms


def sample_year():
    source = MeasureYear.objects.get(fiscal_year=2566)
    return measure_year_begin(user=None, source=source, fiscal_year=2569, is_sample=True)


@pytest.mark.parametrize("what", ["year", "issue below", "issue", "measure", "deleted"])
def test_a_sample_year_that_planners_change_is_theirs(plan, planner, what):
    year = sample_year()
    measure = measure_of(2569, "2.2")
    row, typed_in = {
        "year": (year, {"title": "ของจริง"}),
        "issue below": (year, {"issues-0-name": "ของจริง"}),
        "issue": (measure.issue, {"name": "ของจริง"}),
        "measure": (measure, {"text": "ของจริง"}),
        "deleted": (measure, {}),
    }[what]
    client = signed_in(planner)
    path = address(row, "change")
    assert client.post(path, filled(client.get(path))).status_code == 302
    year.refresh_from_db()
    assert year.is_sample  # looking changes nothing
    if what == "deleted":
        data = {"post": "yes", "expected_version": str(row.version), "change_reason": "ผิด"}
        assert client.post(address(row, "delete"), data).status_code == 302
        assert not ItaMeasure.objects.filter(pk=row.pk).exists()
    else:
        assert client.post(path, filled(client.get(path), **typed_in)).status_code == 302
    year.refresh_from_db()
    assert not year.is_sample


def test_the_agency_of_a_year_is_shown_and_not_asked_again(plan, planner):
    year = MeasureYear.objects.get(fiscal_year=2566)
    client = signed_in(planner)
    page = client.get(address(year, "change"))
    assert "agency" not in page.context["adminform"].form.fields
    assert year.agency.name in page.content.decode()
    add = client.get(reverse("admin:integrity_measureyear_add"))
    assert "agency" in add.context["adminform"].form.fields


def test_planners_begin_a_year_from_another(plan, planner, reporter):
    source = MeasureYear.objects.get(fiscal_year=2566)
    path = reverse("admin:integrity_measureyear_begin", args=[source.pk])
    client = signed_in(planner)
    assert path in client.get(address(source, "change")).content.decode()
    for wrong in ("", "2023", "๒๕๖๕", "x"):
        page = client.post(path, {"fiscal_year": wrong})
        assert list(page.context["form"].errors) == ["fiscal_year"], wrong
    assert signed_in(reporter).post(path, {"fiscal_year": "2570"}).status_code in (403, 404)
    assert client.post(path, {"fiscal_year": "๒๕๗๐", "title": "ปีใหม่"}).status_code == 302
    assert ItaMeasure.objects.filter(issue__year__fiscal_year=2570).count() == 7


def test_an_issues_instruments_are_typed_as_codes(plan, planner):
    issue = MeasureIssue.objects.filter(year__fiscal_year=2566).first()
    client, path = signed_in(planner), address(issue, "change")
    page = client.get(path)
    assert 'value="IIT"' in page.content.decode()
    data = filled(page) | {"instruments": "IIT , EIT", "_save": "1"}
    assert client.post(path, data).status_code == 302
    issue.refresh_from_db()
    assert issue.instruments == ["IIT", "EIT"]
    before = facts()
    page = client.get(path)
    assert client.post(path, filled(page) | {"instruments": "IIT, EIT"}).status_code == 302
    assert differences(before, facts()) == {}


def test_a_measures_units_and_answers_are_chosen_from_its_own_agency(plan, planner, own):
    page = signed_in(planner).get(address(own, "change"))
    fields = page.context["adminform"].form.fields
    agency = own.issue.year.agency_id
    assert {unit.agency_id for unit in fields["units"].queryset} == {agency}
    assert {row.assessment.agency_id for row in fields["answers"].queryset} <= {agency}


# ---------------------------------------------------------------------------------- in a browser


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_reporter_goes_from_the_index_to_a_saved_quarter(browse, person, settings):  # noqa: F811
    """From the admin's index to the sheet; a refusal that loses nothing; then the page shows it."""
    translation.activate("th")
    settings.LANGUAGE_CODE = "th"
    measure = measure_of(2566, "4.3")
    page = browse(person("somebody", roles.REPORTER, OWN))
    page.goto("/admin/")
    follow(page, f"a[href='{ADD}']")
    page.select_option("#id_year", "2566")
    page.select_option("#id_quarter", "2")
    follow(page, "input[type=submit]")
    card = page.locator(f"#m{measure.pk}")
    card.locator("select[name$=-state]").select_option("done")
    card.locator("summary").click()
    card.locator("[name$='-evidence-0-number']").fill("สม ๐๔๐๐/๑๕๗๘")
    card.locator("[name$='-evidence-0-dated']").fill("๒๐ ต.ค. ๖๖")
    follow(page, "[name=_save]")
    assert "ระบุผลการดำเนินงานในไตรมาสนี้" in card.locator(".errorlist").inner_text()
    assert card.locator("[name$='-evidence-0-number']").input_value() == "สม ๐๔๐๐/๑๕๗๘"
    card.locator(f"#id_m{measure.pk}-text").fill("สำรวจความพึงพอใจแล้ว")
    follow(page, "[name=_save]")
    assert "1 มาตรการ" in page.locator(".messagelist").inner_text()
    page.goto("/integrity/measures/2566/?quarter=2")
    shown_ = page.locator(f"#m{measure.pk}").inner_text()
    for part in ("● เสร็จ", "สำรวจความพึงพอใจแล้ว", "สม ๐๔๐๐/๑๕๗๘ ลงวันที่ 20 ต.ค. 2566"):
        assert part in shown_
    page.set_viewport_size({"width": 360, "height": 800})
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) == 0
    page.goto(sheet_path())
    assert page.evaluate(wide) == 0
    assert page.wrong == []
