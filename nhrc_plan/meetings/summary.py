"""The summary of a month, drafted from the rows by fixed rules. Planners may edit it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from budgets.read.rows import PlanMoney
from budgets.rules.calc import MONEY_ONLY, RESULT_ONLY
from kpis.pages.tables import scores
from kpis.read.rows import IndicatorRow, PlanStanding, last_close
from nhrc_plan.meetings.changes import Changes
from nhrc_plan.value.beside import BesideLine
from strategy.models import Plan
from strategy.standing.status import AT_RISK, CRITICAL, NEAR, NO_CASES, NOT_DUE, ON_PLAN
from strategy.standing.words import STATUS_LABELS
from strategy.thai import format_million, format_number, month_name


def draft(
    plan: Plan,
    standing: PlanStanding,
    money: PlanMoney,
    lines: Iterable[BesideLine],
    changes: Changes,
) -> str:
    """One paragraph each on results, what needs a decision, money, and what changed."""
    parts = (
        turn(standing),
        _results(standing),
        _scores(plan, standing),
        _decisions(standing),
        _money(money),
        _value(plan, lines),
        _changes(changes),
        _samples(standing, money),
    )
    return "\n\n".join(part for part in parts if part)


def turn(standing: PlanStanding) -> str:
    """That a year has begun, and how the one before it closed; "" but in its first month."""
    closed = last_close(standing.rows) if standing.at.month == 1 else None
    if closed is None:
        return ""
    return _(
        "Fiscal year %(year)s has begun: every indicator starts anew. %(last)s closed at %(mean)s "
        "per cent of what was expected, reported by %(reported)s of %(total)s."
    ) % {
        "year": standing.at.year,
        "last": closed.year,
        "mean": "–" if closed.mean is None else closed.mean,
        "reported": closed.reported,
        "total": closed.with_target,
    }


def _scores(plan: Plan, standing: PlanStanding) -> str:
    """The scores by level criteria; nothing for a plan without them."""
    found = scores(plan, standing.rows)
    if found is None:
        return ""
    sentence = _(
        "Of %(described)s indicators with level criteria, %(scored)s have a score from %(low)s "
        "to %(top)s"
    ) % {
        "described": len(found.described),
        "scored": len(found.scored),
        "low": format_number(plan.worths[0]),
        "top": format_number(plan.top_score),
    }
    if found.scored:
        each = ", ".join(f"{row.code} {row.current.score}" for row in found.scored)
        sentence += f": {each}"
    sentence += "."
    if found.unstated:
        sentence += " " + _("The reports of %(count)s do not say which level was reached.") % {
            "count": len(found.unstated)
        }
    return sentence


def _results(standing: PlanStanding) -> str:
    summed = standing.roll_up
    sentence = _(
        "At the end of %(month)s, of %(targets)s indicators with a target in fiscal year "
        "%(year)s, %(reported)s have reported."
    ) % {
        "month": month_name(standing.at),
        "targets": summed.with_target,
        "year": standing.at.year,
        "reported": summed.reported,
    }
    if summed.mean is not None:
        sentence += " " + _(
            "Against what was expected by now they reach %(mean)s per cent on average "
            "(each counted up to 100)."
        ) % {"mean": summed.mean}
    shown = (ON_PLAN, NEAR, AT_RISK, CRITICAL, NO_CASES, NOT_DUE)
    counts = [
        _("%(status)s %(count)s") % {"status": STATUS_LABELS[code], "count": summed.counts[code]}
        for code in shown
        if summed.counts[code] or code in (ON_PLAN, NEAR, AT_RISK, CRITICAL)
    ]
    return sentence + " " + _("By status: %(counts)s.") % {"counts": ", ".join(counts)}


def _decisions(standing: PlanStanding) -> str:
    sentences = []
    worrying = [row for row in standing.rows if row.current.status in (AT_RISK, CRITICAL)]
    if worrying:
        told = (
            f"{row.code} {row.name} ({row.current.label} {row.current.standing.of_expected})"
            for row in worrying
        )
        sentences.append(_("At risk or critical: %(list)s.") % {"list": _listed(told)})
    hurried = [row for row in standing.rows if row.current.hurries]
    if hurried:
        sentences.append(
            _("On plan only by whole things rounded down, to be hurried: %(list)s.")
            % {"list": _listed(f"{row.code} {row.name}" for row in hurried)}
        )
    if standing.awaiting:
        sentences.append(
            _("Reports awaited: %(list)s.")
            % {"list": _listed(_awaited(row) for row in standing.awaiting)}
        )
    owed = [row for row in standing.rows if row.current.outstanding]
    if owed:
        sentences.append(
            _("Targets of earlier years not yet reached: %(list)s.")
            % {"list": _listed(f"{row.code} {row.current.outstanding}" for row in owed)}
        )
    return " ".join(sentences)


def _awaited(row: IndicatorRow) -> str:
    return f"{row.code} ({row.unit_name or _('no unit yet')})"


def _listed(items: Iterable[str]) -> str:
    return "; ".join(items)


def _money(money: PlanMoney) -> str:
    summed = money.total
    if not summed.with_allocation:
        return ""
    sentence = _(
        "Flagship projects have %(allocated)s million baht in fiscal year %(year)s; "
        "%(disbursed)s million (%(percent)s per cent) are disbursed and %(committed)s million "
        "committed, reported by %(reported)s of %(all)s projects."
    ) % {
        "allocated": format_million(summed.allocated),
        "year": money.at.year,
        "disbursed": format_million(summed.disbursed),
        "percent": summed.standing.disbursed_percent or "0.00",
        "committed": format_million(summed.committed),
        "reported": summed.reported,
        "all": summed.with_allocation,
    }
    if summed.standing.counts:
        expected = _("Expected by now: %(expected)s per cent; status: %(status)s.")
        if summed.is_incomplete:
            expected = _(
                "Expected by now: %(expected)s per cent; status: %(status)s; not all have reported "
                "yet."
            )
        sentence += " " + expected % {
            "expected": summed.standing.expected_percent,
            "status": STATUS_LABELS[summed.standing.status],
        }
    if money.overspent:
        told = (
            f"{row.code} ({format_million(row.current.spent.used)}/"
            f"{format_million(row.current.allocated)})"
            for row in money.overspent
            if row.current.spent is not None
        )
        sentence += " " + _("Above what is allocated: %(list)s.") % {"list": _listed(told)}
    return sentence


def _value(plan: Plan, lines: Iterable[BesideLine]) -> str:
    """Strategies where money and results part ways."""
    corners: dict[str | None, list[str]] = {}
    for line in lines:
        if line.number is not None:
            corners.setdefault(line.corner, []).append(f"{plan.strategy_label} {line.number}")
    sentences = []
    if MONEY_ONLY in corners:
        sentences.append(
            _("Money spent, little result: %(list)s.") % {"list": _listed(corners[MONEY_ONLY])}
        )
    if RESULT_ONLY in corners:
        sentences.append(
            _("Result without spending: %(list)s.") % {"list": _listed(corners[RESULT_ONLY])}
        )
    return " ".join(sentences)


def _changes(changes: Changes) -> str:
    counted = [
        (_("%(count)s indicators better"), changes.better),
        (_("%(count)s indicators worse"), changes.worse),
        (_("%(count)s indicators with another figure"), len(changes.indicators)),
        (_("%(count)s targets revised"), len(changes.targets)),
        (_("%(count)s rules of judging changed"), len(changes.rules)),
        (_("%(count)s projects with other money figures"), len(changes.projects)),
        (_("%(count)s resolutions answered or decided"), len(changes.resolutions)),
    ]
    told = [words % {"count": count} for words, count in counted if count]
    head = _("Compared with %(month)s as reported by %(deadline)s: ") % {
        "month": changes.compared_name,
        "deadline": changes.deadline_name,
    }
    return head + (_listed(told) if told else _("no change"))


def _samples(standing: PlanStanding, money: PlanMoney) -> str:
    if standing.has_sample or money.has_sample:
        return _("SAMPLE DATA: the figures shown are samples, not the agency's own.")
    return ""
