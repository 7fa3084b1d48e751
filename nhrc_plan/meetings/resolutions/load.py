"""Sample resolutions, from fixtures: see fixtures/sample/resolutions/README.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from budgets.models import Project
from kpis.models import Indicator
from nhrc_plan.meetings.models import Frozen, Meeting
from nhrc_plan.meetings.resolutions.models import Resolution, ResolutionStep
from nhrc_plan.meetings.resolutions.write import step_taken
from strategy.loading import SAMPLE_REASON
from strategy.models import Plan, Unit
from strategy.records.model import acting
from strategy.records.write import record_delete, record_save


@transaction.atomic
def sample_load(plan: Plan, tree: Mapping[str, Any], *, today: date) -> int:
    """Load the sample meetings that were held, and what was done about their resolutions by
    ``today``; gives the number of resolutions.

    Leaves alone a meeting that is there, or that staff had a hand in.
    """
    count = 0
    for source in tree["meetings"]:
        key = {"plan": plan, "number": source["number"]}
        touched = Meeting.history.filter(**key, history_user_id__isnull=False)
        held_on = date.fromisoformat(source["held_on"])
        if held_on > today or Meeting.objects.filter(**key).exists() or touched.exists():
            continue
        meeting = Meeting(
            **key,
            held_on=held_on,
            fiscal_year=source["fiscal_year"],
            month=source["month"],
            is_sample=True,
        )
        record_save(instance=meeting, user=None, reason=str(SAMPLE_REASON))
        for item in source["resolutions"]:
            count += _resolution_load(meeting, item, today)
    return count


def _resolution_load(meeting: Meeting, source: Mapping[str, Any], today: date) -> bool:
    """Whether it was loaded: its unit has to be there still, and what it is about."""
    plan = meeting.plan
    unit = Unit.objects.filter(agency=plan.agency_id, name=source["unit"]).first()
    about = _about(plan, source)
    if unit is None or about is None:
        return False
    resolution = Resolution(
        meeting=meeting,
        number=source["number"],
        text=source["text"],
        unit=unit,
        first_due_on=date.fromisoformat(source["due"]),
        is_sample=True,
        **about,
    )
    with acting(user=None, reason=str(SAMPLE_REASON), when=lambda _row: _moment(meeting.held_on)):
        record_save(instance=resolution, user=None, reason=str(SAMPLE_REASON))
    for step in source["steps"]:
        on = date.fromisoformat(step["on"])
        if on <= today:
            due = date.fromisoformat(step["due"]) if "due" in step else None
            _step_load(resolution, step, _moment(on), due)
    return True


def _about(plan: Plan, source: Mapping[str, Any]) -> dict[str, Any] | None:
    """The indicator or project that a sample is about; {} for the plan; None: it is gone."""
    model: Any
    for name, model in (("indicator", Indicator), ("project", Project)):
        if name in source:
            strategy, number = source[name].removeprefix(plan.code_prefix).split("-")
            found = model.objects.filter(
                strategy__plan=plan, strategy__number=strategy, number=number
            ).first()
            return None if found is None else {name: found}
    return {}


def _step_load(
    resolution: Resolution, source: Mapping[str, Any], moment: datetime, due: date | None
) -> None:
    step = ResolutionStep(kind=source["kind"], text=source["text"], at=moment)
    with acting(user=None, reason=str(SAMPLE_REASON), when=lambda _row: moment):
        step_taken(resolution, resolution.version, step, due)


def _moment(day: date) -> datetime:
    """During the office hours of a day."""
    return timezone.make_aware(datetime.combine(day, time(10)))


@transaction.atomic
def sample_clear() -> int:
    """Take away every sample resolution, and sample meetings that nothing rests on.

    Gives the number of resolutions. What was frozen of them stays as it was frozen.
    """
    rows = list(Resolution.objects.filter(is_sample=True))
    for row in rows:
        record_delete(instance=row, user=None, reason=str(SAMPLE_REASON))
    kept = Frozen.objects.values("meeting")
    for meeting in Meeting.objects.filter(is_sample=True, resolutions=None).exclude(pk__in=kept):
        record_delete(instance=meeting, user=None, reason=str(SAMPLE_REASON))
    return len(rows)
