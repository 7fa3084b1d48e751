"""A table that was sent: kept as it is, and what is said of it, until it is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from nhrc_plan.exchange.models import Import, ImportFile
from nhrc_plan.exchange.write import import_look
from nhrc_plan.tables.kinds.base import TableKind
from nhrc_plan.tables.lines import Match, table_grid
from nhrc_plan.tables.models import TableMatch
from strategy.access import viewer
from strategy.models import Agency, Plan
from strategy.records.model import actor_name
from strategy.records.write import claim, record_save, write_history


def table_keep(*, user: Any, plan: Plan, kind: TableKind, name: str, content: bytes) -> Import:
    """Keep a table as it was sent. Nothing of what it holds is written.

    Raises PermissionDenied, and ValidationError where the file cannot be read.
    """
    if not kind.may(viewer(user)):
        raise PermissionDenied
    table_grid(content, "")
    row = Import(
        plan=plan,
        kind=kind.code,
        file_name=name.replace("\x00", "")[-150:] or "–",
        size=len(content),
        sha256=sha256(content).hexdigest(),
        sender_id=user.pk,
        sender_name=actor_name(user),
        sent_at=timezone.now(),
    )
    with transaction.atomic():
        record_save(instance=row, user=user)
        ImportFile.objects.create(of=row, content=content)
    return row


@transaction.atomic
def table_matched(
    *, user: Any, row: Import, expected_version: int, match: Match, submits: bool, today: date
) -> None:
    """Keep what somebody says of a table, and look at it by that.

    Raises StaleVersion, and ValidationError where it cannot be read so; nothing is kept then.
    """
    if row.is_applied or not row.seen_by(viewer(user)):
        raise PermissionDenied
    claim([row], [expected_version])
    row.about, row.submits = match.as_json(), submits
    row.fiscal_year, row.month = match.year, match.month if match.year else None
    row.save_without_historical_record()
    write_history([row], "~", user=user, reason="")
    import_look(user=user, row=row, decided={}, today=today)


@transaction.atomic
def match_keep(
    *, user: Any, agency: Agency, kind: TableKind, name: str, match: Match,
    labels: Mapping[int, str],
) -> TableMatch:  # fmt: skip
    """Keep a match under a name for the next table of its make; one of that name is replaced."""
    if not kind.may(viewer(user)):
        raise PermissionDenied
    own = TableMatch.objects.filter(agency=agency, kind=kind.code, name=name)
    row = own.first() or TableMatch(agency=agency, kind=kind.code, name=name)
    row.headings = {labels[place]: field for place, field in match.columns.items()}
    row.money, row.dash, row.strangers = match.money, match.dash, match.strangers
    return record_save(instance=row, user=user)
