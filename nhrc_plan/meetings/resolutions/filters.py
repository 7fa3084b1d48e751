"""The filters of a plan's resolutions; the rows at hand know the choices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.meetings.resolutions.models import Resolution
from nhrc_plan.meetings.resolutions.rows import ResolutionRow
from strategy.records.forms import choice_field
from strategy.thai import sort_key

UNSETTLED, LATE = "unsettled", "late"


class ResolutionFilter(forms.Form):
    """Which resolutions to show; whatever is left empty asks for nothing."""

    state = forms.ChoiceField(label=gettext_lazy("status"), required=False)
    unit = forms.ChoiceField(label=gettext_lazy("unit"), required=False)
    meeting = forms.ChoiceField(label=gettext_lazy("meeting"), required=False)

    def __init__(self, data: Any, rows: Sequence[ResolutionRow]) -> None:
        super().__init__(data)
        every = ("", _("all"))
        choice_field(self, "state").choices = [
            every,
            (UNSETTLED, _("not settled")),
            (LATE, _("late")),
            *Resolution.State.choices,
        ]
        units = {str(row.unit_id): row.unit for row in rows}
        named = sorted(units.items(), key=lambda unit: sort_key(unit[1]))
        choice_field(self, "unit").choices = [every, *named]
        held = sorted({(row.held_on, row.meeting_id, row.meeting_number) for row in rows})
        meetings = [(str(pk), number) for _day, pk, number in reversed(held)]
        choice_field(self, "meeting").choices = [every, *meetings]
        self.is_valid()
        self.rows = [row for row in rows if self._asks_for(row)]

    def _asks_for(self, row: ResolutionRow) -> bool:
        """What is refused, such as a unit that is not there, finds nothing."""
        asked = self.cleaned_data
        states = {
            "": True,
            UNSETTLED: not row.is_settled,
            LATE: row.late > 0,
        }
        state = asked.get("state", "")
        return (
            not self.errors
            and states.get(state, row.state == state)
            and asked["unit"] in ("", str(row.unit_id))
            and asked["meeting"] in ("", str(row.meeting_id))
        )
