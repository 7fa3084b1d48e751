"""Writing the evidence of a record by itself, where its figures are entered many on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from strategy.access import viewer
from strategy.clock import today
from strategy.closing.guard import refuse_closed
from strategy.evidence.entry import MOST_EVIDENCE, EvidenceEntry, evidence_problems
from strategy.evidence.model import read_evidence
from strategy.evidence.write import evidence_replaced
from strategy.records.write import claim, write_history


@transaction.atomic
def evidence_record(
    *,
    user: Any,
    record: Any,
    pieces: Sequence[EvidenceEntry],
    expected_version: int,
    reason: str = "",
) -> None:
    """Put pieces of evidence in place of those that a record rests on.

    They are part of the record: it takes the next version, and its history tells them. Raises
    PermissionDenied, StaleVersion, MonthClosed where the record is of a locked month, and
    ValidationError where a piece is wrong, they are too many, or a file is another record's.
    """
    if user is not None and not record.evidence_written_by(viewer(user)):
        raise PermissionDenied
    if len(pieces) > MOST_EVIDENCE:
        raise ValidationError(_("At most %(most)s pieces of evidence.") % {"most": MOST_EVIDENCE})
    for piece in pieces:
        for problem in evidence_problems(piece, today()).values():
            raise problem
    if user is not None:
        record.refuse_write()
    refuse_closed([record])
    claim([record], [expected_version])
    link = record._meta.get_field("evidence").field
    evidence_replaced(link.model, link.name, [(record, pieces)])
    read_evidence([record])
    write_history([record], "~", user=user, reason=reason)
