"""Delete files that were sent and belong to no figure."""

from typing import Any

from django.core.management import BaseCommand
from django.utils.translation import gettext as _

from strategy.evidence.write import uploads_clear


class Command(BaseCommand):
    help = "Deletes files that were sent more than a day ago with forms that were never saved."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(_("Deleted: %(count)s files of no figure.") % {"count": uploads_clear()})
