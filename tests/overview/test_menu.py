"""The menu keeps to the agency whose page it stands on, and to the month that was chosen."""

import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from integrity.models import ItaAssessment, MeasureYear
from strategy.models import Agency, Plan
from strategy.pages import menu
from tests.support.writing import signed_in

pytestmark = pytest.mark.looks

TODAY = date(2026, 11, 10)
MENU = re.compile(r'<nav id="menu" popover aria-label="เมนูหลัก">(.*?)</nav>', re.DOTALL)
HREF = re.compile(r'href="([^"]+)"')

#: The pages of a plan, by the rest of their address.
PLAN_PAGES = [
    "",
    "indicators/",
    "units/",
    "map/",
    "steps/",
    "board/",
    "budgets/",
    "budgets/units/",
    "value/",
]
AGENCY_PAGES = ["/integrity/ita/", "/integrity/measures/", "/integrity/assessments/"]


@pytest.fixture
def agencies(plan):
    """Beside the two of the fixtures: one without any plan, and one with two plans."""
    bare = Agency.objects.create(slug="bare", name="หน่วยงานไม่มีแผน")
    MeasureYear.objects.create(agency=bare, fiscal_year=2566, title="มาตรการ")
    double = Agency.objects.create(slug="double", name="หน่วยงานสองแผน")
    for first, current in ((2561, False), (2566, True)):
        Plan.objects.create(
            agency=double, slug=f"double-{first}", name=f"แผน {first}", first_year=first,
            last_year=first + 4, is_current=current, code_prefix="S",
        )  # fmt: skip
    return list(Agency.objects.all())


def own_pages(agency):
    """Addresses of an agency's pages, each with the month that its menu has to keep."""
    for plan in agency.plans.all():
        year = min(plan.last_year, 2569)
        for rest in PLAN_PAGES:
            yield f"/plans/{plan.slug}/{rest}?year={year}&month=3", plan, (year, 3)
    found = ItaAssessment.objects.filter(agency=agency).values_list("fiscal_year", flat=True)
    measured = MeasureYear.objects.filter(agency=agency).values_list("fiscal_year", flat=True)
    pages = [
        *AGENCY_PAGES,
        *(f"/integrity/ita/{year}/" for year in found),
        *(f"/integrity/measures/{year}/" for year in measured),
    ]
    plan = agency.plans.order_by("-is_current", "-first_year").first()
    for path in pages:
        month = (plan.first_year, 5) if plan else None
        carried = f"&year={month[0]}&month={month[1]}" if month else ""
        yield f"{path}?agency={agency.slug}{carried}", plan, month


def menu_links(html):
    (found,) = MENU.findall(html)
    return [unescape(link) for link in HREF.findall(found)]


def stray(link, agency, plan, month):
    """What is wrong with a link of the menu: "" where it keeps to the agency and its month."""
    to = urlsplit(link)
    query = parse_qs(to.query)
    if to.path.startswith("/admin/"):
        return ""
    if to.path.startswith("/plans/"):
        if plan is None or not to.path.startswith(f"/plans/{plan.slug}/"):
            return f"{link} leads to another plan"
    elif query.get("agency") != [agency.slug]:
        return f"{link} forgets {agency.slug}"
    kept = [query.get(name) for name in ("year", "month")]
    if month is not None and kept != [[str(part)] for part in month]:
        return f"{link} forgets the month"
    return ""


def walk(client, agencies):
    """(page, what is wrong with one of its links) over every page of every agency."""
    wrong, walked, answered = [], 0, {}
    for agency in agencies:
        for address, plan, month in own_pages(agency):
            answer = client.get(address)
            assert answer.status_code == 200, address
            walked += 1
            links = menu_links(answer.content.decode())
            assert links, address
            for link in links:
                if link not in answered:
                    answered[link] = client.get(link).status_code
                bad = stray(link, agency, plan, month)
                if bad or answered[link] != 200:
                    wrong.append((address, bad or answered[link]))
    return walked, wrong


def test_the_menu_of_every_page_stays_with_its_agency(agencies, planner, today):
    today(TODAY)
    walked, wrong = walk(signed_in(planner), agencies)
    assert walked > 40
    assert wrong == []


def test_a_menu_that_forgets_would_be_seen(agencies, planner, today, monkeypatch):
    """Negative control: an entry that leaves the agency out."""
    today(TODAY)
    forgetful = [
        entry._replace(address=lambda page: "/integrity/ita/")
        if entry.name == "integrity"
        else entry
        for entry in menu._entries
    ]
    monkeypatch.setattr(menu, "_entries", forgetful)
    walked, wrong = walk(signed_in(planner), agencies[-1:])
    assert len(wrong) >= walked > 15


def test_the_department_opens_its_own_scores(plan, planner, today):
    """The fault this began with: on the scorecard's pages integrity meant the other agency's."""
    today(TODAY)
    client = signed_in(planner)
    (link,) = [
        link
        for link in menu_links(client.get("/plans/rlpd-hr-2563/").content.decode())
        if "/integrity/" in link
    ]
    shown = client.get(link)
    assert shown.context["page"].agency.slug == Plan.objects.get(slug="rlpd-hr-2563").agency.slug


def test_who_works_in_an_agency_sees_its_affairs_first(plan, reporter, today):
    today(TODAY)
    own = Plan.objects.get(slug="rlpd-hr-2563").agency
    unit = own.units.create(name="กองหนึ่ง")
    reporter.memberships.all().delete()
    reporter.memberships.create(unit=unit)
    assert signed_in(reporter).get("/integrity/ita/").context["page"].agency == own


def test_a_month_that_cannot_be_leads_back_to_the_latest(plan, planner, today):
    today(TODAY)
    client = signed_in(planner)
    for query in ("year=2599&month=1", "year=x", "month=13", "year=2570&month=12"):
        page = client.get(f"/integrity/ita/?agency=nhrc&{query}").context["page"]
        assert (page.at.year, page.at.month) == (2570, 1), query
