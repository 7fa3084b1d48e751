"""Freezing a meeting: what it saw is kept once and for all, with what proves it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from nhrc_plan.meetings.frozen.canonical import canonical, digest, pieces, short_code
from nhrc_plan.meetings.frozen.figures import figures, unapproved
from nhrc_plan.meetings.frozen.printed import qr_text
from nhrc_plan.meetings.models import Frozen, Meeting
from nhrc_plan.meetings.read import board_report
from nhrc_plan.meetings.workbook import board_book, bound
from strategy.access import viewer
from strategy.clock import today
from strategy.language.choice import reading
from strategy.records.model import actor_name
from strategy.records.write import claim, write_history
from strategy.thai import month_name, says_why

RECORD_FORMAT = "nhrc-frozen-record-1"


def meeting_freeze(
    *, user: Any, meeting: Meeting, expected_version: int, reason: str = ""
) -> Frozen:
    """Keep the figures that the meeting sees, as they are known now, and its pack.

    Planners only. Raises ValidationError where the meeting has been frozen, its month is not
    over, or something that counts is not approved and nobody says why; StaleVersion where the
    meeting has changed since ``expected_version``. Of several at once one freezes.
    """
    if not viewer(user).is_planner:
        raise PermissionDenied
    outermost = not connection.in_atomic_block
    try:
        # What is kept is the agency's document, whichever language its planner reads.
        with reading(None), transaction.atomic():
            if outermost:
                _read_at_one_moment()
            return _freeze(user, meeting, expected_version, reason.strip())
    except (IntegrityError, OperationalError) as error:
        if isinstance(error, OperationalError) and not _overtaken(error):
            raise
        if Frozen.objects.filter(meeting=meeting).exists():
            raise already(meeting) from error
        raise ValidationError(
            _("Another meeting of the plan was frozen at the same moment. Freeze this one again.")
        ) from error


def _read_at_one_moment() -> None:
    """Let every query of this transaction see the same state, as SQLite's do by themselves."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def _overtaken(error: OperationalError) -> bool:
    """Whether PostgreSQL says that somebody else changed a row after that moment."""
    return getattr(error.__cause__, "pgcode", None) == "40001"


def already(meeting: Meeting) -> ValidationError:
    """What is said to whoever freezes a meeting a second time."""
    return ValidationError(
        _(
            "%(meeting)s is frozen already. Its figures stay as they were kept, and nothing was "
            "changed; what has been restated since stands on the meeting's page."
        )
        % {"meeting": meeting},
        code="frozen",
    )


def _freeze(user: Any, meeting: Meeting, version: int, reason: str) -> Frozen:
    if Frozen.objects.filter(meeting=meeting).exists():
        raise already(meeting)
    day = today()
    if meeting.fiscal_year not in meeting.plan.years or not meeting.at.has_ended(day):
        raise ValidationError(
            _("%(month)s has not ended, so there are no figures to freeze yet.")
            % {"month": month_name(meeting.at)}
        )
    claim([meeting], [version])
    moment = timezone.now()
    # What the figures rest on is for those who sign in; a frozen pack goes wherever the minutes go.
    report = board_report(meeting.plan, meeting.at, day, evidence=False)
    waiting = unapproved(report)
    if waiting and not says_why(reason):
        raise ValidationError(
            {
                "reason": _(
                    "%(count)s figures that count are not approved: %(list)s. Approve them, or "
                    "say why the meeting is frozen without."
                )
                % {"count": len(waiting), "list": ", ".join(waiting[:10])}
            }
        )
    book, pages = board_book(report)
    shown = figures(meeting, report, pages)
    content = canonical(shown)
    code = short_code(digest(content))
    footer = f"{meeting.plan.name} · {meeting} · {code}"
    workbook = bound(book, pages, footer, qr_text(meeting, code))
    before = Frozen.objects.filter(plan=meeting.plan).order_by("place").last()
    place = before.place + 1 if before else 1
    record = canonical(
        {
            "format": RECORD_FORMAT,
            "plan": meeting.plan.slug,
            "plan_id": meeting.plan_id,
            "meeting": meeting.pk,
            "place": place,
            "frozen_at": moment.isoformat(),
            "frozen_by": {"id": user.pk, "name": actor_name(user)},
            "reason": reason,
            "unapproved": waiting,
            "figures_sha256": digest(content),
            "workbook_sha256": digest(workbook),
            "previous_sha256": before.sha256 if before else None,
            "rows": pieces(shown),
        }
    )
    frozen = Frozen.objects.create(
        meeting=meeting,
        plan=meeting.plan,
        place=place,
        frozen_at=moment,
        figures=content,
        workbook=workbook,
        record=record,
        figures_sha256=digest(content),
        sha256=digest(record),
    )
    told = _("frozen, code %(code)s") % {"code": code}
    write_history([meeting], "~", user=user, reason=f"{told}: {reason}" if reason else told)
    return frozen
