"""How a project's money figures were computed, in sentences: the rule, its inputs, the rounding."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from budgets.read.rows import MoneyYear
from budgets.rules.calc import Budget, SpendingTargets, expected_amount
from strategy.standing.status import AWAITING
from strategy.thai import format_number, month_name


def baht(value: Decimal) -> str:
    """An amount in baht and satang."""
    return format_number(value, 2)


def expected_rule(targets: SpendingTargets, entered: bool) -> str:
    """Where the expected per cent of a year come from."""
    named = {name: format_number(value) for name, value in targets._asdict().items()}
    if entered:
        return (
            _(
                "Expected (%%): the government's targets by quarter, %(q1)s/%(q2)s/%(q3)s/%(q4)s, "
                "with a straight line within each quarter."
            )
            % named
        )
    return (
        _(
            "Expected (%%): a straight line over the year, %(q1)s/%(q2)s/%(q3)s/%(q4)s by quarter, "
            "as the government's targets have not been entered."
        )
        % named
    )


def explain(year: MoneyYear, targets: SpendingTargets, *, entered: bool) -> list[str]:
    """What the figures of a project's year are made of, one sentence a step; in baht."""
    allocated, spent = year.allocated, year.spent
    if not allocated:
        return [_("No money is allocated this year, so nothing is computed.")]
    lines = [_allocated(year.budget, allocated)]
    if spent is None:
        return [*lines, _("There is no figure yet, so nothing else is computed.")]
    standing = year.standing
    assert year.as_of is not None
    lines += [
        _("Disbursed %% = %(disbursed)s ÷ %(allocated)s × 100 = %(percent)s.")
        % {
            "disbursed": baht(spent.disbursed),
            "allocated": baht(allocated),
            "percent": standing.disbursed_percent,
        },
        _("Used %% = (%(disbursed)s + %(committed)s) ÷ %(allocated)s × 100 = %(percent)s.")
        % {
            "disbursed": baht(spent.disbursed),
            "committed": baht(spent.committed),
            "allocated": baht(allocated),
            "percent": standing.used_percent,
        },
        expected_rule(targets, entered),
    ]
    if standing.status == AWAITING:
        return [
            *lines,
            _("The figure is older than the report that is overdue; it is shown and not judged."),
        ]
    expected = expected_amount(allocated, spent.month, targets)
    assert expected is not None
    return [
        *lines,
        _("Expected by %(month)s = %(percent)s%% = %(expected)s baht.")
        % {
            "month": month_name(year.as_of, short=True),
            "percent": standing.expected_percent,
            "expected": baht(expected),
        },
        _of_expected(spent.disbursed, expected, standing.of_expected),
        _(
            "Computed exactly and rounded half up to 2 decimals, once, at the end; "
            "the status is judged on that."
        ),
    ]


def _allocated(budget: Budget, allocated: Decimal) -> str:
    if budget.approved is not None:
        base = _("the approved amount, %(amount)s baht") % {"amount": baht(budget.approved)}
    elif budget.plan is not None:
        base = _("the plan's amount, %(amount)s baht, as none has been approved yet") % {
            "amount": baht(budget.plan)
        }
    else:
        base = _("nothing in plan or approval")
    if budget.transferred:
        return _("Allocated = %(base)s; transferred: %(moved)s; together %(sum)s baht.") % {
            "base": base,
            "moved": ("+" if budget.transferred > 0 else "−") + baht(abs(budget.transferred)),
            "sum": baht(allocated),
        }
    return _("Allocated = %(base)s.") % {"base": base}


def _of_expected(disbursed: Decimal, expected: Decimal, percent: Decimal | None) -> str:
    if expected == 0:
        return _("Nothing was expected by then, so it is met: of expected 100.00.")
    return _("Of expected = %(disbursed)s ÷ %(expected)s × 100 = %(percent)s.") % {
        "disbursed": baht(disbursed),
        "expected": baht(expected),
        "percent": percent,
    }
