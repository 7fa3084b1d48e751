"""Loading flagship projects, their yearly amounts and sample disbursements from fixtures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from budgets.models import Disbursement, Project, ProjectBudget
from budgets.write.disbursements import DisbursementEntries, DisbursementEntry
from budgets.write.projects import project_save
from strategy.approval.model import State
from strategy.calendar import FiscalMonth
from strategy.closing.guard import is_closed
from strategy.evidence.model import read_evidence
from strategy.loading import SAMPLE_REASON, load_row, missing_or_none, on_report_days
from strategy.models import Plan, Unit
from strategy.records.model import acting
from strategy.records.write import EntriesRefused, records_delete


@transaction.atomic
def projects_load(plan: Plan, tree: Mapping[str, Any], *, reason: str) -> None:
    """Load the projects of a fixture's tree (fixtures/README.md); changes nothing there.

    A unit that staff have renamed or deleted is left out of a project that is new.
    """
    strategies = {strategy.number: strategy for strategy in plan.strategies.all()}
    units = {unit.name: unit for unit in Unit.objects.filter(agency=plan.agency_id)}
    for source in tree["plan"]["strategies"]:
        strategy = strategies.get(source["number"])
        if strategy is None:
            continue
        for item in source["projects"]:
            project = _project_load(strategy, item, units, reason=reason)
            if project is None:
                continue
            for year, amount in item["budgets"].items():
                load_row(
                    ProjectBudget,
                    {"project": project, "fiscal_year": int(year)},
                    {"plan_amount": Decimal(amount)},
                    reason=reason,
                )


def _project_load(
    strategy: Any, item: Mapping[str, Any], units: Mapping[str, Unit], *, reason: str
) -> Project | None:
    key = {"strategy": strategy, "number": item["number"]}
    project = missing_or_none(Project, **key)
    if project is None:
        return Project.objects.filter(**key).first()
    project.name = item["name"]
    return project_save(
        user=None,
        project=project,
        leads=[units[name] for name in item["leads"] if name in units],
        supporting=[units[name] for name in item["supporting"] if name in units],
        reason=reason,
    )


# --------------------------------------------------------------------------------------- samples


@transaction.atomic
def sample_load(plan: Plan, tree: Mapping[str, Any], *, today: date) -> int:
    """Load the sample disbursements of months that have ended; gives the number added.

    Leaves alone every month that holds figures or that staff have had a hand in, and every year
    without a budget, so that disbursements are all that samples bring. Figures that do not go
    with what staff entered are left out. Format: fixtures/README.md.
    """
    entries = [entry for entry in _sample_entries(plan, tree, today) if entry.at.has_ended(today)]
    while entries:
        try:
            with acting(user=None, reason=str(SAMPLE_REASON), when=on_report_days):
                DisbursementEntries.record_many(
                    user=None, entries=entries, today=today, reason=str(SAMPLE_REASON)
                )
            break
        except EntriesRefused as refused:
            if any(map(is_closed, refused.errors.values())):
                raise  # whoever loads is told; nothing is left out in silence
            # Once its neighbours are gone, another may turn out not to go with staff's figures.
            entries = [entry for n, entry in enumerate(entries) if n not in refused.errors]
    return len(entries)


def _sample_entries(
    plan: Plan, tree: Mapping[str, Any], today: date
) -> Iterator[DisbursementEntry]:
    """A fixture's figures for months that are free."""
    own = Project.objects.filter(strategy__plan=plan).select_related("strategy")
    projects = {f"{row.strategy.number}-{row.number}": row for row in own}
    key = ("project_id", "fiscal_year", "month")
    funded = set(ProjectBudget.objects.filter(project__in=own).values_list(*key[:2]))
    by_staff = Disbursement.history.filter(project__in=own, history_user_id__isnull=False)
    taken = set(Disbursement.objects.filter(project__in=own).values_list(*key))
    taken |= set(by_staff.values_list(*key))
    for item in tree["disbursements"]:
        project = projects.get(item["project"])
        if project is None or (project.pk, item["year"]) not in funded:
            continue
        returned = {each["month"]: each for each in item.get("returned", ())}
        for month, figures in enumerate(item["months"], start=1):
            sent_back = returned.get(month)
            figures = sent_back["figures"] if sent_back else figures
            if figures is None or (project.pk, item["year"], month) in taken:
                continue
            # An office is through with what is older than the last two months.
            settled = FiscalMonth(item["year"], month).next.next.has_ended(today)
            stands = State.APPROVED if settled else State.SUBMITTED
            disbursed, committed = map(Decimal, figures)
            yield DisbursementEntry(
                project,
                item["year"],
                month,
                disbursed,
                committed,
                is_sample=True,
                approval=State.RETURNED if sent_back else stands,
                returned_because=sent_back["because"] if sent_back else "",
            )


@transaction.atomic
def sample_clear() -> int:
    """Take away every sample disbursement; gives their number.

    What staff changed since is theirs and stays. The history keeps the rows, marked as samples.
    """
    rows = list(Disbursement.objects.filter(is_sample=True))
    read_evidence(rows)
    records_delete(rows={row: row.version for row in rows}, user=None, reason=str(SAMPLE_REASON))
    return len(rows)
