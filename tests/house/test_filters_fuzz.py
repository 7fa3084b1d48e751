"""Odd input in an address: never an error page.

Ordering, filters, search, year, month and pages of lists, on the reading pages and in the admin.
What each of them answers to good input stands in tests/strategy/test_pages.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count, cycle, islice
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from axes.models import AccessAttempt
from django.contrib import admin
from django.db import connection, transaction
from django.db.models.expressions import RawSQL
from django.template.backends import django as engine
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from strategy.models import Holiday, Plan
from tests.support.crawling import example, one_of_each
from tests.support.pages import DAY, HERE, reading_routes
from tests.support.sweep import part, size

ODD = [
    " ", "0", "-1", "99", "2567", "2024", "๒๕๖๗", "²", "½", "1e400", "nan", "0x10", "1_000",
    "999999999999999999999999", "9" * 5000, "null", "[]", "'", "\\", "%", "_", "' OR 1=1 --",
    "a\x00b", "\r\nX-Y: z", "\u200b", "\u202e", "e\u0301", "💥", "<script>", "../../etc/passwd",
    "a" * 3000, "-", "--name", "-code", "on_plan", "percent", "S3-1.1", "รายงาน",
]  # fmt: skip
#: As bytes, which no browser would send: some are no text at all.
RAW = [
    "%ff", "%00", "%zz", "&&&", "=&=", "year", "year=%ff", "month=%00", "text=%ed%a0%80",
    "sort=%c3%28", "q=%f0%28%8c%bc", "o=%", "year=2567;month=3", "?year=2567", "a[]=1&a[]=2",
]  # fmt: skip
TOO_LARGE, NULL = "999999999999999999999999", "\x00"

odd = st.one_of(
    st.sampled_from(ODD),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.integers().map(str),
    st.lists(st.sampled_from(["1", "-2", "9", "", "x"]), max_size=4).map(".".join),
)


def fuzz(examples: int) -> Callable[[Any], Any]:
    return settings(
        max_examples=size(examples // 4, examples),
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def answer(client: Any, path: str, query: str = "") -> int:
    """The status of a GET. What goes wrong in it is raised here, or is 500."""
    # A savepoint: a query that fails on PostgreSQL spoils nothing for the next example.
    with transaction.atomic():
        status = client.generic("GET", path, QUERY_STRING=query).status_code
        transaction.set_rollback(True)
    assert status < 500, (path, query[:200], status)
    return status


# --------------------------------------------------------------------------------- reading pages

_PARAMETERS = [
    "year", "month", "sort", "text", "strategy", "unit", "status", "kind", "page", "format",
    "unknown",
]  # fmt: skip


@pytest.fixture
def reader(plan: Plan, client: Any, planner: Any, today: Callable[[date], date]) -> Any:
    today(DAY)
    client.force_login(planner)
    return client


def test_each_odd_value_on_the_table(plan, reader):
    """Each value for each parameter, all of them at once: what is odd in one hides no other."""
    for shift in range(len(ODD)):
        odd_ones = {
            name: ODD[(shift + 7 * place) % len(ODD)] for place, name in enumerate(_PARAMETERS)
        }
        answer(reader, f"{HERE}/indicators/", urlencode(odd_ones))
    # The month comes first and may stop what follows.
    for name in ("year", "month"):
        for value in ODD:
            answer(reader, f"{HERE}/indicators/", urlencode({name: value}))


def test_queries_that_are_no_text(plan, reader):
    for query in RAW:
        answer(reader, f"{HERE}/indicators/", query)
    for route in reading_routes(plan):
        answer(reader, route.path, "&".join(RAW))


@pytest.mark.parametrize(
    "path",
    [
        "/plans/{}/", "/plans/{}.json", "/plans/{}/report.xlsx", HERE + "/indicators/{}/",
        HERE + "/indicators/{}.json", HERE + "/strategies/{}/", HERE + "/strategies/{}.json",
        HERE + "/budgets/{}/", HERE + "/budgets/{}.json", HERE + "/units/{}/", HERE + "/units/{}.json", HERE + "/{}/", "/{}", "/{}.json",
        "/admin/{}/", "/admin/kpis/result/{}/change/", "/admin/kpis/result/{}/history/",
        "/admin/kpis/result/{}/delete/", "/admin/kpis/result/{}/approve/",
        "/admin/budgets/disbursement/{}/change/", "/admin/budgets/disbursement/{}/delete/",
        "/admin/budgets/disbursement/{}/history/",
        "/admin/auth/user/{}/password/", "/admin/strategy/plan/{}/change/",
    ],
)  # fmt: skip
def test_odd_addresses(plan, reader, path):
    for value in part(ODD, 4, len(path)):
        status = answer(reader, path.format(quote(value, safe="")), "year=2570&month=12")
        if not value.isascii() or not value.strip().isalnum():
            # In the admin it is 403 where the list itself is not theirs to see.
            assert status in (302, 403, 404, 405), value


@fuzz(60)
@given(data=st.data())
def test_any_query_on_any_reading_page(plan, reader, data):
    route = data.draw(st.sampled_from(reading_routes(plan)))
    query = data.draw(st.dictionaries(st.sampled_from(_PARAMETERS), odd, max_size=5))
    answer(reader, route.path, urlencode(query))


@fuzz(30)
@given(
    query=st.fixed_dictionaries(
        {},
        optional={
            "sort": st.sampled_from(["code", "-code", "name", "-unit", "achievement", "-status"]),
            "text": st.sampled_from(["", "1", "S3", "๑", "รายงาน", "ไม่มี"]),
            "strategy": st.sampled_from(["", "1", "9", "x"]),
            "unit": st.sampled_from(["", "null", "1", "-1", "x"]),
            "status": st.sampled_from(["", "awaiting", "no_target", "x"]),
            "kind": st.sampled_from(["", "percent", "level", "x"]),
            "month": st.sampled_from(["1", "12"]),
        },
    )
)
def test_filters_and_sorting_only_choose_and_order(plan, reader, query):
    """Whatever is asked for, the rows are some of the plan's, each once and unchanged."""
    month = {"month": query.get("month", "12")}
    every = reader.get(f"{HERE}/indicators.json", month).json()["indicators"]
    found = reader.get(f"{HERE}/indicators.json", {**month, **query}).json()["indicators"]
    rows = {row["code"]: row for row in every}
    assert len({row["code"] for row in found}) == len(found)
    for row in found:
        assert row == rows[row["code"]]
    if not any(query.get(name) for name in ("text", "strategy", "unit", "status", "kind")):
        assert len(found) == len(every)


# -------------------------------------------------------------------------------------- the admin


@pytest.fixture
def root(
    plan: Plan,
    client: Any,
    person: Callable[..., Any],
    today: Callable[[date], date],
    monkeypatch: pytest.MonkeyPatch,
) -> Any:
    today(DAY)
    for registered in admin.site._registry.values():
        # What a row looks like is not the matter here, and drawing fifty takes its time.
        monkeypatch.setattr(registered, "list_per_page", 2)
    root = person("root", is_superuser=True, is_staff=True)
    one_of_each(plan, root)
    client.force_login(root)
    return client


def _lists() -> list[str]:
    return [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]


def _filters(info: str) -> list[str]:
    """The parameters that a list's own filters take."""
    registered = next(
        row
        for model, row in admin.site._registry.items()
        if f"{model._meta.app_label}_{model._meta.model_name}" == info
    )
    return [
        each if isinstance(each, str) else each.parameter_name for each in registered.list_filter
    ]


#: The lists are asked in shares, for the rows behind them are made anew for each test.
_SHARES = 4
_LOOKUPS = ("", "__id__exact", "__isnull", "__in", "__nothing")
#: What each list takes in its own way: by the columns that it searches and orders.
_OF_THE_LIST = {
    "q": ["x", "๒", "%", "'", "\\", "a" * 3000, NULL, "💥", "\u202e"],
    "o": ["x", "-", "1.x", "-99", "0", "1.-1.1", TOO_LARGE, "๑", "9" * 3000, NULL],
}
#: What all lists take in the same way: each takes some of it, in turn.
_OF_ALL = {
    "p": ["x", "-1", "99", TOO_LARGE, NULL],
    "all": ["x"],
    "_facets": ["x", ""],
    "_popup": ["x"],
    "_to_field": ["x"],
    "id": ["x", TOO_LARGE],
    "pk__in": ["1,x"],
    "unknown": ["x"],
}
_IN_TURN = 4


def fetched(template: Any, context: Any = None, request: Any = None) -> str:
    """Of a list what is read while it is drawn: its rows, and what its filters offer."""
    drawn = (context or {}).get("cl")
    if drawn is not None:
        list(drawn.result_list)
        for each in drawn.filter_specs:
            list(each.choices(drawn))
    return ""


@contextmanager
def drawn(whole: bool) -> Iterator[None]:
    """Lists are drawn whole, or fetched alone: drawing takes half the time, and what it shows of
    an address is the same on each."""
    with pytest.MonkeyPatch.context() as patch:
        if not whole:
            patch.setattr(engine.Template, "render", fetched)
        yield


@pytest.mark.parametrize("share", range(_SHARES))
def test_each_odd_value_on_a_list_of_the_admin(root, share):
    whole, turn = cycle((True, *[False] * 9)), count()
    in_turn = cycle([(name, value) for name, values in _OF_ALL.items() for value in values])
    for info in _lists()[share::_SHARES]:
        path = reverse(f"admin:{info}_changelist")
        odd_ones = cycle(("1,2,x", "๒"))
        own = [(name, value) for name, values in _OF_THE_LIST.items() for value in values]
        asked = part(own, 4, next(turn))
        asked += islice(in_turn, size(2, _IN_TURN))
        for each in _filters(info):
            lookups = part(_LOOKUPS, 5, next(turn))
            asked += [(each + lookup, next(odd_ones)) for lookup in lookups]
        for each in [*(urlencode([pair]) for pair in asked), "&".join(RAW)]:
            with drawn(next(whole)):
                answer(root, path, each)


def test_a_list_whose_rows_cannot_be_read_would_be_seen(root, monkeypatch):
    """Negative control of what is fetched alone: counting its rows goes well, reading does not."""
    broken = Holiday.objects.annotate(odd=RawSQL("nowhere.odd", ()))
    monkeypatch.setattr(admin.site._registry[Holiday], "get_queryset", lambda request: broken)
    with drawn(False), pytest.raises(Exception, match="nowhere"):
        answer(root, reverse("admin:strategy_holiday_changelist"))


@pytest.mark.parametrize(
    ("lookups", "value"),
    [
        pytest.param(["", "__exact", "__in", "__gte"], TOO_LARGE, id="a-number-too-large"),
        pytest.param(["", "__exact", "__in"], NULL, id="a-null-character"),
        pytest.param(["__regex"], "[", id="a-broken-pattern"),
    ],
)
def test_what_the_database_refuses_is_no_error_page(root, lookups, value):
    """SQLite refuses numbers beyond 64 bits, PostgreSQL null characters, both broken patterns."""
    failing, turn = [], count()
    for info in _lists():
        for name in _filters(info):
            for lookup in part(lookups, len(lookups), next(turn)):
                query = urlencode({name + lookup: value})
                try:
                    with drawn(False):
                        answer(root, reverse(f"admin:{info}_changelist"), query)
                except Exception as error:
                    failing.append((f"{info}?{query}", type(error).__name__))
    assert failing == []


@fuzz(60)
@given(data=st.data())
def test_any_query_on_any_list_of_the_admin(root, data):
    info = data.draw(st.sampled_from(_lists()))
    names = [name + lookup for name in _filters(info) for lookup in _LOOKUPS]
    values = odd.filter(lambda text: NULL not in text and not text.lstrip("-").isdecimal())
    query = data.draw(
        st.dictionaries(st.sampled_from([*_OF_THE_LIST, *_OF_ALL, *names]), values, max_size=4)
    )
    answer(root, reverse(f"admin:{info}_changelist"), urlencode(query))


def test_odd_queries_on_export_pages(root):
    """The page takes over the list's filters, and so whatever stands in its address."""
    failing = []
    for info in _lists():
        if info == "axes_accessattempt":  # a list, and nothing below it
            continue
        for query in ("q=1&o=x&p=x", "e=1&_popup=1&format=0&o=1", "id__exact=x"):
            try:
                answer(root, reverse(f"admin:{info}_export"), query)
            except Exception as error:
                failing.append((f"{info}?{query}", type(error).__name__))
    assert failing == []


def test_odd_queries_where_a_result_is_chosen(plan, root):
    path = reverse("admin:kpis_result_add")
    pk = str(plan.strategies.first().indicators.first().pk)
    for name in ("indicator", "year", "month", "unknown"):
        odd_ones = ("", "x", "-1", "13", "2024", "๒๕๖๗", TOO_LARGE, NULL, "1e400")
        for value in part(odd_ones, 2, len(name)):
            answer(root, path, urlencode({"indicator": pk, name: value}))


def test_odd_queries_where_a_month_of_money_is_chosen(plan, root):
    path = reverse("admin:budgets_disbursement_add")
    unit = str(plan.strategies.first().projects.first().leads.first().unit_id)
    for value in part(ODD, 3):
        answer(root, path, urlencode({"unit": value, "plan": value}))
        answer(root, path, urlencode({"unit": unit, "year": value, "month": value}))
        answer(root, path, urlencode({"year": "2567", "unknown": value, "month": value}))
    answer(root, path, "&".join(RAW))


def test_odd_queries_to_the_autocompletion(root):
    path = reverse("admin:autocomplete")
    asked = {"app_label": "strategy", "model_name": "membership", "field_name": "unit", "term": "1"}
    for value in part(ODD, 3):
        for name in asked:
            answer(root, path, urlencode({**asked, name: value, "page": value}))


def test_odd_queries_on_forms_and_history(root):
    turn = count()
    for model in admin.site._registry:
        if model is AccessAttempt:
            continue
        info, pk = f"{model._meta.app_label}_{model._meta.model_name}", example(model).pk
        ways = (("add", []), ("change", [pk]), ("delete", [pk]), ("history", [pk]))
        for name, arguments in part(ways, 3, next(turn)):
            path = reverse(f"admin:{info}_{name}", args=arguments)
            large = urlencode(
                {name: TOO_LARGE for name in ("fiscal_year", "plan", "unit", "agency")}
            )
            answer(root, path, "&".join([*RAW, large, "_changelist_filters=%ff"]))
            answer(root, path, "_popup=1&_to_field=x&page=x")
    add = reverse("admin:strategy_plan_add")
    for value in ("x", NULL, TOO_LARGE, "๒"):
        answer(root, add, urlencode({"agency": value, "first_year": value, "name": value}))


def test_an_error_would_be_seen(plan, reader, monkeypatch):
    """Negative control: an exception and a failing query reach the test."""

    def broken(*args: Any, **kwargs: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM nowhere")

    for module in ("nhrc_plan.overview.read", "kpis.pages.views"):
        monkeypatch.setattr(f"{module}.plan_standing", broken)
    for path in (f"{HERE}/", f"{HERE}/indicators/"):
        with pytest.raises(Exception, match="nowhere"):
            answer(reader, path)
    reader.raise_request_exception = False
    with pytest.raises(AssertionError, match="500"):
        answer(reader, f"{HERE}/")
