"""manage.py send_reminders: who gets which mail, once; what happens when it cannot be sent."""

import re
from datetime import date, timedelta
from io import StringIO
from smtplib import SMTPConnectError, SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kpis.write.results import results_return
from nhrc_plan.reminders import post, read, write
from nhrc_plan.reminders.models import Reminder
from strategy import access as roles
from strategy.access import viewer
from strategy.models import Account, Agency, Holiday, Unit
from strategy.records.write import record_save
from tests.support.racing import split, together
from tests.support.reminding import MONDAY, SITE
from tests.support.writing import OTHER, OWN, enter, indicator_of, led_by, signed_in, spend

pytestmark = pytest.mark.usefixtures("on_a_monday")

FRIDAY = date(2026, 10, 16)
AWAY = "tests.reminders.test_sending.Away"


def run(*options):
    out = StringIO()
    call_command("send_reminders", *options, stdout=out)
    return out.getvalue()


def failing(**options):
    with pytest.raises(CommandError) as refused:
        run(**options)
    return str(refused.value)


def to(user):
    return [each for each in mail.outbox if each.to == [user.email]]


def waiting(user):
    return [each for each in to(user) if "รออนุมัติ" in each.subject]


def outcomes(**only):
    return sorted(Reminder.objects.filter(**only).values_list("kind", "state", "why"))


def headed(unit, user):
    """Makes somebody the head of a unit."""
    row = Unit.objects.get(name=unit)
    row.head = Account.objects.filter(user=user).first() or record_save(
        instance=Account(user=user), user=None
    )
    record_save(instance=row, user=None)
    return row


def test_one_mail_tells_somebody_what_is_late_with_the_way_to_it(owing, reporter):
    assert "ส่งอีเมลแล้ว: 1 ฉบับ" in run()
    (sent,) = to(reporter)
    assert sent.subject.startswith("งานตามแผนของท่าน: เกินกำหนด ")
    assert "เรียน reporter" in sent.body
    assert "S3-1.1" in sent.body and "ครบกำหนด 10 ต.ค. 2569 เกินกำหนด 2 วัน" in sent.body
    row = Reminder.objects.get()
    assert (row.recipient_name, row.kind, row.state, row.day) == ("reporter", "own", "sent", MONDAY)
    assert row.lines == sent.body.count(f"{SITE}/admin/")
    assert sent.extra_headers["Message-ID"] == f"<reminder-{row.pk}@plan.example.org>"


def test_every_address_in_a_mail_opens_for_its_reader(owing, plan, reporter, person, planner):
    spend(led_by(OWN), 2569, 11, 0)
    enter(owing, 2569, 9, "57", user=reporter, state="submitted")
    approver = person("approves", roles.APPROVER, OWN, email="approver@example.org")
    chief = person("chief", roles.EXECUTIVE, email="chief@example.org")
    headed(OWN, chief)
    planner.email = "planner@example.org"
    planner.save()
    Agency.objects.update(head_told_after=1, planners_told_after=1)
    run()
    seen = 0
    for user in (reporter, approver, chief, planner):
        client = signed_in(user)
        bodies = "\n".join(each.body for each in to(user))
        addresses = re.findall(rf"{SITE}(\S+)", bodies)
        assert addresses, user
        for address in addresses:
            page = client.get(address)
            assert page.status_code == 200, (user, address)
            seen += 1
    assert seen > 8


def test_a_second_run_of_the_day_sends_nothing(owing, reporter):
    run()
    assert "ส่งอีเมลแล้ว: 0 ฉบับ" in run()
    assert len(to(reporter)) == 1
    assert Reminder.objects.count() == 1


def test_nothing_new_is_said_again_after_a_week(owing, reporter, today):
    run()
    for day, mails in ((13, 1), (16, 1), (19, 2), (20, 2), (26, 3)):
        today(date(2026, 10, day))
        run()
        assert len(to(reporter)) == mails, day


def test_what_is_new_is_said_at_once(owing, reporter, planner, today):
    result = enter(owing, 2569, 12, "57", user=reporter, state="submitted")
    run()
    assert not any("S3-1.1" in each.body for each in to(reporter))
    results_return(user=planner, shown={result: result.version}, comment="ตัวหารไม่ครบ")
    # The history is written by the real clock; the returned day is what it says.
    today(_workday(timezone.now().date() + timedelta(days=1)))
    run()
    told = to(reporter)[-1]
    assert "ส่งกลับให้แก้ไข 1" in told.subject
    assert "S3-1.1" in told.body and f"/admin/kpis/result/{result.pk}/change/" in told.body
    # What the comment says stays inside.
    assert "ตัวหารไม่ครบ" not in told.body


def _workday(day):
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def test_nobody_is_mailed_on_a_day_off(owing, plan, today):
    today(date(2026, 10, 11))  # Sunday
    assert "วันหยุด" in run()
    today(MONDAY)
    row = Holiday(agency=plan.agency, day=MONDAY, name="วันหยุดชดเชย")
    record_save(instance=row, user=None)
    assert "วันหยุด" in run()
    assert mail.outbox == [] and not Reminder.objects.exists()


def test_who_has_no_address_or_no_account_is_left_out_and_named(owing, reporter, person):
    person("gone", roles.REPORTER, OWN, email="gone@example.org", is_active=False)
    person("silent", roles.REPORTER, OWN)
    told = run()
    assert "ไม่ได้ส่งถึง gone เพราะบัญชีถูกปิด" in told
    assert "ไม่ได้ส่งถึง silent เพราะไม่มีที่อยู่อีเมล" in told
    assert {each.to[0] for each in mail.outbox} == {reporter.email}


def test_nobody_is_mailed_about_another_unit(owing, plan, reporter, outsider, executive, auditor):
    for user in (outsider, executive, auditor):
        user.email = f"{user.username}@example.org"
        user.save()
    indicator_of(plan, "S3-1.2", OTHER)
    run()
    assert "S3-1.2" in to(outsider)[0].body and "S3-1.1" not in to(outsider)[0].body
    assert "S3-1.2" not in to(reporter)[0].body
    assert to(executive) == to(auditor) == []


def test_control_a_list_that_is_anothers_would_be_seen(owing, reporter, outsider, monkeypatch):
    """NEGATIVE CONTROL: everybody is told what the reporter owes."""
    outsider.email = "outsider@example.org"
    outsider.save()
    monkeypatch.setattr(read, "_anonymous", lambda who: viewer(reporter))
    run()
    assert "S3-1.1" in to(outsider)[0].body


def test_what_is_owed_is_read_once_for_all_who_owe_the_same(owing, person):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            read.outgoing(MONDAY)
        return len(captured)

    few = asked()
    for number in range(5):
        person(f"more{number}", roles.REPORTER, OWN, email=f"more{number}@example.org")
    assert asked() == few + 5  # their roles and units
    assert few <= 130


def test_approvers_are_told_what_waits_but_for_what_is_their_own(owing, reporter, person, planner):
    approver = person("approves", roles.APPROVER, OWN, email="a@example.org")
    planner.email = "planner@example.org"
    planner.save()
    enter(owing, 2569, 12, "57", user=reporter, state="submitted")
    run()
    (sent,) = waiting(approver)
    assert sent.subject == "ผลการดำเนินงานรอท่านอนุมัติ: รออนุมัติ 1"
    assert f"{SITE}/admin/kpis/result/waiting/" in sent.body
    # The unit has somebody who decides, so planners are not asked.
    assert waiting(planner) == []
    # What the approver submitted, only planners may decide.
    approver.groups.add(Group.objects.get(name=roles.REPORTER))
    other = indicator_of(owing.strategy.plan, "S3-1.2", OWN)
    enter(other, 2569, 12, "57", user=approver, state="submitted")
    mail.outbox.clear()
    Reminder.objects.all().delete()
    run()
    assert "S3-1.2" not in waiting(approver)[0].body
    assert "S3-1.2" in waiting(planner)[0].body


def test_what_stays_late_goes_to_the_head_and_then_to_planners(
    owing, person, planner, reporter, today
):
    head = person("chief", roles.EXECUTIVE, email="chief@example.org")
    headed(OWN, head)
    planner.email = "planner@example.org"
    planner.save()

    def told(user, start):
        return [m for m in to(user) if m.subject.startswith(start) and "ก.ย. 2569" in m.body]

    for day, heads, planners in ((12, 0, 0), (15, 0, 0), (16, 1, 0), (22, 1, 0), (23, 2, 1)):
        today(date(2026, 10, day))
        run()
        assert len(told(head, "รายงานของหน่วยที่ท่านดูแล")) == heads, day
        mine = [m for m in told(planner, "รายงานของหน่วยเกิน") if "S3-1.1" in m.body]
        assert len(mine) == planners, day
    assert "/admin/" not in to(head)[-1].body and "/indicators/S3-1.1/" in to(head)[-1].body


def test_a_head_who_reports_is_told_once(owing, reporter, today):
    headed(OWN, reporter)
    today(FRIDAY)
    run()
    assert [row.kind for row in Reminder.objects.all()] == ["own"]


def test_a_dry_run_prints_and_neither_sends_nor_keeps(owing, reporter):
    told = run("--dry-run")
    assert reporter.email in told and "S3-1.1" in told and "อีเมลที่จะส่ง: 1 ฉบับ" in told
    assert mail.outbox == [] and not Reminder.objects.exists()


@pytest.mark.parametrize(
    ("setting", "said"), [("SITE_URL", "SITE_URL"), ("DEFAULT_FROM_EMAIL", "EMAIL_FROM")]
)
def test_what_is_not_set_up_is_said(owing, settings, setting, said):
    setattr(settings, setting, "")
    assert f"ยังไม่ได้ตั้งค่า {said}" in failing()
    assert not Reminder.objects.exists()


# ------------------------------------------------------------------------------ what goes wrong


class Away(EmailBackend):
    """A mail server that takes so many mails and is gone."""

    takes = 0

    def open(self):
        if type(self).takes <= 0:
            raise SMTPConnectError(421, "gone")
        return True

    def send_messages(self, messages):
        type(self).takes -= 1
        return super().send_messages(messages)


@pytest.fixture
def many(owing, person):
    """Four who owe the same."""
    for number in range(3):
        person(f"more{number}", roles.REPORTER, OWN, email=f"more{number}@example.org")


def test_a_lost_connection_loses_no_mail(many, settings, monkeypatch):
    normal, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
    monkeypatch.setattr(Away, "takes", 1)
    said = failing()
    assert "ติดต่อเครื่องส่งอีเมล" in said and "ส่งแล้ว 1 ฉบับ ยังไม่ได้ส่ง 3 ฉบับ" in said
    assert outcomes() == [("own", "failed", "connection")] * 3 + [("own", "sent", "")]
    settings.EMAIL_BACKEND = normal
    run()
    assert outcomes() == [("own", "sent", "")] * 4
    assert sorted(each.to[0] for each in mail.outbox) == sorted(
        set(each.to[0] for each in mail.outbox)
    )
    assert len(mail.outbox) == 4


def test_what_was_not_sent_yesterday_is_sent_today(many, settings, monkeypatch, today):
    normal, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
    monkeypatch.setattr(Away, "takes", 2)
    failing()
    settings.EMAIL_BACKEND = normal
    today(date(2026, 10, 13))
    run()
    assert len({each.to[0] for each in mail.outbox}) == len(mail.outbox) == 4


@pytest.mark.parametrize(
    ("error", "why", "others"),
    [
        (SMTPRecipientsRefused({"x": (550, b"no")}), "refused", 3),
        (SMTPServerDisconnected("gone"), "connection", 0),
        (ConnectionResetError(), "connection", 0),
        (TimeoutError(), "connection", 0),
    ],
)
def test_one_bad_address_stops_nobody_elses_mail(many, monkeypatch, error, why, others):
    send = EmailBackend.send_messages

    def refusing(self, messages):
        if not EmailBackend.refused:
            EmailBackend.refused = True
            raise error
        return send(self, messages)

    monkeypatch.setattr(EmailBackend, "refused", False, raising=False)
    monkeypatch.setattr(EmailBackend, "send_messages", refusing)
    assert "ส่งอีเมล" in failing()
    assert len(mail.outbox) == others
    assert Reminder.objects.filter(state="failed", why=why).count() == 4 - others


@pytest.mark.parametrize("at", ["_handed_over", "reminder_sent"])
def test_a_crash_between_claim_and_outcome_is_made_good(owing, reporter, monkeypatch, today, at):
    class Crash(BaseException):
        pass

    def crash(*args, **kwargs):
        raise Crash

    with monkeypatch.context() as broken:
        broken.setattr(post, at, crash)
        with pytest.raises(Crash):
            run()
    assert outcomes() == [("own", "claimed", "")]
    sent = len(to(reporter))
    # At once it could still be at work; half an hour later it is not.
    run()
    assert len(to(reporter)) == sent
    monkeypatch.setattr(write, "INTERRUPTED_AFTER", timedelta(0))
    run()
    assert outcomes() == [("own", "sent", "")]
    assert len(to(reporter)) == sent + 1
    # Twice the same mail, where it went out before the crash: the mailbox can tell.
    assert len({each.extra_headers["Message-ID"] for each in to(reporter)}) == 1


# ------------------------------------------------------------------------------- two timers at once


def timers(count=4):
    found = together(*[run] * count)
    assert split(found, ()) == (count, 0)


@pytest.mark.django_db(transaction=True)
def test_two_timers_at_once_send_once(many, monkeypatch):
    timers()
    assert sorted(each.to[0] for each in mail.outbox) == sorted(
        {each.to[0] for each in mail.outbox}
    )
    assert outcomes() == [("own", "sent", "")] * 4


@pytest.mark.django_db(transaction=True)
def test_what_failed_is_tried_again_by_one_of_them(many, settings, monkeypatch):
    normal, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, AWAY
    failing()
    settings.EMAIL_BACKEND = normal
    timers()
    assert len(mail.outbox) == 4
    assert outcomes() == [("own", "sent", "")] * 4


@pytest.mark.django_db(transaction=True)
def test_control_without_the_claim_mails_are_sent_again(many, monkeypatch):
    """NEGATIVE CONTROL: whoever asks gets the mail, whether somebody else has it or not."""
    taken = write.reminder_claim

    def careless(**claim):
        return taken(**claim) or Reminder.objects.get(
            recipient_id=claim["recipient_id"], day=claim["day"], kind=claim["kind"]
        )

    monkeypatch.setattr(post, "reminder_claim", careless)
    timers()
    assert len(mail.outbox) > 4
