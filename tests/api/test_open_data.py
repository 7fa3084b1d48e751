"""The API for programs: the pages' figures, row by row, for whoever may read them and no more."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from nhrc_plan.api import limits
from nhrc_plan.api.datasets import DATASETS
from nhrc_plan.api.models import ApiKey, Use
from nhrc_plan.api.write import key_make, requests_grant
from strategy import access as roles
from strategy.models import Plan
from strategy.records.write import record_save
from tests.support.pages import DAY, HERE, enter, samples
from tests.support.writing import signed_in

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
RESULTS = f"{V1}/plans/nhrc-2566-2570/results"
#: An address of each dataset.
ADDRESSES = {
    "plans": f"{V1}/plans",
    **{name: f"{V1}/plans/nhrc-2566-2570/{name}" for name in ("indicators", "targets", "budgets")},
    "results": RESULTS,
    **{name: f"{V1}/agencies/nhrc/{name}" for name in ("ita", "measures")},
}


@pytest.fixture(autouse=True)
def fresh(today: Callable[..., Any]) -> None:
    today(DAY)
    limits.forget()


def key(**fields: Any) -> dict[str, str]:
    """The head of a client with a new key."""
    made = key_make(key=ApiKey(name=f"client {ApiKey.objects.count()}", **fields), user=None)
    return {"Authorization": f"Bearer {made}"}


def rows(client: Client, address: str, **more: Any) -> list[dict[str, Any]]:
    answer = client.get(address, {"per_page": 500}, **more)
    assert answer.status_code == 200, answer.content.decode()
    return list(answer.json()["items"])


# ------------------------------------------------------------------------------ what is told


@pytest.mark.same
def test_every_dataset_as_json_and_as_csv(plan, planner):
    """Both hold the same rows; a value of a table is that of the JSON, written as a table does."""
    samples(plan)
    client = signed_in(planner)
    assert ADDRESSES.keys() == {data.name for data in DATASETS}
    for data in DATASETS:
        told = rows(client, ADDRESSES[data.name])
        assert told, data.name
        text = client.get(f"{ADDRESSES[data.name]}.csv").content.decode("utf-8-sig")
        table = list(csv.DictReader(io.StringIO(text)))
        assert [tuple(row) for row in (table[0], told[0])] == [data.fields] * 2
        assert len(table) == client.get(ADDRESSES[data.name]).json()["count"]
        for row, line in zip(told, table, strict=False):
            for name, value in row.items():
                assert line[name].lstrip("'") == _as_cell(value), (data.name, name)


def _as_cell(value: Any) -> str:
    if isinstance(value, list):
        return "; ".join(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


@pytest.mark.same
def test_figures_are_those_of_the_pages(plan, planner):
    enter(plan, "S1-1.1", 2567, 12, "22", "12")
    client = signed_in(planner)
    asked = {"fiscal_year": 2567, "month": 12}
    told = client.get(RESULTS, asked).json()
    assert (told["as_of"], told["approved_only"]) == ("2024-09-30", False)
    page = client.get(f"{HERE}/indicators.json", {"year": 2567, "month": 12}).json()["indicators"]
    for each in page:
        own = [row for row in told["items"] if row["code"] == each["code"]]
        assert {(row["status"], row["approved"], row["text"]) for row in own} == {
            (each["status"], each["approved"], each["text"]["result"])
        }
        names = ("target", "result", "expected", "achievement", "unit", "numerator")
        assert [[row[name] for name in names] for row in own if row["measure"]] == [
            [measure[name] for name in names] for measure in each["measures"]
        ]
    first, second = told["items"][:2]
    assert (first["result"], first["achievement"], second["result"]) == ("22", "110.00", "12")
    assert (first["fiscal_year"], first["fiscal_year_ce"]) == (2567, 2024)
    money = client.get(ADDRESSES["budgets"], {**asked, "per_page": 500}).json()["items"]
    page = client.get(f"{HERE}/budgets.json", {"year": 2567, "month": 12}).json()
    projects = [row for part in page["strategies"] for row in part["projects"]]
    names = ("code", "plan_amount", "allocated", "disbursed", "status", "leads")
    assert [[row[name] for name in names] for row in money] == [
        [row[name] for name in names] for row in projects
    ]


@pytest.mark.same
def test_pages_follow_one_another_and_end(client, plan, planner):
    client.force_login(planner)
    found, address = [], f"{RESULTS}?per_page=40&fiscal_year=2567"
    whole = client.get(f"{RESULTS}?fiscal_year=2567&per_page=500").json()
    while address:
        told = client.get(address).json()
        found += told["items"]
        address = told["next"]
    assert found == whole["items"] and len(found) == whole["count"]
    assert client.get(f"{RESULTS}?page=2&per_page=500").status_code == 404


def test_queries_are_few_whatever_is_asked(client, plan, django_assert_max_num_queries):
    """Six of the standing, the plan, the key, the month's count and its first row."""
    samples(plan)
    head = key()
    client.get(RESULTS, headers=head)
    with django_assert_max_num_queries(10):
        client.get(f"{RESULTS}?per_page=500", headers=head)


# ---------------------------------------------------------------------------- who reads what


def test_the_public_reads_approved_figures_alone(client, plan, planner, settings):
    """By the API as by the pages, whatever the plan counts; a key for all that counts reads that."""
    settings.PUBLIC_READING = True
    enter(plan, "S1-2.1", 2567, 11, "41")
    enter(plan, "S1-2.1", 2567, 12, "55", state="submitted", narrative="ยังไม่อนุมัติ")
    enter(plan, "S3-3.1", 2567, 12, "1", state="draft")
    asked = f"{RESULTS}?fiscal_year=2567"

    def told(found: Any) -> dict[str, Any]:
        return {row["code"]: row["result"] for row in found.json()["items"]}

    public = client.get(asked)
    assert public.json()["approved_only"] is True
    assert (told(public)["S1-2.1"], told(public)["S3-3.1"]) == ("41", None)
    assert told(client.get(asked, headers=key()))["S1-2.1"] == "41"
    counted = key(reads=ApiKey.Reads.COUNTED)
    assert told(client.get(asked, headers=counted))["S1-2.1"] == "55"
    assert told(signed_in(planner).get(asked))["S3-3.1"] is None
    for page in ("/indicators/S1-2.1/", "/indicators/S1-2.1.json", "/", ".json", "/units/"):
        shown = client.get(f"{HERE}{page}?year=2567&month=12").content.decode()
        assert "ยังไม่อนุมัติ" not in shown and "55" not in shown.partition("<main")[2][:9], page
    page = client.get(f"{HERE}/indicators/S1-2.1.json?year=2567&month=12").json()
    assert page["measures"][0]["result"] == "41"
    assert [each["measures"][0]["result"] for each in page["months"]][-2:] == ["41", None]


@pytest.mark.same
def test_nothing_of_persons_evidence_or_drafts_has_a_field():
    fields = {name for data in DATASETS for name in data.fields}
    secret = ("evidence", "comment", "accountable", "deputy", "person", "who", "returned", "draft")
    assert not [name for name in fields for word in secret if word in name]


def test_without_a_key_nobody_is_answered_where_the_site_is_closed(client, plan):
    for address in [*ADDRESSES.values(), f"{RESULTS}.csv"]:
        answer = client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert answer["WWW-Authenticate"] == "Bearer"
    wrong = client.get(RESULTS, headers={"Authorization": "Bearer nhrc_wrong"})
    assert wrong.status_code == 401 and "ถอน" in wrong.json()["error"]
    # In an address, which logs keep, a key opens nothing.
    secret = key()["Authorization"].split()[1]
    assert client.get(f"{RESULTS}?key={secret}").status_code == 401


def test_a_key_is_made_once_shown_once_and_withdrawn_for_good(client, plan, person):
    admin = signed_in(person("keeper", roles.ADMINISTRATOR))
    form = {"name": "ระบบข้อมูลกลาง", "purpose": "", "reads": "approved", "per_minute": "60"}
    made = admin.post(reverse("admin:api_apikey_add"), form)
    assert made.status_code == 200 and "no-store" in made["Cache-Control"]
    row = ApiKey.objects.get()
    secret = made.context["made"]
    assert secret in made.content.decode() and secret.startswith(row.begins_with)
    told = [repr(found) for found in ApiKey.history.values()] + [repr(row.__dict__)]
    change = reverse("admin:api_apikey_change", args=[row.pk])
    told += [admin.get(change).content.decode(), str(admin.cookies)]
    assert not [text for text in told if secret in text]
    head = {"Authorization": f"Bearer {secret}"}
    assert client.get(ADDRESSES["plans"], headers=head).status_code == 200
    form |= {"expected_version": "1", "change_reason": "เลิกใช้"}
    assert admin.post(change, {**form, "withdrawn": "on"}).status_code == 302
    assert client.get(ADDRESSES["plans"], headers=head).status_code == 401
    again = admin.post(change, {**form, "expected_version": "2"})
    assert again.status_code == 200 and ApiKey.objects.get().withdrawn
    assert admin.post(reverse("admin:api_apikey_delete", args=[row.pk])).status_code == 403
    last = ApiKey.history.latest("history_id")
    assert (last.history_user_name, last.history_change_reason) == ("keeper", "เลิกใช้")


# ----------------------------------------------------------------------------- how it answers


def test_what_has_not_changed_is_not_sent_again(client, plan):
    head = key()
    first = client.get(RESULTS, headers=head)
    again = {**head, "If-None-Match": first["ETag"]}
    assert client.get(RESULTS, headers=again).status_code == 304
    assert client.get(RESULTS, headers={**again, "Accept-Encoding": "gzip"}).status_code == 304
    enter(plan, "S1-2.1", 2567, 11, "41")
    assert client.get(RESULTS, headers=again).status_code == 200
    assert first["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Cookie"} <= set(first["Vary"].split(", "))


@pytest.mark.parametrize(
    ("query", "status", "parameter", "words"),
    [
        ("fiscal_year=2024", 422, "fiscal_year", "2567"),
        ("fiscal_year=abc", 422, "fiscal_year", "abc"),
        ("fiscal_year=2580", 404, None, "2580"),
        ("month=3", 422, "month", "ปีงบประมาณ"),
        ("fiscal_year=2567&month=13", 422, "month", "12"),
        ("per_page=0", 422, "per_page", "1"),
        ("per_page=501", 422, "per_page", "500"),
        ("page=two", 422, "page", "จำนวนเต็ม"),
        ("yaer=2567", 422, "yaer", "yaer"),
        ("%00=1", 422, "\x00", ""),
    ],
)
@pytest.mark.same
def test_what_is_wrong_is_said_in_thai(client, plan, planner, query, status, parameter, words):
    client.force_login(planner)
    for address in (RESULTS, f"{RESULTS}.csv") if "page" not in query else (RESULTS,):
        answer = client.get(f"{address}?{query}")
        told = answer.json()
        assert (answer.status_code, told["parameter"]) == (status, parameter), told
        assert words in told["error"] and any("ก" <= letter <= "๛" for letter in told["error"])


@pytest.mark.same
def test_what_is_not_there_and_what_is_not_read(client, plan, planner):
    client.force_login(planner)
    for address in ("/api/v1/none", "/api/v1/plans/none/results", "/api/v1/agencies/none/ita"):
        answer = client.get(address)
        assert answer.status_code == 404 and answer.json()["error"]
    for method in ("post", "put", "delete", "patch"):
        answer = getattr(client, method)(RESULTS)
        assert (answer.status_code, answer.json()["code"]) == (405, "only_read")
    assert client.head(RESULTS).status_code == 200


def test_who_asks_too_often_waits(client, plan, settings, monkeypatch):
    """For each key and each address its own count; the answer says how long, in Thai."""
    # All within one minute, however long it takes.
    monkeypatch.setattr(limits, "time", lambda: 1_800_000_010.0)
    settings.PUBLIC_READING, settings.API_PER_MINUTE = True, 3
    here = [client.get(ADDRESSES["plans"]) for _ in range(5)]
    assert [answer.status_code for answer in here] == [200, 200, 200, 429, 429]
    assert here[-1]["Retry-After"] == "50" and "วินาที" in here[-1].json()["error"]
    assert client.get(ADDRESSES["plans"], REMOTE_ADDR="10.0.0.9").status_code == 200
    head = key(per_minute=2)
    codes = [client.get(ADDRESSES["plans"], headers=head).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    # A wrong key is counted for its address, so that nobody tries them by the thousand.
    wrong = {"Authorization": "Bearer nhrc_wrong"}
    assert client.get(ADDRESSES["plans"], headers=wrong).status_code == 429


def test_processes_share_one_count():
    """Each is granted a handful; together never more than the limit, and all of it."""
    granted = [requests_grant(client="key 1", minute=9, wanted=4, limit=10) for _ in range(6)]
    assert granted == [4, 4, 1, 1, 0, 0]
    assert Use.objects.get().granted == 10
    assert requests_grant(client="key 1", minute=99, wanted=4, limit=10) == 4
    assert Use.objects.get().minute == 99  # older ones go


# ------------------------------------------------------------------------------- description


@pytest.mark.looks
def test_the_page_tells_what_the_description_tells(client, plan):
    """Open to everybody, in Thai, with every field of every dataset."""
    html = client.get(reverse("api")).content.decode()
    schema = client.get(f"{V1}/openapi.json").json()
    for data in DATASETS:
        assert all(f"<code>{name}</code>" in html for name in data.fields), data.name
    operations = [each["get"] for each in schema["paths"].values()]
    assert len(operations) == 2 * len(DATASETS)
    texts = [each["summary"] for each in operations] + [schema["info"]["description"]]
    for shape in schema["components"]["schemas"].values():
        texts += [each.get("description", "") for each in shape["properties"].values()]
    assert not [text for text in texts if text and not any("ก" <= char <= "๛" for char in text)]


@pytest.mark.same
def test_plans_in_preparation_are_not_there(client, plan, planner):
    plan.is_current, plan.is_draft = False, True
    record_save(instance=plan, user=None)
    client.force_login(planner)
    assert plan.slug not in [row["plan"] for row in rows(client, ADDRESSES["plans"])]
    assert client.get(RESULTS).status_code == 404
    assert Plan.every.filter(pk=plan.pk).exists()
