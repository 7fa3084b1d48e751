"""What a figure has to come with: cause and remedy; and the answer that nothing is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kpis.read.words import progress_percent
from kpis.rules.entry import status_to_explain
from kpis.rules.facts import Figure, IndicatorFacts
from strategy.models import Plan
from strategy.read import bands
from strategy.standing.words import status_label
from strategy.thai import says_why

if TYPE_CHECKING:
    from kpis.write.checks import EntryContext, ResultEntry


def check_repeat(
    entry: ResultEntry, context: EntryContext, errors: dict[str, list[ValidationError]]
) -> None:
    """ "Nothing new" repeats a figure: the last one submitted in the year."""
    at = (entry.fiscal_year, entry.month)
    timeline = context.timelines[entry.indicator.pk]
    earlier = [key for key in timeline if key < at and key[0] == entry.fiscal_year]
    amounts = {pk: value.amount for pk, value in entry.values.items()}
    if entry.progress or not earlier or timeline[max(earlier)] != amounts:
        errors["__all__"].append(
            ValidationError(
                _(
                    "“No new result” repeats the last figure of this fiscal year, and there is "
                    "none like this; write the figure."
                )
            )
        )


def check_remedy(
    entry: ResultEntry,
    facts: IndicatorFacts,
    plan: Plan,
    errors: dict[str, list[ValidationError]],
) -> None:
    """Where a figure is at risk or critical, the problem and what is done next are written."""
    lacking = [name for name in ("problems", "next_steps") if not says_why(getattr(entry, name))]
    if not lacking:
        return
    amounts = {pk: value.amount for pk, value in entry.values.items()}
    figure = Figure(
        entry.fiscal_year,
        entry.month,
        {pk: amount for pk, amount in amounts.items() if amount is not None},
        progress_percent(entry.progress, entry.progress_percent) if entry.progress else None,
        entry.no_cases,
    )
    status = status_to_explain(facts, figure, bands(plan))
    if status is None:
        return
    for name in lacking:
        errors[name].append(
            ValidationError(
                _(
                    "This figure stands at “%(status)s” against what was expected by then. "
                    "Write both the problems and obstacles and the next steps to submit it; "
                    "a draft may be kept without."
                )
                % {"status": status_label(status)}
            )
        )
