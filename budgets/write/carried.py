"""Writing what was paid of money carried over, one project or many."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import CarriedPayment, Disbursement, Project
from budgets.models.spending import ProjectMonth
from budgets.read.leads import first_leads
from budgets.rules.entry import LAST_CARRIED_MONTH, check_amount, paid_fall
from strategy.access import Viewer, viewer
from strategy.approval.model import HANDED_IN, UNSENT, State, state_problems, take_state
from strategy.calendar import FiscalMonth, latest_ended
from strategy.messages import sentence
from strategy.records.entries import Errors, RowEntries
from strategy.records.write import record_delete
from strategy.thai import Refusal, format_number, month_name, says_why


@dataclass(frozen=True, slots=True)
class CarriedEntry:
    """What has been paid, by the end of a month, of what a project carried over; in baht.

    ``fiscal_year``: that of the budget; ``month``: of the year after. ``expected_version``: None
    where nothing stood, else the version that the editor read.
    """

    project: Project
    fiscal_year: int
    month: int
    paid: Decimal | None
    note: str = ""
    reason: str = ""
    expected_version: int | None = None
    #: Kept as a draft, or handed in.
    approval: str = State.SUBMITTED

    @property
    def is_unsent(self) -> bool:
        """It counts nowhere, so that less is asked of it."""
        return self.approval in UNSENT

    @property
    def key(self) -> tuple[int, int, int]:
        return (self.project.pk, self.fiscal_year, self.month)

    @property
    def at(self) -> FiscalMonth:
        return FiscalMonth(self.fiscal_year + 1, self.month)


class CarriedEntries(RowEntries[CarriedEntry, CarriedPayment]):
    """Payments on their way in: of a project's first-named lead unit, and of planners."""

    fields = ("paid", "note", "reason", "approval", "returned_because")
    repeated = ("month", gettext_lazy("This month's payments stand in the list already."))
    overtaken = gettext_lazy(
        "Payments up to that month were entered just now by somebody else; look again."
    )

    def lock(self) -> None:
        hold_projects(entry.project.pk for entry in self.entries)

    def read(self) -> None:
        """Four queries."""
        ids = {entry.project.pk for entry in self.entries}
        years = {entry.fiscal_year for entry in self.entries}
        self.paid: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(dict)
        for row in CarriedPayment.objects.filter(project__in=ids, fiscal_year__in=years):
            self.kept[row.project_id, row.fiscal_year, row.month] = row
            if not row.is_unsent:
                self.paid[row.project_id, row.fiscal_year][row.month] = row.paid
        for entry in self.entries:
            if not entry.is_unsent and entry.paid is not None:
                self.paid[entry.project.pk, entry.fiscal_year][entry.month] = entry.paid
        closing = Disbursement.objects.filter(
            project__in=ids, fiscal_year__in=years, month=12, approval__in=HANDED_IN
        )
        self.carried = {
            (project, year): committed
            for project, year, committed in closing.values_list(
                "project_id", "fiscal_year", "committed"
            )
        }

    def may(self, who: Viewer) -> bool:
        leads = first_leads([entry.project.pk for entry in self.entries])
        return all(who.may_report(leads.get(entry.project.pk)) for entry in self.entries)

    def errors(self, entry: CarriedEntry) -> Errors:
        """Every reason to refuse an entry, by form field."""
        errors: Errors = defaultdict(list)
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
        for problem in state_problems(kept, entry.approval, by_system=self.by_system):
            errors["__all__"].append(problem)
        if kept is not None and entry.expected_version is None:
            errors["month"].append(
                ValidationError(_("Payments up to that month exist; change them instead."))
            )
        self._check_amount(entry, errors, emptied=kept is not None)
        if not errors and not entry.is_unsent and not says_why(entry.reason):
            self._check_reason(entry, errors)
        return errors

    def _check_amount(self, entry: CarriedEntry, errors: Errors, *, emptied: bool) -> None:
        carried = self.carried.get((entry.project.pk, entry.fiscal_year), Decimal(0))
        if entry.paid is None:
            errors["paid"].append(sentence(Refusal("paid_kept" if emptied else "paid_missing")))
            return
        try:
            check_amount(entry.paid)
        except Refusal as refusal:
            errors["paid"].append(sentence(refusal))
            return
        if entry.paid > carried:
            errors["paid"].append(
                ValidationError(
                    _(
                        "%(paid)s baht are more than the %(carried)s committed at the end of "
                        "fiscal year %(year)s. Correct the amount, or first what was committed."
                    )
                    % {
                        "paid": format_number(entry.paid, 2),
                        "carried": format_number(carried, 2),
                        "year": entry.fiscal_year,
                    }
                )
            )

    def _check_reason(self, entry: CarriedEntry, errors: Errors) -> None:
        """What is possible but unusual: it needs a reason."""
        assert entry.paid is not None
        others = self.paid[entry.project.pk, entry.fiscal_year]
        fall = paid_fall(entry.fiscal_year + 1, entry.month, entry.paid, others)
        if fall is not None:
            errors["reason"].append(
                ValidationError(
                    _(
                        "What has been paid should not fall: %(earlier)s stands at "
                        "%(earlier_value)s baht, %(later)s at %(later_value)s. Give the reason if "
                        "it is right."
                    )
                    % {
                        "earlier": month_name(FiscalMonth(*fall.earlier), short=True),
                        "earlier_value": format_number(fall.earlier_value, 2),
                        "later": month_name(FiscalMonth(*fall.later), short=True),
                        "later_value": format_number(fall.later_value, 2),
                    }
                )
            )
        elif entry.month > LAST_CARRIED_MONTH and entry.paid > self._paid_by_march(entry):
            errors["reason"].append(
                ValidationError(
                    _(
                        "Money carried over is paid until the end of March. Give the letter that "
                        "extended it as the reason."
                    )
                )
            )

    def _paid_by_march(self, entry: CarriedEntry) -> Decimal:
        """The last total before the extension; repeating it pays nothing more."""
        others = self.paid[entry.project.pk, entry.fiscal_year]
        return max(
            (paid for month, paid in others.items() if month <= LAST_CARRIED_MONTH),
            default=Decimal(0),
        )

    def new_row(self, entry: CarriedEntry) -> CarriedPayment:
        return CarriedPayment(
            project=entry.project, fiscal_year=entry.fiscal_year, month=entry.month
        )

    def fill(self, row: CarriedPayment, entry: CarriedEntry) -> None:
        for name in ("paid", "note", "reason"):
            setattr(row, name, getattr(entry, name))
        take_state(row, entry.approval)


def hold_projects(ids: Iterable[int]) -> None:
    """Let nobody else write what these projects committed, or paid of it, until this is done."""
    held = Project.objects.select_for_update(no_key=True).filter(pk__in=set(ids))
    list(held.order_by("pk").values_list("pk", flat=True))


def paid_of_carried(ids: Iterable[int], years: Iterable[int]) -> dict[tuple[int, int], Decimal]:
    """The most that was handed in as paid of money carried over, by (project, year). One query."""
    found: dict[tuple[int, int], Decimal] = {}
    rows = CarriedPayment.objects.filter(
        project__in=set(ids), fiscal_year__in=set(years), approval__in=HANDED_IN
    )
    for project, year, paid in rows.order_by().values_list("project_id", "fiscal_year", "paid"):
        found[project, year] = max(paid, found.get((project, year), paid))
    return found


def below_paid_problem(committed: Decimal, paid: Decimal, year: int) -> ValidationError | None:
    """Why less cannot have been committed at a year's end: more of it has been paid since."""
    if committed >= paid:
        return None
    return ValidationError(
        _(
            "%(paid)s baht of what was committed at the end of fiscal year %(year)s have been paid "
            "in the next. Correct those payments first, or write at least as much here."
        )
        % {"paid": format_number(paid, 2), "year": year}
    )


def deletion_reason(user: Any, row: ProjectMonth, reason: str) -> str:
    """Why a month's figures are deleted, for the history.

    Planners say why; a draft is also thrown away by those who report it, without a word. Raises
    PermissionDenied, and ValidationError where the figures are approved or nothing is said.
    """
    who = viewer(user)
    reports = any(who.may_report(unit) for unit in row.approval_units())
    is_draft = row.approval == State.DRAFT
    if not (who.is_planner or (is_draft and reports)):
        raise PermissionDenied
    if row.is_approved:
        raise ValidationError(_("This figure is approved. A planner has to reopen it first."))
    if says_why(reason):
        return reason
    if not is_draft:
        raise ValidationError(_("Say why these figures are deleted."))
    return _("draft deleted")


def carried_payment_delete(
    *, user: Any, payment: CarriedPayment, reason: str, expected_version: int
) -> None:
    """Take a month's payments away that should never have been entered, as disbursements are."""
    said = deletion_reason(user, payment, reason)
    record_delete(instance=payment, user=user, reason=said, expected_version=expected_version)
