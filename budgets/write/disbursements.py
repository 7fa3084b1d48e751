"""Writing disbursements: one or many, through the same checks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from budgets.models import Disbursement, Project, ProjectBudget
from budgets.read.money import first_leads, month_budgets
from budgets.rules.calc import Spent
from budgets.rules.entry import DISBURSED, check_amount, is_above, spending_fall
from strategy.access import viewer
from strategy.calendar import FiscalMonth, latest_ended
from strategy.messages import sentence
from strategy.records.write import (
    EntriesRefused,
    StaleVersion,
    claim,
    record_delete,
    write_history,
)
from strategy.standing.timeline import Fall
from strategy.thai import Refusal, format_number, month_name, says_why

Errors = dict[str, list[ValidationError]]


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


def disbursement_record(
    *, user: Any, entry: DisbursementEntry, today: date, reason: str = ""
) -> Disbursement:
    """Save a project's figures of one month. Raises as the form for many does, by field."""
    try:
        return disbursement_record_many(user=user, entries=[entry], today=today, reason=reason)[0]
    except EntriesRefused as refused:
        raise refused.errors[0] from None


def disbursement_record_many(
    *, user: Any, entries: Sequence[DisbursementEntry], today: date, reason: str = ""
) -> list[Disbursement]:
    """Save many, all or none, with a fixed number of queries and one for each month among them.

    ``user`` None is the system (fixtures). Who may write: the first-named lead unit of a project,
    and planners. Raises :class:`strategy.services.EntriesRefused` naming each refused entry,
    PermissionDenied, StaleVersion.
    """
    if user is not None:
        who, leads = viewer(user), first_leads([entry.project.pk for entry in entries])
        if not all(who.may_report(leads.get(entry.project.pk)) for entry in entries):
            raise PermissionDenied
    try:
        with transaction.atomic():
            context = _EntryContext(entries)
            refused = _refused(entries, context, today)
            if refused:
                raise EntriesRefused(refused)
            return _write(user, entries, context, reason)
    except IntegrityError as error:
        raise ValidationError(
            _("Figures for that month were entered just now by somebody else; look again.")
        ) from error


def disbursement_problems(
    entries: Sequence[DisbursementEntry], today: date
) -> dict[int, ValidationError]:
    """Which entries :func:`disbursement_record_many` would refuse, by their place in the list."""
    return _refused(entries, _EntryContext(entries), today)


def disbursement_delete(
    *, user: Any, disbursement: Disbursement, reason: str, expected_version: int
) -> None:
    """Take a month's figures away that should never have been entered. Planners, with a reason."""
    if not viewer(user).is_planner:
        raise PermissionDenied
    if not says_why(reason):
        raise ValidationError(_("Say why these figures are deleted."))
    record_delete(
        instance=disbursement, user=user, reason=reason, expected_version=expected_version
    )


class _EntryContext:
    """What the checks need to know of many entries, read once."""

    def __init__(self, entries: Sequence[DisbursementEntry]) -> None:
        ids = {entry.project.pk for entry in entries}
        years = {entry.fiscal_year for entry in entries}
        self.kept: dict[tuple[int, int, int], Disbursement] = {}
        self.months: dict[tuple[int, int], dict[int, Spent]] = defaultdict(dict)
        for row in Disbursement.objects.filter(project__in=ids, fiscal_year__in=years):
            self.kept[row.project_id, row.fiscal_year, row.month] = row
            self.months[row.project_id, row.fiscal_year][row.month] = Spent(
                row.month, row.disbursed, row.committed
            )
        for entry in entries:
            if entry.disbursed is not None and entry.committed is not None:
                self.months[entry.project.pk, entry.fiscal_year][entry.month] = entry.spent
        self.budgets = {
            at: month_budgets(ids, at)
            for at in {entry.at for entry in entries if 1 <= entry.month <= 12}
        }
        self.plan_years = {
            row.pk: (row.strategy.plan.first_year, row.strategy.plan.last_year)
            for row in Project.objects.filter(pk__in=ids).select_related("strategy__plan")
        }


def _refused(
    entries: Sequence[DisbursementEntry], context: _EntryContext, today: date
) -> dict[int, ValidationError]:
    """Every entry that is refused, by its place, with the reasons by form field."""
    refused = {}
    seen: set[tuple[int, int, int]] = set()
    for place, entry in enumerate(entries):
        found = _entry_errors(entry, context, today)
        if entry.key in seen:
            found["month"].append(
                ValidationError(_("This month's figures stand in the list already."))
            )
        seen.add(entry.key)
        if found:
            refused[place] = ValidationError(found)
    return refused


def _entry_errors(entry: DisbursementEntry, context: _EntryContext, today: date) -> Errors:
    """Every reason to refuse an entry, by form field."""
    errors: Errors = defaultdict(list)
    first, last = context.plan_years[entry.project.pk]
    if not first <= entry.fiscal_year <= last:
        errors["fiscal_year"].append(
            ValidationError(
                _("This plan runs from fiscal year %(first)s to %(last)s.")
                % {"first": first, "last": last}
            )
        )
        return errors
    if not 1 <= entry.month <= 12:
        errors["month"].append(ValidationError(_("A fiscal month is 1 (October) to 12.")))
        return errors
    if not entry.at.has_ended(today):
        errors["month"].append(
            ValidationError(
                _("%(month)s has not ended; the latest month to report is %(latest)s.")
                % {"month": month_name(entry.at), "latest": month_name(latest_ended(today))}
            )
        )
    kept = context.kept.get(entry.key)
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
    if not errors and not says_why(entry.reason):
        _check_reason(entry, context, errors)
    return errors


def _check_reason(entry: DisbursementEntry, context: _EntryContext, errors: Errors) -> None:
    """What is possible but unusual: it needs a reason."""
    budget = context.budgets[entry.at].get(entry.project.pk)
    allocated = budget.allocated if budget else None
    if is_above(entry.spent, allocated):
        errors["reason"].append(
            ValidationError(
                _(
                    "Disbursed and committed come to %(used)s baht, more than the %(allocated)s "
                    "allocated. Give the reason if it is right."
                )
                % {
                    "used": format_number(entry.spent.used, 2),
                    "allocated": format_number(allocated or Decimal(0), 2),
                }
            )
        )
    others = context.months[entry.project.pk, entry.fiscal_year].values()
    fall = spending_fall(entry.fiscal_year, entry.spent, others)
    if fall is not None:
        errors["reason"].append(ValidationError(_fall_sentence(fall)))


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


_FIELDS = ("disbursed", "committed", "note", "reason", "is_sample")


def _write(
    user: Any, entries: Sequence[DisbursementEntry], context: _EntryContext, reason: str
) -> list[Disbursement]:
    """Rows and history of checked entries, in batches."""
    rows, changed, versions, new = [], [], [], []
    for entry in entries:
        row = context.kept.get(entry.key)
        if row is None:
            row = Disbursement(
                project=entry.project, fiscal_year=entry.fiscal_year, month=entry.month
            )
            if entry.expected_version is not None:
                raise StaleVersion(row)  # what the editor read has been taken away since
            new.append(row)
        else:
            assert entry.expected_version is not None  # the checks have seen to it
            if entry.expected_version != row.version:
                # claim() would refuse it as well, but could not say which of many it is.
                raise StaleVersion(row)
            changed.append(row)
            versions.append(entry.expected_version)
        for name in _FIELDS:
            setattr(row, name, getattr(entry, name))
        rows.append(row)
    claim(changed, versions)
    _ensure_years(entries)
    Disbursement.objects.bulk_create(new, batch_size=500)
    Disbursement.objects.bulk_update(changed, _FIELDS, batch_size=200)
    write_history(new, "+", user=user, reason=reason)
    write_history(changed, "~", user=user, reason=reason)
    return rows


def _ensure_years(entries: Sequence[DisbursementEntry]) -> None:
    """Every year in which a project spends has a budget row, so that readers find it there."""
    wanted = {(entry.project.pk, entry.fiscal_year) for entry in entries}
    there = set(
        ProjectBudget.objects.filter(project__in={pk for pk, _year in wanted}).values_list(
            "project_id", "fiscal_year"
        )
    )
    missing = [
        ProjectBudget(project_id=pk, fiscal_year=year) for pk, year in sorted(wanted - there)
    ]
    ProjectBudget.objects.bulk_create(missing)
    write_history(missing, "+", user=None, reason="")
