"""Put a backup in the place of the database and the files of evidence."""

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from nhrc_plan.backups.archive import found_in
from nhrc_plan.backups.facts import Fault
from nhrc_plan.backups.write import backup_restore


class Command(BaseCommand):
    help = "Restores a backup, all of it or nothing; refuses where there are data already."
    # The tables may be those of another version, or not there at all.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, help="the file of the backup")
        parser.add_argument(
            "--replace", action="store_true", help="in the place of the data that are there"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["backup"]
        found = {each.path.name: each for each in found_in(path.parent)}.get(path.name)
        if found is None:
            raise CommandError(_("%(file)s is no backup.") % {"file": path})
        try:
            manifest = backup_restore(found, options["replace"])
        except Fault as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(
            _(
                "Restored as of %(made)s (version %(version)s): %(rows)s rows, the same as were "
                "backed up, and %(files)s files of evidence. Now run: manage.py bootstrap"
            )
            % {
                "made": manifest.made,
                "version": manifest.version,
                "rows": manifest.facts.rows,
                "files": len(manifest.members) - 1,
            }
        )
