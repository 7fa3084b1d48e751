"""The datasets that are open, each once: the API, its description and the catalogue follow it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_noop as _

from nhrc_plan.api import rows, schemas
from nhrc_plan.api.rows import Found

#: Whose a dataset is; also the name of that in addresses.
ALL, PLAN, AGENCY = "", "plan", "agency"


@dataclass(frozen=True)
class Dataset:
    """Rows of one shape. ``title`` and ``about`` are messages, to be translated when shown.

    ``asks``: what may be asked for beside its owner; ``every``: how often it changes, as the data
    catalogue counts it.
    """

    name: str
    owner: str
    title: str
    about: str
    row: type[schemas.Row]
    find: Callable[[str, Any, date], Found]
    asks: type[schemas.Asked]
    every: str = "month"

    @property
    def fields(self) -> tuple[str, ...]:
        """The columns, in their order: what says which row it is comes first."""
        return tuple(self.row.model_fields)


DATASETS = (
    Dataset(
        "plans",
        ALL,
        _("List of plans"),
        _("The plans at work: whose they are, and which fiscal years they run through."),
        schemas.PlanRow,
        rows.plans,
        schemas.OfAll,
        "year",
    ),
    Dataset(
        "indicators",
        PLAN,
        _("Indicators of a plan"),
        _("What a plan is measured by, one row for each thing that an indicator counts."),
        schemas.IndicatorRow,
        rows.indicators,
        schemas.OfAll,
        "year",
    ),
    Dataset(
        "targets",
        PLAN,
        _("Targets of a plan"),
        _("What is promised for each indicator and fiscal year."),
        schemas.TargetRow,
        rows.targets,
        schemas.OfYear,
        "year",
    ),
    Dataset(
        "results",
        PLAN,
        _("Results of a plan"),
        _("What was reported, of each fiscal year the latest, and how the indicator stands."),
        schemas.ResultRow,
        rows.results,
        schemas.OfMonth,
    ),
    Dataset(
        "budgets",
        PLAN,
        _("Budgets and spending of a plan"),
        _("What each project may spend and has spent, by fiscal year, in baht."),
        schemas.BudgetRow,
        rows.budgets,
        schemas.OfMonth,
    ),
    Dataset(
        "ita",
        AGENCY,
        _("ITA scores of an agency"),
        _("Integrity and Transparency Assessment: every score of every year, down to questions."),
        schemas.ItaRow,
        rows.ita_scores,
        schemas.OfYear,
        "year",
    ),
    Dataset(
        "measures",
        AGENCY,
        _("Integrity measures of an agency"),
        _("What the agency undertakes for its integrity, and how far it has come by quarter."),
        schemas.IntegrityRow,
        rows.integrity,
        schemas.OfYear,
        "quarter",
    ),
)
BY_NAME = {dataset.name: dataset for dataset in DATASETS}
