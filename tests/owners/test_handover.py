"""Handing over: everything of a leaver on one list, in one act, by planners."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kpis.models import Indicator
from strategy import access as roles
from strategy.owners import write
from strategy.owners.read import Held, held_by, things_of, who_holds
from strategy.owners.write import Handover, HandoverEntry
from strategy.people.write import person_delete
from strategy.records.model import history_models
from strategy.records.write import EntriesRefused, StaleVersion, record_save
from tests.support.owning import account, answers
from tests.support.writing import (
    OWN,
    TODAY,
    differences,
    facts,
    filled,
    indicator_of,
    led_by,
    measure_of,
    shown,
    signed_in,
)

pytestmark = pytest.mark.django_db
ALL = "/admin/auth/user/handover/"


@pytest.fixture
def heir(person):
    return person("heir", roles.REPORTER, OWN)


@pytest.fixture
def held(plan, today, reporter, heir):
    """What the reporter leaves: three things as the accountable person, one as the deputy."""
    today(TODAY)
    return [
        answers(indicator_of(plan, "S3-1.1", OWN), reporter, deputy=heir),
        answers(led_by(OWN), reporter),
        answers(measure_of(2566, "2.2", OWN), reporter),
        answers(indicator_of(plan, "S3-1.2", OWN), heir, deputy=reporter),
    ]


def here(user):
    return reverse("admin:auth_user_handover", args=[account(user).pk])


def people_of(row):
    row = type(row)._base_manager.get(pk=row.pk)
    return row.accountable_id, row.deputy_id


def entry(row, user, version=None):
    read = type(row)._base_manager.get(pk=row.pk).version if version is None else version
    return HandoverEntry(type(row), row.pk, account(user).pk, read)


def hand_over(user, leaver, entries, reason="ย้ายสำนัก"):
    return Handover.record_many(
        user=user, entries=entries, reason=reason, leaver=account(leaver).pk
    )


def test_all_of_it_stands_on_one_list_ticked(held, planner, reporter):
    page = signed_in(planner).get(here(reporter))
    assert len(page.context["form"].forms) == 4
    sent = shown(page)
    assert sum(name.endswith("-take") for name in sent) == 4
    assert {thing.part for thing in things_of(account(reporter).pk)} == {"accountable", "deputy"}


def test_one_press_hands_over_all_in_one_act(held, planner, reporter, heir, person):
    second = person("second", roles.REPORTER, OWN)
    client = signed_in(planner)
    indicator, project, measure, other = held
    answer = client.post(
        here(reporter),
        filled(
            client.get(here(reporter)),
            successor=account(heir).pk,
            change_reason="ย้ายสำนัก",
            **{f"indicator{other.pk}-successor": account(second).pk},
        ),
        follow=True,
    )
    assert answer.redirect_chain, answer.context["form"].general
    boss = account(heir).pk
    # The deputy who takes over leaves the deputy's place empty.
    assert people_of(indicator) == (boss, None)
    assert people_of(project) == people_of(measure) == (boss, None)
    assert people_of(other) == (boss, account(second).pk)
    last = [model.objects.filter(history_change_reason="ย้ายสำนัก") for model in history_models()]
    rows = [row for found in last for row in found]
    assert len(rows) == 4
    assert len({row.act for row in rows}) == 1
    assert {row.history_user_name for row in rows} == {"planner"}
    assert held_by([reporter.pk])[reporter.pk] == Held(0, 0)


def test_what_is_not_ticked_stays(held, planner, reporter, heir):
    client = signed_in(planner)
    sent = filled(client.get(here(reporter)), successor=account(planner).pk, change_reason="ลา")
    del sent[f"project{held[1].pk}-take"]
    assert client.post(here(reporter), sent).status_code == 302
    assert people_of(held[1]) == (account(reporter).pk, None)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ({"successor": ""}, "forms"),
        ({"change_reason": " "}, "general"),
        ({"change_reason": "-"}, "general"),
    ],
)
def test_without_successor_or_reason_nothing_is_written(
    held, planner, reporter, heir, typed, asked
):
    client = signed_in(planner)
    sent = {"successor": account(heir).pk, "change_reason": "ลา", **typed}
    # The heir cannot be both of the last one.
    sent |= {f"indicator{held[3].pk}-successor": account(planner).pk}
    before = facts()
    page = client.post(here(reporter), filled(client.get(here(reporter)), **sent))
    assert page.status_code == 200
    form = page.context["form"]
    assert form.general if asked == "general" else form.refused
    assert differences(before, facts()) == {}


def test_one_bad_row_and_nothing_is_handed_over(held, planner, reporter, heir, outsider):
    bad = [entry(held[0], heir), entry(held[1], outsider), entry(held[2], heir)]
    account(planner)
    before = facts()
    with pytest.raises(EntriesRefused) as refused:
        hand_over(planner, reporter, bad)
    assert set(refused.value.errors) == {1}
    assert "outsider" in str(refused.value.errors[1])
    assert differences(before, facts()) == {}


def test_who_takes_over_is_somebody_else_than_both(held, planner, reporter, heir):
    for row, user in ((held[0], reporter), (held[3], heir)):
        with pytest.raises(EntriesRefused):
            hand_over(planner, reporter, [entry(row, user)])


def test_the_second_editor_is_refused_and_sees_what_is_left(held, planner, person, reporter, heir):
    first, second = signed_in(planner), signed_in(person("colleague", roles.PLANNER))
    typed = {"successor": account(planner).pk, "change_reason": "ลา"}
    sent = [filled(client.get(here(reporter)), **typed) for client in (first, second)]
    only = {name: value for name, value in sent[0].items() if "indicator" not in name}
    assert first.post(here(reporter), only).status_code == 302
    before = facts()
    page = second.post(here(reporter), sent[1])
    assert page.status_code == 200
    assert page.context["form"].general
    assert len(page.context["form"].forms) == 2
    assert differences(before, facts()) == {}


def test_what_somebody_changed_meanwhile_is_shown_and_nothing_is_written(
    held, planner, reporter, heir
):
    client = signed_in(planner)
    sent = filled(client.get(here(reporter)), successor=account(planner).pk, change_reason="ลา")
    row = Indicator.objects.get(pk=held[0].pk)
    row.definition = "นิยามใหม่"
    record_save(instance=row, user=heir)
    before = facts()
    page = client.post(here(reporter), sent)
    assert "นิยามใหม่" in page.content.decode()
    assert differences(before, facts()) == {}
    # Saving again, now that it has been seen, goes through.
    assert client.post(here(reporter), filled(page)).status_code == 302


def test_the_version_is_claimed_and_without_the_claim_a_change_is_lost(
    held, planner, reporter, heir, monkeypatch
):
    """NEGATIVE CONTROL: the guard taken away, the same late entry overwrites."""
    late = entry(held[0], planner, version=held[0].version - 1)
    with pytest.raises(StaleVersion):
        hand_over(planner, reporter, [late])
    assert people_of(held[0]) == (account(reporter).pk, account(heir).pk)
    monkeypatch.setattr(write, "refuse_stale", lambda row, stored, read: None)
    hand_over(planner, reporter, [late])
    assert people_of(held[0])[0] == account(planner).pk


def test_planners_alone_hand_over(held, reporter, heir, person, client):
    before = facts()
    with pytest.raises(PermissionDenied):
        hand_over(reporter, reporter, [entry(held[0], heir)])
    for role in (roles.REPORTER, roles.APPROVER, roles.AUDITOR, roles.ADMINISTRATOR):
        user = signed_in(person(f"one-{role}", role, OWN))
        for path in (ALL, here(reporter)):
            assert user.get(path).status_code == 403
            assert user.post(path, {"successor": "1"}).status_code == 403
    for path in (ALL, here(reporter)):
        assert client.get(path).status_code == 302
    assert {table for table in differences(before, facts())} <= {
        "auth_user_groups", "strategy_membership", "strategy_historicalmembership",
        "strategy_account", "strategy_historicalaccount",
    }  # fmt: skip
    assert people_of(held[0]) == (account(reporter).pk, account(heir).pk)


def test_a_reason_is_asked_by_the_service_too(held, planner, reporter, heir):
    with pytest.raises(ValidationError):
        hand_over(planner, reporter, [entry(held[0], heir)], reason="")
    assert people_of(held[0])[0] == account(reporter).pk


def test_an_odd_address_is_not_there(held, planner):
    assert signed_in(planner).get("/admin/auth/user/handover/999999/").status_code == 404


def test_who_holds_something_is_listed_closed_accounts_first(held, planner, reporter, heir):
    heir.is_active = False
    heir.save()
    listed = [(person.name, tuple(count)) for person, count in who_holds()]
    assert listed == [("heir", (1, 1)), ("reporter", (3, 1))]
    text = signed_in(planner).get(ALL).content.decode()
    assert here(reporter) in text and here(heir) in text


def test_the_form_of_a_person_tells_and_closing_the_account_warns(held, person, reporter):
    boss = signed_in(person("boss", roles.ADMINISTRATOR))
    path = reverse("admin:auth_user_change", args=[reporter.pk])
    page = boss.get(path)
    assert here(reporter) in page.content.decode()
    sent = filled(page)
    del sent["is_active"]
    answer = boss.post(path, sent, follow=True)
    warned = [str(m) for m in answer.context["messages"] if here(reporter) in str(m)]
    assert warned
    reporter.refresh_from_db()
    assert not reporter.is_active


def test_an_account_that_is_named_is_not_deleted(held, person, reporter):
    boss = person("boss", roles.ADMINISTRATOR)
    with pytest.raises(ValidationError):
        person_delete(person=reporter, user=boss)
    client = signed_in(boss)
    path = reverse("admin:auth_user_delete", args=[reporter.pk])
    assert client.get(path).status_code == 200
    client.post(path, {"post": "yes"})
    reporter.refresh_from_db()


def test_reading_asks_as_often_for_many_as_for_few(plan, held, planner, reporter, heir):
    client = signed_in(planner)

    def asked(path):
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    few = [asked(path) for path in (ALL, here(reporter))]
    for code in ("S2-1.1", "S2-1.2", "S2-2.1", "S4-1.1", "S4-1.2"):
        answers(indicator_of(plan, code, OWN), reporter, deputy=heir)
    assert [asked(path) for path in (ALL, here(reporter))] == few
    assert max(few) <= 25
