"""Make a backup of the database and the files of evidence."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from nhrc_plan.backups.facts import Fault
from nhrc_plan.backups.write import backup_make


class Command(BaseCommand):
    help = "Writes one file with database and evidence to BACKUP_DIR, and thins the older ones."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, metavar="FOLDER", help="another folder")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = backup_make(options["to"])
        except Fault as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(
            _(
                "%(file)s: %(tables)s tables, %(rows)s rows, %(files)s files of evidence, "
                "%(size)s bytes. Older ones deleted: %(gone)s"
            )
            % {
                "file": made.backup.path,
                "tables": len(made.facts.tables),
                "rows": made.facts.rows,
                "files": made.files,
                "size": made.backup.path.stat().st_size,
                "gone": len(made.gone),
            }
        )
        if made.evidence_wrong:
            raise CommandError(
                _("The backup was made; files of evidence are missing or damaged: %(keys)s")
                % {"keys": ", ".join(made.evidence_wrong)}
            )
