"""Every address × every role × every method, by one table (docs/trust.md).

``addresses.txt`` holds a line for each address, generated from the resolver: for GET and for POST
a letter for each person of PEOPLE, in their order: "y" it answers, ">" it leads elsewhere (to the
sign-in, or to where it is done), "-" refused (403), "?" not there (404), "m" not this way (405),
"x" refused as it was sent (400), "s" sign in first (401). The reporter and the approver are of the
unit OWN; "own" is a row of the unit of reporter
and approver, "other" one of another unit, a draft where there are drafts. POST says
that something be done, and no more: what is needed is missing, so "y" and ">" say that somebody may, and nothing is changed by it.

Each address is asked once by each of them, and everything that holds of that is looked at there:
test_roles.py says what people see and do on the pages that they open.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from strategy import access as roles
from strategy.access import Viewer
from strategy.models import Agency
from strategy.workbook.book import Book
from tests.support.addresses import (
    LETTERS,
    PEOPLE,
    Answer,
    Place,
    answer,
    model_of,
    table,
    without_drawing,
)
from tests.support.sweep import part
from tests.support.world import places_of
from tests.support.writing import OWN, TODAY, differences, facts, signed_in

pytestmark = pytest.mark.django_db

METHODS = ("GET", "POST")


@pytest.fixture
def places(plan: Any, person: Any, today: Any, evidence_store: Any, clients: Any) -> list[Place]:
    today(TODAY)
    sender = get_user_model().objects.get(username=f"the-{roles.REPORTER}")
    return places_of(plan, person("maker", roles.PLANNER), sender, evidence_store)


@pytest.fixture
def clients(person: Any) -> dict[str, Client]:
    made = {"nobody": Client(), "public": Client(), "roleless": signed_in(person("roleless"))}
    for role in PEOPLE[3:]:
        units = [OWN] if role in (roles.REPORTER, roles.APPROVER) else []
        made[role] = signed_in(person(f"the-{role}", role, *units))
    return made


#: Whom the admin does not let in.
NO_STAFF = ("nobody", "public", "roleless", roles.EXECUTIVE)


def _let_in(name: str, place: Place, found: Answer) -> bool:
    """Whether somebody who has no business there is led on into the admin."""
    own = name in NO_STAFF and place.name.startswith("admin:")
    return own and found.status == 302 and "log" not in f"{found.to}{place.name}"


def answered(
    places: list[Place], clients: dict[str, Client], settings: Any, wrong: list[str]
) -> list[str]:
    """The lines of the table for some addresses, as they are now. ``wrong``: takes whatever reads
    and writes nonetheless, is refused and writes, or leads into the admin whom it does not let in.
    """
    told: dict[tuple[Place, str], str] = {}
    for name in PEOPLE:
        settings.PUBLIC_READING = name == "public"
        for place in places:
            for method in METHODS:
                found = answer(clients[name], method, place.address)
                letter = LETTERS.get(found.status, f"!{found.status}!")
                told[place, method] = told.get((place, method), "") + letter
                if found.written and (method == "GET" or letter in "-?msx"):
                    wrong.append(f"{name} {method} {place.address}: {found.written}")
                if _let_in(name, place, found):
                    wrong.append(f"{name} {method} {place.address}: to {found.to}")
    return [
        f"{place.name:<42} {place.row:<5} {'  '.join(told[place, method] for method in METHODS)}"
        for place in places
    ]


@pytest.mark.looks
def test_everybody_is_answered_as_the_table_says(places, clients, settings, monkeypatch):
    """A line that is missing, one too many, or one that says otherwise: each is told."""
    written: list[str] = []
    # Workbooks are filled, and not packed.
    monkeypatch.setattr(Book, "save", lambda book: b"")
    with without_drawing():
        now = answered(places, clients, settings, written)
    known = table()
    wrong = [f"now:   {line}" for line in now if line not in known]
    wrong += [f"table: {line}" for line in known if line not in now]
    assert not wrong, "\n".join(sorted(wrong, key=lambda line: line[7:]))
    assert not written, "\n".join(written)


@pytest.mark.same
def test_staff_without_a_role_sees_nothing(places, person):
    client = signed_in(person("new", is_staff=True))
    own = [place for place in places if model_of(place.name)]
    with without_drawing():
        found = {place.name: answer(client, "GET", place.address).status for place in own}
    assert set(found.values()) <= {302, 400, 403, 404, 405}
    led = {name for name, status in found.items() if status == 302}
    assert {name.rpartition("_")[2] for name in led} <= {"month"}


@pytest.mark.same
def test_what_is_neither_read_nor_sent_changes_nothing(places, clients):
    """PUT and DELETE by those who may most: no way of ours knows them."""
    before = facts()
    with without_drawing():
        for number, place in enumerate(places):
            # Each by one of the two in turn; in a sweep by both.
            for method in part(("PUT", "DELETE"), 2, number):
                assert clients[roles.PLANNER].generic(method, place.address).status_code < 500
    assert differences(before, facts()) == {}


@pytest.mark.looks
def test_an_address_that_nobody_listed_would_be_told(places, clients, settings, monkeypatch):
    """Negative control: a new address, a page that writes, and a guard that lets everybody in."""
    wrong: list[str] = []
    some = [place for place in places if place.name == "admin:kpis_result_change"]
    assert [place.row for place in some] == ["other", "own"]
    known = table()
    assert answered([Place("new", "", "/plans/")], clients, settings, wrong)[0] not in known
    (line,) = answered(some[:1], clients, settings, wrong)
    assert line in known
    assert wrong == []
    with monkeypatch.context() as patch:
        writes = lambda *args, **more: Agency.objects.update(phone="1") and TODAY  # noqa: E731
        patch.setattr(timezone, "localdate", writes)
        answered([each for each in places if each.name == "overview"], clients, settings, wrong)
    assert wrong
    monkeypatch.setattr(Viewer, "may_report", lambda self, unit: True)
    monkeypatch.setattr(Viewer, "may_read_drafts", lambda self, unit: True)
    assert answered(some[:1], clients, settings, wrong) != [line]
