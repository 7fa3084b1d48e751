"""Every computed figure of a page opens what it is made of, and what it opens says that figure."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from decimal import Decimal as D
from html import unescape

import pytest
from django.utils.translation import override

from budgets.models import Project
from kpis.models import Result
from kpis.rules.entry import Value
from kpis.write.results import ResultEntries, ResultEntry
from strategy import access
from strategy.access import viewer
from strategy.approval.write import approve
from strategy.calendar import FiscalMonth
from strategy.explained.hands import hands_behind
from strategy.explained.sources import explained
from strategy.pages.page import PlanPage
from strategy.records.model import history_models
from tests.support.assessing import begun
from tests.support.pages import AT, DAY, HERE, enter, indicator_of, samples
from tests.support.writing import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.same]

#: Where figures stand, and which kinds of them each page has.
PAGES = {
    f"{HERE}/{AT}": {"mean", "indicator", "money"},
    f"{HERE}/indicators/{AT}": {"indicator"},
    f"{HERE}/indicators/S3-1.1/{AT}": {"indicator", "trend"},
    f"{HERE}/strategies/1/{AT}": {"mean", "indicator", "project"},
    f"{HERE}/units/{AT}": {"mean"},
    f"{HERE}/map/{AT}": {"mean"},
    f"{HERE}/steps/{AT}": {"step"},
    f"{HERE}/budgets/{AT}": {"money", "project"},
    f"{HERE}/budgets/units/{AT}": {"money", "project"},
    f"{HERE}/budgets/1-2/{AT}": {"project"},
    f"{HERE}/value/{AT}": {"value", "mean", "money"},
    f"{HERE}/board/{AT}": {"mean", "money"},
    "/integrity/ita/": {"ita"},
    "/integrity/ita/2564/": {"ita"},
    "/integrity/measures/2566/": {"measures"},
    "/integrity/assessments/": {"assessment"},
}
_LINK = re.compile(r'<a class="why" href="([^"]+)"[^>]*>(.*?)</a>', re.S)
_FIGURE = re.compile(r"[\d,]+\.\d+")


def links(html: str) -> list[tuple[str, str, str]]:
    """Kind, address and text of every figure of a page that opens something."""
    found = []
    for address, text in _LINK.findall(html):
        address = unescape(address)
        kind = address.split("/figures/")[1].split("/")[0]
        found.append((kind, address, " ".join(unescape(re.sub("<[^>]+>", " ", text)).split())))
    return found


@pytest.fixture
def sampled(plan, today):
    today(DAY)
    return samples(plan)


def test_each_figure_opens_a_page_that_says_it(sampled, planner):
    begun(agency=sampled.agency)
    client = signed_in(planner)
    asked: Counter[tuple[str, str]] = Counter()
    for page, kinds in PAGES.items():
        answer = client.get(page)
        assert answer.status_code == 200, page
        found = links(answer.content.decode())
        assert kinds <= {kind for kind, _address, _text in found}, page
        for kind, address, text in found:
            # A few of each kind on each page: what differs between them is their names.
            asked[page, kind] += 1
            if asked[page, kind] > 3:
                continue
            opened = client.get(address)
            assert opened.status_code == 200, (page, address)
            told = unescape(opened.content.decode())
            figure = _FIGURE.search(text)
            # Money is told in baht there, in million baht here.
            if figure and kind not in ("money", "project", "value"):
                assert figure[0] in told, (page, address, text)


@pytest.mark.parametrize(
    "address",
    [
        f"{HERE}/figures/mean/strategy-99/", f"{HERE}/figures/mean/objective-x.1/",
        f"{HERE}/figures/mean/unit-0/", f"{HERE}/figures/money/kind-x/",
        f"{HERE}/figures/money/objective-1.99/", f"{HERE}/figures/value/strategy-99/",
        f"{HERE}/figures/nothing/plan/", f"{HERE}/figures/ita/2564/",
        f"{HERE}/figures/indicator/S9-9/", f"{HERE}/figures/project/9-9/",
        "/figures/ita/x/", "/figures/ita/2564-XXX/", "/figures/measures/2566-5/",
        "/figures/assessment/0/", "/figures/mean/plan/",
    ],
)  # fmt: skip
def test_what_is_no_figure_is_not_there(plan, planner, client, today, address):
    today(DAY)
    client.force_login(planner)
    assert client.get(address).status_code == 404


def page_of(plan, user):
    return PlanPage(plan.agency, plan, FiscalMonth(2567, 12), DAY, viewer(user), False)


def test_a_mean_comes_out_on_a_pocket_calculator(sampled, planner):
    page = page_of(sampled, planner)
    names = ["plan", *(f"strategy-{number}" for number in (1, 2, 3, 4))]
    with override("en"):
        told = [explained(page, "mean", name, of_plan=True) for name in names]
    for each in told:
        terms, count, mean = re.match(
            r"Mean = \(?(.+?)\)? ÷ (\d+) = (.+)\.$", each.steps[0]
        ).groups()
        summed = sum(map(D, terms.split(" + ")))
        assert abs(summed / D(count) - D(mean)) <= D("0.01")
        assert dict(each.figures)["of expected (%)"] == mean
        counted = [made for made in each.inputs if made.value != "–"]
        assert len(counted) == int(count) and all(made.leads and made.stored for made in counted)


def test_a_sum_of_money_adds_up(sampled, planner):
    page = page_of(sampled, planner)
    with override("en"):
        whole = explained(page, "money", "flagship", of_plan=True)
        parts = [
            explained(page, "money", f"strategy-{number}", of_plan=True) for number in (1, 2, 3, 4)
        ]
    amounts = [
        D(dict(each.figures)["disbursed"].removesuffix(" baht").replace(",", ""))
        for each in (whole, *parts)
    ]
    assert amounts[0] == sum(amounts[1:]) > 0
    assert sum(len(part.inputs) for part in parts) == len(whole.inputs) == Project.objects.count()


def test_who_entered_and_who_approved(plan, planner, person, today, client, settings):
    today(DAY)
    indicator = indicator_of(plan, "S3-1.1")
    values = {indicator.measures.get().pk: Value(D(66))}
    entry = ResultEntry(indicator=indicator, fiscal_year=2567, month=12, values=values)
    author = person("who-entered-it", access.PLANNER)
    row = ResultEntries.record(user=author, entry=entry, today=DAY)
    shown = explained(page_of(plan, planner), "indicator", "S3-1.1", of_plan=True)
    hand = hands_behind(shown.inputs)[Result, row.pk]
    assert author.username in hand.entered_by
    assert not hand.approved_by and hand.approved_at is None

    approve(user=planner, shown={row: row.version})
    hand = hands_behind(shown.inputs)[Result, row.pk]
    assert author.username in hand.entered_by
    assert planner.username in hand.approved_by and hand.approved_at

    address = f"{HERE}/figures/indicator/S3-1.1/{AT}"
    assert hand.entered_by in signed_in(planner).get(address).content.decode()
    # Who entered what is told to those who have signed in, the figure to all.
    settings.PUBLIC_READING = True
    public = client.get(address).content.decode()
    assert hand.entered_by not in public and "66 ÷ 65 × 100 = 101.54" in public


def test_as_of_an_earlier_day(plan, planner, today, opened_history, monkeypatch):
    for model in history_models():
        model._base_manager.update(history_date=datetime(2022, 10, 3, tzinfo=UTC))
    today(date(2024, 11, 20))
    for day, month, figure in ((20, 11, "66"), (25, 12, "64")):
        moment = datetime(2024, 10, day, 5, tzinfo=UTC)
        monkeypatch.setattr("strategy.records.model.timezone.now", lambda now=moment: now)
        enter(plan, "S3-1.1", 2567, month, figure)
    monkeypatch.undo()
    today(date(2024, 11, 20))
    client = signed_in(planner)
    address = f"{HERE}/figures/indicator/S3-1.1/{AT}"
    assert "64 ÷ 65" in client.get(address).content.decode()
    then = client.get(f"{address}&as_of=2567-10-22").content.decode()
    assert "<dd>66 " in then and "<dd>64 " not in then


def test_no_more_queries_for_more_indicators(sampled, planner, django_assert_max_num_queries):
    page = page_of(sampled, planner)
    with django_assert_max_num_queries(8):
        shown = explained(page, "mean", "plan", of_plan=True)
    with django_assert_max_num_queries(1):
        hands_behind(shown.inputs)
