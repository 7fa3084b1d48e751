"""The fixtures folder: the plans of the source documents, and samples to try the system with."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy

from budgets.loading import projects_load
from kpis import loading
from kpis.loading import indicators_load
from strategy.loading import plan_load
from strategy.models import Plan

FOLDER: Path = settings.BASE_DIR / "fixtures"
REASON = gettext_lazy("loaded from the plan document")


def _trees(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]


@transaction.atomic
def plans_load() -> list[Plan]:
    """Load every plan in fixtures/; safe to repeat, never changes what is there."""
    plans = []
    for tree in _trees(FOLDER):
        plan = plan_load(tree, reason=str(REASON))
        if plan is not None:
            indicators_load(plan, tree, reason=str(REASON))
            projects_load(plan, tree, reason=str(REASON))
            plans.append(plan)
    return plans


def samples_load(today: date) -> int:
    """Load fixtures/sample/ into the plans it belongs to; gives the number of results."""
    count = 0
    for tree in _trees(FOLDER / "sample"):
        plan = Plan.objects.filter(slug=tree["plan"]).first()
        if plan is not None:
            count += loading.sample_load(plan, tree, today=today)
    return count
