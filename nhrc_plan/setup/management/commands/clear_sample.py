"""Take every sample away again."""

from typing import Any

from django.core.management import BaseCommand
from django.db import transaction
from django.utils.translation import gettext as _

from nhrc_plan.setup.demo import accounts_clear
from nhrc_plan.setup.fixtures import refused_in_words, samples_clear
from strategy.records.model import one_act


class Command(BaseCommand):
    help = "Removes sample figures, sample assignments and demo accounts; their history stays."

    @one_act()
    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        with refused_in_words():
            removed = samples_clear()
        self.stdout.write(
            _(
                "Removed: %(results)s sample results, %(disbursements)s sample disbursements, "
                "%(quarters)s sample quarters of measures, "
                "%(assessments)s sample assessments, %(resolutions)s sample resolutions, "
                "%(accounts)s demo accounts."
            )
            % {**removed._asdict(), "accounts": accounts_clear()}
        )
