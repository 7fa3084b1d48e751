"""Switching reminders off for oneself: what stops, what does not, and by which address."""

from __future__ import annotations

import logging
import re
from datetime import date
from io import StringIO

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.core.signing import Signer
from django.test import Client

from nhrc_plan.reminders import rules
from nhrc_plan.reminders.choice import off_address, whose
from nhrc_plan.reminders.models import MailChoice, Reminder
from nhrc_plan.reminders.write import mail_choice_set
from strategy import access as roles
from strategy.models import Account, Unit
from strategy.records.write import StaleVersion, record_save
from tests.support.crawling import problems
from tests.support.racing import split, together
from tests.support.reminding import SITE
from tests.support.writing import OWN, enter, indicator_of, signed_in

pytestmark = pytest.mark.usefixtures("on_a_monday")

#: On Friday the head is told, on the Friday after it planners are.
FRIDAY, LATER = date(2026, 10, 16), date(2026, 10, 23)
PAGE, CHOOSE = "/my-work/reminders/", "/my-work/reminders/choose/"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def run(*options):
    out = StringIO()
    mail.outbox.clear()
    call_command("send_reminders", *options, stdout=out)
    return out.getvalue()


def kinds(user):
    """What kinds of mail somebody was sent by the last run."""
    return sorted(
        kind
        for kind, said in (
            ("own", "งานตามแผนของท่าน"),
            ("approval", "รอท่านอนุมัติ"),
            ("head", "รายงานของหน่วยที่ท่านดูแล"),
            ("planners", "รายงานของหน่วยเกิน"),
        )
        for sent in mail.outbox
        if sent.to == [user.email] and said in sent.subject
    )


def chooses(client, off, version=None):
    page = client.get(PAGE).content.decode()
    shown = re.search(r'name="expected_version" value="(\d+)"', page)[1]
    sent = {"off": off, "expected_version": shown if version is None else version}
    return client.post(CHOOSE, sent, follow=True).content.decode()


def kept(user):
    rows = Reminder.objects.filter(recipient_id=user.pk).order_by("pk")
    return [(row.day.day, row.kind, row.state) for row in rows]


def test_one_switches_them_off_and_on_again(owing, reporter, auditor, planner, today):
    client = signed_in(reporter)
    assert PAGE in client.get("/my-work/").content.decode()
    assert PAGE in client.get("/reminders/").content.decode()
    page = client.get(PAGE)
    assert problems(page) == [] and "อีเมลที่ยังส่งตามปกติ" in page.content.decode()
    assert "ปิดการเตือนทางอีเมลแล้ว" in chooses(client, "1")
    assert "ท่านปิดการเตือนไว้" in client.get(PAGE).content.decode()
    # The page of what was sent says so, once for what would have been a mail.
    for day, said in ((12, True), (12, False), (13, False), (19, True)):
        today(date(2026, 10, day))
        assert ("ไม่ได้ส่ง: reporter ปิดการเตือน" in run()) is said
        assert kinds(reporter) == []
    assert kept(reporter) == [(12, "own", "off"), (19, "own", "off")]
    assert "ปิดการเตือนไว้" in signed_in(planner).get("/reminders/?state=off").content.decode()
    told = signed_in(auditor).get("/reminders.json?state=off").json()["reminders"]
    assert [(row["who"], row["outcome"]) for row in told] == [("reporter", "off")] * 2
    # The choice stands in the history, with who made it.
    log = signed_in(auditor).get("/history.json?kind=reminders.mailchoice").content.decode()
    assert "reporter" in log
    # On again, the next run tells what it would have told.
    assert "เปิดการเตือนทางอีเมลอีกครั้งแล้ว" in chooses(client, "0")
    today(date(2026, 10, 20))
    run()
    assert kinds(reporter) == ["own"]
    assert [row.history_user_name for row in MailChoice.history.all()] == ["reporter"] * 2


def test_the_page_asks_few_queries(owing, reporter, django_assert_max_num_queries):
    client = signed_in(reporter)
    client.get(PAGE)
    with django_assert_max_num_queries(7):
        assert client.get(PAGE).status_code == 200


def test_a_dry_run_keeps_nothing_of_it(owing, reporter):
    mail_choice_set(person=reporter, off=True, user=reporter)
    assert "ไม่ได้ส่ง: reporter ปิดการเตือน" in run("--dry-run")
    assert kept(reporter) == []


def test_what_is_late_for_long_is_told_all_the_same(owing, reporter, planner, person, today):
    """To the head and to planners, whatever they or the reporter have chosen."""
    head = person("chief", roles.EXECUTIVE, email="chief@example.org")
    unit = Unit.objects.get(name=OWN)
    unit.head = record_save(instance=Account(user=head), user=None)
    record_save(instance=unit, user=None)
    planner.email = "planner@example.org"
    planner.save()
    enter(indicator_of(owing.strategy.plan, "S3-1.2", OWN), 2569, 12, "57", user=reporter,
          state="submitted")  # fmt: skip
    run()
    assert (kinds(reporter), "approval" in kinds(planner)) == (["own"], True)
    Reminder.objects.all().delete()
    for somebody in (reporter, planner, head):
        mail_choice_set(person=somebody, off=True, user=somebody)
    for day, told in ((FRIDAY, [head]), (LATER, [head, planner])):
        today(day)
        run()
        assert kinds(reporter) == [] and "approval" not in kinds(planner)
        assert {each.to[0] for each in mail.outbox if "S3-1.1" in each.body} == {
            somebody.email for somebody in told
        }, day
    # Such mails say where to choose, and offer no mailbox to stop them.
    for sent in mail.outbox:
        assert "อีเมลนี้ส่งถึงท่านตามหน้าที่" in sent.body and f"{SITE}{PAGE}" in sent.body
        assert not [name for name in sent.extra_headers if name.startswith("List-")]


def test_control_without_the_rule_the_mail_would_go_out(owing, reporter, monkeypatch):
    """NEGATIVE CONTROL."""
    mail_choice_set(person=reporter, off=True, user=reporter)
    monkeypatch.setattr(rules, "stopped", lambda kind, off: False)
    run()
    assert kinds(reporter) == ["own"]


# -------------------------------------------------------------------- the address in a mail's head


def test_a_mailbox_switches_them_off_by_one_press(owing, reporter, auditor):
    run()
    (sent,) = mail.outbox
    assert f"ท่านปิดอีเมลลักษณะนี้ได้ที่: {SITE}{PAGE}" in sent.body
    head = sent.extra_headers["List-Unsubscribe"]
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = re.fullmatch(rf"<{SITE}(/reminders/off/[\w.-]+/)>", head)[1]
    # Nobody is signed in, and no form of ours was shown.
    client = Client(enforce_csrf_checks=True)
    assert client.get(path)["Location"] == PAGE
    assert client.post(path).status_code == 400
    assert not MailChoice.objects.exists()
    for _twice in range(2):
        answer = client.post(path, ONE_CLICK)
        assert (answer.status_code, dict(client.cookies)) == (200, {})
        assert "ปิดการเตือนทางอีเมลแล้ว" in answer.content.decode()
    assert [(row.user, row.off) for row in MailChoice.objects.all()] == [(reporter, True)]
    (row,) = MailChoice.history.all()
    assert (row.history_user_name, row.history_change_reason) == ("", "โดยที่อยู่ในอีเมล")
    log = signed_in(auditor).get("/history.json?kind=reminders.mailchoice").content.decode()
    assert "reporter" in log and "โดยที่อยู่ในอีเมล" in log


def test_the_address_is_good_for_nothing_else(owing, reporter, planner):
    token = off_address(reporter.pk).split("/")[-2]
    assert whose(token) == reporter
    others = token.replace(str(reporter.pk), str(planner.pk), 1)
    unsalted = Signer(sep=".").sign(reporter.pk)
    client = Client()
    for made_up in (others, unsalted, f"{reporter.pk}", f"{reporter.pk}.", "x", "๑.x", "." * 300):
        assert client.post(f"/reminders/off/{made_up}/", ONE_CLICK).status_code == 404, made_up
    assert not MailChoice.objects.exists()
    # It opens no calendar and no page, and on again only the person switches them.
    assert client.get(f"/calendar/{token}.ics").status_code == 404
    assert (
        client.get(off_address(reporter.pk), follow=True)
        .redirect_chain[-1][0]
        .startswith("/login/")
    )
    mail_choice_set(person=reporter, off=True, user=reporter)
    client.post(off_address(reporter.pk), {**ONE_CLICK, "off": "0"})
    assert MailChoice.objects.get().off
    reporter.is_active = False
    reporter.save()
    assert client.post(off_address(reporter.pk), ONE_CLICK).status_code == 404


def test_the_log_does_not_name_it(owing, reporter, caplog):
    reporter.is_active = False
    reporter.save()
    path = off_address(reporter.pk)
    (handler,) = [each for each in logging.getLogger().handlers if each.filters][:1]
    (guard,) = handler.filters
    handler.removeFilter(guard)
    try:
        Client().post(path, ONE_CLICK)
    finally:
        handler.addFilter(guard)
    Client().post(path, ONE_CLICK)
    said = [r.getMessage() for r in caplog.records if "/reminders/off/" in r.getMessage()]
    # Control: without the filter the framework writes it down.
    assert said == [f"Not Found: {path}", "Not Found: /reminders/off/…/"]


# --------------------------------------------------------------------------------- who, and at once


def test_nobody_chooses_for_another_and_the_slower_is_told(owing, reporter, planner):
    with pytest.raises(PermissionDenied):
        mail_choice_set(person=reporter, off=True, user=planner)
    client = signed_in(reporter)
    assert "โปรดตรวจสอบอีกครั้ง" in chooses(client, "1", version=7)
    assert not MailChoice.objects.exists()
    chooses(client, "1")
    assert "โปรดตรวจสอบอีกครั้ง" in chooses(client, "0", version=0)
    for odd in ("", "2", "x"):
        assert chooses(client, odd)
    assert MailChoice.objects.get().off
    for path in (PAGE, CHOOSE):
        assert Client().post(path).status_code in (302, 405)


@pytest.mark.django_db(transaction=True)
def test_of_many_presses_at_once_one_is_kept(plan, reporter):
    press = lambda: mail_choice_set(person=reporter, off=True, user=None)  # noqa: E731
    found = together(*[press] * 4)
    kept, refused = split(found, StaleVersion)
    assert kept >= 1 and kept + refused == 4
    assert MailChoice.history.count() == MailChoice.objects.count() == 1
    # By the address nobody sees of it.
    MailChoice.objects.all().delete()
    path = off_address(reporter.pk)
    answers = together(*[lambda: Client().post(path, ONE_CLICK).status_code] * 4)
    assert answers == [200] * 4
    assert MailChoice.objects.get().off
