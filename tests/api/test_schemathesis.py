"""The API against its own description, by schemathesis: whatever is asked, the answer is one of
those that are described, in the shape that is described.

A few requests for each operation in a usual run; ``API_EXAMPLES=500`` asks more.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from nhrc_plan.api import limits
from nhrc_plan.api.models import ApiKey
from nhrc_plan.api.write import key_make
from tests.support.pages import DAY, enter

EXAMPLES = int(os.environ.get("API_EXAMPLES", "4"))
#: Addresses that lead somewhere, so that more than "not found" is looked at.
KNOWN = {"plan": "nhrc-2566-2570", "agency": "nhrc"}

pytestmark = [pytest.mark.django_db, pytest.mark.same]


class Asker(NamedTuple):
    head: dict[str, str]
    described: dict[str, Any]


@pytest.fixture
def asker(plan: Any, today: Any) -> Iterator[Asker]:
    """A client, and what it is told of the API.

    Its requests do not end the connection of the test, as those of a server do.
    """
    today(DAY)
    limits.forget()
    enter(plan, "S1-1.1", 2567, 12, "22", "12")
    made = key_make(key=ApiKey(name="schemathesis", per_minute=100_000), user=None)
    told = Client().get("/api/v1/openapi.json").json()
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    # WSGI itself unpacks nothing.
    yield Asker({"Authorization": f"Bearer {made}", "Accept-Encoding": "identity"}, told)
    for signal in ends:
        signal.connect(close_old_connections)


def asked(mode: GenerationMode, asker: Asker) -> list[int]:
    """Ask every operation, and hold each answer against the description; gives the statuses."""
    described = schemathesis.openapi.from_dict(asker.described)
    described.app = WSGIHandler()
    statuses: list[int] = []
    for found in described.get_all_operations():
        operation = found.ok()
        if mode is GenerationMode.NEGATIVE and not operation.query:
            continue  # nothing can be asked of it in a wrong way

        @settings(
            max_examples=EXAMPLES,
            phases=[Phase.generate],
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def ask(case: Any) -> None:
            known = {name: KNOWN[name] for name in case.path_parameters or {}}
            case.path_parameters = known or case.path_parameters
            answer = case.call(base_url="http://testserver", headers=asker.head)
            case.validate_response(answer, excluded_checks=_LEFT_OUT)
            statuses.append(answer.status_code)

        ask()
    return statuses


#: Whoever has signed in needs no key; and a month is refused without its year, which a description
#: of single parameters cannot say.
_LEFT_OUT = [checks.ignored_auth, checks.positive_data_acceptance]


def test_what_is_asked_as_described_is_answered_as_described(asker):
    assert 200 in asked(GenerationMode.POSITIVE, asker)


def test_what_is_asked_otherwise_is_refused_as_described(asker):
    assert set(asked(GenerationMode.NEGATIVE, asker)) <= {200, 404, 405, 422}


def test_an_answer_that_is_not_as_described_would_be_told(asker, monkeypatch):
    """Negative control: a version that is no number."""
    wrong = HttpResponse(b'{"version": "one"}', content_type="application/json")
    monkeypatch.setattr("nhrc_plan.api.answers.listed", lambda *asked: wrong)
    with pytest.raises(FailureGroup):
        asked(GenerationMode.POSITIVE, asker)
