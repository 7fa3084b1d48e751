"""Which indicator is told what: figures of one app beside the entry form of another."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from integrity.rubric_selectors import policy_counts
from kpis.suggestions import Suggestion, register

#: S1-1.1 counts agencies and provinces with a human-rights policy, and that is what criterion 1.1
#: of the rubric of model organisations asks for. No other indicator of the plan counts either.
POLICIES = ("nhrc-2566-2570", "S1-1.1")


def policies() -> Suggestion:
    """Who has a human-rights policy, going by the assessments."""
    counts = policy_counts()
    return Suggestion(
        text=_(
            "From the assessments of model organisations: %(agencies)s agencies and %(provinces)s "
            "provinces have a human-rights policy."
        )
        % {"agencies": counts.agencies, "provinces": counts.provinces},
        address=reverse("assessments"),
    )


def register_all() -> None:
    register(*POLICIES, policies)
