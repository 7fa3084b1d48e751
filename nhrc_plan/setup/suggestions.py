"""Figures of one app beside the entry form of another."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.self_assessments.listing import policy_counts
from kpis.models import Indicator
from kpis.suggestions import Source, Suggestion, register


def policies(indicator: Indicator) -> Suggestion:
    """Who has a human-rights policy, going by the assessments that count in the plan."""
    counts = policy_counts(approved_only=indicator.strategy.plan.approved_only)
    return Suggestion(
        text=_(
            "From the assessments of model organisations: %(agencies)s agencies and %(provinces)s "
            "provinces have a human-rights policy."
        )
        % {"agencies": counts.agencies, "provinces": counts.provinces},
        address=reverse("assessments"),
    )


def register_all() -> None:
    """Offer every source that the apps have."""
    label = gettext_lazy("organisations with a human-rights policy, from self-assessments")
    register("human_rights_policies", Source(label, policies))
