"""Check frozen meetings, and packs that came from them: every hash anew, and the chain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from nhrc_plan.meetings.frozen.canonical import Fault
from nhrc_plan.meetings.frozen.files import file_faults
from nhrc_plan.meetings.frozen.verify import code_of, sentence, verify
from nhrc_plan.meetings.models import Frozen


class Command(BaseCommand):
    help = "Checks frozen meetings (all, or by id) and workbooks: manage.py verify_pack 3 pack.xlsx"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", nargs="*", help="ids of meetings, files of packs; none: all")

    def handle(self, *args: Any, **options: Any) -> None:
        asked: list[str] = options["what"]
        ids = {int(what) for what in asked if what.isdecimal()}
        files = [what for what in asked if not what.isdecimal()]
        chains = Frozen.objects.select_related("meeting", "plan").order_by("plan_id", "place")
        wrong, missing = 0, set(ids)
        for frozen, faults in verify(chains.iterator(chunk_size=10)) if ids or not files else ():
            missing.discard(frozen.meeting_id)
            if not ids or frozen.meeting_id in ids:
                name = f"{frozen.plan.slug} · {frozen.meeting} · {code_of(frozen)}"
                wrong += self._tell(name, faults)
        for pk in sorted(missing):
            self.stdout.write(_("%(id)s: there is no frozen meeting of that id.") % {"id": pk})
        wrong += len(missing)
        for name in files:
            wrong += self._tell(name, _of_file(name))
        if wrong:
            raise CommandError(_("%(count)s are not as they were frozen.") % {"count": wrong})

    def _tell(self, name: str, faults: list[Fault]) -> bool:
        """Say what was found; whether anything is wrong."""
        said = "" if faults else _("as it was frozen")
        self.stdout.write(f"{name}: {said}".rstrip())
        for fault in faults[:50]:
            self.stdout.write("  " + sentence(fault))
        return bool(faults)


def _of_file(name: str) -> list[Fault]:
    try:
        content = Path(name).read_bytes()
    except OSError as error:
        raise CommandError(_("%(file)s cannot be read.") % {"file": name}) from error
    return file_faults(content)
