"""Mail everybody what is theirs to do, once a working day; for a daily timer."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from nhrc_plan.reminders.post import Outcome, leave_out, send_all
from nhrc_plan.reminders.read import NO_ADDRESS, Round, outgoing
from nhrc_plan.reminders.words import body, subject
from strategy.clock import today
from strategy.language.choice import reading
from strategy.records.model import one_act


class Command(BaseCommand):
    help = "Mails people what is due, late, returned or waits for approval. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dry-run", action="store_true", help="print the mails, send and keep nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        site, day = settings.SITE_URL, today()
        if not site:
            raise CommandError(
                _(
                    "SITE_URL is not set, so the mails could lead nowhere. Set it to the address "
                    "of the site, such as https://plan.example.org"
                )
            )
        if not settings.DEFAULT_FROM_EMAIL:
            raise CommandError(
                _("EMAIL_FROM is not set: the address from which the mails are sent.")
            )
        found = outgoing(day)
        self._tell_left_out(found)
        if options["dry_run"]:
            for letter in found.letters:
                self.stdout.write("=" * 72)
                with reading(letter.language):
                    self.stdout.write(f"{letter.name} <{letter.email}>\n{subject(letter)}\n")
                    self.stdout.write(body(letter, day, site))
            self.stdout.write(_("Would be sent: %(count)s") % {"count": len(found.letters)})
            return
        with one_act():
            leave_out(found.stopped, day)
            outcome = send_all(found.letters, day, site)
        self.stdout.write(_("Mails sent: %(count)s") % {"count": outcome.sent})
        if outcome.failed:
            raise CommandError(_failure(outcome))

    def _tell_left_out(self, found: Round) -> None:
        for agency in found.quiet:
            self.stdout.write(
                _("%(agency)s does not work today: nobody is reminded.") % {"agency": agency}
            )
        for name in dict.fromkeys(letter.name for letter in found.stopped):
            said = _("Left out: %(name)s has switched reminders off.")
            self.stdout.write(said % {"name": name})
        for skipped in found.skipped:
            said = (
                _("Left out: %(name)s has no e-mail address.")
                if skipped.why == NO_ADDRESS
                else _("Left out: the account of %(name)s is closed.")
            )
            self.stdout.write(said % {"name": skipped.name})


def _failure(outcome: Outcome) -> str:
    counts = {"sent": outcome.sent, "failed": outcome.failed, "host": settings.EMAIL_HOST}
    if outcome.lost:
        return (
            _(
                "No connection to the mail server %(host)s. Mails sent: %(sent)s; not sent: "
                "%(failed)s. They are kept as not sent and tried again at the next run."
            )
            % counts
        )
    return (
        _(
            "The mail server refused some mails. Mails sent: %(sent)s; not sent: %(failed)s. They "
            "are kept as not sent and tried again at the next run."
        )
        % counts
    )
