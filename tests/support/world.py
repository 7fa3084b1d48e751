"""A row behind every address of the site, of a unit of one's own and of another."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.utils import timezone

from budgets.models import CarriedPayment, Disbursement
from integrity.models import QuarterProgress, Rubric, SelfAssessment
from kpis.models import Result, YearTarget
from nhrc_plan.drafts.sheets import plan_lines, plan_workbook
from nhrc_plan.drafts.write import plan_import_keep
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.parts import Wanted
from nhrc_plan.exchange.sheets import entry_workbook
from nhrc_plan.exchange.write import import_sent
from nhrc_plan.meetings.models import Meeting
from nhrc_plan.meetings.resolutions.models import Resolution
from nhrc_plan.meetings.write import meeting_freeze
from nhrc_plan.reminders.choice import off_address
from nhrc_plan.reminders.write import feed_renew
from nhrc_plan.tables.kinds.results import Results
from nhrc_plan.tables.write import table_keep
from strategy import access as roles
from strategy.access import viewer
from strategy.calendar import FiscalMonth
from strategy.comments.write import question_ask
from strategy.models import Agency, EvidenceFile, MonthLock, Unit, Unlocking
from strategy.records.write import record_save
from tests.support.addresses import Place, every_place
from tests.support.assessing import begun
from tests.support.crawling import example, one_of_each
from tests.support.files import PDF
from tests.support.owning import account, answers
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    carry,
    enter,
    indicator_of,
    led_by,
    measure_of,
    progress,
    spend,
)


def _drafts_of(
    store: Path, plan: Any, maker: Any, sender: Any, unit: str, code: str, number: str
) -> dict[Any, Any]:
    """A row of a unit for each kind of figure, a draft where there are drafts."""
    indicator = indicator_of(plan, code, unit)
    result = enter(indicator, 2569, 6, "50", state="draft")
    file = EvidenceFile.objects.create(
        key=code.lower(), name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64,
        uploaded_by_id=1, uploaded_by_name="x", uploaded_at=timezone.now(),
        figure_type="kpis.Result", figure_id=result.pk,
    )  # fmt: skip
    (store / file.key).write_bytes(PDF)
    project, measure = led_by(unit), measure_of(2566, number, unit)
    resolution = Resolution(
        meeting=Meeting.objects.filter(plan=plan).earliest("pk"),
        number=code,
        text="ให้เร่งรัด",
        unit=Unit.objects.get(name=unit),
        first_due_on=TODAY,
    )
    record_save(instance=resolution, user=None)
    spend(project, 2568, 12, 0, 400_000, reason="ตัวอย่าง")
    return {
        "import_id": _import_of(plan, unit, sender if unit == OWN else maker).pk,
        "comment_id": question_ask(user=maker, figure=result, text="ถาม").pk,
        Result: result,
        Disbursement: spend(project, 2569, 6, "50", reason="ตัวอย่าง"),
        CarriedPayment: carry(project, "50"),
        QuarterProgress: progress(measure, 3),
        ("admin:integrity_quarterprogress_outcome", "pk"): measure.pk,
        Resolution: resolution,
        "resolution_id": resolution.pk,
        "unit_id": Unit.objects.get(name=unit).pk,
        "code": indicator.code,
        "place": f"{project.strategy.number}-{project.number}",
        "key": file.pk,
    }


def _import_of(plan: Any, unit: str, sender: Any) -> Import:
    """A workbook that somebody sent."""
    own = Unit.objects.get(name=unit)
    wanted = Wanted(plan, own, FiscalMonth(2569, 12), viewer(sender), TODAY, ((own.pk, own.name),))
    row = Import(plan=plan, unit=own, fiscal_year=2569, month=12)
    content = entry_workbook(wanted)
    return import_sent(user=sender, row=row, name="a.xlsx", content=content, today=TODAY)


def _table_of(plan: Any, maker: Any) -> Import:
    """A table whose columns are still to be matched, of a planner who asks where there is one."""
    planners = get_user_model().objects.filter(groups__name=roles.PLANNER)
    sender = planners.exclude(pk=maker.pk).order_by("pk").first() or maker
    content = "ตัวชี้วัด,ผล\nก,1".encode()
    return table_keep(user=sender, plan=plan, kind=Results(), name="a.csv", content=content)


def places_of(plan: Any, maker: Any, sender: Any, store: Path) -> list[Place]:
    """Every address with what stands behind it; ``maker`` made it, ``sender`` sent the workbook of
    the own unit. The day of the test has to be TODAY; ``store`` is where evidence lies."""
    store.mkdir()
    one_of_each(plan, maker)
    for thing in (led_by(OWN), measure_of(2566, "2.2")):
        answers(thing, maker)
    lock = MonthLock(agency=plan.agency, fiscal_year=2569, month=2)
    record_save(instance=lock, user=maker)
    record_save(instance=Unlocking(lock=lock, reason="แก้ตัวเลข"), user=maker)
    record_save(instance=Unit(agency=plan.agency, name="หน่วยที่เพิ่งตั้ง"), user=maker)
    stands = {model: example(model) for model in admin.site._registry}
    stands[YearTarget] = YearTarget.objects.filter(kind="numeric").latest("pk")
    meeting = Meeting(plan=plan, number="1", held_on=TODAY, fiscal_year=2567, month=1)
    record_save(instance=meeting, user=maker)
    meeting_freeze(user=maker, meeting=meeting, expected_version=1, reason="ทดสอบ")
    shared = {
        **stands,
        Meeting: meeting,
        "slug": plan.slug,
        "plan": plan.slug,
        "agency": plan.agency.slug,
        "chapter": "reporter",
        "passkey_id": 1,
        ("table_match", "import_id"): _table_of(plan, maker).pk,
        "figure": "mean",
        "of": "plan",
        ("agency_figure", "figure"): "ita",
        ("agency_figure", "of"): "2564",
        "kind": "results",
        "ending": "csv",
        "sent_id": plan_import_keep(
            user=maker, slug=plan.slug, name="a.xlsx", content=plan_workbook(plan_lines(plan))
        ).pk,
        "token": off_address(maker.pk).split("/")[-2],
        "number": 1,
        "year": 2566,
        "meeting_id": meeting.pk,
        "rubric_id": stands[Rubric].pk,
        "app_label": "kpis",
        "content_type_id": 1,
        "secret": feed_renew(user=maker),
        "account": account(maker).pk,
        "pk": 0,
        "object_id": 0,
    }
    elsewhere = Agency(name="หน่วยงานอื่น", slug="elsewhere")
    record_save(instance=elsewhere, user=None)
    assessed = {"own": begun(agency=plan.agency), "other": begun("อื่น", agency=elsewhere)}
    units = {"own": (OWN, "S3-1.1", "2.2"), "other": (OTHER, "S1-2.1", "4.1")}
    return every_place(
        {
            row: {
                **shared,
                ("ita", "year"): 2564,
                ("ita_data", "year"): 2564,
                ("ita_workbook", "year"): 2564,
                **_drafts_of(store, plan, maker, sender, *given),
                SelfAssessment: assessed[row],
                "assessment_id": assessed[row].pk,
            }
            for row, given in units.items()
        }
    )
