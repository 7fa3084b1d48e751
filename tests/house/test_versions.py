"""Nobody's edit silently replaces another's (docs/trust.md, promise 2).

Every way of editing is an :class:`Editing`: a page is opened, something is typed, and the save
either stands or shows what somebody else did meanwhile. Here two of them take turns in every
order; that each form there is carries its version is held by test_every_form.py.
"""

import io
import random
import re
from dataclasses import dataclass
from itertools import count
from typing import Any, NamedTuple

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from openpyxl import load_workbook

from budgets.admin.forms import RowForm
from budgets.models import Disbursement, Project
from kpis.admin.month_forms import ResultRowForm
from kpis.models import Indicator, YearTarget
from kpis.write.results import value_field
from strategy.models import Agency, Plan, PlanStatement, ReportingYear, Unit
from strategy.records import write as services
from strategy.records.forms import RecordForm
from strategy.records.write import StaleVersion, record_delete, record_save
from strategy.thai import format_number
from strategy.workbook import apart, upload
from tests.support.racing import blind_claim, rounds
from tests.support.sweep import size
from tests.support.tables import decisions
from tests.support.writing import (
    OWN,
    TODAY,
    address,
    differences,
    enter,
    entered,
    facts,
    figures,
    filled,
    form_errors,
    indicator_of,
    led_by,
    signed_in,
    spend,
)

pytestmark = pytest.mark.django_db


@dataclass
class Editing:
    """One way of editing one fact, by two people (0 and 1)."""

    row: Any
    field: str
    stored: Any  # gives the fact as it stands in the database
    type: Any  # gives a new text for number n
    shown: Any = staticmethod(lambda text: text)  # how that text stands in the database
    clients: Any = None

    @property
    def path(self):
        return address(self.row, "change")

    def open(self, editor, text):
        """The page as it is now; ``text``: what is going to be typed, if that has to be known."""
        return self.clients[editor].get(self.path)

    def text(self, page, text):
        """What is typed into a page, as it comes: ``text``."""
        return text

    def save(self, editor, page, text):
        """Gives the page that follows, and whether the save stands."""
        data = filled(page, **{self.field: text, "change_reason": "because"})
        answer = self.clients[editor].post(self.path, data)
        assert answer.status_code in (200, 302)
        return answer, answer.status_code == 302

    def told(self, page):
        return " ".join(text for texts in form_errors(page).values() for text in texts)

    def typed(self, page):
        return filled(page)[self.field]

    def words(self, stored):
        """How the page tells what stands in the database."""
        return stored


class Lead(Editing):
    """The first lead unit of a project, which has no history of its own."""

    def words(self, stored):
        return Unit.objects.get(pk=stored).name


class Sheet(Editing):
    """A project's figures on the screen of its unit's month, which no form of the admin holds."""

    @property
    def path(self):
        return self.clients[0].get(address(self.row, "change")).url.partition("#")[0]

    def filled(self, page, **typed):
        fields = [field for form in page.context["form"].forms for field in form]
        return {field.html_name: field.value() or "" for field in fields} | typed

    def save(self, editor, page, text):
        data = self.filled(page, **{self.field: text, "change_reason": "because"})
        answer = self.clients[editor].post(self.path, data)
        assert answer.status_code in (200, 302)
        return answer, answer.status_code == 302

    def told(self, page):
        forms = page.context["form"].forms
        return " ".join(text for form in forms for text in form.non_field_errors())

    def typed(self, page):
        return self.filled(page)[self.field]


class Month(Sheet):
    """A result on the screen of its unit's month."""

    @property
    def path(self):
        row = self.row
        query = f"unit={row.indicator.unit_id}&year={row.fiscal_year}&month={row.month}"
        return f"{reverse('admin:kpis_result_month')}?{query}"


class Preview(NamedTuple):
    """A workbook that was sent and not yet taken over. ``shown``: the answer that shows it."""

    shown: Any
    typed: str
    address: str


class Workbook(Editing):
    """A result in a workbook: fetched, filled in and sent at once, taken over later."""

    def open(self, editor, text):
        client = self.clients[editor]
        place = {"slug": "nhrc-2566-2570", "unit_id": self.row.indicator.unit_id}
        at = f"?year={self.row.fiscal_year}&month={self.row.month}"
        book = load_workbook(
            io.BytesIO(client.get(reverse("unit_entry_book", kwargs=place) + at).content)
        )
        cell = next(
            cell
            for line in book["ผลตัวชี้วัด"]
            for cell in line
            if isinstance(cell.value, int | float) and not cell.protection.locked
        )
        cell.value = text
        stream = io.BytesIO()
        book.save(stream)
        sent = {"workbook": SimpleUploadedFile("a.xlsx", stream.getvalue()), "how": "draft"}
        page = client.post(reverse("unit_entry", kwargs=place) + at, sent, follow=True)
        return Preview(page, text, page.redirect_chain[-1][0])

    def text(self, page, text):
        return page.typed

    def save(self, editor, page, text):
        client, shown = self.clients[editor], page.shown
        mine = decisions(shown, "mine")
        if mine:
            shown = client.post(page.address, {**mine, "_look": "1"})
            if decisions(shown, "mine"):
                # Somebody changed it after the decision: it is asked about again.
                return Preview(shown, page.typed, page.address), False
        digest = shown.context["compared"].digest
        data = {**mine, "digest": digest, "_confirm": "1", "change_reason": "because"}
        answer = client.post(page.address, data)
        assert answer.status_code in (200, 302)
        return Preview(answer, page.typed, page.address), answer.status_code == 302

    def told(self, page):
        return page.shown.content.decode()


class ByService(Editing):
    """Without a form: a row is read, changed and saved."""

    def open(self, editor, text):
        return Agency.objects.get(pk=self.row.pk)

    def save(self, editor, page, text):
        page.phone = text
        try:
            record_save(instance=page, user=self.clients[editor], reason="because")
        except StaleVersion:
            return Agency.objects.get(pk=self.row.pk), False
        return page, True

    def told(self, page):
        return page.phone


#: By form, by row below a form, by what belongs to a row, on screens of many, by workbook.
NAMES = ["service", "row", "result", "target", "inline", "lead", "sheet", "month", "workbook"]


@pytest.fixture
def editors(planner, person):
    return [planner, person("second", "planner", first_name="คนที่สอง")]


@pytest.fixture
def editing(request, plan, editors, today, monkeypatch):
    """The way of editing that a test names; any of NAMES."""
    today(TODAY)
    # The reader without its process, which tests/integrity/test_ita_upload.py starts.
    monkeypatch.setattr(upload, "_apart", apart.answered)
    if request.param == "service":
        row = Agency.objects.get(slug="nhrc")
        return ByService(
            row, "", lambda: Agency.objects.get(slug="nhrc").phone, "0 {}".format, clients=editors
        )
    if request.param == "row":
        row = Agency.objects.get(slug="nhrc")
        made = Editing(row, "phone", lambda: Agency.objects.get(slug="nhrc").phone, "0 {}".format)
    elif request.param == "result":
        indicator = indicator_of(plan, "S3-1.1", OWN)
        row = enter(indicator, 2569, 6, "50")
        field = value_field(indicator.measures.get().pk)
        made = Editing(
            row, field, lambda: figures(entered().get())[0], lambda n: f"{n / 100:.2f}",
            lambda text: text.rstrip("0").rstrip("."),
        )  # fmt: skip
    elif request.param == "target":
        row = YearTarget.objects.get(indicator=indicator_of(plan, "S3-1.1"), fiscal_year=2569)
        field = value_field(row.indicator.measures.get().pk)
        made = Editing(
            row, field, lambda: row.audit_details()["values"][0]["value"],
            lambda n: f"{n / 100:.2f}", lambda text: text.rstrip("0").rstrip("."),
        )  # fmt: skip
    elif request.param == "inline":
        row = indicator_of(plan, "S1-1.1")
        measure = row.measures.get(position=2)
        stored = lambda: row.measures.get(pk=measure.pk).label  # noqa: E731
        made = Editing(row, "measures-1-label", stored, "จังหวัด {}".format)
    elif request.param in ("month", "workbook"):
        indicator = indicator_of(plan, "S3-1.1", OWN)
        row = enter(indicator, 2569, 6, "50", state="draft")
        kind = Month if request.param == "month" else Workbook
        made = kind(
            row, f"i{indicator.pk}-{value_field(indicator.measures.get().pk)}",
            lambda: figures(entered().get())[0], lambda n: f"{n / 100:.2f}",
            lambda text: text.rstrip("0").rstrip("."),
        )  # fmt: skip
    elif request.param == "sheet":
        row = spend(led_by(OWN), 2569, 6, "1")
        stored = lambda: format_number(Disbursement.objects.get().disbursed)  # noqa: E731
        made = Sheet(
            row, f"p{row.project_id}-disbursed", stored, lambda n: f"{n / 100:.2f}",
            lambda text: text.rstrip("0").rstrip("."),
        )  # fmt: skip
    else:
        row = Project.objects.filter(leads__position=1).first()
        units = list(Unit.objects.order_by("pk").values_list("pk", flat=True))
        stored = lambda: str(row.leads.get(position=1).unit_id)  # noqa: E731
        made = Lead(row, "leads-0-unit", stored, lambda n: str(units[n % len(units)]))
    made.clients = [signed_in(user) for user in editors]
    return made


def ways(*names):
    return pytest.mark.parametrize("editing", names, indirect=True)


# ------------------------------------------------------------------------------- one after other


def test_several_changes_are_told_one_by_one(plan, editors):
    agency = Agency.objects.get(slug="nhrc")
    client = signed_in(editors[1])
    page = client.get(address(agency, "change"))
    for text in ("1", "2"):
        agency.phone = f"02-111-{text}"
        record_save(instance=agency, user=editors[0])
    answer = client.post(address(agency, "change"), filled(page, address="typed"))
    lines = form_errors(answer)["__all__"]
    assert len(lines) == 3
    assert "02-111-2" in lines[1] and "02-111-1" in lines[1]
    assert "02-111-1" in lines[2] and "02-111-2" not in lines[2]


def test_another_row_of_the_same_page_is_not_put_back(plan, editors):
    """The page of the second editor still holds the old text of a row that they did not touch."""
    indicator = indicator_of(plan, "S1-1.1")
    clients = [signed_in(user) for user in editors]
    path = address(indicator, "change")
    pages = [client.get(path) for client in clients]
    clients[0].post(path, filled(pages[0], **{"measures-0-label": "one"}))
    answer = clients[1].post(path, filled(pages[1], **{"measures-1-label": "two"}))
    assert answer.status_code == 200
    assert "one" in " ".join(form_errors(answer)["measures-0-__all__"])
    assert [m.label for m in indicator.measures.order_by("position")] == ["one", "จังหวัด"]


# -------------------------------------------------------------------- between the check and save


@pytest.fixture
def window(monkeypatch):
    """Forms that look too early: they find out only when the database refuses the save."""
    seeing = []
    check, init = RecordForm.check_version, StaleVersion.__init__

    def blind_at_first(form, read):
        return bool(seeing) and check(form, read)

    def refused(error, instance):
        seeing.append(instance)
        init(error, instance)

    monkeypatch.setattr(RecordForm, "check_version", blind_at_first)
    for row_form in (RowForm, ResultRowForm):
        meets = row_form._meet
        monkeypatch.setattr(
            row_form,
            "_meet",
            lambda form, read, meets=meets: meets(form, read) if seeing else None,
        )
    monkeypatch.setattr(StaleVersion, "__init__", refused)


#: A workbook is compared again in the transaction that takes it over.
@ways(*NAMES[1:-1])
def test_a_save_between_check_and_save_is_not_replaced(editing, window):
    texts = [editing.type(n) for n in (1234, 2345)]
    pages = [editing.open(place, text) for place, text in enumerate(texts)]
    editing.save(0, pages[0], texts[0])
    page, stands = editing.save(1, pages[1], texts[1])
    assert editing.stored() == editing.shown(texts[0])
    assert not stands
    assert editing.words(editing.shown(texts[0])) in editing.told(page)


# --------------------------------------------------------------------------------- interleavings


def overwritten(editing, steps, numbers):
    """How many saves of ``steps`` replaced something that their editor had not been shown.

    Each step is (editor, whether they open the page anew before they save).
    """
    pages: dict[int, Any] = {}
    seen: dict[int, str] = {}
    lost = 0
    for editor, opens in steps:
        if opens or editor not in pages:
            pages[editor] = editing.open(editor, editing.type(next(numbers)))
            seen[editor] = editing.stored()
            continue
        before = editing.stored()
        text = editing.text(pages[editor], editing.type(next(numbers)))
        if editing.shown(text) == before:
            continue
        page, stands = editing.save(editor, pages[editor], text)
        if stands:
            assert editing.stored() == editing.shown(text)
            lost += before != seen[editor]
            del pages[editor]
        else:
            assert editing.stored() == before
            assert editing.words(before) in editing.told(page)
            pages[editor], seen[editor] = page, before
    return lost


#: Both open, both save.
CLASH = [(0, True), (1, True), (0, False), (1, False)]
#: How many interleavings are played: two for a round, for there are two who may be first.
PLAYED = 2 * rounds(size(1, 2))


def steps_of(number):
    """The steps of an interleaving, by its number: both open, and then whatever comes."""
    chance = random.Random(number)
    first = number % 2
    more = [(chance.randrange(2), chance.random() < 0.4) for _ in range(chance.randint(2, 6))]
    return [(first, True), (1 - first, True), (first, False), (1 - first, False), *more]


@pytest.fixture
def numbers():
    return count(1001)


@ways(*NAMES)
def test_no_interleaving_of_two_editors_overwrites(editing, numbers):
    lost = {n: overwritten(editing, steps_of(n), numbers) for n in range(PLAYED)}
    assert set(lost.values()) == {0} and len(lost) == PLAYED


@pytest.fixture
def unclaimed(monkeypatch):
    """NEGATIVE CONTROL: the database takes every version."""
    for module in (
        "strategy.records.write",
        "strategy.records.entries",
        "kpis.write.targets",
    ):
        monkeypatch.setattr(f"{module}.claim", blind_claim)
    monkeypatch.setattr("strategy.records.entries.refuse_stale", lambda *read: None)


@ways(*NAMES)
def test_control_without_the_guard_a_save_is_lost(editing, numbers, unclaimed, monkeypatch):
    monkeypatch.setattr(RecordForm, "check_version", lambda form, read: False)
    for row_form in (RowForm, ResultRowForm):
        monkeypatch.setattr(row_form, "_meet", lambda form, read: None)
    assert overwritten(editing, CLASH, numbers) == 1


@ways(*NAMES[:-1])
def test_control_without_claim_a_save_in_between_is_lost(editing, numbers, window, unclaimed):
    assert overwritten(editing, CLASH, numbers) == 1


# --------------------------------------------------------------------------------- the services


def test_a_stale_row_is_refused_and_writes_nothing(plan, editors):
    first, second = Agency.objects.get(slug="nhrc"), Agency.objects.get(slug="nhrc")
    first.phone = "1"
    record_save(instance=first, user=editors[0])
    before = facts()
    second.phone = "2"
    with pytest.raises(StaleVersion) as caught:
        record_save(instance=second, user=editors[1])
    assert caught.value.instance is second
    with pytest.raises(StaleVersion):
        record_save(instance=Agency.objects.get(slug="nhrc"), user=editors[1], expected_version=1)
    with pytest.raises(StaleVersion):
        record_delete(instance=second, user=editors[1])
    assert differences(before, facts()) == {}


def test_of_many_rows_one_stale_refuses_all(plan):
    rows = list(Indicator.objects.order_by("pk"))
    record_save(instance=Indicator.objects.get(pk=rows[-1].pk), user=None)
    before = facts()
    with pytest.raises(StaleVersion), transaction.atomic():
        services.claim(rows, [1] * len(rows))
    assert [row.version for row in rows] == [1] * len(rows)
    assert differences(before, facts()) == {}


# -------------------------------------------------------------------------------------- deletion


def hidden(page):
    """The hidden fields of a confirmation page."""
    pairs = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.content.decode()
    )
    return {name: text for name, text in pairs if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize("kind", ["row", "draft"])
def test_a_row_that_changed_since_it_was_shown_is_not_deleted(plan, editors, today, kind):
    today(TODAY)
    client = signed_in(editors[1])
    if kind == "row":
        row = ReportingYear(agency=Agency.objects.get(slug="nhrc"), fiscal_year=2569)
        record_save(instance=row, user=None)
    else:
        indicator = indicator_of(plan, "S3-1.1")
        row = enter(indicator, 2569, 6, "50", state="draft")
    page = client.get(address(row, "delete"))
    if kind == "row":
        row.deadline_day = 12
        record_save(instance=row, user=editors[0], reason="because")
    else:
        enter(indicator, 2569, 6, "60", state="draft", expected_version=1, user=editors[0])
    client.post(address(row, "delete"), hidden(page))
    assert type(row).objects.filter(pk=row.pk).exists()


def test_an_inline_row_that_changed_since_it_was_shown_is_not_deleted(plan, editors):
    client = signed_in(editors[1])
    path = address(plan, "change")
    page = client.get(path)
    prefix = "statements-0"
    row = PlanStatement.objects.get(pk=filled(page)[f"{prefix}-id"])
    row.text = "changed meanwhile"
    record_save(instance=row, user=editors[0])
    client.post(path, filled(page, **{f"{prefix}-DELETE": "on"}))
    assert PlanStatement.objects.filter(pk=row.pk).exists()


def test_control_an_inline_row_is_deleted_where_nobody_changed_it(plan, editors):
    client = signed_in(editors[1])
    page = client.get(address(plan, "change"))
    pk = filled(page)["statements-0-id"]
    client.post(address(plan, "change"), filled(page, **{"statements-0-DELETE": "on"}))
    assert not PlanStatement.objects.filter(pk=pk).exists()
    assert Plan.objects.filter(pk=plan.pk).exists()


def test_what_somebody_deleted_is_not_brought_back(plan, editors):
    client = signed_in(editors[1])
    path = address(plan, "change")
    page = client.get(path)
    row = PlanStatement.objects.get(pk=filled(page)["statements-0-id"])
    record_delete(instance=row, user=editors[0])
    answer = client.post(path, filled(page, **{"statements-0-text": "typed"}))
    assert answer.status_code == 200
    assert not PlanStatement.objects.filter(text="typed").exists()

    unit = Unit(agency=plan.agency, name="หน่วยทดสอบ")
    record_save(instance=unit, user=None)
    page = client.get(address(unit, "change"))
    record_delete(instance=Unit.objects.get(pk=unit.pk), user=editors[0])
    assert client.post(address(unit, "change"), filled(page, name="typed")).status_code == 404
    assert not Unit.objects.filter(name="typed").exists()
