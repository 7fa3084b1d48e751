"""What the figures of money are made of: one project's, and a sum's."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from budgets.models import BudgetTransfer, Disbursement, ProjectBudget
from budgets.pages import rule_words
from budgets.read.explain import baht
from budgets.read.figures import with_evidence
from budgets.read.money import objective_links, plan_money
from budgets.read.project import project_detail
from budgets.read.rows import PlanMoney, ProjectMoney
from budgets.rules.calc import Lines, Total, expected_amount
from strategy.explained.rows import Explanation, Input
from strategy.explained.sources import explain_for_plans, no_such_figure
from strategy.models import Objective
from strategy.pages.page import PlanPage
from strategy.standing.words import status_label
from strategy.thai import format_date, format_million

#: So many terms of a sum are written out; of more the table shows them.
_WRITTEN = 12


def register() -> None:
    """Offer these to the pages on which figures are taken apart."""
    explain_for_plans("project", _project)
    explain_for_plans("money", _money)


def _rounding() -> str:
    return _("Rounded half up to 2 decimals, once, at the end; the status is judged on that.")


def _project(page: PlanPage, place: str) -> Explanation:
    shown = project_detail(page.plan, place, page.at, page.today, page.viewer, history=False)
    row, year = shown.row, shown.row.current
    standing = year.standing
    evidence: Sequence[object] | None = None
    inputs = []
    if year.spent is not None and year.figure_id is not None:
        stored = (Disbursement, year.figure_id)
        inputs += [
            Input(_("disbursed"), baht(year.spent.disbursed), year.as_of_name, stored=stored),
            Input(_("committed"), baht(year.spent.committed), year.as_of_name, stored=stored),
        ]
        if page.viewer.signed_in:
            held = with_evidence(shown.held).get(year.spent.month)
            evidence = list(held.evidence.all()) if held else None
    inputs += _amounts(page, row)
    return Explanation(
        title=f"{row.code} {row.name}",
        figures=[
            (_("allocated"), _baht_or_dash(year.allocated)),
            (_("disbursed"), _baht_or_dash(year.disbursed)),
            (_("disbursed (%)"), _or_dash(standing.disbursed_percent)),
            (_("used (%)"), _or_dash(standing.used_percent)),
            (_("expected (%)"), _or_dash(standing.expected_percent)),
            (_("of expected (%)"), _or_dash(standing.of_expected)),
            (_("status"), year.label),
        ],
        rule=[rule_words.allocated(), rule_words.money_of_expected(year.basis.lines)],
        steps=shown.explanation,
        inputs=inputs,
        page=reverse("project", args=[page.plan.slug, row.code]),
        evidence=evidence,
        sample=year.sample,
        values_are=_("baht"),
    )


def _amounts(page: PlanPage, row: ProjectMoney) -> list[Input]:
    """What the year's allocated money is: the approved or planned amount, and transfers."""
    budget = ProjectBudget.objects.filter(project=row.id, fiscal_year=page.at.year).first()
    if budget is None:
        return []
    stored = (ProjectBudget, budget.pk)
    found = [
        Input(name, baht(amount), stored=stored)
        for name, amount in (
            (_("approved"), budget.approved_amount),
            (_("plan"), budget.plan_amount),
        )
        if amount is not None
    ]
    transfers = BudgetTransfer.objects.filter(
        budget=budget, document_date__lte=page.at.last_day
    ).order_by("document_date", "pk")
    for transfer in transfers:
        note = f"{transfer.document_number} {format_date(transfer.document_date)}"
        stored_as = (BudgetTransfer, transfer.pk)
        found.append(Input(_("transferred"), baht(transfer.amount), note, stored=stored_as))
    return found


def _or_dash(value: Decimal | None) -> str:
    return "–" if value is None else str(value)


def _baht_or_dash(value: Decimal | None) -> str:
    return "–" if value is None else _("%(amount)s baht") % {"amount": baht(value)}


# --------------------------------------------------------------------------------------- a sum


def _money(page: PlanPage, name: str) -> Explanation:
    """A sum: of the plan's flagship projects, all the office's, a strategy's, a unit's …"""
    money = plan_money(page.plan, page.at, page.today)
    title, address, rows, total = _set_of(page, money, name)
    standing = total.standing
    kind = name.removeprefix("kind-") if name.startswith("kind-") else ""
    lines = money.lines.of("" if kind == "unsaid" else kind)
    return Explanation(
        title=title,
        figures=[
            (_("allocated"), _baht_or_dash(total.allocated)),
            (_("disbursed"), _baht_or_dash(total.shown_disbursed)),
            (_("disbursed (%)"), _or_dash(standing.disbursed_percent)),
            (_("used (%)"), _or_dash(standing.used_percent)),
            (_("expected (%)"), _or_dash(standing.expected_percent)),
            (_("of expected (%)"), _or_dash(standing.of_expected)),
            (_("status"), status_label(standing.status)),
        ],
        rule=[
            rule_words.once(),
            rule_words.allocated(),
            rule_words.money_expected(money.lines),
            rule_words.money_of_expected(money.lines),
        ],
        steps=_steps(page, lines, rows, total),
        inputs=[_of_sum(row) for row in rows],
        page=address,
        rounding=_rounding(),
        sample=any(row.current.sample for row in rows),
        values_are=_("disbursed / allocated, million baht"),
    )


def _steps(page: PlanPage, lines: Lines, rows: Sequence[ProjectMoney], total: Total) -> list[str]:
    if not total.with_allocation:
        return [_("No project has money this year.")]
    given = [row.current.allocated for row in rows if row.current.allocated]
    steps = [_("Allocated = %(sum)s = %(all)s baht.") % _sum(given, total.allocated)]
    if not total.has_figures:
        return [*steps, _("There is no figure yet, so nothing else is computed.")]
    spent = [row.current.spent for row in rows if row.current.spent is not None]
    steps += [
        _("Disbursed = %(sum)s = %(all)s baht.")
        % _sum([each.disbursed for each in spent], total.disbursed),
        _("Committed = %(sum)s = %(all)s baht.")
        % _sum([each.committed for each in spent], total.committed),
    ]
    standing = total.standing
    if standing.disbursed_percent is not None:
        steps += [
            _("Disbursed %% = %(disbursed)s ÷ %(allocated)s × 100 = %(percent)s.")
            % {
                "disbursed": baht(total.disbursed),
                "allocated": baht(total.allocated),
                "percent": standing.disbursed_percent,
            },
            _("Used %% = (%(disbursed)s + %(committed)s) ÷ %(allocated)s × 100 = %(percent)s.")
            % {
                "disbursed": baht(total.disbursed),
                "committed": baht(total.committed),
                "allocated": baht(total.allocated),
                "percent": standing.used_percent,
            },
        ]
        expected = expected_amount(total.allocated, page.at.month, lines.judging)
        if expected is not None:
            steps.append(
                _("Expected by %(month)s = %(percent)s%% = %(expected)s baht.")
                % {
                    "month": page.month_name,
                    "percent": standing.expected_percent,
                    "expected": baht(expected),
                }
            )
    steps.append(
        _("%(reported)s of %(all)s projects with money this year have reported.")
        % {"reported": total.reported, "all": total.with_allocation}
    )
    return steps


def _sum(terms: Sequence[Decimal], total: Decimal) -> dict[str, str]:
    """A sum as it is written: its terms while they can be read."""
    if len(terms) > _WRITTEN:
        written = _("the sum of %(count)s projects") % {"count": len(terms)}
    else:
        written = " + ".join(baht(term) for term in terms) or "0"
    return {"sum": written, "all": baht(total)}


def _of_sum(row: ProjectMoney) -> Input:
    year = row.current
    value = f"{format_million(year.disbursed)} / {format_million(year.allocated)}"
    notes = [year.label]
    if year.committed is not None:
        notes.append(_("committed %(amount)s") % {"amount": format_million(year.committed)})
    if year.as_of_name:
        notes.append(year.as_of_name)
    stored = (Disbursement, year.figure_id) if year.figure_id is not None else None
    return Input(f"{row.code} {row.name}", value, " · ".join(notes), ("project", row.code), stored)


def _set_of(
    page: PlanPage, money: PlanMoney, name: str
) -> tuple[str, str, Sequence[ProjectMoney], Total]:
    """A set of projects by its name: what it is called, where it stands, its rows, their sum."""
    plan = page.plan
    budgets = reverse("budgets", args=[plan.slug])
    whole = {
        "flagship": (_("flagship projects"), money.rows, money.total),
        "action": (
            _("projects of the yearly action plan"), money.action.rows, money.action.total
        ),
        "office": (_("all the office's money"), money.office.rows, money.office.total),
    }  # fmt: skip
    if name in whole:
        title, rows, total = whole[name]
        return title, budgets, rows, total
    kind, _dash, key = name.partition("-")
    for of, parts in (("strategy", money.strategies), ("action", money.action_strategies)):
        for part in parts:
            if (kind, key) == (of, str(part.number)):
                title = f"{plan.strategy_label} {part.number} {part.name}"
                return title, budgets, part.rows, part.total
    if kind in ("unit", "unitaction"):
        for unit in money.units:
            if key == ("none" if unit.id is None else str(unit.id)):
                own = (unit.flagship, unit.total)
                if kind == "unitaction":
                    own = (unit.action, unit.action_total)
                address = reverse("budget_units", args=[plan.slug])
                return unit.name, address, *own
    if kind == "kind":
        for summed in money.kinds:
            if key == (summed.kind or "unsaid"):
                of_kind = [
                    row for row in money.office.rows if row.current.budget.kind == summed.kind
                ]
                return summed.label, budgets, of_kind, summed.total
    if kind == "objective":
        found = _of_objective(page, money, key)
        if found is not None:
            return found
    raise no_such_figure()


def _of_objective(
    page: PlanPage, money: PlanMoney, key: str
) -> tuple[str, str, Sequence[ProjectMoney], Total] | None:
    strategy, _dot, number = key.partition(".")
    if not (strategy.isdecimal() and number.isdecimal()):
        return None
    objective = Objective.objects.filter(
        strategy__plan=page.plan, strategy__number=strategy, number=number
    ).first()
    linked = set(objective_links(page.plan).get(objective.pk, ())) if objective else set()
    if objective is None or not linked:
        return None
    rows = [row for row in money.office.rows if row.id in linked]
    title = f"{page.plan.objective_label} {key} {objective.name}"
    return title, reverse("value", args=[page.plan.slug]), rows, money.total_of(rows)
