"""Take every sample away again."""

from typing import Any

from django.core.management import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from kpis.loading import sample_clear
from nhrc_plan.board.demo import accounts_clear


class Command(BaseCommand):
    help = "Removes sample results, sample assignments and demo accounts; their history stays."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(
            _("Removed: %(results)s sample results, %(accounts)s demo accounts.")
            % {"results": sample_clear(), "accounts": accounts_clear()}
        )
