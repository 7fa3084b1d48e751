"""What may be stored about an integrity measure, by whom, and what is refused."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrity.measures import access as measure_access
from integrity.measures import write as measure_services
from integrity.measures.write import (
    FigureEntry,
    ProgressEntries,
    ProgressEntry,
    measure_year_begin,
    outcome_record,
    progress_delete,
)
from integrity.models import (
    ItaAssessment,
    ItaItem,
    ItaMeasure,
    MeasureYear,
    QuarterProgress,
    Recommendation,
)
from strategy import access as roles
from strategy.evidence.entry import MOST_EVIDENCE, EvidenceEntry
from strategy.models import Agency, Unit
from strategy.records.write import EntriesRefused, StaleVersion, record_delete, record_save
from tests.support.languages import in_english
from tests.support.racing import ROUNDS, split, together
from tests.support.writing import OTHER, OWN, TODAY, differences, facts, measure_of, progress

pytestmark = pytest.mark.django_db
POLICY = "สำนักนโยบายและยุทธศาสตร์"
EVERYBODY = "ทุกสำนัก/หน่วย"


@pytest.fixture(autouse=True)
def english():
    with in_english(thai_days=True):
        yield


@pytest.fixture
def running(plan):
    """The measures of 2566 once more in 2570, whose first month TODAY lies in."""
    source = MeasureYear.objects.get(fiscal_year=2566)
    return measure_year_begin(user=None, source=source, fiscal_year=2570)


def refusal(entry, today=TODAY, user=None):
    with pytest.raises(ValidationError) as refused:
        ProgressEntries.record(user=user, entry=entry, today=today)
    return {name: [str(text) for e in errors for text in e.messages]
            for name, errors in refused.value.error_dict.items()}  # fmt: skip


# ------------------------------------------------------------------------------ who may write


@pytest.mark.parametrize(
    ("role", "works_in", "responsible", "allowed"),
    [
        (roles.PLANNER, (), (OWN,), True),
        (roles.PLANNER, (), (), True),
        (roles.REPORTER, (OWN,), (OWN,), True),
        (roles.REPORTER, (OWN,), (OTHER, OWN), True),
        (roles.REPORTER, (OWN,), (OTHER,), False),
        (roles.REPORTER, (OWN,), (EVERYBODY,), True),
        (roles.REPORTER, (OWN,), (OTHER, EVERYBODY), True),
        (roles.REPORTER, (OWN,), (), False),
        (roles.REPORTER, (), (EVERYBODY,), False),
        (roles.EXECUTIVE, (OWN,), (OWN,), False),
        (roles.AUDITOR, (OWN,), (OWN, EVERYBODY), False),
        (roles.ADMINISTRATOR, (OWN,), (OWN,), False),
        ("", (OWN,), (EVERYBODY,), False),
    ],
)
def test_planners_and_the_measures_units_report(plan, person, role, works_in, responsible, allowed):
    measure = measure_of(2566, "2.2")
    named = [Unit.objects.get(name=name) for name in responsible]
    record_save(instance=measure, user=None, links={"units": named})
    user = person("somebody", role, *works_in)
    entry = ProgressEntry(measure, 1, "in_progress", "ดำเนินการ")

    def write():
        ProgressEntries.record(user=user, entry=entry, today=TODAY)

    def conclude():
        outcome_record(
            user=user, measure=measure, result="ผล", outcome="ผลลัพธ์", figures=[],
            expected_version=measure.version, today=TODAY,
            expected_figures={row.pk: row.version for row in measure.figures.all()},
        )  # fmt: skip

    if allowed:
        write()
        conclude()
        assert QuarterProgress.objects.get().history.get().history_user_name == "somebody"
    else:
        before = facts()
        for action in (write, conclude):
            with pytest.raises(PermissionDenied):
                action()
        assert differences(before, facts()) == {}


def test_a_group_of_units_is_that_agencys_only(plan, person):
    """ทุกสำนัก/หน่วย of one agency does not open its measures to another agency's people."""
    agency = Agency(slug="another", name="หน่วยงานอื่น")
    record_save(instance=agency, user=None)
    record_save(instance=Unit(agency=agency, name="กองอื่น"), user=None)
    foreign = person("foreign", roles.REPORTER, "กองอื่น")
    entry = ProgressEntry(measure_of(2566, "4.3"), 1, "in_progress", "ดำเนินการ")
    with pytest.raises(PermissionDenied):
        ProgressEntries.record(user=foreign, entry=entry, today=TODAY)


def test_control_without_the_check_anybody_reports(plan, outsider, monkeypatch):
    """NEGATIVE CONTROL: it is this check that keeps others out."""
    entry = ProgressEntry(measure_of(2566, "2.2", OWN), 1, "in_progress", "ดำเนินการ")
    with pytest.raises(PermissionDenied):
        ProgressEntries.record(user=outsider, entry=entry, today=TODAY)
    monkeypatch.setattr(measure_services, "may_enter", lambda *args: True)
    ProgressEntries.record(user=outsider, entry=entry, today=TODAY)
    assert QuarterProgress.objects.exists()


def test_one_measure_that_is_not_theirs_refuses_all(plan, reporter):
    entries = [
        ProgressEntry(measure_of(2566, number, unit), 1, "in_progress", "ดำเนินการ")
        for number, unit in (("2.1", OWN), ("2.2", OTHER))
    ]
    with pytest.raises(PermissionDenied):
        ProgressEntries.record_many(user=reporter, entries=entries, today=TODAY)
    assert not QuarterProgress.objects.exists()
    assert measure_access.may_enter(roles.viewer(reporter), [entries[0].measure.pk])


# --------------------------------------------------------------------------------- what is refused


def test_a_quarter_not_yet_begun_is_refused_and_one_under_way_is_not(running):
    measure = measure_of(2570, "2.2")
    for quarter in (2, 3, 4):
        found = refusal(ProgressEntry(measure, quarter, "done", "เสร็จ"))
        assert "it cannot be reported yet" in found["quarter"][0]
    assert "1 ม.ค. 2570" in refusal(ProgressEntry(measure, 2, "done", "เสร็จ"))["quarter"][0]
    assert progress(measure, 1).pk


def test_a_quarter_may_be_reported_from_its_first_day(running):
    measure = measure_of(2570, "2.2")
    entry = ProgressEntry(measure, 2, "in_progress", "ดำเนินการ")
    assert "quarter" in refusal(entry, date(2026, 12, 31))
    assert ProgressEntries.record(user=None, entry=entry, today=date(2027, 1, 1)).pk


@pytest.mark.parametrize("quarter", [0, 5, -1, 100])
def test_there_are_four_quarters(plan, quarter):
    found = refusal(ProgressEntry(measure_of(2566, "2.2"), quarter, "done", "เสร็จ"))
    assert found == {"quarter": ["A quarter is 1 to 4."]}


@pytest.mark.parametrize(
    ("state", "text", "field"),
    [
        ("", "ดำเนินการ", "state"),
        ("finished", "ดำเนินการ", "state"),
        ("in_progress", "", "text"),
        ("in_progress", "  \n ", "text"),
        ("done", "", "text"),
    ],
)
def test_state_and_text_are_asked_for(plan, state, text, field):
    assert list(refusal(ProgressEntry(measure_of(2566, "2.2"), 1, state, text))) == [field]


def test_what_has_not_begun_needs_no_words(plan):
    assert progress(measure_of(2566, "2.2"), 1, "not_started", "").text == ""


@pytest.mark.parametrize(
    ("piece", "field"),
    [
        (EvidenceEntry("", text="เอกสาร"), "kind"),
        (EvidenceEntry("rumour", text="เอกสาร"), "kind"),
        (EvidenceEntry("letter", text="ไม่มีเลขที่"), "number"),
        (EvidenceEntry("letter", number="ส" * 101), "number"),
        (EvidenceEntry("document", number="1"), "text"),
        (EvidenceEntry("link", text="ไม่มีที่อยู่"), "url"),
        (EvidenceEntry("link", url="javascript:alert(1)"), "url"),
        (EvidenceEntry("link", url="data:text/html,x"), "url"),
        (EvidenceEntry("link", url="ftp://example.org/x"), "url"),
        (EvidenceEntry("link", url="//example.org"), "url"),
        (EvidenceEntry("link", url="example.org"), "url"),
        (EvidenceEntry("link", url="https://"), "url"),
        (EvidenceEntry("link", url="https://a b"), "url"),
        (EvidenceEntry("link", url="https://name:secret@example.org"), "url"),
        (EvidenceEntry("link", url="https://example.org/" + "x" * 500), "url"),
        (EvidenceEntry("letter", number="1", url="javascript:alert(1)"), "url"),
    ],
)
def test_unclear_evidence_is_refused_by_its_place(plan, piece, field):
    good = EvidenceEntry("letter", number="สม 0202/ว 1085")
    entry = ProgressEntry(measure_of(2566, "2.2"), 1, "done", "เสร็จ", (good, piece))
    assert list(refusal(entry)) == [f"evidence-1-{field}"]
    assert not QuarterProgress.objects.exists()


def test_more_evidence_than_a_quarter_can_have_is_refused_and_not_cut(plan):
    pieces = tuple(EvidenceEntry("document", text=f"เอกสาร {n}") for n in range(MOST_EVIDENCE + 1))
    measure = measure_of(2566, "2.2")
    found = refusal(ProgressEntry(measure, 1, "done", "เสร็จ", pieces))
    assert found == {"evidence": ["At most 20 pieces of evidence for a quarter."]}
    assert progress(measure, 1, evidence=pieces[1:]).evidence.count() == MOST_EVIDENCE


def test_many_are_saved_all_or_none_and_the_bad_one_is_named(plan):
    measures = [measure_of(2566, number) for number in ("2.1", "2.2", "4.1")]
    entries = [ProgressEntry(measure, 1, "in_progress", "ดำเนินการ") for measure in measures]
    bad = ProgressEntry(measure_of(2566, "4.2"), 1, "done", "")
    with pytest.raises(EntriesRefused) as refused:
        ProgressEntries.record_many(user=None, entries=[*entries, bad], today=TODAY)
    assert list(refused.value.errors) == [3]
    assert not QuarterProgress.objects.exists()
    with pytest.raises(EntriesRefused) as refused:
        ProgressEntries.record_many(user=None, entries=[*entries, entries[0]], today=TODAY)
    assert list(refused.value.errors) == [3]
    assert len(ProgressEntries.record_many(user=None, entries=entries, today=TODAY)) == 3


# ------------------------------------------------------------------------------- history, versions


def test_every_report_keeps_its_evidence_in_its_history(plan, planner):
    measure = measure_of(2566, "2.2")
    letter = EvidenceEntry("letter", "สม 0202/ว 1085", date(2022, 12, 28), "", "แนวทาง")
    row = progress(measure, 1, evidence=[letter], user=planner)
    assert row.history.get().details == {
        "evidence": [{"kind": "letter", "number": "สม 0202/ว 1085", "dated": "2022-12-28",
                      "url": "", "text": "แนวทาง"}]
    }  # fmt: skip
    link = EvidenceEntry("link", url="https://example.org/x", text="หน้าเว็บ")
    row = progress(measure, 1, evidence=[link, letter], expected_version=1, why="เพิ่มลิงก์")
    newest, oldest = row.history.all()
    assert [piece["kind"] for piece in newest.details["evidence"]] == ["link", "letter"]
    assert newest.history_change_reason == "เพิ่มลิงก์"
    assert (oldest.history_type, newest.history_type, row.version) == ("+", "~", 2)
    assert [piece.position for piece in row.evidence.all()] == [1, 2]


def test_a_report_that_is_there_is_not_entered_anew(plan):
    measure = measure_of(2566, "2.2")
    progress(measure, 1)
    found = refusal(ProgressEntry(measure, 1, "done", "เสร็จ"))
    assert found == {"quarter": ["That quarter is reported already; change it instead."]}


@pytest.mark.parametrize("version", [0, 2, 9])
def test_an_old_version_changes_nothing(plan, version):
    measure = measure_of(2566, "2.2")
    progress(measure, 1, evidence=[EvidenceEntry("document", text="รายงาน")])
    before = facts()
    with pytest.raises(StaleVersion):
        progress(measure, 1, "done", "เสร็จ", expected_version=version)
    assert differences(before, facts()) == {}


def test_what_was_deleted_meanwhile_is_not_changed(plan):
    measure = measure_of(2566, "2.2")
    record_delete(instance=progress(measure, 1), user=None)
    with pytest.raises(StaleVersion):
        progress(measure, 1, "done", "เสร็จ", expected_version=1)
    assert not QuarterProgress.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_report_the_same_quarter_one_stands(plan, planner):
    measure = measure_of(2566, "2.2")
    texts = ["หนึ่ง", "สอง"]
    for number in range(ROUNDS):
        quarter = number % 4 + 1
        QuarterProgress.objects.all().delete()
        pieces = [[EvidenceEntry("document", text=text)] for text in texts]
        found = together(
            *[
                lambda t=text, p=piece, q=quarter: progress(
                    measure, q, text=t, evidence=p, user=planner
                )
                for text, piece in zip(texts, pieces, strict=True)
            ]
        )
        assert split(found, ValidationError) == (1, 1)
        row = QuarterProgress.objects.get()
        assert [piece.text for piece in row.evidence.all()] == [row.text]
        found = together(
            *[
                lambda t=text, p=piece, q=quarter: progress(
                    measure, q, text=t, evidence=p, expected_version=1, user=planner
                )
                for text, piece in zip(texts, pieces, strict=True)
            ]
        )
        assert split(found, StaleVersion) == (1, 1)
        row = QuarterProgress.objects.get()
        assert (row.version, row.history.filter(id=row.pk).count()) == (2, 2)
        assert [piece.text for piece in row.evidence.all()] == [row.text]


@pytest.mark.django_db(transaction=True)
def test_control_without_the_version_a_report_is_overwritten(plan, planner, monkeypatch):
    """NEGATIVE CONTROL: with the claim broken, both writers believe that they saved."""
    measure = measure_of(2566, "2.2")
    progress(measure, 1)

    def blind(instances, expected):
        for instance in instances:
            instance.version += 1

    monkeypatch.setattr("strategy.records.entries.claim", blind)
    for text in ("หนึ่ง", "สอง"):
        progress(measure, 1, text=text, expected_version=1, user=planner)
    assert QuarterProgress.objects.get().version == 1
    assert QuarterProgress.objects.get().text == "สอง"


# ----------------------------------------------------------------------------------- deletion


@pytest.mark.parametrize("who", ["reporter", "auditor", "executive"])
def test_only_planners_delete_a_report(request, plan, who):
    row = progress(measure_of(2566, "2.2", OWN), 1)
    with pytest.raises(PermissionDenied):
        progress_delete(
            user=request.getfixturevalue(who), progress=row, reason="ผิดปี", expected_version=1
        )
    assert QuarterProgress.objects.exists()


def test_deleting_a_report_asks_why_and_keeps_its_evidence_in_the_history(plan, planner):
    row = progress(measure_of(2566, "2.2"), 1, evidence=[EvidenceEntry("document", text="รายงาน")])
    for reason, version, error in (
        ("  ", 1, ValidationError),
        ("ผิดปี", 2, StaleVersion),
    ):
        with pytest.raises(error):
            progress_delete(user=planner, progress=row, reason=reason, expected_version=version)
    pk = row.pk
    progress_delete(user=planner, progress=row, reason="ผิดปี", expected_version=1)
    last = QuarterProgress.history.filter(id=pk).first()
    assert (last.history_type, last.history_change_reason) == ("-", "ผิดปี")
    assert last.details["evidence"][0]["text"] == "รายงาน"


def test_neither_measure_nor_issue_nor_year_is_deleted_while_it_has_reports(plan, planner):
    measure = measure_of(2566, "2.2")
    progress(measure, 1)
    for row in (measure, measure.issue, measure.issue.year):
        with pytest.raises(ValidationError, match="while other data depends on it"):
            record_delete(instance=row, user=planner)
    assert ItaMeasure.objects.filter(pk=measure.pk).exists()


def advised(plan):
    """A recommendation that names instrument and question, answered by a measure."""
    row = Recommendation.objects.filter(assessment__agency=plan.agency, instrument__code="IIT")[0]
    row.item = ItaItem.objects.get(code="i30", indicator__instrument=row.instrument)
    record_save(instance=row, user=None)
    measure = measure_of(2566, "2.2")
    record_save(instance=measure, user=None, links={"answers": [row]})
    return row, measure


def stays(rows, because, user):
    """Each row is kept for the sake of ``because``, which the refusal names."""
    before = facts()
    for row in rows:
        with pytest.raises(ValidationError, match="while other data depends on it") as refused:
            record_delete(instance=row, user=user)
        assert str(because) in refused.value.messages[0]
    assert differences(before, facts()) == {}


def test_what_a_recommendation_names_is_not_deleted(plan, planner):
    """Else the recommendation would lose it without a version and without history."""
    row, _measure = advised(plan)
    stays((row.instrument, row.item.indicator, row.item), row, planner)


def test_neither_a_recommendation_that_measures_answer_nor_its_assessment_is_deleted(plan, planner):
    row, measure = advised(plan)
    stays((row, row.assessment), measure, planner)


def test_an_assessment_that_nobody_answers_goes_whole_and_is_recorded(plan, planner):
    row, measure = advised(plan)
    record_save(instance=measure, user=planner, links={"answers": []})
    record_delete(instance=ItaAssessment.objects.get(pk=row.assessment_id), user=planner)
    last = Recommendation.history.filter(id=row.pk).first()
    assert (last.history_type, last.instrument_id, last.item_id) == (
        "-", row.instrument_id, row.item_id,
    )  # fmt: skip


# ------------------------------------------------------------------------------ result of the year


def conclude(measure, user=None, today=TODAY, **more):
    fields = {
        "result": "ดำเนินการแล้ว",
        "outcome": "ร้อยละ 97",
        "figures": [FigureEntry("ผลการเบิกจ่าย", D(97), "ร้อยละ")],
        "expected_version": measure.version,
        "expected_figures": {row.pk: row.version for row in measure.figures.all()},
        **more,
    }
    return outcome_record(user=user, measure=measure, today=today, **fields)


def test_the_result_may_be_written_once_the_fourth_quarter_has_begun(running, planner):
    measure = measure_of(2570, "2.2")
    with pytest.raises(ValidationError, match="1 ก.ค. 2570"):
        conclude(measure, planner, date(2027, 6, 30))
    measure = measure_of(2570, "2.2")
    conclude(measure, planner, date(2027, 7, 1))
    measure.refresh_from_db()
    assert (measure.result, measure.outcome) == ("ดำเนินการแล้ว", "ร้อยละ 97")
    assert [(f.label, f.value) for f in measure.figures.all()] == [("ผลการเบิกจ่าย", D(97))]


def test_figures_are_changed_added_and_taken_away_one_by_one(plan, planner):
    measure = measure_of(2566, "2.2")
    first, second = measure.figures.all()
    kept = FigureEntry(first.label, first.value, first.unit_label)
    conclude(measure, planner, figures=[kept, FigureEntry("ระดับ", D("4.5"), "ระดับ")])
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.version, second.version, second.value) == (1, 2, D("4.5"))
    measure = measure_of(2566, "2.2")
    conclude(measure, planner, figures=[kept])
    assert [row.pk for row in measure.figures.all()] == [first.pk]
    measure = measure_of(2566, "2.2")
    conclude(measure, planner, figures=[kept, FigureEntry("ก", D(1)), FigureEntry("ข", D(2))])
    assert [row.label for row in measure.figures.all()] == [first.label, "ก", "ข"]


def test_a_figure_changed_meanwhile_is_not_overwritten(plan, planner):
    measure = measure_of(2566, "2.2")
    read = {row.pk: row.version for row in measure.figures.all()}
    figure = measure.figures.first()
    figure.value = D(98)
    record_save(instance=figure, user=planner)
    before = facts()
    for more in ({"expected_figures": read}, {"expected_version": measure.version + 1}):
        with pytest.raises(StaleVersion):
            conclude(measure_of(2566, "2.2"), planner, **more)
    assert differences(before, facts()) == {}


# --------------------------------------------------------------------------------------- a new year


def test_a_year_begins_with_the_issues_measures_and_units_of_another(plan, planner):
    source = MeasureYear.objects.get(fiscal_year=2566)
    year = measure_year_begin(user=planner, source=source, fiscal_year=2570, title="ปีใหม่")

    def shape(row):
        return [
            (issue.number, issue.name, issue.instruments,
             [(m.position, m.number, m.text, m.responsible_text,
               sorted(m.units.values_list("name", flat=True))) for m in issue.measures.all()])
            for issue in row.issues.all()
        ]  # fmt: skip

    assert shape(year) == shape(source)
    copied = ItaMeasure.objects.filter(issue__year=year)
    assert copied.count() == 7
    assert not copied.exclude(result="", outcome="").exists()
    assert not copied.filter(figures__isnull=False).exists()
    assert (year.title, year.is_sample, year.history.get().history_user_name) == (
        "ปีใหม่", False, "planner",
    )  # fmt: skip


def test_a_year_is_begun_once_and_by_planners(plan, planner, reporter):
    source = MeasureYear.objects.get(fiscal_year=2566)
    before = facts()
    with pytest.raises(PermissionDenied):
        measure_year_begin(user=reporter, source=source, fiscal_year=2570)
    with pytest.raises(ValidationError, match="exist"):
        measure_year_begin(user=planner, source=source, fiscal_year=2565)
    assert differences(before, facts()) == {}


def test_of_two_who_begin_the_same_year_the_second_is_told(plan, planner, monkeypatch):
    """Both found the year free, as in a race: the database decides, and nothing is left behind."""
    source = MeasureYear.objects.get(fiscal_year=2566)
    measure_year_begin(user=planner, source=source, fiscal_year=2570)
    monkeypatch.setattr(MeasureYear, "validate_constraints", lambda self, exclude=None: None)
    before = facts()
    with pytest.raises(ValidationError) as refused:
        measure_year_begin(user=planner, source=source, fiscal_year=2570)
    assert list(refused.value.error_dict) == ["fiscal_year"]
    assert refused.value.messages == ["This agency's measures of that year exist."]
    assert differences(before, facts()) == {}


def test_a_year_that_has_measures_stays_with_its_agency(plan, planner):
    agency = Agency(slug="another", name="หน่วยงานอื่น")
    record_save(instance=agency, user=None)
    year = MeasureYear.objects.get(fiscal_year=2566)
    year.agency = agency
    with pytest.raises(ValidationError) as refused:
        record_save(instance=year, user=planner)
    assert list(refused.value.error_dict) == ["agency"]
    empty = MeasureYear(agency=agency, fiscal_year=2580)
    record_save(instance=empty, user=planner)
    empty.agency = plan.agency
    record_save(instance=empty, user=planner)


# ------------------------------------------------------------------------------------ sample years


@pytest.fixture
def sample(plan):
    """A sample year: the measures of 2566 once more in 2569."""
    source = MeasureYear.objects.get(fiscal_year=2566)
    return measure_year_begin(user=None, source=source, fiscal_year=2569, is_sample=True)


@pytest.mark.parametrize("work", ["quarter", "result"])
def test_a_sample_year_that_staff_work_in_is_theirs(sample, planner, work):
    measure = measure_of(2569, "2.2")
    if work == "quarter":
        progress(measure, 1, is_sample=True)  # the system itself leaves it a sample
        sample.refresh_from_db()
        assert sample.is_sample
        progress(measure, 2, user=planner, why="รายงานจริง")
        progress(measure, 3, user=planner)
    else:
        conclude(measure, planner, reason="รายงานจริง")
    sample.refresh_from_db()
    assert (sample.is_sample, sample.version) == (False, 2)
    last = sample.history.first()
    assert (last.history_user_name, last.history_change_reason) == ("planner", "รายงานจริง")


def test_many_reports_are_saved_with_as_many_queries_as_one(plan):
    """New ones and changed ones, each with evidence in its history."""
    letter = (EvidenceEntry("letter", "ยธ 1", date(2020, 2, 27)),)
    measures = list(ItaMeasure.objects.select_related("issue__year"))[:7]
    assert len(measures) == 7
    counts = set()
    for quarter, chosen in ((1, measures[:1]), (2, measures[:3]), (3, measures)):
        for version in (None, 1):
            entries = [
                ProgressEntry(measure, quarter, "in_progress", f"ดำเนินการ {version}",
                              evidence=letter, expected_version=version)
                for measure in chosen
            ]  # fmt: skip
            with CaptureQueriesContext(connection) as captured:
                ProgressEntries.record_many(user=None, entries=entries, today=TODAY)
            counts.add((version, len(captured)))
        history = QuarterProgress.history.filter(quarter=quarter, measure__in=measures)
        assert [len(row.details["evidence"]) for row in history] == [1] * 2 * len(chosen)
    assert len(counts) == 2, counts
    assert max(count for _version, count in counts) <= 17, counts


def test_whether_somebody_may_enter_is_asked_once(plan, reporter, django_assert_max_num_queries):
    measures = list(ItaMeasure.objects.values_list("pk", flat=True))
    who = roles.viewer(reporter)
    with django_assert_max_num_queries(1):
        assert not measure_access.may_enter(who, measures)
