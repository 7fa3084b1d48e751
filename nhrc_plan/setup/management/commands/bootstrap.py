"""Make a system ready: tables, plans, the files that pages need, and on request samples."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser, call_command
from django.utils.translation import gettext as _

from nhrc_plan.setup import demo, fixtures
from nhrc_plan.setup.fixtures import refused_in_words
from strategy.clock import today
from strategy.people.write import people_recorded
from strategy.records.model import one_act


class Command(BaseCommand):
    help = "Migrates the database, loads fixtures/, collects static files; safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--sample",
            action="store_true",
            help="also load sample figures and demo accounts (only in a trial)",
        )

    @one_act()
    def handle(self, *args: Any, **options: Any) -> None:
        if options["sample"] and not settings.TRIAL:
            raise CommandError(_("Samples are refused here: TRIAL is off."))
        call_command("migrate", interactive=False, verbosity=0)
        people_recorded()
        with refused_in_words():
            self._load(options)
        if not settings.TRIAL:
            call_command("collectstatic", interactive=False, verbosity=0)

    def _load(self, options: Mapping[str, Any]) -> None:
        for plan in fixtures.plans_load():
            self.stdout.write(_("Plan: %(name)s") % {"name": plan.name})
        fixtures.integrity_load()
        if not options["sample"]:
            return
        added = fixtures.samples_load(today())
        self.stdout.write(_("Sample results added: %(count)s") % {"count": added.results})
        self.stdout.write(
            _("Sample disbursements added: %(count)s") % {"count": added.disbursements}
        )
        self.stdout.write(_("Sample quarters added: %(count)s") % {"count": added.quarters})
        self.stdout.write(_("Sample assessments added: %(count)s") % {"count": added.assessments})
        self.stdout.write(_("Sample resolutions added: %(count)s") % {"count": added.resolutions})
        self.stdout.write(
            _("Demo accounts (password of each: %(password)s)") % {"password": demo.PASSWORD}
        )
        for account in demo.accounts_create():
            self.stdout.write(f"  {account.username:<10} {account.title} {account.unit}".rstrip())
