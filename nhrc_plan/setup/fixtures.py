"""The fixtures folder: the plans of the source documents, and samples to try the system with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError
from django.db import transaction
from django.utils.translation import gettext_lazy

from budgets.write import load as budgets_loading
from integrity.ita import load as ita_loading
from integrity.measures import load as measure_loading
from integrity.self_assessments import load as rubric_loading
from kpis.write import load as kpis_loading
from nhrc_plan.meetings.resolutions import load as resolution_loading
from strategy.clock import today as today_in_bangkok
from strategy.loading import plan_load
from strategy.models import Plan
from strategy.records.write import EntriesRefused

FOLDER: Path = settings.BASE_DIR / "fixtures"
REASON = gettext_lazy("loaded from the plan document")
PUBLISHED = gettext_lazy("loaded from the published report")


@contextmanager
def refused_in_words() -> Iterator[None]:
    """What a command may not write, such as to a locked month, ends it with the sentence."""
    try:
        yield
    except EntriesRefused as refused:
        told = [text for each in refused.errors.values() for text in each.messages]
        raise CommandError(" ".join(dict.fromkeys(told))) from refused
    except ValidationError as refused:
        raise CommandError(" ".join(refused.messages)) from refused


def _tree(path: Path) -> dict[str, Any]:
    tree: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return tree


def _trees(folder: Path) -> list[dict[str, Any]]:
    return [_tree(path) for path in sorted(folder.glob("*.json"))]


@transaction.atomic
def plans_load() -> list[Plan]:
    """Load every plan in fixtures/ and the scorecards with what was published of them.

    Safe to repeat, never changes what is there.
    """
    plans = []
    for tree in [*_trees(FOLDER), *_trees(FOLDER / "scorecard")]:
        plan = plan_load(tree, reason=str(REASON))
        if plan is not None:
            kpis_loading.indicators_load(plan, tree, reason=str(REASON))
            budgets_loading.projects_load(plan, tree, reason=str(REASON))
            kpis_loading.results_load(plan, tree, today=today_in_bangkok(), reason=str(PUBLISHED))
            plans.append(plan)
    return plans


@transaction.atomic
def integrity_load() -> None:
    """Load fixtures/integrity/; safe to repeat, never changes what is there."""
    ita_loading.ita_load(_tree(FOLDER / "integrity/ita.json"), reason=str(REASON))
    measure_loading.measures_load(_tree(FOLDER / "integrity/measures.json"), reason=str(REASON))
    for path in sorted((FOLDER / "integrity").glob("rubric-*.json")):
        rubric_loading.rubric_load(_tree(path), reason=str(REASON))


class Samples(NamedTuple):
    """How many sample rows were loaded, or taken away."""

    results: int
    disbursements: int
    quarters: int
    assessments: int
    resolutions: int


@transaction.atomic
def samples_load(today: date) -> Samples:
    """Load fixtures/sample/ and its folders into the plans and rubrics that they belong to."""
    samples = FOLDER / "sample"
    return Samples(
        _samples_load(samples, kpis_loading.sample_load, today),
        _samples_load(samples / "money", budgets_loading.sample_load, today),
        sum(
            measure_loading.sample_load(tree, today=today) for tree in _trees(samples / "integrity")
        ),
        sum(map(rubric_loading.sample_load, _trees(samples / "assessments"))),
        _samples_load(samples / "resolutions", resolution_loading.sample_load, today),
    )


def _samples_load(folder: Path, load: Callable[..., int], today: date) -> int:
    """Hand every file of a folder to its loader; gives the number of rows added."""
    count = 0
    for tree in _trees(folder):
        plan = Plan.objects.filter(slug=tree["plan"]).first()
        if plan is not None:
            count += load(plan, tree, today=today)
    return count


@transaction.atomic
def samples_clear() -> Samples:
    """Take every sample away again; its history stays."""
    # First of all what names the others.
    resolutions = resolution_loading.sample_clear()
    return Samples(
        kpis_loading.sample_clear(),
        budgets_loading.sample_clear(),
        measure_loading.sample_clear(),
        rubric_loading.sample_clear(),
        resolutions,
    )
