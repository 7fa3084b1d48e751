"""Every change leaves a trace that nobody can edit (docs/trust.md, promise 5)."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.apps import apps as django_apps
from django.contrib.auth import get_user_model
from django.core.checks import Tags, run_checks
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection, models, transaction
from django.utils import timezone

from budgets.models import (
    BudgetTransfer,
    CarriedPayment,
    Disbursement,
    Project,
    ProjectBudget,
    ProjectLead,
    SpendingTarget,
)
from budgets.write.disbursements import (
    DisbursementEntries,
    DisbursementEntry,
    disbursement_delete,
)
from integrity.models import (
    Answer,
    CriterionLevel,
    ItaAssessment,
    ItaGrade,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    ItaMeasure,
    ItaPart,
    MeasureYear,
    QuarterProgress,
    Recommendation,
    Rubric,
    RubricPart,
    SelfAssessment,
)
from kpis.models import Baseline, Indicator, LevelCriterion, Measure, Result, YearTarget
from kpis.write.results import (
    ResultEntries,
    result_approve,
    result_discard,
    result_reopen,
    results_approve,
    results_return,
    value_field,
)
from kpis.write.targets import TargetEntry, baseline_set, target_change
from nhrc_plan.api.models import ApiKey, Use
from nhrc_plan.disclosure.models import Item, Publisher
from nhrc_plan.drafts.models import PlanImport
from nhrc_plan.exchange.models import Import, ImportCheck
from nhrc_plan.meetings.models import Meeting, MonthSummary
from nhrc_plan.meetings.resolutions.models import Escalation, Resolution
from nhrc_plan.reminders.models import CalendarFeed, MailChoice, Reminder
from nhrc_plan.tables.models import TableMatch
from strategy import access as roles
from strategy.approval.write import approve, give_back, reopen
from strategy.known import tables
from strategy.models import (
    Account,
    Agency,
    Approach,
    Comment,
    Holiday,
    LanguageChoice,
    Membership,
    MonthLock,
    Objective,
    Plan,
    PlanStatement,
    ReportingYear,
    StrategicIssue,
    Strategy,
    Unit,
    Unlocking,
)
from strategy.records import closed
from strategy.records import model as audit
from strategy.records.checks import OPEN_HISTORY, refuse_open_history
from strategy.records.history import entries, history_of
from strategy.records.write import children_changed, record_delete, record_save
from tests.support.assessing import answer, begun
from tests.support.pages import samples as samples_of
from tests.support.writing import (
    OTHER,
    OWN,
    SCORECARD,
    TODAY,
    address,
    carry,
    commented,
    enter,
    entered,
    entry_of,
    filled,
    indicator_of,
    led_by,
    measure_of,
    progress,
    signed_in,
    spend,
    transfer,
)

pytestmark = pytest.mark.django_db

RECORDS = [model.instance_type for model in audit.history_models()]


def every_record(test):
    return pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)(test)


# ----------------------------------------------------------------------------------- the tables


#: Stored facts without a history of their own, and whose history holds them.
HELD_BY_OTHERS = {
    "kpis.TargetValue": YearTarget,
    "kpis.ResultValue": Result,
    "kpis.ResultEvidence": Result,
    "budgets.ProjectLead": Project,
    "integrity.AnswerEvidence": Answer,
    "strategy.Strategy_goals": Strategy,
    "budgets.Project_supporting_units": Project,
    "budgets.Project_objectives": Project,
    "integrity.ItaMeasure_units": ItaMeasure,
    "integrity.ItaMeasure_answers": ItaMeasure,
    "integrity.QuarterEvidence": QuarterProgress,
    "integrity.AssessmentEvidence": ItaAssessment,
    "integrity.IndicatorEvidence": ItaIndicator,
    "budgets.DisbursementEvidence": Disbursement,
    "board.ResolutionStep": Resolution,
}


def test_every_stored_fact_has_a_history_or_is_held_by_one():
    from django.apps import apps

    own = {"strategy", "kpis", "budgets", "integrity", "board"}
    without = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label in own
        and not issubclass(model, audit.Record)
        and model not in closed.closed_models()
    }
    assert without == set(HELD_BY_OTHERS)


@every_record
def test_every_record_has_a_full_history_and_an_order(model):
    kept = {field.name for field in model.history.model.tracked_fields}
    assert kept == {field.name for field in model._meta.concrete_fields}
    assert model._meta.ordering
    assert {"add", "change", "delete", "view", "export"} == set(model._meta.default_permissions)
    history = model.history.model
    assert history._meta.default_permissions == ()
    assert not [
        f for f in history._meta.fields if isinstance(f, models.ForeignKey) and f.db_constraint
    ]


def filler(field):
    """Some value that a column takes."""
    if field.null:
        return None
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.DecimalField):
        return D(1)
    if isinstance(field, models.DateTimeField):
        return timezone.now() + timedelta(days=1)
    if isinstance(field, models.DateField):
        return date(2026, 1, 15)
    if isinstance(field, (models.IntegerField, models.ForeignKey)):
        return 1
    return "x"


def history_rows(model):
    """A history row of ``model`` in the database, as the services write it."""
    instance = model(
        **{f.attname: filler(f) for f in model._meta.concrete_fields if f.name != "id"}
    )
    history = model.history.model
    row = history(
        id=10**6, history_date=timezone.now(), history_type="+", history_user_name="somebody",
        **{f.attname: getattr(instance, f.attname) for f in history.tracked_fields if f.name != "id"},
    )  # fmt: skip
    row.save(force_insert=True)
    return history._base_manager.filter(pk=row.pk)


ATTEMPTS = {
    "update": lambda rows: rows.update(history_user_name="somebody else"),
    "delete": lambda rows: rows.delete(),
    "save": lambda rows: rows.get().save(force_update=True),
    "sql": lambda rows: connection.cursor().execute(
        f'UPDATE "{rows.model._meta.db_table}" SET version = 99'
    ),
    "sql-delete": lambda rows: connection.cursor().execute(
        f'DELETE FROM "{rows.model._meta.db_table}"'
    ),
}


@every_record
@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_the_database_refuses_to_change_history(model, attempt):
    rows = history_rows(model)
    before = rows.values().get()
    with pytest.raises(DatabaseError, match="history is closed"), transaction.atomic():
        ATTEMPTS[attempt](rows)
    assert rows.values().get() == before


@every_record
def test_control_without_triggers_history_can_be_changed(model, opened_history):
    rows = history_rows(model)
    assert ATTEMPTS["update"](rows) == 1
    assert rows.get().history_user_name == "somebody else"
    assert ATTEMPTS["delete"](rows)[0] == 1
    assert rows.model._meta.db_table in closed.open_history_table_names()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
def test_the_database_refuses_to_empty_history():
    """TRUNCATE, which is what ``manage.py flush`` does, fires no row triggers."""
    table = Agency.history.model._meta.db_table
    with pytest.raises(DatabaseError, match="history is closed"), transaction.atomic():
        connection.cursor().execute(f'TRUNCATE "{table}"')
    assert Agency.history.exists()


def test_history_is_closed_after_migrate(plan):
    assert closed.open_history_table_names() == []
    closed.open_history_tables()
    assert len(closed.open_history_table_names()) == len(closed.closed_models()) > len(RECORDS)
    call_command("migrate", verbosity=0)
    assert closed.open_history_table_names() == []


def test_one_missing_trigger_is_noticed(plan):
    table = Agency.history.model._meta.db_table
    name = f"{table}_closed"
    statement = {
        "sqlite": f'DROP TRIGGER "{name}_delete"',
        "postgresql": f'ALTER TABLE "{table}" DISABLE TRIGGER "{name}"',
    }[connection.vendor]
    connection.cursor().execute(statement)
    assert closed.open_history_table_names() == [table]
    closed.close_history_tables()


def test_an_open_history_is_said_by_check_and_refused_at_the_start(db):
    """At start and in ``check``; closed tables say nothing, and migrate is not kept from running."""
    assert run_checks(tags=[Tags.database], databases=["default"]) == []
    refuse_open_history()
    closed.open_history_tables()
    (message,) = run_checks(tags=[Tags.database], databases=["default"])
    assert message.id == OPEN_HISTORY and not message.is_serious()
    with pytest.raises(ImproperlyConfigured, match="manage.py migrate"):
        refuse_open_history()
    closed.close_history_tables()
    assert run_checks(tags=[Tags.database], databases=["default"]) == []


def test_a_database_that_does_not_answer_keeps_no_server_from_starting(monkeypatch):
    asked = []

    def away(**kwargs):
        asked.append(kwargs)
        raise OperationalError("no server")

    monkeypatch.setattr("strategy.records.checks.run_checks", away)
    refuse_open_history()
    assert len(asked) == 1


# ------------------------------------------------------------------------- every audited field


def undescribed(code):
    """An indicator of the scorecard that has no level criteria."""
    return indicator_of(Plan.objects.get(slug=SCORECARD), code)


def samples(plan):
    """A row of every model, new where fixtures hold none."""
    agency, unit = Agency.objects.get(slug="nhrc"), Unit.objects.get(name=OWN)
    user = get_user_model().objects.create_user("somebody")
    indicator = indicator_of(plan, "S3-1.1")
    lock = MonthLock(agency=agency, fiscal_year=2567, month=1)
    record_save(instance=lock, user=None)
    made = {
        ReportingYear: ReportingYear(agency=agency, fiscal_year=2569),
        Holiday: Holiday(agency=agency, day=date(2026, 10, 13), name="วันหยุด"),
        Unlocking: Unlocking(lock=lock, reason="แก้ตัวเลข"),
        Account: Account(user=user),
        Membership: Membership(user=user, unit=unit),
        Baseline: Baseline(
            measure=indicator.measures.get(), value=1, source="x", fiscal_year=2566, month=1
        ),
        LevelCriterion: LevelCriterion(indicator=undescribed("D2-3"), level=1, text="x"),
        BudgetTransfer: transfer(led_by(OWN), 2569, "1000"),
        SpendingTarget: SpendingTarget(agency=agency, fiscal_year=2569),
        MeasureYear: MeasureYear(agency=agency, fiscal_year=2570),
        ItaPart: ItaPart(instrument=ItaInstrument.objects.all()[1], label="x"),
        MonthSummary: MonthSummary(
            plan=indicator.strategy.plan, fiscal_year=2569, month=6, text="สรุป"
        ),
        Meeting: Meeting(
            plan=indicator.strategy.plan, number="7", held_on=TODAY, fiscal_year=2569, month=6
        ),
        TableMatch: TableMatch(
            agency=agency, kind="results", name="รายงานเดือน", headings={"รหัส": "code"}
        ),
        Import: Import(
            plan=indicator.strategy.plan, fiscal_year=2569, month=6, file_name="a.xlsx", size=1,
            sha256="0" * 64, sender_id=user.pk, sender_name="x", sent_at=timezone.now(),
        ),
        PlanImport: PlanImport(
            slug="next", file_name="a.xlsx", size=1, sha256="0" * 64, sender_id=user.pk,
            sender_name="x", sent_at=timezone.now(),
        ),
        Reminder: Reminder(
            recipient_id=user.pk, recipient_name="somebody", day=TODAY, kind="own", lines=2,
            moment=timezone.now(),
        ),
        MailChoice: MailChoice(user=user),
        LanguageChoice: LanguageChoice(user=user, language="en"),
        CalendarFeed: CalendarFeed(user=user, secret_hash="a" * 64),
        Escalation: Escalation(plan=indicator.strategy.plan),
        Publisher: Publisher(agency=agency, contact="x"),
        Item: Item(
            agency=agency, fiscal_year=2569, number="1", title="x", kind="plan", of_year=2569
        ),
        ApiKey: ApiKey(name="x", begins_with="nhrc_x", secret_hash="a" * 64),
    }  # fmt: skip
    for row in made.values():
        record_save(instance=row, user=None)
    made[Resolution] = Resolution(
        meeting=made[Meeting], number="3.1", text="ให้เร่งรัด", unit=unit, first_due_on=TODAY
    )
    record_save(instance=made[Resolution], user=None)
    made[MonthLock] = lock
    made[ItaItem] = ItaItem.objects.get(code="i27")
    made[Disbursement] = spend(led_by(OWN), 2569, 6, "50")
    made[CarriedPayment] = carry(led_by(OWN), "50")
    made[Result] = enter(indicator, 2569, 6, "50")
    made[Comment] = commented(made[Result])
    made[QuarterProgress] = progress(measure_of(2566, "2.2"), 2)
    made[SelfAssessment] = begun(agency=agency)
    (made[Answer],) = answer(made[SelfAssessment], {"S 1.1": "5"})
    return {model: made.get(model) or model.objects.first() for model in RECORDS}


def another(model, pk):
    """A row of ``model`` that is not ``pk``."""
    found = model._base_manager.exclude(pk=pk).last()
    if found is None and model is get_user_model():
        return model.objects.create_user("another")
    if found is None:
        agency = Agency(slug="another", name="หน่วยงานอื่น")
        found = agency
        if model is Plan:
            record_save(instance=agency, user=None)
            found = Plan(
                agency=agency, slug="another", name="แผนอื่น", first_year=2571, last_year=2575
            )
        record_save(instance=found, user=None)
    return found


def earlier_of(row):
    """An indicator of a plan that ended before, in the agency of ``row``."""
    own = row.strategy.plan
    plan = Plan(agency=own.agency, slug="earlier", name="แผนก่อน", first_year=2561, last_year=2565)
    record_save(instance=plan, user=None)
    strategy = Strategy(plan=plan, number=1, name="ก่อน")
    record_save(instance=strategy, user=None)
    objective = Objective(strategy=strategy, number=1, name="ก่อน")
    record_save(instance=objective, user=None)
    indicator = Indicator(
        strategy=strategy, objective=objective, number="1", name="ก่อน", accrual="rate"
    )
    return record_save(instance=indicator, user=None).pk


def another_edition():
    edition = Rubric(fiscal_year=2580, organisation_kind="อื่น", name="อื่น")
    record_save(instance=edition, user=None)
    return edition


def changed_value(field, row):
    """Another valid value for a field, and the fields that have to change with it."""
    model, name = type(row), field.name
    last = Strategy.objects.last()
    special = {
        (Indicator, "strategy"): lambda: {
            "strategy": last, "objective": last.objectives.first(), "number": "9.9",
        },
        (Indicator, "objective"): lambda: {"objective": row.strategy.objectives.last()},
        (Objective, "strategy"): lambda: {"strategy": last, "issue": None, "number": 90},
        (Objective, "issue"): lambda: {"issue": None},
        (PlanImport, "sent_at"): lambda: {"sent_at": timezone.now() - timedelta(days=3)},
        (Plan, "is_draft"): lambda: {"is_draft": True, "is_current": False},
        (Indicator, "continues"): lambda: {
            "continues": Indicator.objects.get(pk=earlier_of(row)),
        },
        (Import, "sent_at"): lambda: {"sent_at": timezone.now() - timedelta(days=3)},
        (Import, "taken"): lambda: {
            "taken": ImportCheck.objects.create(of=row, made_at=timezone.now(), digest="0" * 64)
        },
        (LevelCriterion, "indicator"): lambda: {"indicator": undescribed("D2-4")},
        (Agency, "head_told_after"): lambda: {"head_told_after": 8},
        (Reminder, "moment"): lambda: {"moment": timezone.now() + timedelta(days=1)},
        (CalendarFeed, "unit"): lambda: {"user": None, "unit": Unit.objects.first()},
        (Plan, "last_year"): lambda: {"last_year": 2571},
        (Plan, "first_year"): lambda: {"first_year": 2565},
        (Plan, "band_near"): lambda: {"band_near": D(80)},
        (PlanStatement, "kind"): lambda: {"kind": "mission", "number": 90},
        (YearTarget, "kind"): lambda: {"kind": "none"},
        (BudgetTransfer, "budget"): lambda: {
            "budget": ProjectBudget.objects.filter(fiscal_year=2569).last(),
        },
        (BudgetTransfer, "document_date"): lambda: {"document_date": date(2026, 1, 16)},
        (Plan, "scale"): lambda: {"scale": "10/20/30/40/50"},
        (Rubric, "definitions"): lambda: {"definitions": [{"term": "x", "meaning": "y"}]},
        (SelfAssessment, "level"): lambda: {"level": "local"},
        (SelfAssessment, "rubric"): lambda: {"rubric": another_edition()},
        (RubricPart, "rubric"): lambda: {"rubric": another_edition()},
        (RubricPart, "weight"): lambda: {"weight": D(60)},
        (CriterionLevel, "share_of"): lambda: {"share_of": 0},
        (Answer, "assessment"): lambda: {"assessment": begun("อีกแห่ง")},
        (Answer, "level"): lambda: {"level": 2, "points": None},
        (Result, "slips"): lambda: {
            "slips": [{"measure": 1, "why": "much_less", "value": "0.5", "last": "76"}],
        },
        (Comment, "parent"): lambda: {"parent": commented(Result.objects.get(pk=row.figure_id))},
        (Comment, "written_at"): lambda: {"written_at": timezone.now() - timedelta(days=2)},
        (Comment, "resolved_at"): lambda: {"resolved_at": timezone.now()},
        (Comment, "withdrawn_at"): lambda: {"withdrawn_at": timezone.now(), "text": ""},
        (Holiday, "day"): lambda: {"day": date(2026, 10, 23)},
        (Resolution, "meeting"): lambda: {
            "meeting": record_save(
                instance=Meeting(
                    plan=row.meeting.plan, number="9", held_on=TODAY, fiscal_year=2569, month=7
                ),
                user=None,
            ),
        },
        (Resolution, "unit"): lambda: {"unit": Unit.objects.get(name=OTHER)},
        (Resolution, "indicator"): lambda: {
            "indicator": indicator_of(row.meeting.plan, "S3-1.1"),
        },
        (Resolution, "project"): lambda: {"project": led_by(OWN)},
        (Resolution, "person"): lambda: {"person": Account.objects.get()},
        (Resolution, "first_due_on"): lambda: {"first_due_on": date(2026, 12, 1)},
        (Resolution, "postponed_to"): lambda: {"postponed_to": date(2026, 12, 1)},
        (Item, "agency"): lambda: {"agency": another(Agency, row.agency_id)},
        (Item, "plan"): lambda: {"plan": Plan.objects.first()},
        (Item, "document_url"): lambda: {"document_url": "https://example.org/changed"},
        (Publisher, "contact_email"): lambda: {"contact_email": "changed@example.org"},
        (Escalation, "to_unit"): lambda: {"to_unit": 2},
        (Escalation, "to_planner"): lambda: {"to_planner": 6},
        (MonthLock, "fiscal_year"): lambda: {"fiscal_year": 2566},
        (MonthLock, "agency"): lambda: {"agency": another(Agency, row.agency_id)},
        (Unlocking, "lock"): lambda: {
            "lock": record_save(
                instance=MonthLock(agency=row.lock.agency, fiscal_year=2566, month=1), user=None
            ),
        },
        (Unlocking, "unit"): lambda: {"unit": row.lock.agency.units.last()},
        (Unlocking, "until"): lambda: {"until": timezone.now()},
        (SpendingTarget, "q4"): lambda: {"q4": D(99)},
        **{
            (SpendingTarget, f"used_q{quarter}"): lambda: {
                f"used_q{each}": D(each * 25) for each in range(1, 5)
            }
            for quarter in range(1, 5)
        },
        (ItaAssessment, "announced_on"): lambda: {"announced_on": date(2026, 1, 16)},
        (ItaGrade, "assessment"): lambda: {
            "assessment": another(ItaAssessment, row.assessment_id), "label": "X", "at_least": D(1),
        },
        (ItaIndicator, "part"): lambda: {
            "part": record_save(
                instance=ItaPart(instrument=row.instrument, label="x"), user=None
            ),
        },
        (ItaItem, "parent"): lambda: {
            "parent": row.indicator.items.get(code="i26"), "position": 90,
        },
        (Recommendation, "assessment"): lambda: {
            "assessment": another(ItaAssessment, row.assessment_id), "instrument": None,
        },
        (Recommendation, "instrument"): lambda: {
            "instrument": row.assessment.instruments.exclude(pk=row.instrument_id).first(),
        },
        (Recommendation, "number"): lambda: {"number": 90},
        (Recommendation, "item"): lambda: {
            "item": ItaItem.objects.get(code="i27", indicator__instrument__assessment=row.assessment),
        },
    }.get((model, name))  # fmt: skip
    if special is not None:
        return special()
    old = getattr(row, name)
    if isinstance(field, models.ForeignKey):
        # Another parent, and a place there that is free.
        free = {"number": 90, "position": 90, "fiscal_year": 2580}
        names = {each.name for each in model._meta.concrete_fields}
        found = another(field.related_model, getattr(row, field.attname))
        return {name: found} | {key: free[key] for key in free if key in names}
    if field.choices:
        return {name: next(value for value, _ in field.flatchoices if value != old)}
    if isinstance(field, models.BooleanField):
        return {name: not old}
    if isinstance(field, models.DecimalField):
        return {name: (old or D(0)) + 1}
    if isinstance(field, models.DateField):
        return {name: date(2026, 1, 17)}
    if isinstance(field, models.IntegerField):
        return {name: 2580 if "year" in name else 7 if name == "month" else 20}
    return {name: "changed"[: field.max_length]}


@every_record
def test_every_field_keeps_before_after_who_when_and_why(plan, planner, model):
    pk = samples(plan)[model].pk
    for field in model._meta.concrete_fields:
        if field.name in ("id", "version"):
            continue
        with transaction.atomic():
            row = model.objects.get(pk=pk)
            old = getattr(row, field.attname)
            for name, value in changed_value(field, row).items():
                setattr(row, name, value)
            assert getattr(row, field.attname) != old, field.name
            start = timezone.now()
            record_save(instance=row, user=planner, reason=f"because of {field.name}")

            after, before = model.history.filter(id=pk).order_by("-history_id")[:2]
            assert getattr(before, field.attname) == old
            assert getattr(after, field.attname) == getattr(row, field.attname)
            assert (after.history_type, after.history_user_id, after.history_user_name) == (
                "~", planner.pk, "planner",
            )  # fmt: skip
            assert after.history_change_reason == f"because of {field.name}"
            assert start <= after.history_date <= timezone.now()
            assert after.version == before.version + 1
            shown = history_of(model, id=pk)[0]
            assert str(field.verbose_name) in {change.field for change in shown.changes}
            transaction.set_rollback(True)


def test_changes_are_shown_as_texts(plan, planner):
    indicator = indicator_of(plan, "S3-1.1")
    indicator.unit = Unit.objects.get(name=OWN)
    record_save(instance=indicator, user=planner)
    indicator.unit = Unit.objects.get(name=OTHER)
    indicator.weight = D("2.50")
    record_save(instance=indicator, user=planner, reason="why")
    last = history_of(Indicator, id=indicator.pk)[0]
    assert (last.who, last.kind, last.reason) == ("planner", "~", "why")
    assert {(c.before, c.after) for c in last.changes} == {(OWN, OTHER), ("1", "2.5")}


def test_dates_and_nothing_are_shown_as_people_read_them(plan, planner):
    """A day in the Buddhist Era; 0 is a figure, and not the same as nothing."""
    row = transfer(led_by(OWN), 2569, "1000")
    record_save(instance=row, user=planner)
    row.document_date = date(2026, 1, 16)
    record_save(instance=row, user=planner)
    [change] = history_of(BudgetTransfer, id=row.pk)[0].changes
    assert (change.before, change.after) == ("15 ม.ค. 2569", "16 ม.ค. 2569")
    spent = spend(led_by(OWN), 2569, 6, "100", "7")
    spend(led_by(OWN), 2569, 6, "107", "0", expected_version=1)
    changes = history_of(Disbursement, id=spent.pk)[0].changes
    assert {(c.before, c.after) for c in changes} == {("100", "107"), ("7", "0")}


# ---------------------------------------------------------------------------- every way of writing

PHONE = "0-2141-3800, 0-2141-3900"  # as fixtures/ has it


def _save(plan, user):
    row = Agency.objects.get(slug="nhrc")
    row.phone = "02"
    record_save(instance=row, user=user, reason="why")
    return Agency, row.pk, "~", {"phone": (PHONE, "02")}


def _add(plan, user):
    row = ReportingYear(agency=Agency.objects.get(slug="nhrc"), fiscal_year=2569, deadline_day=12)
    record_save(instance=row, user=user, reason="why")
    return ReportingYear, row.pk, "+", {"deadline_day": (None, 12)}


def _links(plan, user):
    row = Strategy.objects.first()
    goal = PlanStatement.objects.get(kind="goal", number=2)
    record_save(instance=row, user=user, reason="why", links={"goals": [goal]})
    return Strategy, row.pk, "~", {"goals": ([], [2])}


def _delete(plan, user):
    row = ReportingYear(agency=Agency.objects.get(slug="nhrc"), fiscal_year=2569, deadline_day=12)
    record_save(instance=row, user=None)
    pk = row.pk
    record_delete(instance=row, user=user, reason="why")
    return ReportingYear, pk, "-", {"deadline_day": (12, 12)}


def _result(plan, user):
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "152/200", user=user, reason="why")
    return Result, result.pk, "+", {"state": (None, "submitted"), "values": (None, ["152/200"])}


def _result_change(plan, user):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    enter(indicator, 2569, 6, "50", narrative="old")
    result = enter(
        indicator, 2569, 6, "60", narrative="new", user=user, expected_version=1, reason="why"
    )
    return Result, result.pk, "~", {"narrative": ("old", "new"), "values": (["50"], ["60"])}


def _result_many(plan, user):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    enter(indicator, 2569, 6, "50")
    entries_ = [
        entry_of(indicator, 2569, 6, "60", expected_version=1),
        entry_of(indicator, 2569, 7, "61"),
    ]
    rows = ResultEntries.record_many(user=user, entries=entries_, today=TODAY, reason="why")
    return Result, rows[0].pk, "~", {"values": (["50"], ["60"])}


def _result_milestone(plan, user):
    indicator = indicator_of(plan, "S1-1.1", OWN)
    enter(indicator, 2566, 6, progress="in_progress", progress_percent=D(40))
    result = enter(indicator, 2566, 6, progress="done", user=user, expected_version=1, reason="why")
    return Result, result.pk, "~", {
        "progress": ("in_progress", "done"), "progress_percent": (D(40), None),
    }  # fmt: skip


def _approve(plan, user):
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50")
    result_approve(user=user, result=result, expected_version=1)
    return Result, result.pk, "~", {
        "state": ("submitted", "approved"), "values": (["50"], ["50"]), "why": None,
    }  # fmt: skip


def _return(plan, user):
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50")
    results_return(user=user, shown={result: 1}, comment="why")
    return Result, result.pk, "~", {
        "state": ("submitted", "returned"), "returned_because": ("", "why"),
        "values": (["50"], ["50"]),
    }  # fmt: skip


def _approve_many(plan, user):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    results = [enter(indicator, 2569, month, "50") for month in (5, 6)]
    results_approve(user=user, shown=dict.fromkeys(results, 1))
    return Result, results[1].pk, "~", {
        "state": ("submitted", "approved"), "values": (["50"], ["50"]), "why": None,
    }  # fmt: skip


def _approve_money(plan, user):
    row = spend(led_by(OWN), 2569, 6, "100")
    approve(user=user, shown={row: 1})
    return Disbursement, row.pk, "~", {"approval": ("submitted", "approved"), "why": None}


def _return_money(plan, user):
    row = spend(led_by(OWN), 2569, 6, "100")
    give_back(user=user, shown={row: 1}, comment="why")
    return Disbursement, row.pk, "~", {
        "approval": ("submitted", "returned"), "returned_because": ("", "why"),
    }  # fmt: skip


def _reopen_money(plan, user):
    row = spend(led_by(OWN), 2569, 6, "100", approval="approved")
    reopen(user=user, shown={row: 1}, reason="why")
    return Disbursement, row.pk, "~", {"approval": ("approved", "submitted")}


def _reopen(plan, user):
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50", state="approved")
    result_reopen(user=user, result=result, expected_version=1, reason="why")
    return Result, result.pk, "~", {"state": ("approved", "submitted"), "values": (["50"], ["50"])}


def _discard(plan, user):
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50", state="draft")
    pk = result.pk
    result_discard(user=user, result=result)
    return Result, pk, "-", {"values": (["50"], ["50"]), "why": None}


def _target(plan, user):
    target = YearTarget.objects.get(indicator=indicator_of(plan, "S1-1.1"), fiscal_year=2569)
    first, second = target.indicator.measures.order_by("position")
    values = {first.pk: (D(41), D(5), None, None), second.pk: (D(36), None, None, None)}
    target_change(user=user, target=target, entry=TargetEntry("numeric", values), reason="why")
    return YearTarget, target.pk, "~", {"values": (["40", "35"], ["41", "36"])}


def _baseline(plan, user):
    measure = indicator_of(plan, "S3-1.1").measures.get()
    row = Baseline(measure=measure, value=D(40), source="x", fiscal_year=2566, month=1)
    baseline_set(user=None, baseline=row)
    row.value = D(41)
    baseline_set(user=user, baseline=row, reason="why")
    return Baseline, row.pk, "~", {"value": (D(40), D(41))}


def _lead(plan, user):
    project = Project.objects.annotate(n=models.Count("leads")).filter(n=1).first()
    old = str(project.leads.get().unit)
    unit = Unit.objects.exclude(name=old).first()
    children_changed(
        parent=project,
        saved=[ProjectLead(project=project, unit=unit, position=1)],
        deleted=[project.leads.get()],
        user=user,
        reason="why",
    )
    return Project, project.pk, "~", {"leads": ([old], [unit.name])}


def _disbursement(plan, user):
    project = led_by(OWN)
    row = spend(project, 2569, 6, "100.50", "7", user=user, why="why")
    return Disbursement, row.pk, "+", {"disbursed": (None, D("100.50")), "committed": (None, D(7))}


def _disbursement_many(plan, user):
    project = led_by(OWN)
    spend(project, 2569, 6, "100", "7", note="old")
    entries_ = [
        DisbursementEntry(project, 2569, 6, D(150), D(0), note="new", expected_version=1),
        DisbursementEntry(project, 2569, 7, D(200), D(0)),
    ]
    rows = DisbursementEntries.record_many(user=user, entries=entries_, today=TODAY, reason="why")
    return Disbursement, rows[0].pk, "~", {
        "disbursed": (D(100), D(150)), "committed": (D(7), D(0)), "note": ("old", "new"),
    }  # fmt: skip


def _disbursement_delete(plan, user):
    row = spend(led_by(OWN), 2569, 6, "100")
    pk = row.pk
    disbursement_delete(user=user, disbursement=row, reason="why", expected_version=1)
    return Disbursement, pk, "-", {"disbursed": (D(100), D(100))}


def _form_sheet(plan, user):
    """The screen of a unit's month."""
    project = led_by(OWN)
    row = spend(project, 2569, 6, "100")
    client = signed_in(user)
    path = client.get(address(row, "change")).url
    data = {
        field.html_name: field.value() or ""
        for form in client.get(path).context["form"].forms
        for field in form
    }
    data |= {f"p{project.pk}-disbursed": "120", "change_reason": "why"}
    assert client.post(path, data).status_code == 302
    return Disbursement, row.pk, "~", {"disbursed": (D(100), D(120))}


def _form_sheet_delete(plan, user):
    row = spend(led_by(OWN), 2569, 6, "100")
    answer = signed_in(user).post(
        address(row, "delete"), {"post": "yes", "change_reason": "why", "expected_version": "1"}
    )
    assert answer.status_code == 302
    return Disbursement, row.pk, "-", {"disbursed": (D(100), D(100))}


def _admin(path_of, typed):
    """A change through the admin's form."""

    def write(plan, user):
        row, written, expected = path_of(plan)
        client = signed_in(user)
        page = client.get(address(row, "change"))
        data = filled(page, change_reason="why", **typed(row))
        answer = client.post(address(row, "change"), data)
        assert answer.status_code == 302, answer.context["errors"]
        return type(written), written.pk, "~", expected

    return write


_form = _admin(
    lambda plan: (Agency.objects.get(slug="nhrc"),) * 2 + ({"phone": (PHONE, "02")},),
    lambda row: {"phone": "02"},
)
_form_links = _admin(
    lambda plan: (Strategy.objects.first(),) * 2 + ({"goals": ([], [1])},),
    lambda row: {"goals": [PlanStatement.objects.get(kind="goal", number=1).pk]},
)
_form_inline = _admin(
    lambda plan: (
        indicator_of(plan, "S1-1.1"),
        Measure.objects.get(indicator=indicator_of(plan, "S1-1.1"), position=2),
        {"label": ("จังหวัด", "เมือง")},
    ),
    lambda row: {"measures-1-label": "เมือง"},
)
_form_target = _admin(
    lambda plan: (
        (YearTarget.objects.get(indicator=indicator_of(plan, "S3-1.1"), fiscal_year=2569),) * 2
        + ({"values": (["75"], ["76"])},)
    ),
    lambda row: {value_field(row.indicator.measures.get().pk): "76"},
)
_form_result = _admin(
    lambda plan: (
        (enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50"),) * 2
        + ({"values": (["50"], ["60"]), "narrative": ("", "new")},)
    ),
    lambda row: {value_field(row.indicator.measures.get().pk): "60", "narrative": "new"},
)
_form_budget = _admin(
    lambda plan: (
        (ProjectBudget.objects.first(),) * 2
        + ({"plan_amount": (ProjectBudget.objects.first().plan_amount, D("1.25"))},)
    ),
    lambda row: {"plan_amount": "1.25"},
)


def _stored_transfer():
    row = transfer(led_by(OWN), 2569, "1000")
    record_save(instance=row, user=None)
    return row.budget, row


_form_transfer = _admin(
    lambda plan: (
        *_stored_transfer(),
        {"amount": (D(1000), D(-5)), "document_date": (date(2026, 1, 15), date(2026, 1, 16))},
    ),
    lambda row: {"transfers-0-amount": "-5", "transfers-0-document_date": "๑๖/๑/๒๕๖๙"},
)
_form_approved = _admin(
    lambda plan: (
        (ProjectBudget.objects.first(),) * 2 + ({"approved_amount": (None, D("1250000.50"))},)
    ),
    lambda row: {"approved_amount": "1,250,000.50"},
)


def _form_objectives(plan, user):
    project = led_by(OWN)
    objective = Objective.objects.first()
    client = signed_in(user)
    data = filled(
        client.get(address(project, "change")), objectives=[objective.pk], change_reason="why"
    )
    assert client.post(address(project, "change"), data).status_code == 302
    return Project, project.pk, "~", {"objectives": ([], [str(objective)])}


def _form_delete(plan, user):
    row = ReportingYear(agency=Agency.objects.get(slug="nhrc"), fiscal_year=2569)
    record_save(instance=row, user=None)
    answer = signed_in(user).post(
        address(row, "delete"), {"post": "yes", "change_reason": "why", "expected_version": "1"}
    )
    assert answer.status_code == 302
    return ReportingYear, row.pk, "-", {"fiscal_year": (2569, 2569)}


def _form_inline_delete(plan, user):
    path = address(plan, "change")
    client = signed_in(user)
    page = client.get(path)
    pk = int(filled(page)["statements-0-id"])
    text = PlanStatement.objects.get(pk=pk).text
    client.post(path, filled(page, **{"statements-0-DELETE": "on"}, change_reason="why"))
    return PlanStatement, pk, "-", {"text": (text, text)}


WAYS = {
    name.removeprefix("_"): way
    for name, way in list(globals().items())
    if name in {
        "_save", "_add", "_links", "_delete", "_result", "_result_change", "_result_many",
        "_result_milestone", "_approve", "_approve_many", "_return", "_reopen",
        "_approve_money", "_return_money", "_reopen_money", "_discard", "_target", "_baseline", "_lead",
        "_form", "_form_links", "_form_inline", "_form_target", "_form_result", "_form_budget",
        "_form_delete", "_form_inline_delete", "_disbursement", "_disbursement_many",
        "_disbursement_delete", "_form_sheet", "_form_sheet_delete", "_form_transfer",
        "_form_approved", "_form_objectives",
    }
}  # fmt: skip


def held(row, name):
    """A fact of a history row: a column, or something among its details."""
    if row is None:
        return None
    if name == "values":
        return [
            item["value"] or f"{item['numerator']}/{item['denominator']}"
            for item in row.details["values"]
        ]
    return getattr(row, name) if hasattr(row, name) else row.details[name]


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_is_recorded(plan, planner, today, way):
    today(TODAY)
    planner.first_name, planner.last_name = "สมหมาย", "ทดสอบ"
    planner.save()
    start = timezone.now()
    model, pk, kind, expected = WAYS[way](plan, planner)

    rows = list(model.history.filter(id=pk).order_by("-history_id"))
    after, before = rows[0], rows[1] if len(rows) > 1 else None
    assert (after.history_type, after.history_user_id) == (kind, planner.pk)
    assert after.history_user_name == "สมหมาย ทดสอบ"
    assert start <= after.history_date <= timezone.now()
    if "why" in expected:
        assert after.history_change_reason
        expected = {name: pair for name, pair in expected.items() if name != "why"}
    else:
        assert after.history_change_reason == "why"
    for name, pair in expected.items():
        assert (held(before, name), held(after, name)) == pair
    # One row for one change.
    assert model.history.filter(id=pk, version=after.version).count() == 1
    assert len({row.version for row in rows}) == len(rows)


# -------------------------------------------------------------------------------------- deletion


def test_a_deleted_row_takes_its_facts_into_the_history(plan, planner):
    project = Project.objects.filter(leads__position=2).first()
    held_facts = project.audit_details()
    links = {
        "leads": list(project.leads.order_by("position").values_list("unit_id", flat=True)),
        "supporting_units": sorted(unit.pk for unit in project.supporting_units.all()),
        "objectives": [],
    }
    budgets = list(project.budgets.values_list("pk", "plan_amount"))
    assert held_facts["leads"] and budgets
    pk = project.pk
    record_delete(instance=project, user=planner, reason="why")

    last = Project.history.filter(id=pk).first()
    assert (last.history_type, last.history_user_id) == ("-", planner.pk)
    # The same by key, for pages of an earlier day.
    assert last.details == {**held_facts, "links": links}
    children = ProjectBudget.history.filter(history_type="-")
    assert sorted(children.values_list("id", "plan_amount")) == sorted(budgets)
    assert {(row.history_user_id, row.history_user_name, row.history_change_reason) for row in children} == {
        (planner.pk, "planner", "why")
    }  # fmt: skip


def test_the_facts_of_rows_that_go_along_are_kept_too(plan, planner):
    indicator = indicator_of(plan, "S1-1.1")
    held_facts = {row.fiscal_year: row.audit_details() for row in indicator.targets.all()}
    assert held_facts[2569]["values"]
    record_delete(instance=indicator, user=planner, reason="why")

    gone = YearTarget.history.filter(history_type="-")
    assert {row.history_user_id for row in gone} == {planner.pk}
    assert {row.fiscal_year: row.details for row in gone} == held_facts
    assert Measure.history.filter(history_type="-", history_user_id=planner.pk).count() == 2


@pytest.mark.parametrize(
    ("parent", "child"),
    [
        (StrategicIssue, Approach),
        (Plan, PlanStatement),
        (Agency, ReportingYear),
        (Measure, Baseline),
    ],
    ids=lambda model: model.__name__,
)
def test_children_that_go_along_name_the_person(plan, planner, parent, child):
    """Parents that nothing else depends on, each with one child."""
    agency = Agency(slug="other", name="หน่วยงานอื่น")
    record_save(instance=agency, user=None)
    lonely = {
        StrategicIssue: lambda: StrategicIssue(
            strategy=Strategy.objects.first(), number="9.9", name="x"
        ),
        Plan: lambda: Plan(agency=agency, slug="x", name="x", first_year=2571, last_year=2575),
        Agency: lambda: agency,
        Measure: lambda: Measure(indicator=indicator_of(plan, "S3-1.1"), position=9, kind="number"),
    }[parent]()
    if lonely.pk is None:
        record_save(instance=lonely, user=None)
    row = {
        Approach: lambda: Approach(issue=lonely, number=1, text="x"),
        PlanStatement: lambda: PlanStatement(plan=lonely, kind="goal", number=1, text="x"),
        ReportingYear: lambda: ReportingYear(agency=lonely, fiscal_year=2569),
        Baseline: lambda: Baseline(measure=lonely, value=1, source="x", fiscal_year=2566, month=1),
    }[child]()
    record_save(instance=row, user=None)
    pk = row.pk
    record_delete(instance=lonely, user=planner, reason="why")
    last = child.history.filter(id=pk).first()
    assert (last.history_type, last.history_user_id, last.history_change_reason) == (
        "-",
        planner.pk,
        "why",
    )


#: Every many-to-many field that links stored facts.
LINKS = sorted(
    f"{model.__name__}.{field.name}"
    for model in django_apps.get_models()
    if issubclass(model, audit.Record)
    for field in model._meta.many_to_many
    if issubclass(field.related_model, audit.Record)
)


@pytest.fixture
def linked(plan):
    """For each such field a row that names another one, and that other one, free of all else."""
    strategy = plan.strategies.order_by("number")[0]
    goal = PlanStatement(plan=plan, kind="goal", number=9, text="เป้าหมายที่ถูกอ้างถึง")
    unit = Unit(agency=plan.agency, name="สำนักที่ถูกอ้างถึง")
    issue = StrategicIssue.objects.filter(strategy=strategy)[0]
    objective = Objective(strategy=strategy, issue=issue, number=9, name="วัตถุประสงค์ที่ถูกอ้างถึง")
    for row in (goal, unit, objective):
        record_save(instance=row, user=None)
    project = Project.objects.filter(strategy=strategy)[0]
    measure = measure_of(2566, "2.2")
    return {
        "ItaMeasure.answers": (measure, Recommendation.objects.all()[0]),
        "ItaMeasure.units": (measure, unit),
        "Project.objectives": (project, objective),
        "Project.supporting_units": (project, unit),
        "Strategy.goals": (strategy, goal),
    }


@pytest.mark.parametrize("link", LINKS)
def test_what_a_row_names_is_not_deleted_beneath_it(linked, planner, link):
    """Else it would lose the link without a version, a name or a reason."""
    owner, named = linked[link]
    field = link.split(".")[1]
    record_save(instance=owner, user=None, links={field: [named]})
    kept = type(owner).history.count()
    with pytest.raises(ValidationError, match="ลบไม่ได้") as refused:
        record_delete(instance=named, user=planner)
    assert str(owner) in refused.value.messages[0]
    assert list(getattr(owner, field).all()) == [named]
    assert type(owner).history.count() == kept
    named.refresh_from_db()
    record_save(instance=owner, user=planner, reason="ย้าย", links={field: []})
    record_delete(instance=named, user=planner)
    assert not type(named).objects.filter(pk=named.pk).exists()


def test_a_named_row_taken_out_of_its_parent_s_form_stays_and_says_why(linked, planner, plan):
    client = signed_in(planner)
    strategy, goal = linked["Strategy.goals"]
    record_save(instance=strategy, user=None, links={"goals": [goal]})
    path = address(plan, "change")
    page = client.get(path)
    place = [form.instance.pk for form in page.context["inline_admin_formsets"][0].formset].index(
        goal.pk
    )
    typed = {f"statements-{place}-DELETE": "on", "vision": "วิสัยทัศน์ที่พิมพ์ไว้"}
    answer = client.post(path, filled(page, **typed, change_reason="why"))
    assert answer.status_code == 200
    assert str(strategy) in answer.content.decode()
    assert "วิสัยทัศน์ที่พิมพ์ไว้" in answer.content.decode()
    assert PlanStatement.objects.filter(pk=goal.pk).exists()
    record_save(instance=Strategy.objects.get(pk=strategy.pk), user=None, links={"goals": []})
    page = client.get(path)
    assert client.post(path, filled(page, **typed)).status_code == 302
    assert not PlanStatement.objects.filter(pk=goal.pk).exists()


def test_the_person_does_not_stick_to_later_changes(plan, planner):
    row = ReportingYear(agency=Agency.objects.get(slug="nhrc"), fiscal_year=2569)
    record_save(instance=row, user=planner, reason="why")
    record_delete(instance=row, user=planner, reason="why")
    record_save(instance=Agency.objects.get(slug="nhrc"), user=None)
    last = Agency.history.first()
    assert (last.history_user_id, last.history_user_name, last.history_change_reason) == (
        None,
        "",
        "",
    )


# ------------------------------------------------------------------------------------ the account


def test_history_outlives_the_account(plan, person):
    user = person("leaver", roles.PLANNER, first_name="สมชาย", last_name="ลาออก")
    result = enter(indicator_of(plan, "S3-1.1"), 2569, 6, "50", user=user, reason="why")
    pk = user.pk
    user.delete()
    row = result.history.get()
    assert (row.history_user_id, row.history_user_name) == (pk, "สมชาย ลาออก")
    assert history_of(Result, id=result.pk)[0].who == "สมชาย ลาออก"


def test_deleting_an_account_names_who_did_it(plan, person):
    """The memberships that go along with an account."""
    administrator = person("boss", roles.ADMINISTRATOR)
    leaver = person("leaver", roles.REPORTER, OWN)
    pk = leaver.memberships.get().pk
    path = f"/admin/auth/user/{leaver.pk}/delete/"
    client = signed_in(administrator)
    assert client.post(path, filled(client.get(path))).status_code == 302
    assert not get_user_model().objects.filter(pk=leaver.pk).exists()
    last = Membership.history.filter(id=pk).first()
    assert (last.history_type, last.history_user_name) == ("-", "boss")


# -------------------------------------------------------------------------------------- samples


def test_the_history_of_cleared_samples_stays_marked(plan):
    samples_of(plan, TODAY)
    count = entered().filter(is_sample=True).count()
    assert count
    call_command("clear_sample")
    assert not entered().exists()
    rows = Result.history.exclude(indicator__strategy__plan__slug=SCORECARD)
    assert {row.is_sample for row in rows} == {True}
    assert [row.history_type for row in rows].count("-") == count
    shown = entries(Result, rows[:50])
    assert all(entry.sample for entry in shown)
    assert "" not in {row.history_change_reason for row in rows}


# ------------------------------------------------------------------------------------- the page


def test_the_history_page_shows_who_when_what_and_why(plan, planner, reporter, today):
    today(TODAY)
    indicator = indicator_of(plan, "S3-1.1", OWN)
    result = enter(indicator, 2569, 6, "50", user=reporter)
    enter(indicator, 2569, 6, "61", user=planner, expected_version=1, reason="<b>typing</b> error")
    page = signed_in(reporter).get(address(result, "history"))
    text = page.content.decode()
    for shown in ("reporter", "planner", "50", "61", "&lt;b&gt;typing&lt;/b&gt; error"):
        assert shown in text
    assert "<b>typing" not in text


@pytest.mark.parametrize("count", [2, 12])
def test_reading_a_history_takes_a_fixed_number_of_queries(
    plan, planner, django_assert_max_num_queries, count
):
    indicator = indicator_of(plan, "S3-1.1", OWN)
    for version in range(count):
        enter(indicator, 2569, 6, f"{version}", user=planner, expected_version=version or None)
    with django_assert_max_num_queries(4):
        shown = history_of(Result, indicator_id=indicator.pk)
    assert len(shown) == count


def kept_elsewhere() -> set[str]:
    """The tables of our apps that are part of a record: they hold its facts, and no version."""
    ours = {model._meta.app_label for model in audit.recorded_models()}
    found = set()
    for model in django_apps.get_models(include_auto_created=True):
        if model._meta.app_label not in ours or issubclass(model, audit.Record | closed.InsertOnly):
            continue
        if model.__name__.startswith("Historical") or model is Use:
            continue  # Use counts requests of the API, and holds no fact
        found.add(model._meta.db_table)
    return found


def test_every_fact_in_a_table_of_its_own_can_be_read_as_of_an_earlier_day():
    """What a record keeps elsewhere is told by its details, place by place (strategy/known)."""
    assert kept_elsewhere() == tables._parts().keys()
    for part in tables._parts().values():
        told = {part.owner_column, *part.columns}
        assert {field.column for field in part.model._meta.concrete_fields} == {"id", *told}
