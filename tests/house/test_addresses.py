"""Every address × every role × every method, by one table (docs/trust.md).

``addresses.txt`` holds a line for each address, generated from the resolver: for GET and for POST
a letter for each person of PEOPLE, in their order: "y" it answers, ">" it leads elsewhere (to the
sign-in, or to where it is done), "-" refused (403), "?" not there (404), "m" not this way (405),
"x" refused as it was sent (400), "s" sign in first (401). "own" is a row of the unit of reporter
and approver, "other" one of another unit, a draft where there are drafts. POST sends nothing: what
is needed is missing, so "y" and ">" say that somebody may, and nothing is changed by it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from budgets.models import CarriedPayment, Disbursement
from integrity.models import QuarterProgress, Rubric, SelfAssessment
from kpis.models import Result
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
from strategy.access import Viewer, viewer
from strategy.calendar import FiscalMonth
from strategy.comments.write import question_ask
from strategy.models import Agency, EvidenceFile, Unit
from strategy.records.write import record_save
from tests.support.addresses import LETTERS, Place, every_place, status, without_drawing
from tests.support.assessing import begun
from tests.support.crawling import example, one_of_each
from tests.support.files import PDF
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    carry,
    differences,
    enter,
    facts,
    indicator_of,
    led_by,
    measure_of,
    progress,
    signed_in,
    spend,
)

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("addresses.txt")
#: The columns: whoever has not signed in, the same where pages are public, somebody without a
#: role; then the roles, the reporter and the approver being of the unit OWN.
PEOPLE = (
    "nobody", "public", "roleless",
    roles.EXECUTIVE, roles.AUDITOR, roles.ADMINISTRATOR,
    roles.REPORTER, roles.APPROVER, roles.PLANNER,
)  # fmt: skip
METHODS = ("GET", "POST")


def drafts_of(store: Path, plan: Any, unit: str, code: str, number: str) -> dict[Any, Any]:
    """A row of a unit for each kind of figure, a draft where there are drafts."""
    indicator = indicator_of(plan, code, unit)
    result = enter(indicator, 2569, 6, "50", state="draft")
    file = EvidenceFile.objects.create(
        key=code.lower(), name="a.pdf", content_type="application/pdf", size=1, sha256="0" * 64,
        uploaded_by_id=1, uploaded_by_name="x", uploaded_at=timezone.now(),
        figure_type="kpis.Result", figure_id=result.pk,
    )  # fmt: skip
    (store / file.key).write_bytes(PDF)
    maker = get_user_model().objects.get(username="maker")
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
        "import_id": import_of(plan, unit).pk,
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


def import_of(plan: Any, unit: str) -> Import:
    """A workbook that the reporter sent; of another unit somebody else did."""
    own = Unit.objects.get(name=unit)
    name = f"the-{roles.REPORTER}" if unit == OWN else "maker"
    sender = get_user_model().objects.get(username=name)
    wanted = Wanted(plan, own, FiscalMonth(2569, 12), viewer(sender), TODAY, ((own.pk, own.name),))
    row = Import(plan=plan, unit=own, fiscal_year=2569, month=12)
    content = entry_workbook(wanted)
    return import_sent(user=sender, row=row, name="a.xlsx", content=content, today=TODAY)


def table_of(plan: Any) -> Import:
    """A table that the planner sent, whose columns are still to be matched."""
    sender = get_user_model().objects.get(username=f"the-{roles.PLANNER}")
    content = "ตัวชี้วัด,ผล\nก,1".encode()
    return table_keep(user=sender, plan=plan, kind=Results(), name="a.csv", content=content)


@pytest.fixture
def places(plan: Any, person: Any, today: Any, evidence_store: Path, clients: Any) -> list[Place]:
    today(TODAY)
    evidence_store.mkdir()
    user = person("maker", roles.PLANNER)
    one_of_each(plan, user)
    stands = {model: example(model) for model in admin.site._registry}
    meeting = Meeting(plan=plan, number="1", held_on=TODAY, fiscal_year=2567, month=1)
    record_save(instance=meeting, user=user)
    meeting_freeze(user=user, meeting=meeting, expected_version=1, reason="ทดสอบ")
    shared = {
        **stands,
        Meeting: meeting,
        "slug": plan.slug,
        "chapter": "reporter",
        "number": 1,
        "year": 2566,
        "meeting_id": meeting.pk,
        "rubric_id": stands[Rubric].pk,
        "app_label": "kpis",
        "content_type_id": 1,
        ("table_match", "import_id"): table_of(plan).pk,
        "kind": "results",
        "ending": "csv",
        "secret": feed_renew(user=user),
        "account": user.pk,
        "passkey_id": 1,
        "token": off_address(user.pk).split("/")[-2],
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
                **drafts_of(evidence_store, plan, *given),
                SelfAssessment: assessed[row],
                "assessment_id": assessed[row].pk,
            }
            for row, given in units.items()
        }
    )


@pytest.fixture
def clients(person: Any) -> dict[str, Client]:
    made = {"nobody": Client(), "public": Client(), "roleless": signed_in(person("roleless"))}
    for role in PEOPLE[3:]:
        units = [OWN] if role in (roles.REPORTER, roles.APPROVER) else []
        made[role] = signed_in(person(f"the-{role}", role, *units))
    return made


def answered(places: list[Place], clients: dict[str, Client], settings: Any) -> list[str]:
    """The lines of the table for some addresses, as they are now."""
    told: dict[tuple[Place, str], str] = {}
    for name in PEOPLE:
        settings.PUBLIC_READING = name == "public"
        for place in places:
            for method in METHODS:
                code = status(clients[name], method, place.address)
                letters = told.get((place, method), "")
                told[place, method] = letters + LETTERS.get(code, f"!{code}!")
    return [
        f"{place.name:<42} {place.row:<5} {'  '.join(told[place, method] for method in METHODS)}"
        for place in places
    ]


@pytest.mark.looks
def test_everybody_is_answered_as_the_table_says(places, clients, settings):
    """A line that is missing, one too many, or one that says otherwise: each is told."""
    with without_drawing():
        now = answered(places, clients, settings)
    known = [line for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    wrong = [f"now:   {line}" for line in now if line not in known]
    wrong += [f"table: {line}" for line in known if line not in now]
    assert not wrong, "\n".join(sorted(wrong, key=lambda line: line[7:]))


def test_what_is_neither_read_nor_sent_changes_nothing(places, clients):
    """PUT and DELETE by those who may most: no way of ours knows them."""
    before = facts()
    with without_drawing():
        for place in places:
            for method in ("PUT", "DELETE"):
                assert clients[roles.PLANNER].generic(method, place.address).status_code < 500
    assert differences(before, facts()) == {}


def test_an_address_that_nobody_listed_would_be_told(places, clients, settings, monkeypatch):
    """Negative control: a new address, and a guard that lets everybody in."""
    some = [place for place in places if place.name == "admin:kpis_result_change"]
    assert [place.row for place in some] == ["other", "own"]
    known = TABLE.read_text()
    assert answered([Place("new", "", "/plans/")], clients, settings)[0] not in known
    (line,) = answered(some[:1], clients, settings)
    assert line in known
    monkeypatch.setattr(Viewer, "may_report", lambda self, unit: True)
    monkeypatch.setattr(Viewer, "may_read_drafts", lambda self, unit: True)
    assert answered(some[:1], clients, settings) != [line]
