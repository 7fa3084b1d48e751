"""Imports of many rows: all or nothing, in batches, with its progress shown meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import Workbook

from budgets.models import Disbursement, Project, ProjectLead
from nhrc_plan.exchange import parts, progress
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.read import last_check
from nhrc_plan.exchange.rows import REFUSED
from nhrc_plan.exchange.subjects import PARTS
from nhrc_plan.exchange.undo.kind import act_of
from nhrc_plan.exchange.write import import_apply, import_sent
from strategy.models import Unit
from tests.support.exchange import MONEY, entry_address
from tests.support.writing import OWN, TODAY, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("read_here")]

ROWS = 5_000


@pytest.fixture
def unit(plan: Any, today: Any) -> Unit:
    today(TODAY)
    return Unit.objects.get(name=OWN)


def projects_of(plan: Any, unit: Unit, count: int) -> list[Project]:
    strategy = plan.strategies.first()
    made = Project.objects.bulk_create(
        Project(strategy=strategy, number=1000 + number, name=f"โครงการที่ {number}")
        for number in range(count)
    )
    ProjectLead.objects.bulk_create(
        (ProjectLead(project=row, unit=unit, position=1) for row in made), batch_size=1000
    )
    return made


def book_of(projects: Sequence[Project], **last: Any) -> bytes:
    """A workbook of the month's money; ``last``: what is typed into the last row instead."""
    columns = [column.label for column in PARTS[1].columns()]
    book = Workbook(write_only=True)
    sheet = book.create_sheet(MONEY)
    sheet.append(columns)
    for number, project in enumerate(projects, start=1):
        row: dict[str, Any] = dict.fromkeys(columns)
        typed = {label: value for label, value in zip(columns[6:8], (number, 0), strict=True)}
        row |= typed | {columns[0]: f"p{project.pk}", columns[-1]: "-", columns[9]: "ตัวอย่าง"}
        if number == len(projects):
            row |= {columns[6]: last.get("spent", number)}
        sheet.append([row[label] for label in columns])
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def taken_back(user: Any, row: Import) -> list[int]:
    """Plan to take an import back, and do so; how many queries each took."""
    back = Import(plan=row.plan, unit=row.unit, kind="undo", fiscal_year=2569, month=12, undoes=row)
    with CaptureQueriesContext(connection) as looked:
        import_sent(user=user, row=back, name="a", content=b"", today=TODAY)
    with CaptureQueriesContext(connection) as applied:
        import_apply(
            user=user, row=back, expected_version=1, check=last_check(back), today=TODAY
        )  # fmt: skip
    return [len(looked), len(applied)]


def sent(user: Any, plan: Any, unit: Unit, content: bytes) -> Import:
    row = Import(plan=plan, unit=unit, fiscal_year=2569, month=12)
    return import_sent(user=user, row=row, name="a.xlsx", content=content, today=TODAY)


def test_one_bad_row_of_five_thousand_is_named_and_keeps_all_from_being_written(
    planner, plan, unit
):
    projects = projects_of(plan, unit, ROWS)
    before = Disbursement.objects.count(), Disbursement.history.count()
    content = book_of(projects, spent="เก้าสิบ")
    client = signed_in(planner)
    row = sent(planner, plan, unit, content)
    page = client.get(f"/plans/{plan.slug}/imports/{row.pk}/")
    compared = page.context["compared"]
    assert compared.counts == {"new": ROWS - 1, "refused": 1}
    # It stands first, with its cell, what was read and what would be right.
    bad = compared.shown[0]
    assert (bad.outcome, bad.number, bad.problems[0].read) == (REFUSED, ROWS + 1, "เก้าสิบ")
    assert bad.problems[0].cell == f"G{ROWS + 1}" and len(compared.shown) <= 200
    client.post(
        f"/plans/{plan.slug}/imports/{row.pk}/", {"_confirm": "1", "digest": compared.digest}
    )
    assert (Disbursement.objects.count(), Disbursement.history.count()) == before
    assert Import.objects.get().state == "checked"


def test_queries_grow_with_batches_and_not_with_rows(planner, plan, unit, monkeypatch):
    projects = projects_of(plan, unit, 60)
    counts = {}
    for start, end, size in ((0, 5, 500), (5, 25, 500), (25, 60, 5)):
        monkeypatch.setattr(parts, "CHUNK", size)
        content = book_of(projects[start:end])
        told: list[tuple[str, int, int]] = []
        with (
            CaptureQueriesContext(connection) as looked,
            progress.told_to(lambda *step, told=told: told.append(step)),
        ):
            row = sent(planner, plan, unit, content)
        with CaptureQueriesContext(connection) as applied:
            import_apply(
                user=planner, row=row, expected_version=1, check=last_check(row), today=TODAY
            )
        counts[end] = len(looked), len(applied)
        assert told[0] == ("read", 0, 0) and told[-1][:2] == ("check", end - start)
    assert counts[5][0] >= counts[25][0] and counts[5][1] == counts[25][1], counts
    assert counts[25][0] <= 45 and counts[25][1] <= 40, counts
    # Seven batches and more: each takes as many queries as the one.
    assert counts[60][1] <= 15 * counts[25][1]
    assert Disbursement.objects.filter(project__in=projects, month=12).count() == 60


def test_an_import_is_taken_back_by_batches(planner, plan, unit):
    projects = projects_of(plan, unit, 25)
    counts = []
    for count in (3, 25):
        row = sent(planner, plan, unit, book_of(projects[:count]))
        import_apply(user=planner, row=row, expected_version=1, check=last_check(row), today=TODAY)
        row.refresh_from_db()
        counts.append(taken_back(planner, row))
        assert not Disbursement.objects.filter(project__in=projects, month=12).exists()
        gone = Disbursement.history.filter(
            history_type="-", act=act_of(Import.objects.latest("pk"))
        )
        assert {each.history_user_id for each in gone} == {planner.pk} and len(gone) == count
    assert counts[0] == counts[1], counts


@pytest.mark.django_db(transaction=True)
def test_a_large_file_shows_how_far_it_has_come_and_leads_on(planner, plan, unit, monkeypatch):
    monkeypatch.setattr("nhrc_plan.exchange.views.LARGE", 1)
    projects = projects_of(plan, unit, 3)
    client = signed_in(planner)
    file = SimpleUploadedFile("ก.xlsx", book_of(projects))
    answer = client.post(entry_address(unit), {"workbook": file, "how": "submit"})
    assert answer.streaming
    said = b"".join(answer.streaming_content).decode()
    row = Import.objects.get()
    address = f"/plans/{plan.slug}/imports/{row.pk}/"
    assert 'http-equiv="refresh"' in said and address in said
    assert said.index("อ่านไฟล์") < said.index('value="3" max="3"') < said.index(address)
    digest = client.get(address).context["compared"].digest
    answer = client.post(address, {"_confirm": "1", "digest": digest})
    said = b"".join(answer.streaming_content).decode()
    assert "บันทึกแล้ว 3 จาก 3" in said and Disbursement.objects.filter(month=12).count() == 3
    # Pressed again: nothing is written, and it says so.
    answer = client.post(entry_address(unit), {"workbook": SimpleUploadedFile("ก.xlsx", b"x")})
    assert answer.status_code == 200
    file = SimpleUploadedFile("ก.xlsx", b"PK\x03\x04 broken")
    answer = client.post(entry_address(unit), {"workbook": file, "how": "submit"})
    said = b"".join(answer.streaming_content).decode()
    assert "http-equiv" not in said and ".xlsx" in said
    assert Import.objects.count() == 1
