"""Approving, returning, reopening: who may, of whose work, one or many (docs/domain.md, "Approval")."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from kpis.models import Result, ResultEvidence
from kpis.read.waiting import waiting_results, waiting_rows
from kpis.write.results import (
    result_approve,
    result_reopen,
    result_return,
    results_approve,
    results_return,
)
from strategy import access as roles
from strategy.access import viewer
from strategy.approval.hands import hands_of
from strategy.records.history import history_of
from strategy.records.write import StaleVersion
from tests.support.writing import (
    OTHER,
    OWN,
    TODAY,
    address,
    differences,
    enter,
    entered,
    facts,
    filled,
    indicator_of,
    signed_in,
)

pytestmark = pytest.mark.django_db

WAITING = "/admin/kpis/result/waiting/"


@pytest.fixture(autouse=True)
def on_the_day(today):
    today(TODAY)


@pytest.fixture
def rate(plan):
    """A percentage of the reporter's unit."""
    return indicator_of(plan, "S3-1.1", OWN)


@pytest.fixture
def people(person, planner, reporter, outsider, executive, auditor):
    """Everybody by what they are; "both" reports and approves for the unit."""
    found = {
        "planner": planner, "reporter": reporter, "outsider": outsider, "executive": executive,
        "auditor": auditor, "approver": person("approver", roles.APPROVER, OWN),
        "other": person("other", roles.APPROVER, OTHER), "both": person("both", roles.APPROVER, OWN),
        "superuser": person("superuser", is_staff=True, is_superuser=True),
        "administrator": person("administrator", roles.ADMINISTRATOR, OWN),
    }  # fmt: skip
    found["both"].groups.add(*found["reporter"].groups.all())
    return found


# ------------------------------------------------------------------------------------------ who


MAY = ["planner", "approver", "both", "superuser"]


@pytest.mark.parametrize(
    "who",
    [*MAY, "other", "reporter", "outsider", "executive", "auditor", "administrator"],
)
def test_planners_and_approvers_of_the_unit_approve_and_return(rate, people, who):
    results = [enter(rate, 2569, month, "50") for month in (5, 6)]
    steps = [
        lambda: result_approve(user=people[who], result=results[0], expected_version=1),
        lambda: result_return(
            user=people[who], result=results[1], expected_version=1, comment="ตรวจตัวเลข"
        ),
    ]
    for step in steps:
        if who in MAY:
            step()
        else:
            with pytest.raises(PermissionDenied):
                step()
    stands = [entered().get(pk=result.pk).state for result in results]
    assert stands == (["approved", "returned"] if who in MAY else ["submitted"] * 2)


def test_an_approver_reads_the_drafts_of_the_unit_and_enters_nothing(rate, people, plan):
    draft = enter(rate, 2569, 6, "50", state="draft")
    foreign = enter(indicator_of(plan, "S3-3.1", OTHER), 2569, 6, "3", "3", state="draft")
    with pytest.raises(PermissionDenied):
        enter(rate, 2569, 5, "50", user=people["approver"])
    client = signed_in(people["approver"])
    page = client.get(address(draft, "change"))
    assert page.status_code == 200 and "expected_version" not in page.content.decode()
    assert client.post(address(draft, "change"), {"_save": "1"}).status_code == 403
    assert client.get(address(Result, "add")).status_code == 403
    assert client.get(address(foreign, "change")).status_code == 404
    assert enter(rate, 2569, 5, "50", user=people["both"]).state == "submitted"


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        pytest.param([("planner", "50", {})], ["planner"], id="entered-and-submitted"),
        pytest.param([("superuser", "50", {})], ["superuser"], id="a-superuser-as-well"),
        pytest.param(
            [("both", "50", {"state": "draft"}), ("planner", "50", {})],
            ["both", "planner"],
            id="one-entered-and-another-submitted",
        ),
        pytest.param(
            [("both", "50", {}), ("planner", "51", {})], ["planner"], id="the-figure-is-another's-now"
        ),
        pytest.param(
            [("both", "50", {}), ("planner", "50", {"narrative": "แก้คำ"})],
            ["both", "planner"],
            id="another-mended-the-words-only",
        ),
        pytest.param([(None, "50", {})], [], id="loaded-by-the-system"),
    ],
)  # fmt: skip
def test_nobody_approves_what_they_entered_or_submitted(rate, people, steps, refused):
    for version, (who, figure, more) in enumerate(steps):
        user = people[who] if who else None
        result = enter(rate, 2569, 6, figure, user=user, expected_version=version or None, **more)
    before = facts()
    for who in MAY:
        if who not in refused:
            continue
        with pytest.raises(ValidationError, match=r"S3-1\.1 มี\.ค\. 2569"):
            result_approve(user=people[who], result=result, expected_version=len(steps))
    assert differences(before, facts()) == {}
    allowed = next(who for who in MAY if who not in refused)
    result = entered().get()
    approved = result_approve(user=people[allowed], result=result, expected_version=result.version)
    assert approved.state == "approved"


def test_reopening_is_no_submission_and_needs_a_reason(rate, people):
    planner = people["planner"]
    result = enter(rate, 2569, 6, "50", user=people["reporter"])
    result_approve(user=planner, result=result, expected_version=1)
    result = entered().get()
    for who, reason, refusal in (
        ("planner", " - ", ValidationError),
        ("approver", "ผิดเดือน", PermissionDenied),
        ("both", "ผิดเดือน", PermissionDenied),
    ):
        with pytest.raises(refusal):
            result_reopen(user=people[who], result=result, expected_version=2, reason=reason)
    reopened = result_reopen(user=planner, result=result, expected_version=2, reason="ผิดเดือน")
    assert hands_of(Result, [result.pk])[result.pk].authors == {people["reporter"].pk}
    assert result_approve(user=planner, result=reopened, expected_version=3).state == "approved"


# ------------------------------------------------------------------------------------- returned


def test_a_returned_figure_counts_nowhere_until_it_is_submitted_again(rate, people, plan):
    client = signed_in(people["auditor"])
    path = f"/plans/{plan.slug}/indicators/S3-1.1.json?year=2569&month=6"
    result = enter(rate, 2569, 6, "50", user=people["reporter"])
    assert client.get(path).json()["text"]["result"] == "50"
    result_return(user=people["approver"], result=result, expected_version=1, comment="ขาดของกลุ่ม ก")
    assert client.get(path).json()["text"]["result"] is None

    # Kept unsent it stays returned, with the comment; submitted it counts again, without.
    kept = enter(rate, 2569, 6, "51", user=people["reporter"], state="draft", expected_version=2)
    assert (kept.state, kept.returned_because) == ("returned", "ขาดของกลุ่ม ก")
    sent = enter(rate, 2569, 6, "52", user=people["reporter"], expected_version=3)
    assert (sent.state, sent.returned_because) == ("submitted", "")
    assert client.get(path).json()["text"]["result"] == "52"
    told = history_of(Result, id=result.pk)
    assert [entry.reason for entry in told if entry.reason] == ["ขาดของกลุ่ม ก"]


@pytest.mark.parametrize("comment", ["", "  ", "-"])
def test_a_return_says_what_is_to_be_corrected(rate, people, comment):
    result = enter(rate, 2569, 6, "50")
    with pytest.raises(ValidationError) as caught:
        result_return(user=people["planner"], result=result, expected_version=1, comment=comment)
    assert set(caught.value.error_dict) == {"comment"}
    assert entered().get().state == "submitted"


@pytest.mark.parametrize(("state", "version"), [("draft", 1), ("approved", 1), ("submitted", 2)])
def test_only_the_submitted_figure_that_was_seen_is_returned(rate, planner, state, version):
    result = enter(rate, 2569, 6, "50", state=state)
    with pytest.raises(StaleVersion):
        result_return(user=planner, result=result, expected_version=version, comment="ตรวจ")
    assert entered().get().state == state


def test_the_reporter_sees_the_comment_and_mends_it_by_the_form(rate, people):
    result = enter(rate, 2569, 12, "50", user=people["reporter"])
    approver, reporter = signed_in(people["approver"]), signed_in(people["reporter"])
    approver.post(
        reverse("admin:kpis_result_return", args=[result.pk]), {"version": 1, "comment": "ขาดกลุ่ม ก"}
    )
    for path in (address(result, "change"), address(Result, "changelist"), address(Result, "add")):
        assert "ขาดกลุ่ม ก" in reporter.get(path).content.decode(), path
    change = address(result, "change")
    # Kept without a change, nothing is written; submitted as it stands, it waits again.
    assert reporter.post(change, filled(reporter.get(change), _draft="1")).status_code == 302
    assert (entered().get().state, entered().get().version) == ("returned", 2)
    assert reporter.post(change, filled(reporter.get(change), _save="1")).status_code == 302
    assert (entered().get().state, entered().get().version) == ("submitted", 3)
    assert "ขาดกลุ่ม ก" not in reporter.get(change).content.decode()


def test_the_form_offers_what_one_may_do(rate, people):
    result = enter(rate, 2569, 6, "50", user=people["both"])
    offered = {
        who: {
            name
            for name in ("approve", "return", "reopen")
            if reverse(f"admin:kpis_result_{name}", args=[result.pk])
            in signed_in(people[who]).get(address(result, "change")).content.decode()
        }
        for who in ("planner", "approver", "both", "reporter", "auditor")
    }
    assert offered == {
        "planner": {"approve", "return"},
        "approver": {"approve", "return"},
        "both": {"return"},
        "reporter": set(),
        "auditor": set(),
    }


# ----------------------------------------------------------------------------------- many at once


def tick(client, results, **more):
    data = {"tick": [result.pk for result in results]}
    data |= {f"version_{result.pk}": result.version for result in results}
    return client.post(WAITING, {**data, **more})


def test_what_waits_is_shown_with_what_there_is_to_look_at(rate, people, plan):
    enter(rate, 2569, 3, "40", state="approved")
    result = enter(rate, 2569, 6, "30", user=people["reporter"], fall_reason="นับใหม่")
    ResultEvidence.objects.all().delete()
    enter(indicator_of(plan, "S3-3.1", OTHER), 2569, 6, "3", "3")
    [row] = waiting_rows(
        list(waiting_results(viewer(people["approver"]))), viewer(people["approver"])
    )
    assert (row.row.pk, row.before, row.cell.result) == (result.pk, "40", "30")
    assert (row.cell.status, row.own) == ("critical", False)
    assert len(row.flags) == 3 and "นับใหม่" in row.flags[0]  # falls, no evidence, late
    page = signed_in(people["approver"]).get(WAITING).content.decode()
    assert "S3-1.1" in page and "S3-3.1" not in page and "นับใหม่" in page
    assert [row.own for row in waiting_rows([row.row], viewer(people["reporter"]))] == [True]


def test_ticked_figures_are_approved_or_returned_with_one_press(rate, people):
    months = [enter(rate, 2569, month, "50", user=people["reporter"]) for month in range(1, 6)]
    client = signed_in(people["approver"])
    assert tick(client, months[:2], _approve="1").status_code == 302
    assert tick(client, months[2:4], _return="1", comment="ขาดหลักฐาน").status_code == 302
    stands = list(entered().order_by("month").values_list("state", "version", "returned_because"))
    assert stands == [
        ("approved", 2, ""), ("approved", 2, ""), ("returned", 2, "ขาดหลักฐาน"),
        ("returned", 2, "ขาดหลักฐาน"), ("submitted", 1, ""),
    ]  # fmt: skip
    for result in months[:4]:
        assert result.history.count() == 2


def test_a_row_changed_meanwhile_stops_all_and_is_shown_while_the_others_stay_ticked(rate, people):
    months = [enter(rate, 2569, month, "50") for month in range(1, 4)]
    enter(rate, 2569, 2, "55", user=people["reporter"], expected_version=1)
    before = facts()
    page = tick(signed_in(people["approver"]), months, _approve="1")
    assert differences(before, facts()) == {}
    assert page.context["changed"] == {months[1].pk}
    assert page.context["ticked"] == {months[0].pk, months[2].pk}
    assert "S3-1.1 พ.ย. 2568" in page.context["refusal"][0]


@pytest.mark.parametrize(
    "more",
    [{"_return": "1", "comment": " - "}, {"_approve": "1", "own": True}, {"_approve": "1", "none": True}],
    ids=["no-comment", "own", "nothing-ticked"],
)  # fmt: skip
def test_what_is_refused_changes_nothing_and_says_why(rate, people, more):
    user = people["both"] if more.pop("own", False) else people["reporter"]
    months = [enter(rate, 2569, 1, "50"), enter(rate, 2569, 2, "50", user=user)]
    before = facts()
    page = tick(signed_in(people["both"]), [] if more.pop("none", False) else months, **more)
    assert page.status_code == 200 and page.context["refusal"]
    assert differences(before, facts()) == {}


@pytest.mark.parametrize(
    ("who", "status"),
    [("other", 404), ("reporter", 403), ("auditor", 403), ("administrator", 403)],
)
def test_anothers_figures_are_not_found(rate, people, who, status):
    result = enter(rate, 2569, 6, "50")
    assert tick(signed_in(people[who]), [result], _approve="1").status_code == status
    assert entered().get().state == "submitted"


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 30, "²", "99999999"])
def test_an_odd_tick_is_no_error(rate, people, odd):
    client = signed_in(people["planner"])
    assert client.post(WAITING, {"tick": [odd], "_approve": "1"}).status_code in (200, 404)


@pytest.mark.parametrize("count", [1, 24])
def test_the_screen_takes_as_many_queries_for_many_rows_as_for_one(
    plan, planner, django_assert_max_num_queries, count
):
    months = [(code, month) for code in ("S3-1.1", "S3-1.2") for month in range(1, 13)][:count]
    results = [enter(indicator_of(plan, code), 2569, month, "50") for code, month in months]
    who = viewer(planner)
    with django_assert_max_num_queries(8):
        rows = waiting_rows(list(waiting_results(who)), who)
    with django_assert_max_num_queries(0):
        assert len([(row.cell.result, row.flags, row.period) for row in rows]) == count
    with django_assert_max_num_queries(12):
        results_approve(user=planner, shown={result: 1 for result in results})


def test_many_are_approved_or_none(rate, planner):
    results = [enter(rate, 2569, month, "50") for month in (1, 2)]
    with pytest.raises(StaleVersion):
        results_return(user=planner, shown={results[0]: 1, results[1]: 7}, comment="ตรวจ")
    assert set(entered().values_list("state", "version")) == {("submitted", 1)}
