"""The rules of results in sentences, as pages and workbooks print them; see docs/domain.md."""

from __future__ import annotations

from django.utils.translation import gettext as _

from strategy.models import Plan
from strategy.thai import format_number


def achievement() -> str:
    return _(
        "Achievement = result ÷ the year's target × 100; lower is better: "
        "(2 − result ÷ target) × 100. Of several measures the lowest counts. "
        "Source: results as reported, targets of the plan."
    )


def expected() -> str:
    return _(
        "Expected by the end of the figure's own month: a rate expects the whole target; a count "
        "that starts anew each year target × month ÷ 12; a cumulative one the line from the "
        "earlier target to this year's; planned quarters go before both. Whole things are rounded "
        "down, or up where lower is better."
    )


def of_expected() -> str:
    return _("Of expected = result ÷ expected × 100, rounded half up to 2 decimals at the end.")


def bands_in_words(plan: Plan) -> str:
    return _(
        "Status by “of expected”: on plan from %(on_plan)s, near target above %(near)s, at risk "
        "above %(at_risk)s, else critical."
    ) % {
        "on_plan": format_number(plan.band_on_plan),
        "near": format_number(plan.band_near),
        "at_risk": format_number(plan.band_at_risk),
    }


def score(plan: Plan) -> str:
    worths = plan.worths
    ends = {"low": format_number(worths[0]), "top": format_number(worths[-1])}
    return _(
        "Score from %(low)s to %(top)s by the level criteria: between two thresholds in "
        "proportion, short of the first %(low)s, at the last or beyond %(top)s; where levels are "
        "steps of work, what the level reported is worth (scale: %(scale)s). A report that states "
        "no level has no score and counts in no mean."
    ) % {**ends, "scale": plan.scale}


def mean() -> str:
    return _(
        "The mean is over indicators with a current figure and a target, each capped "
        "at 100 and weighted; it is always to be read with its coverage."
    )


def mean_score() -> str:
    return _(
        "The mean score is Σ weight × score ÷ Σ weight over the indicators with level criteria and "
        "a current score, four decimals; it is always to be read with its coverage."
    )


def own_month() -> str:
    return _("Status compares a figure with what was expected by the end of its own month.")
