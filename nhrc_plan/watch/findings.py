"""The rows of the page on the quality of the data, and their words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

FALL = "fall"
SLIP = "slip"
NO_EVIDENCE = "no_evidence"
EASIER_TARGET = "easier_target"
OLD_DRAFT = "old_draft"
LATE_APPROVAL = "late_approval"
NO_UNIT = "no_unit"
NO_PERSON = "no_person"
ODD_WEIGHTS = "odd_weights"
NO_DEFINITION = "no_definition"
NO_BASELINE = "no_baseline"
NO_TARGET = "no_target_entered"
NO_MEASURE_UNIT = "no_measure_unit"
NO_LEAD = "no_lead"
MONEY_FALL = "money_fall"
OVERSPENT = "overspent"
LATE_QUARTER = "late_quarter"
MEASURE_WITHOUT_UNIT = "measure_without_unit"

#: Every kind, in the order of the page: figures, promises, structure, money, integrity.
LABELS = {
    FALL: gettext_lazy("Cumulative results that fell"),
    SLIP: gettext_lazy("Odd figures that were asked about and confirmed"),
    NO_EVIDENCE: gettext_lazy("Results without evidence"),
    OLD_DRAFT: gettext_lazy("Drafts that nobody has touched for 30 days"),
    LATE_APPROVAL: gettext_lazy("Approved more than 30 days after they were handed in"),
    EASIER_TARGET: gettext_lazy("Targets that promise less than the year before"),
    NO_TARGET: gettext_lazy("Years without a target"),
    NO_BASELINE: gettext_lazy("Measures without a baseline"),
    NO_DEFINITION: gettext_lazy("Indicators without a definition"),
    NO_MEASURE_UNIT: gettext_lazy("Counts without a unit of measure"),
    NO_UNIT: gettext_lazy("Indicators without a responsible unit"),
    NO_PERSON: gettext_lazy("Indicators without an accountable person"),
    ODD_WEIGHTS: gettext_lazy("Weights that do not add up"),
    NO_LEAD: gettext_lazy("Projects without a lead unit"),
    MONEY_FALL: gettext_lazy("Running totals of money that fell"),
    OVERSPENT: gettext_lazy("More money used than is allocated"),
    LATE_QUARTER: gettext_lazy("Quarters of integrity measures that are overdue"),
    MEASURE_WITHOUT_UNIT: gettext_lazy("Integrity measures without a responsible unit"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at.

    ``where``: which thing; ``what``: what there is to see; ``since``: the day since when it has
    been so, None where nobody kept it; ``unit``: whose it is to mend, "" for planners; ``address``:
    where it is mended.
    """

    where: str
    what: str
    since: date | None
    unit: str
    address: str

    @property
    def who(self) -> str:
        return self.unit or _("planners")


@dataclass(frozen=True)
class Group:
    """Everything of one kind."""

    kind: str
    findings: list[Finding] = field(default_factory=list)

    @property
    def label(self) -> str:
        return str(LABELS[self.kind])


@dataclass(frozen=True, slots=True)
class Quality:
    """What there is to look at in a plan, by kind, in the order of the page."""

    groups: tuple[Group, ...]

    @property
    def count(self) -> int:
        return sum(len(group.findings) for group in self.groups)

    @property
    def found(self) -> list[Group]:
        return [group for group in self.groups if group.findings]

    @property
    def clean(self) -> list[Group]:
        """The kinds of which there is nothing."""
        return [group for group in self.groups if not group.findings]


def day(moment: datetime | None) -> date | None:
    """A moment's day in Bangkok."""
    return None if moment is None else timezone.localtime(moment).date()


def change(model: str, pk: int) -> str:
    """The form of a row in the admin; ``model`` as in "kpis_result"."""
    return reverse(f"admin:{model}_change", args=[pk])


def listed(model: str, asked: Mapping[str, Any]) -> str:
    """A list in the admin with what it is filtered by."""
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(asked)}"


def begin(model: str, **known: Any) -> str:
    """An empty form, or an entry screen, with what is known of it."""
    return f"{reverse(f'admin:{model}_add')}?{urlencode(known)}"
