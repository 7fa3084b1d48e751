"""Searching from anywhere: the page and its data."""

from __future__ import annotations

from datetime import date

import pytest

from strategy.models import Agency, Plan

pytestmark = [pytest.mark.django_db, pytest.mark.looks]


@pytest.fixture
def reader(client, executive, today):
    today(date(2026, 11, 12))
    client.force_login(executive)
    return client


def groups(reader, text, agency="nhrc"):
    answer = reader.get("/search.json", {"q": text, "agency": agency}).json()
    found: dict[str, list] = {}
    for hit in answer["found"]:
        found.setdefault(hit["group"], []).append(hit)
    return found


def test_things_of_every_kind_are_found_and_lead_to_their_pages(plan, reader):
    hit = groups(reader, "S3-1.1")["indicator"][0]
    assert (hit["code"], hit["url"]) == ("S3-1.1", f"/plans/{plan.slug}/indicators/S3-1.1/")
    assert groups(reader, "1-2")["project"][0]["code"] == "1-2"
    found = groups(reader, "สิทธิมนุษยชน")
    assert {"indicator", "project", "unit"} <= found.keys()
    assert groups(reader, "งบประมาณ")["page"]
    for hits in groups(reader, "สำนัก").values():
        for hit in hits[:2]:
            assert reader.get(hit["url"]).status_code == 200, hit


def test_another_agency_is_searched_apart(plan, reader):
    other = Agency.objects.exclude(slug="nhrc").first()
    code = "D1-1"
    assert "indicator" not in groups(reader, code)
    assert groups(reader, code, other.slug)["indicator"]


def test_a_draft_is_not_found(plan, reader):
    Plan.every.filter(pk=plan.pk).update(is_draft=True, is_current=False)
    assert "indicator" not in groups(reader, "S3-1.1")
    assert plan.name not in reader.get("/search/", {"q": "ยุทธศาสตร์"}).content.decode()


def test_the_page_says_so_where_nothing_is_called_so(plan, reader, django_assert_max_num_queries):
    said = reader.get("/search/", {"q": "<b>ไม่มีชื่อนี้</b>\x00"}).content.decode()
    assert "ไม่พบ" in said and "<b>ไม่มีชื่อนี้" not in said
    assert 'id="search-box"' in reader.get("/search/").content.decode()
    with django_assert_max_num_queries(14):
        reader.get("/search.json", {"q": "สิทธิ"})
