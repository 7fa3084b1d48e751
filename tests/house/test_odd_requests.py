"""What no form of ours sends: it is refused or passed over, never an error page, and never cut."""

import json
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import NoReverseMatch, reverse

from integrity.models import ItaAssessment
from strategy.models import Agency
from strategy.records.forms import typed_text
from strategy.records.write import record_save
from tests.support.assessing import begun
from tests.support.writing import OWN, TODAY, enter, indicator_of, signed_in

NUL = "\x00"
HUGE = "9" * 5000


@pytest.fixture
def client(plan, planner, today):
    today(TODAY)
    return signed_in(planner)


@pytest.mark.parametrize(
    "page", ["integrity/ita/", "integrity/ita/2564.json", "integrity/measures/"]
)
@pytest.mark.parametrize(
    "agency", ["a%00", "%00", HUGE, "ไม่มี"], ids=["a-nul", "nul", "huge", "thai"]
)
def test_an_agency_that_no_database_can_look_for_is_not_found(client, page, agency):
    assert client.get(f"/{page}?agency={agency}").status_code == 404


def test_a_number_of_thousands_of_digits_is_no_row(client):
    for model in admin.site._registry:
        for page in ("change", "history", "delete"):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
            try:
                address = reverse(name, args=[HUGE])
            except NoReverseMatch:
                continue
            assert client.get(address).status_code in (302, 403, 404), (model, page)


@pytest.mark.parametrize("version", [HUGE, "²", "-1", "", "1" + NUL], ids=repr)
def test_an_odd_version_is_an_old_one(client, plan, version):
    """Deleting and approving ask for the version that was seen."""
    agency = record_save(instance=Agency(slug="other", name="อื่น"), user=None)
    path = reverse("admin:strategy_agency_delete", args=[agency.pk])
    answer = client.post(path, {"post": "yes", "expected_version": version})
    assert answer.status_code in (200, 302)
    assert Agency.objects.filter(pk=agency.pk).exists()
    result = enter(indicator_of(plan, "S3-1.1", OWN), 2569, 6, "50")
    client.post(reverse("admin:kpis_result_approve", args=[result.pk]), {"version": version})
    result.refresh_from_db()
    assert result.state == "submitted"


def test_a_null_character_in_a_reason_is_left_out(client):
    assert typed_text({"reason": f" เพราะ{NUL} "}, "reason") == "เพราะ"
    assert typed_text(None, "reason") == typed_text({}, "reason") == ""
    agency = record_save(instance=Agency(slug="other", name="อื่น"), user=None)
    path = reverse("admin:strategy_agency_delete", args=[agency.pk])
    client.post(path, {"post": "yes", "expected_version": "1", "change_reason": f"ซ้ำ{NUL}กัน"})
    gone = Agency.history.filter(id=agency.pk).latest()
    assert (gone.history_type, gone.history_change_reason) == ("-", "ซ้ำกัน")


@pytest.mark.parametrize("score", ["sNaN", "NaN", "Infinity", "-Infinity"])
def test_a_sheet_of_scores_that_came_back_broken_is_loaded_anew(client, score):
    assessment = ItaAssessment.objects.get(agency__slug="nhrc", fiscal_year=2564)
    path = reverse("admin:integrity_itaassessment_scores", args=[assessment.pk])
    answer = client.post(path, {"seen": json.dumps({"T2": score}), "version": "1"})
    assert answer.status_code == 200
    assert "ส่งมาไม่ครบ" in answer.content.decode()


def _package(**changed):
    """A zip whose list of parts is damaged."""
    stream = BytesIO()
    with ZipFile(stream, "w") as package:
        package.writestr("ก.xml", "x")
    content = bytearray(stream.getvalue())
    place = content.index(b"PK\x01\x02")
    for offset, value in changed.values():
        content[place + offset : place + offset + len(value)] = value
    return bytes(content)


@pytest.mark.parametrize(
    "content",
    [_package(name=(46, b"\xff\xff\xff")), _package(version=(6, b"\xff\x00")), b"PK\x05\x06", b""],
    ids=["name", "version", "end", "empty"],
)
def test_a_damaged_package_is_no_workbook(client, content):
    assessment = ItaAssessment.objects.get(agency__slug="nhrc", fiscal_year=2564)
    path = reverse("admin:integrity_itaassessment_upload", args=[assessment.pk])
    answer = client.post(path, {"workbook": SimpleUploadedFile("x.xlsx", content)})
    assert answer.status_code == 200
    assert "errorlist" in answer.content.decode()


def test_the_history_of_an_assessment_is_read_by_its_own_people(plan, outsider, client):
    assessment = begun(agency=Agency.objects.exclude(pk=plan.agency_id).first())
    path = reverse("admin:integrity_selfassessment_history", args=[assessment.pk])
    assert signed_in(outsider).get(path).status_code == 404
    assert client.get(path).status_code == 200
