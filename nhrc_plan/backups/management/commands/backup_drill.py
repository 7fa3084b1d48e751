"""Rehearse a restore: the newest backup into a scratch database, all of it compared."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from nhrc_plan.backups.facts import Fault
from nhrc_plan.backups.read import span
from nhrc_plan.backups.write import drill
from strategy.clock import now


class Command(BaseCommand):
    help = "Restores the newest backup into a scratch database and compares every row and file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--folder", type=Path, help="another folder than BACKUP_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = drill(options["folder"])
        except Fault as fault:
            raise CommandError(str(fault)) from fault
        for fault_line in done.faults:
            self.stderr.write(fault_line)
        if done.faults:
            raise CommandError(
                _("%(backup)s does not restore to the same data.") % {"backup": done.backup}
            )
        self.stdout.write(
            _(
                "%(backup)s restores to the same data: %(tables)s tables, %(rows)s rows, "
                "%(files)s files of evidence, in %(seconds)s s. If the machine were lost now, "
                "entries of so much time would be lost: %(lost)s."
            )
            % {
                "backup": done.backup,
                "tables": done.tables,
                "rows": done.rows,
                "files": done.files,
                "seconds": done.seconds,
                "lost": span(now() - done.made),
            }
        )
