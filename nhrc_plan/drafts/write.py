"""Writing plans in preparation: a workbook taken over, a draft put to work or thrown away."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from nhrc_plan.drafts.entered import entered_for
from nhrc_plan.drafts.models import PlanImport, PlanImportFile
from nhrc_plan.drafts.playing import played
from nhrc_plan.drafts.preview import Preview
from nhrc_plan.drafts.reading import plan_read
from nhrc_plan.drafts.tables.all import TABLES
from nhrc_plan.drafts.tables.structure import PLAN
from nhrc_plan.drafts.tables.table import Putting, Scope
from nhrc_plan.exchange.rows import choices_of, outlived
from nhrc_plan.exchange.write import Overtaken, file_facts
from strategy.access import viewer
from strategy.models import Plan
from strategy.records.model import one_act
from strategy.records.write import claim, record_save


def _planners_only(user: Any) -> None:
    if not viewer(user).is_planner:
        raise PermissionDenied


def plan_preview(user: Any, content: bytes, decided: Mapping[str, str]) -> Preview:
    """What a workbook would do. It is played and taken back, so nothing of it stays.

    ``decided``: by the key of a row, as ``Row.posts`` writes it; what was decided when something
    else stood there is dropped, and the row is asked about again.
    Raises ValidationError where the file as a whole cannot be taken.
    """
    _planners_only(user)
    read = plan_read(content)
    while True:
        with transaction.atomic():
            found = played(read, user, "preview", choices_of(decided))
            transaction.set_rollback(True)
        gone = outlived(found.rows, decided)
        if not gone:
            return found
        decided = {key: decided[key] for key in decided.keys() - gone}


@transaction.atomic
def plan_import_keep(*, user: Any, slug: str, name: str, content: bytes) -> PlanImport:
    """Keep a workbook as it was sent. Nothing of what it holds is written."""
    _planners_only(user)
    row = PlanImport(slug=slug, **file_facts(user, name, content))
    record_save(instance=row, user=user)
    PlanImportFile.objects.create(of=row, content=content)
    return row


def plan_import_apply(
    *,
    user: Any,
    row: PlanImport,
    expected_version: int,
    decided: Mapping[str, str],
    digest: str,
    reason: str = "",
) -> Plan:
    """Take over what a preview showed, all of it or nothing; gives the draft.

    ``digest``: that of the preview which is confirmed. Raises Overtaken where it no longer holds,
    StaleVersion where the import was taken over meanwhile.
    """
    _planners_only(user)
    read = plan_read(bytes(PlanImportFile.objects.get(of=row).content))
    with transaction.atomic(), one_act():
        # The state and the version in one condition: of two who confirm, one does it.
        claim(
            [row], [expected_version], Q(state=PlanImport.State.CHECKED),
            state=PlanImport.State.APPLIED,
        )  # fmt: skip
        why = reason or _("from the workbook “%(name)s”") % {"name": row.file_name}
        found = played(read, user, why, choices_of(decided))
        if found.digest != digest or not found.may_apply or found.plan is None:
            raise Overtaken
        row.refresh_from_db()
        row.outcome = found.counts
        record_save(instance=row, user=user, reason=_("taken over"))
    return found.plan


@transaction.atomic
def plan_activate(
    *, user: Any, plan: Plan, expected_version: int, current: bool, reason: str = ""
) -> Plan:
    """Put a draft to work. ``current``: the front page opens it from now on.

    Raises PermissionDenied, ValidationError, StaleVersion.
    """
    _planners_only(user)
    if not plan.is_draft:
        raise ValidationError(_("The plan is at work already."))
    why = reason or _("put to work")
    with one_act():
        former = Plan.objects.filter(agency=plan.agency_id, is_current=True).first()
        if current and former is not None:
            former.is_current = False
            record_save(instance=former, user=user, reason=why)
        plan.is_draft, plan.is_current = False, current
        record_save(instance=plan, user=user, reason=why, expected_version=expected_version)
    return plan


@transaction.atomic
def plan_take_back(*, user: Any, plan: Plan, expected_version: int, reason: str = "") -> Plan:
    """Make a plan a draft again, while nothing has been entered for it.

    Raises PermissionDenied, ValidationError, StaleVersion.
    """
    _planners_only(user)
    if plan.is_draft:
        raise ValidationError(_("The plan is a draft already."))
    # Whoever enters a figure meanwhile claims nothing of the plan, so that is asked afterwards.
    plan.is_draft, plan.is_current = True, False
    record_save(
        instance=plan, user=user, reason=reason or _("taken back into preparation"),
        expected_version=expected_version,
    )  # fmt: skip
    entered = entered_for(plan)
    if entered:
        raise ValidationError(
            _("Something has been entered for the plan already (%(what)s), so it stays at work.")
            % {"what": ", ".join(entered)}
        )
    return plan


def draft_along(plan: Plan) -> str:
    """What would be thrown away with a draft, and at which versions, in short."""
    said = [f"{row._meta.label} {row.pk} {row.version}" for _table, row in _going(plan)]
    return sha256("\n".join(sorted(said)).encode()).hexdigest()[:16]


def _going(plan: Plan) -> list[tuple[Any, Any]]:
    """All that is of a draft, with its table, what hangs on something else first."""
    scope = Scope(plan.agency, plan)
    return [
        (table, each.row)
        for table in reversed(TABLES)
        if table.may_go
        for each in reversed(table.stored(scope).values())
    ]


@transaction.atomic
def draft_discard(*, user: Any, plan: Plan, expected_version: int, along: str, reason: str) -> None:
    """Throw a draft away with all that is of it; the history keeps every row.

    ``along``: what :func:`draft_along` said to whoever throws it away, so that nobody's change of
    it is lost unseen. Raises PermissionDenied, ValidationError, StaleVersion.
    """
    _planners_only(user)
    if not plan.is_draft:
        raise ValidationError(_("The plan is at work; only a draft can be thrown away."))
    with one_act():
        claim([plan], [expected_version], Q(is_draft=True))
        if draft_along(plan) != along:
            raise ValidationError(
                _("Somebody else has changed something of the draft. Look at it again first.")
            )
        at = Putting(user, reason, plan.agency, plan)
        for table, row in _going(plan):
            table.take_away(at, row)
        PLAN.take_away(at, plan)
