"""Writing disbursements, one or many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import Disbursement, Project, ProjectBudget
from budgets.read.leads import first_leads
from budgets.read.money import month_budgets
from budgets.rules.calc import DISBURSED, Spent
from budgets.rules.entry import check_amount, is_above, spending_fall
from budgets.write.carried import (
    below_paid_problem,
    deletion_reason,
    hold_projects,
    paid_of_carried,
)
from strategy.access import Viewer
from strategy.approval.model import UNSENT, State, state_problems, take_state
from strategy.calendar import FiscalMonth, latest_ended
from strategy.evidence.model import read_evidence
from strategy.messages import sentence
from strategy.models import Plan
from strategy.records.entries import Errors, RowEntries
from strategy.records.write import records_delete, write_history
from strategy.standing.timeline import Fall
from strategy.thai import Refusal, format_number, month_name, says_why


@dataclass(frozen=True, slots=True)
class DisbursementEntry:
    """A month's running totals of a project as somebody enters them, in baht.

    ``expected_version``: None for new figures, else the version that the editor read.
    """

    project: Project
    fiscal_year: int
    month: int
    disbursed: Decimal | None
    committed: Decimal | None
    note: str = ""
    reason: str = ""
    expected_version: int | None = None
    is_sample: bool = False
    #: Kept as a draft, or handed in; samples are approved or returned as well, with a comment.
    approval: str = State.SUBMITTED
    returned_because: str = ""

    @property
    def is_unsent(self) -> bool:
        """It counts nowhere, so that less is asked of it."""
        return self.approval in UNSENT

    @property
    def key(self) -> tuple[int, int, int]:
        return (self.project.pk, self.fiscal_year, self.month)

    @property
    def at(self) -> FiscalMonth:
        return FiscalMonth(self.fiscal_year, self.month)

    @property
    def spent(self) -> Spent:
        """The figures, once both are there."""
        assert self.disbursed is not None and self.committed is not None
        return Spent(self.month, self.disbursed, self.committed)


class DisbursementEntries(RowEntries[DisbursementEntry, Disbursement]):
    """Figures of months on their way in: of a project's first-named lead unit, and of planners."""

    fields = (
        "disbursed", "committed", "note", "reason", "is_sample", "approval", "returned_because",
    )  # fmt: skip
    repeated = ("month", gettext_lazy("This month's figures stand in the list already."))
    overtaken = gettext_lazy(
        "Figures for that month were entered just now by somebody else; look again."
    )

    def lock(self) -> None:
        closing = [entry.project.pk for entry in self.entries if entry.month == 12]
        if closing:
            hold_projects(closing)

    def read(self) -> None:
        """A fixed number of queries, and one for each month among the entries."""
        ids = {entry.project.pk for entry in self.entries}
        years = {entry.fiscal_year for entry in self.entries}
        self.months: dict[tuple[int, int], dict[int, Spent]] = defaultdict(dict)
        months = {entry.month for entry in self.entries}
        there = Disbursement.objects.filter(project__in=ids, fiscal_year__in=years)
        for row in there.filter(month__in=months):
            self.kept[row.project_id, row.fiscal_year, row.month] = row
        # The other months are many more than entries: they are read without making rows of them.
        for pk, year, month, disbursed, committed in (
            there.exclude(approval__in=UNSENT).order_by()
            .values_list("project_id", "fiscal_year", "month", "disbursed", "committed")
        ):  # fmt: skip
            self.months[pk, year][month] = Spent(month, disbursed, committed)
        for entry in self.entries:
            if not entry.is_unsent and entry.disbursed is not None and entry.committed is not None:
                self.months[entry.project.pk, entry.fiscal_year][entry.month] = entry.spent
        self.budgets = {
            at: month_budgets(ids, at)
            for at in {entry.at for entry in self.entries if 1 <= entry.month <= 12}
        }
        closing = [entry for entry in self.entries if entry.month == 12]
        self.paid = (
            paid_of_carried([entry.project.pk for entry in closing], years) if closing else {}
        )
        of_plan = Project.objects.filter(pk__in=ids).order_by()
        plan_ids = dict(of_plan.values_list("pk", "strategy__plan"))
        plans = Plan.every.in_bulk(set(plan_ids.values()))
        self.plans = {pk: plans[plan] for pk, plan in plan_ids.items()}

    def may(self, who: Viewer) -> bool:
        leads = first_leads([entry.project.pk for entry in self.entries])
        return all(who.may_report(leads.get(entry.project.pk)) for entry in self.entries)

    def errors(self, entry: DisbursementEntry) -> Errors:
        """Every reason to refuse an entry, by form field."""
        errors: Errors = defaultdict(list)
        plan = self.plans[entry.project.pk]
        draft = plan.figures_refused()
        if draft is not None:
            errors["__all__"].append(draft)
            return errors
        if entry.fiscal_year not in plan.years:
            errors["fiscal_year"].append(
                ValidationError(
                    _("This plan runs from fiscal year %(first)s to %(last)s.")
                    % {"first": plan.first_year, "last": plan.last_year}
                )
            )
            return errors
        if not 1 <= entry.month <= 12:
            errors["month"].append(ValidationError(_("A fiscal month is 1 (October) to 12.")))
            return errors
        if not entry.at.has_ended(self.today):
            errors["month"].append(
                ValidationError(
                    _("%(month)s has not ended; the latest month to report is %(latest)s.")
                    % {
                        "month": month_name(entry.at),
                        "latest": month_name(latest_ended(self.today)),
                    }
                )
            )
        kept = self.kept.get(entry.key)
        for refused in state_problems(kept, entry.approval, by_system=self.by_system):
            errors["__all__"].append(refused)
        if kept is not None and entry.expected_version is None:
            errors["month"].append(
                ValidationError(_("Figures for that month exist; change them instead."))
            )
        emptied = kept is not None and entry.disbursed is None and entry.committed is None
        for name in ("disbursed", "committed"):
            value = getattr(entry, name)
            try:
                if value is None:
                    raise Refusal("amount_kept" if emptied else "amount_both")
                check_amount(value)
            except Refusal as refusal:
                errors[name].append(sentence(refusal))
        if entry.month == 12 and entry.committed is not None and not entry.is_unsent:
            paid = self.paid.get(entry.key[:2], Decimal(0))
            problem = below_paid_problem(entry.committed, paid, entry.fiscal_year)
            if problem is not None:
                errors["committed"].append(problem)
        if not errors and not entry.is_unsent and not says_why(entry.reason):
            self._check_reason(entry, errors)
        return errors

    def _check_reason(self, entry: DisbursementEntry, errors: Errors) -> None:
        """What is possible but unusual: it needs a reason."""
        budget = self.budgets[entry.at].get(entry.project.pk)
        allocated = budget.allocated if budget else None
        if is_above(entry.spent, allocated):
            errors["reason"].append(
                ValidationError(
                    _(
                        "Disbursed and committed come to %(used)s baht, more than the "
                        "%(allocated)s allocated. Give the reason if it is right."
                    )
                    % {
                        "used": format_number(entry.spent.used, 2),
                        "allocated": format_number(allocated or Decimal(0), 2),
                    }
                )
            )
        others = self.months[entry.project.pk, entry.fiscal_year].values()
        fall = spending_fall(entry.fiscal_year, entry.spent, others)
        if fall is not None:
            errors["reason"].append(ValidationError(_fall_sentence(fall)))

    def new_row(self, entry: DisbursementEntry) -> Disbursement:
        return Disbursement(project=entry.project, fiscal_year=entry.fiscal_year, month=entry.month)

    def write_parts(
        self, written: Sequence[tuple[Disbursement, DisbursementEntry]], changed: Sequence[Any]
    ) -> None:
        """Evidence is entered by itself and stays; the history tells it with the figures."""
        read_evidence([row for row, _entry in written])

    def fill(self, row: Disbursement, entry: DisbursementEntry) -> None:
        for name in ("disbursed", "committed", "note", "reason", "is_sample"):
            setattr(row, name, getattr(entry, name))
        take_state(row, entry.approval)
        if entry.returned_because:
            row.returned_because = entry.returned_because

    def prepare(self) -> None:
        """Every year in which a project spends has a budget row, so that readers find it there."""
        wanted = {(entry.project.pk, entry.fiscal_year) for entry in self.entries}
        stored = ProjectBudget.objects.filter(project__in={pk for pk, _year in wanted})
        there = set(stored.values_list("project_id", "fiscal_year"))
        missing = [
            ProjectBudget(project_id=pk, fiscal_year=year) for pk, year in sorted(wanted - there)
        ]
        ProjectBudget.objects.bulk_create(missing)
        write_history(missing, "+", user=None, reason="")


def _fall_sentence(fall: Fall) -> str:
    what = _("Disbursed") if fall.what == DISBURSED else _("Disbursed and committed together")
    return _(
        "%(what)s should not fall: %(earlier)s stands at %(earlier_value)s baht, "
        "%(later)s at %(later_value)s. Give the reason if it is right."
    ) % {
        "what": what,
        "earlier": month_name(FiscalMonth(*fall.earlier), short=True),
        "earlier_value": format_number(fall.earlier_value, 2),
        "later": month_name(FiscalMonth(*fall.later), short=True),
        "later_value": format_number(fall.later_value, 2),
    }


def disbursement_delete(
    *, user: Any, disbursement: Disbursement, reason: str, expected_version: int
) -> None:
    """Take a month's figures away that should never have been entered. Planners, with a reason;
    a draft also those who report it. What is approved is reopened first."""
    disbursements_delete(user=user, shown={disbursement: expected_version}, reason=reason)


@transaction.atomic
def disbursements_delete(*, user: Any, shown: Mapping[Disbursement, int], reason: str) -> None:
    """The same of many, each at the version that was shown; all or none."""
    said = reason
    for row in shown:
        said = deletion_reason(user, row, reason)
    _refuse_paid([row for row in shown if row.month == 12])
    records_delete(rows=shown, user=user, reason=said)


def _refuse_paid(last: Sequence[Disbursement]) -> None:
    """Raise ValidationError where money was paid of what one of these Septembers carried over."""
    if not last:
        return
    ids = [row.project_id for row in last]
    hold_projects(ids)
    carried = paid_of_carried(ids, {row.fiscal_year for row in last})
    for row in last:
        paid = carried.get((row.project_id, row.fiscal_year))
        problem = None if paid is None else below_paid_problem(Decimal(0), paid, row.fiscal_year)
        if problem is not None:
            raise problem
