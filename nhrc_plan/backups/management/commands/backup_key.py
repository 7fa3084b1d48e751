"""Make the pair of keys by which backups are closed and opened."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from nhrc_plan.backups.facts import Fault
from nhrc_plan.backups.keys import key_made


class Command(BaseCommand):
    help = "Writes a new secret key to a file and prints the public one, for BACKUP_PUBLIC_KEYS."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="a new file for the secret key")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            public = key_made(options["file"])
        except Fault as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"BACKUP_PUBLIC_KEYS={public}")
        self.stdout.write(
            _(
                "The secret key lies in %(file)s. Keep a copy of it away from this machine, on "
                "paper as well: without it no backup opens, and nobody can make it again."
            )
            % {"file": options["file"]}
        )
