"""What is disclosed in a year: items as data, what each lacks, and the catalogue of the data."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import resolve, reverse

from nhrc_plan.api.datasets import AGENCY, DATASETS, PLAN
from nhrc_plan.disclosure.models import Item, Publisher
from nhrc_plan.disclosure.read import lacks
from strategy.models import Plan
from strategy.records.write import record_save
from tests.support.pages import DAY, enter, samples
from tests.support.writing import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]

YEAR = "/disclosure/2568/"


def item(plan: Plan, kind: str, *, shown: bool = True, **fields: Any) -> Item:
    """An item of the assessment of 2568, about the figures of 2567."""
    count = Item.objects.count() + 1
    given = {
        "number": f"O{count}",
        "title": f"รายการ {count}",
        "of_year": 2567,
        "plan": plan if shown else None,
    }
    row = Item(agency=plan.agency, fiscal_year=2568, kind=kind, **{**given, **fields})
    return record_save(instance=row, user=None)


def said(row: Item, day: date = DAY) -> str:
    return " ".join(lacks(row, day))


def test_what_each_kind_of_item_lacks(plan, settings, today):
    """Named by code, as the public would see it: what is not approved is missing."""
    today(DAY)
    assert "PUBLIC_READING" in said(item(plan, "plan"))
    settings.PUBLIC_READING = True
    assert "S1-1.1" in said(item(plan, "plan"))  # no unit answers for it yet
    assert "เป้าหมายการเบิกจ่ายรายไตรมาส" in said(item(plan, "spending"))
    report = item(plan, "year")
    assert "S1-2.1" in said(report) and "1-1" in said(report)
    enter(plan, "S1-2.1", 2567, 12, "55", state="submitted")
    assert "S1-2.1" in said(report)
    enter(plan, "S1-3.1", 2567, 12, "12")
    assert "S1-3.1" not in said(report)
    assert "ยังไม่สิ้นสุด" in said(item(plan, "half_year", of_year=2570))
    assert "2580" in said(item(plan, "year", of_year=2580))
    assert said(item(plan, "year", shown=False)) and said(item(plan, "other", shown=False))
    there = item(plan, "other", shown=False, document_url="https://example.org/a.pdf")
    assert said(there) == ""
    samples(plan)
    assert "ตัวอย่าง" in said(report)


def test_an_item_is_published_once_nothing_is_missing(plan, planner, settings, client):
    """The form names what is missing beside the day; the public reads published items alone."""
    settings.PUBLIC_READING = True
    keeper = signed_in(planner)
    row = item(plan, "other", shown=False)
    change = reverse("admin:disclosure_item_change", args=[row.pk])
    form = {
        "agency": plan.agency_id, "fiscal_year": "2568", "number": "O10", "title": "รายงานอื่น",
        "asks_for": "", "kind": "other", "plan": "", "of_year": "2567", "document_url": "",
        "published_on": "1/12/2568", "expected_version": "1", "change_reason": "",
    }  # fmt: skip
    refused = keeper.post(change, form)
    assert "ยังไม่มีที่อยู่ของเอกสาร" in refused.content.decode()
    assert client.get(f"{YEAR[:-1]}.json").json()["items"] == []
    assert (
        "รายการ" not in client.get(YEAR).content.decode().partition("<main")[2].partition("<h2>")[2]
    )
    assert keeper.post(change, {**form, "document_url": "https://example.org/a"}).status_code == 302
    told = client.get(f"{YEAR[:-1]}.json").json()
    assert [(each["number"], each["published_on"]) for each in told["items"]] == [
        ("O10", "2025-12-01")
    ]
    assert "รายงานอื่น" in client.get(YEAR).content.decode()
    assert told["years"] == [2568] and told["items"][0]["text"]["lacks"] == []


@pytest.mark.parametrize("kind", ["plan", "spending", "half_year", "year"])
def test_the_addresses_of_an_item_lead_somewhere(plan, planner, settings, today, client, kind):
    settings.PUBLIC_READING = True
    today(DAY)
    item(plan, kind)
    (told,) = signed_in(planner).get(f"{YEAR[:-1]}.json").json()["items"]
    assert len(told["shown"]) >= 2
    for address in (each["address"] for each in told["shown"]):
        assert client.get(address).status_code == 200, address


def test_the_catalogue_names_every_dataset_and_what_the_agency_has_not_said(
    client, plan, settings, today
):
    settings.PUBLIC_READING = True
    today(DAY)
    plans = Plan.objects.filter(agency=plan.agency).count()
    expected = sum({PLAN: plans, AGENCY: 1}.get(data.owner, 1) for data in DATASETS)
    found = client.get(reverse("catalogue_government"), {"agency": "nhrc"}).json()
    assert len(found["datasets"]) == expected
    assert found["lacks"] == ["maintainer", "maintainer_email", "license_id"]
    publisher = Publisher(
        agency=plan.agency, contact="สำนักดิจิทัล", contact_email="data@example.org",
        licence=Publisher.Licence.BY,
    )  # fmt: skip
    record_save(instance=publisher, user=None)
    found = client.get(reverse("catalogue_government"), {"agency": "nhrc"}).json()
    assert found["lacks"] == []
    results = next(each for each in found["datasets"] if each["name"].endswith("-results"))
    assert (results["update_frequency_unit"], results["license_id"]) == (
        "เดือน", "Creative Commons Attributions",
    )  # fmt: skip
    answer = client.get(reverse("catalogue_dcat"), {"agency": "nhrc"})
    assert answer["Content-Type"] == "application/ld+json"
    told = answer.json()
    assert len(told["dcat:dataset"]) == expected
    for each in told["dcat:dataset"]:
        assert each["dct:license"]["@id"] == "https://creativecommons.org/licenses/by/4.0/"
        for file in each["dcat:distribution"]:
            address = file["dcat:downloadURL"]["@id"].removeprefix("http://testserver")
            assert resolve(address).namespace == "v1", address
    one = told["dcat:dataset"][3]["dcat:distribution"][1]["dcat:downloadURL"]["@id"]
    assert client.get(one.removeprefix("http://testserver")).status_code == 200


def test_where_the_site_is_closed_both_ask_for_sign_in(client, plan):
    assert client.get(YEAR).status_code == 302
    for name in ("catalogue_dcat", "catalogue_government"):
        assert client.get(reverse(name)).status_code == 401
