"""How a project's money figures were computed, in sentences: the rule, its inputs, the rounding."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from budgets.read.rows import SPENDING_LABELS, MoneyYear
from budgets.rules.calc import (
    DISBURSED,
    USED,
    Budget,
    Lines,
    SpendingTargets,
    expected_amount,
)
from strategy.standing.status import AWAITING
from strategy.thai import format_number, month_name


def baht(value: Decimal) -> str:
    """An amount in baht and satang."""
    return format_number(value, 2)


def expected_rule(lines: Lines, entered: bool) -> str:
    """Where the expected per cent of a year come from, and what they are held against."""
    if not entered:
        return _(
            "Expected (%%): a straight line over the year, %(q1)s/%(q2)s/%(q3)s/%(q4)s by "
            "quarter, as the government's targets have not been entered."
        ) % _quarters(lines.judging)
    said = [
        _(
            "Expected (%%): the government's targets by quarter, %(q1)s/%(q2)s/%(q3)s/%(q4)s, "
            "with a straight line within each quarter."
        )
        % _quarters(lines.judging)
    ]
    if lines.judged_on == USED:
        said.append(_("What is used, disbursed and committed, is held against them."))
    if lines.used is not None:
        other = lines.disbursed if lines.judged_on == USED else lines.used
        what = _("disbursed") if lines.judged_on == USED else _("used")
        said.append(
            _("The line of what is %(what)s: %(q1)s/%(q2)s/%(q3)s/%(q4)s.")
            % {"what": what, **_quarters(other)}
        )
    return " ".join(said)


def _quarters(line: SpendingTargets) -> dict[str, str]:
    return {name: format_number(value) for name, value in line._asdict().items()}


def explain(year: MoneyYear, *, entered: bool) -> list[str]:
    """What the figures of a project's year are made of, one sentence a step; in baht.

    ``entered``: whether planners entered the government's lines of the year.
    """
    allocated, spent, lines = year.allocated, year.spent, year.lines
    if not allocated:
        return [_("No money is allocated this year, so nothing is computed.")]
    said = [_allocated(year.budget, allocated)]
    if spent is None:
        return [*said, _("There is no figure yet, so nothing else is computed.")]
    standing = year.standing
    assert year.as_of is not None
    said += [
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
        expected_rule(lines, entered),
    ]
    if year.budget.kind in year.basis.lines.kinds:
        said.append(
            _("They are those of %(kind)s, which the government sets apart.")
            % {"kind": SPENDING_LABELS[year.budget.kind]}
        )
    if standing.status == AWAITING:
        return [
            *said,
            _("The figure is older than the report that is overdue; it is shown and not judged."),
        ]
    expected = expected_amount(allocated, spent.month, lines.judging)
    assert expected is not None
    return [
        *said,
        _("Expected by %(month)s = %(percent)s%% = %(expected)s baht.")
        % {
            "month": month_name(year.as_of, short=True),
            "percent": standing.expected_percent,
            "expected": baht(expected),
        },
        _of_expected(
            baht(spent.disbursed)
            if lines.judged_on == DISBURSED
            else f"({baht(spent.disbursed)} + {baht(spent.committed)})",
            expected,
            standing.of_expected,
        ),
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


def _of_expected(judged: str, expected: Decimal, percent: Decimal | None) -> str:
    if expected == 0:
        return _("Nothing was expected by then, so it is met: of expected 100.00.")
    return _("Of expected = %(disbursed)s ÷ %(expected)s × 100 = %(percent)s.") % {
        "disbursed": judged,
        "expected": baht(expected),
        "percent": percent,
    }
