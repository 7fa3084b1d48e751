"""Thai for everybody until somebody switches; then English, kept, with days of the Christian Era."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.utils import translation

from nhrc_plan.reminders.models import Reminder
from nhrc_plan.reminders.post import message
from nhrc_plan.reminders.read import outgoing
from strategy import thai
from strategy.calendar import FiscalMonth
from strategy.language.months import MONTH_CHOICES
from strategy.models import LanguageChoice
from tests.support.pages import HERE
from tests.support.reminding import MONDAY, SITE
from tests.support.writing import OWN, indicator_of

pytestmark = pytest.mark.django_db

THAI, ENGLISH = '<html lang="th"', '<html lang="en"'


def switch(client: Client, language: str = "en", back: str = f"{HERE}/"):
    return client.post("/language/", {"language": language, "next": back})


@pytest.mark.same
def test_pages_are_thai_whatever_a_browser_asks_for(client, executive, plan):
    client.force_login(executive)
    answer = client.get(f"{HERE}/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert THAI in answer.content.decode() and answer["Content-Language"] == "th"
    assert "Cookie" in answer["Vary"]


def test_the_switch_is_kept_for_the_person_and_by_the_browser(client, planner, plan, today):
    today(date(2026, 12, 15))
    client.force_login(planner)
    assert switch(client).headers["Location"] == f"{HERE}/"
    for address, words in (
        (f"{HERE}/?year=2570&month=2", "end of November 2026"),
        ("/admin/", "Log out"),
    ):
        shown = client.get(address).content.decode()
        assert words in shown and ('lang="en"' in shown)
    assert LanguageChoice.objects.get(user=planner).language == "en"
    assert LanguageChoice.history.count() == 1

    # Another browser is Thai until somebody signs in there who reads English.
    elsewhere = Client()
    assert THAI in elsewhere.get("/login/").content.decode()
    elsewhere.post("/login/", {"username": planner.username, "password": "for-tests-only"})
    assert ENGLISH in elsewhere.get(f"{HERE}/").content.decode()
    switch(elsewhere, "th")
    assert THAI in elsewhere.get(f"{HERE}/").content.decode()
    assert LanguageChoice.objects.get(user=planner).language == "th"


@pytest.mark.same
@pytest.mark.parametrize(
    ("language", "back", "goes"),
    [
        ("en", "https://elsewhere.example/", "/"),
        ("en", "//elsewhere.example/", "/"),
        ("en", "javascript:alert(1)", "/"),
        ("xx", f"{HERE}/", f"{HERE}/"),
        ("", "", "/"),
    ],
)
def test_the_switch_leads_nowhere_else_and_knows_its_languages(client, language, back, goes):
    answer = switch(client, language, back)
    assert answer.status_code == 302 and answer["Location"] == goes
    assert (settings.LANGUAGE_COOKIE_NAME in answer.cookies) == (language == "en")
    assert client.get("/language/").status_code == 405


@pytest.mark.same
def test_days_are_written_and_read_in_either_language():
    day, month = date(2026, 1, 5), FiscalMonth(2569, 4)
    assert thai.format_date(day) == "5 ม.ค. 2569"
    with translation.override("en"):
        assert thai.format_date(day) == "5 Jan 2026"
        assert thai.format_date(day, short=False) == "5 January 2026"
        assert thai.month_name(month) == "January 2026" and thai.weekday_name(day) == "Monday"
        assert str(MONTH_CHOICES[0][1]) == "October"
        for text in ("5 Jan 2026", "5 January 2569", "05/01/2026", "05/01/2569", "5 ม.ค. 2569"):
            assert thai.parse_date(text) == day, text
        for each in range(1, 13):
            shown = thai.format_date(day.replace(month=each))
            assert thai.parse_date(shown) == day.replace(month=each)
    assert str(MONTH_CHOICES[0][1]) == "ตุลาคม"
    assert thai.parse_date("5 Jan 2026") == day
    with pytest.raises(thai.Refusal, match="year_ce"):
        thai.parse_date("05/01/2026")


def test_a_mail_is_in_its_readers_language(client, reporter, plan, today):
    today(MONDAY)
    indicator_of(plan, "S3-1.1", unit=OWN)
    reporter.email = "somebody@example.org"
    reporter.save()

    def told() -> str:
        [letter] = [each for each in outgoing(MONDAY).letters if each.user_id == reporter.pk]
        sent = message(letter, Reminder(pk=1, day=MONDAY), SITE)
        return f"{sent.subject}\n{sent.body}"

    before = told()
    client.force_login(reporter)
    switch(client)
    after = told()
    assert "12 ตุลาคม 2569" in before and "Sep 2026" not in before
    assert "12 October 2026" in after and "Sep 2026" in after and "ก.ย." not in after
