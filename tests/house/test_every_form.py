"""Every form that there is: what the second of two editors is told (docs/trust.md, promise 2).

The forms are found in the pages of every address of the resolver, and in what they lead to. Each
is filled in as somebody would; what it writes says which rows it has to carry the version of. One
that cannot be filled in fails, for nobody knows what it does.
"""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import resolve, reverse
from openpyxl import load_workbook

from budgets.models import CarriedPayment, Disbursement
from integrity.models import QuarterProgress
from kpis.models import Result
from nhrc_plan.drafts.models import PlanImport
from nhrc_plan.exchange.models import Import
from nhrc_plan.meetings.models import Meeting
from nhrc_plan.meetings.resolutions import write as steps
from nhrc_plan.meetings.resolutions.models import Resolution
from nhrc_plan.reminders.write import feed_renew
from strategy import access as roles
from strategy.approval.model import State
from strategy.models import Holiday, Unit
from strategy.records.forms import RecordForm
from strategy.workbook import apart, upload
from tests.support.addresses import Place, table, told
from tests.support.posting import Form
from tests.support.two_editors import Pair, TwoEditors
from tests.support.world import places_of
from tests.support.writing import OWN, TODAY, address, indicator_of, signed_in

pytestmark = pytest.mark.django_db

#: Forms with nothing older to overwrite, by the end of the name of what they are sent to.
NOTHING_OLDER = {
    "_export": "reads",
    "logout": "ends the session of whoever sends it",
    "login": "opens a session of whoever sends it",
    "password": "one's own, by whoever knows the one there was",
    "password_change": "one's own, by whoever knows the one there was",
    "accessattempt_changelist": "counts of wrong passwords, which nobody types",
    "comment_ask": "a new question",
    "comment_act": "a new answer; what settles or withdraws one carries its version",
    "_begin": "a new year; a second one of the same is refused by its key",
    "rubric_copy": "a new edition",
    "holiday_suggest": "new days; one that is there already is no longer offered",
    "assessment_upload": "looks only; confirming carries what was compared",
    "entry": "keeps the workbook; confirming carries what was compared",
    "drafts": "keeps the workbook; confirming carries what was compared",
    "table_match": "one's own table, whose preview carries what was compared",
    "tables": "keeps the table; confirming carries what was compared",
    "my_reminders_choose": "one's own choice, made for the first time",
    "language": "one's own choice, of which the last press counts",
}
#: What takes a POST as it takes a GET: there is nothing on the page to send.
NOTHING_TO_SEND = (
    "_changelist", "index", "app_list", "_history", "jsi18n", "_handovers", "_judge", "_month",
    "login_code", "codes",
    # A mailbox sends there; of a plan with figures there is no step (tests/drafts plays them).
    "reminders_off", "draft_activate",
    # Changed on the screen of their month or quarter, to which these lead.
    "carriedpayment_change", "disbursement_change", "quarterprogress_change",
)  # fmt: skip
#: Addresses that hold no page.
NO_PAGES = (
    "_data", "_workbook", "_book", "_export", "_history", "_pack", "_file", "_csv", "_xlsx",
    "jsi18n",
)  # fmt: skip
#: What somebody writes for themselves, or took the step before of: with the press, where it
#: depends on that.
ONES_OWN = {
    ("my_calendar_new", ""),
    ("my_reminders_choose", ""),
    ("comment_act", "withdraw"),
    ("admin:integrity_itaassessment_confirm", ""),
}
WRITERS = (roles.PLANNER, roles.ADMINISTRATOR, roles.REPORTER, roles.APPROVER)
WORDS = "ปรับตามมติที่ประชุม"
LETTER = {"kind": "letter", "number": "สม 9/2569", "dated": "1/10/2569"}


def one_cell_changed(client: Client, address: str) -> SimpleUploadedFile:
    """A workbook as it is fetched, with another number in one of the cells that are open."""
    book = load_workbook(io.BytesIO(client.get(address).content))
    open_ones = [
        cell for sheet in book for line in sheet for cell in line if not cell.protection.locked
    ]
    numbers = [cell for cell in open_ones if isinstance(cell.value, int | float)]
    cell = (numbers or [cell for cell in open_ones if cell.value is None])[0]
    cell.value = (cell.value or 2) - 1
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("กรอก.xlsx", stream.getvalue())


def scores(form: Form, client: Client) -> dict[str, Any]:
    kept = resolve(urlsplit(form.action).path).kwargs
    book = reverse(form.target.replace("_upload", "_workbook"), kwargs=kept)
    return {"workbook": one_cell_changed(client, book)}


def month(form: Form, client: Client) -> dict[str, Any]:
    to = urlsplit(form.action)
    book = reverse(f"{form.target}_book", kwargs=resolve(to.path).kwargs)
    return {"workbook": one_cell_changed(client, f"{book}?{to.query}"), "how": "draft"}


def ticks(form: Form, client: Client) -> dict[str, Any]:
    return {"tick": form.controls["tick"].options[:1], "comment": WORDS}


def evidence(form: Form, client: Client) -> dict[str, Any]:
    return {f"evidence-0-{name}": text for name, text in LETTER.items()}


def successor(form: Form, client: Client) -> dict[str, Any]:
    return {"successor": next(filter(None, form.controls["successor"].options))}


def locked_out(form: Form, client: Client) -> dict[str, Any]:
    ticked = form.controls.get("_selected_action")
    return {"action": "unlock", "_selected_action": ticked.options[:1]} if ticked else {}


def scorecard(form: Form, client: Client) -> dict[str, Any]:
    """The next plan of the smaller of the two."""
    begun = client.get(reverse("draft_begin"), {"plan": "rlpd-hr-2563", "first_year": "2571"})
    return {"workbook": SimpleUploadedFile("แผน.xlsx", begun.getvalue())}


def table_of_results(form: Form, client: Client) -> dict[str, Any]:
    content = "รหัส,ปีงบประมาณ,เดือน,ผล\nS3-1.1,2569,6,51".encode()
    return {"kind": "results", "table": SimpleUploadedFile("ผล.csv", content)}


FILL = {
    "drafts": scorecard,
    "tables": table_of_results,
    "assessment_upload": scores,
    "entry": month,
    "_waiting": ticks,
    "_evidence": evidence,
    "auth_user_handover": successor,
    "accessattempt_changelist": locked_out,
    "resolution_postponed": lambda form, client: {"due_on": "1/12/2569"},
}


@pytest.fixture
def places(plan: Any, person: Any, today: Any, evidence_store: Any) -> list[Place]:
    """Every address; and of those that ask first, or say that it is done, one that does not."""
    today(TODAY)
    sender = person("sender", roles.REPORTER, OWN)
    found = places_of(plan, person("maker", roles.PLANNER), sender, evidence_store)
    named = {(each.name, each.row): each.address for each in found}
    month = f"{named['unit_entry', 'own']}?year=2569&month=6"
    add = named["admin:kpis_result_add", ""]
    indicator = indicator_of(plan, "S3-1.1").pk
    meeting = Meeting.objects.earliest("pk")
    approved = Result.objects.filter(state=State.APPROVED).earliest("pk")
    handed_in = Result.objects.filter(state=State.SUBMITTED).latest("pk")
    for model in (CarriedPayment, Disbursement, QuarterProgress):
        # One of each is approved, so that a planner may open it again.
        pk = resolve(
            named[f"admin:{model._meta.label_lower.replace('.', '_')}_change", "other"]
        ).kwargs
        model.objects.filter(pk=pk["object_id"]).update(**{model.state_name: State.APPROVED})
    return [
        Place("unit_entry", "own", month),
        Place("admin:kpis_result_add", "", f"{add}?indicator={indicator}&year=2569&month=3"),
        Place("admin:board_meeting_freeze", "", address(meeting, "freeze")),
        *found,
        Place("admin:kpis_result_change", "own", address(handed_in, "change")),
        Place("admin:kpis_result_change", "own", address(approved, "change")),
    ]


@pytest.fixture
def pairs(person: Any) -> dict[str, Pair]:
    """Two of each role that writes."""
    made = {}
    for role in WRITERS:
        units = [OWN] if role in (roles.REPORTER, roles.APPROVER) else []
        people = [
            person(f"{place}-{role}", role, *units, first_name=name)
            for place, name in enumerate(("คนแรก", "คนที่สอง"))
        ]
        made[role] = Pair(*map(signed_in, people), people[0].get_full_name())
    return made


@pytest.fixture
def walk(pairs: dict[str, Pair], monkeypatch: pytest.MonkeyPatch) -> TwoEditors:
    # The reader without its process, which tests/integrity/test_ita_upload.py starts.
    monkeypatch.setattr(upload, "_apart", apart.answered)
    people = get_user_model().objects

    def answer() -> None:
        for row in Resolution.objects.filter(state=Resolution.State.OPEN):
            steps.resolution_answer(
                user=people.get(username="maker"),
                resolution=row,
                text=WORDS,
                expected_version=row.version,
            )

    def fetch() -> None:
        own = people.get(username=f"0-{roles.PLANNER}")
        for unit in (None, *Unit.objects.all()):
            feed_renew(user=own, unit=unit)

    return TwoEditors(
        NOTHING_OLDER,
        FILL,
        ready={
            "resolution_closing": answer,
            "resolution_asked_again": answer,
            "my_calendar": fetch,
            "unit_calendar": fetch,
        },
        own=ONES_OWN,
        beside=[Import, PlanImport],
    )


def looked_at(places: list[Place], role: str) -> list[Place]:
    """Where somebody of a role is let in, and a planner, who looks at all of it, is answered
    otherwise."""
    known = {(name, row): get for name, row, get, _post in map(told, table())}

    def differs(place: Place) -> bool:
        get = known[place.name, place.row]
        return get[role] in "y>" and (role == roles.PLANNER or get[role] != get[roles.PLANNER])

    return [each for each in places if differs(each) and not each.name.endswith(NO_PAGES)]


@pytest.mark.same
def test_of_every_form_the_second_of_two_is_told_and_decides(places, pairs, walk):
    for role, pair in pairs.items():
        walk.walk(pair, looked_at(places, role))
    assert walk.wrong == []
    # Whatever takes a POST of somebody was found on a page and tried, or is named.
    taken = {
        name
        for name, _row, _get, post in map(told, table())
        if any(post[role] in "y>x" for role in WRITERS)
    }
    known = (*NOTHING_OLDER, *NOTHING_TO_SEND)
    left = taken - walk.tried - walk.kept
    assert "\n".join(sorted(name for name in left if not name.endswith(known))) == ""


class Blind(RecordForm):
    """A form of a record that has lost its version on the way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["expected_version"]

    def check_version(self, read: int | None) -> bool:
        return False


@pytest.mark.same
def test_control_a_form_without_its_version_is_caught(places, pairs, walk, monkeypatch):
    registered = admin.site._registry[Holiday]
    monkeypatch.setattr(registered, "form", Blind)
    hidden = lambda *args: [(None, {"fields": ["agency", "day", "name", "change_reason"]})]  # noqa: E731
    monkeypatch.setattr(registered, "get_fieldsets", hidden)
    walk.walk(
        pairs[roles.PLANNER], [each for each in places if each.name.endswith("holiday_change")]
    )
    assert [each for each in walk.wrong if "the second replaced" in each]
    assert [each for each in walk.wrong if "missing or" in each]


@pytest.mark.same
def test_control_a_form_that_nobody_can_fill_in_is_caught(places, pairs, walk, monkeypatch):
    registered = admin.site._registry[Holiday]

    class Stubborn(RecordForm):
        def clean(self) -> dict[str, Any]:
            raise ValidationError("no")

    monkeypatch.setattr(registered, "form", Stubborn)
    walk.walk(
        pairs[roles.PLANNER], [each for each in places if each.name.endswith("holiday_change")]
    )
    assert [each for each in walk.wrong if "nobody knows how to fill in" in each]


@pytest.mark.same
def test_control_what_goes_along_unseen_is_caught(places, pairs, walk, monkeypatch):
    """A parent that is deleted with a row that somebody has just changed."""
    monkeypatch.setattr("strategy.records.write.claim_along", lambda instance, shown: None)
    walk.walk(
        pairs[roles.PLANNER],
        [each for each in places if each.name.endswith("itameasure_delete")],
    )
    assert [each for each in walk.wrong if "MeasureFigure" in each]
