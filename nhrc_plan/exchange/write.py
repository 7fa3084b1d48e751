"""A workbook that came back: kept as it was sent, and taken over once, all of it or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from nhrc_plan.exchange.compare import compare
from nhrc_plan.exchange.models import Import, ImportFile
from nhrc_plan.exchange.parts import Wanted
from nhrc_plan.exchange.rows import Compared
from strategy.access import viewer
from strategy.records.model import actor_name, one_act
from strategy.records.write import claim, record_save, write_history


class Overtaken(Exception):
    """What a preview showed is no longer so; ``compared`` is how it stands now."""

    def __init__(self, compared: Compared) -> None:
        super().__init__()
        self.compared = compared


def file_facts(user: Any, name: str, content: bytes) -> dict[str, Any]:
    """What is kept of any file that was sent: what it is, who sent it, when."""
    return {
        "file_name": name.replace("\x00", "")[-150:] or "xlsx",
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
        "sender_id": user.pk,
        "sender_name": actor_name(user),
        "sent_at": timezone.now(),
    }


@transaction.atomic
def import_keep(*, user: Any, wanted: Wanted, name: str, content: bytes) -> Import:
    """Keep a workbook as it was sent. Nothing of what it holds is written."""
    row = Import(
        plan=wanted.plan,
        unit=wanted.unit,
        fiscal_year=wanted.at.year,
        month=wanted.at.month,
        submits=wanted.submits,
        **file_facts(user, name, content),
    )
    record_save(instance=row, user=user)
    ImportFile.objects.create(of=row, content=content)
    return row


def import_apply(
    *,
    user: Any,
    row: Import,
    expected_version: int,
    wanted: Wanted,
    decided: Mapping[str, str],
    digest: str,
    reason: str = "",
) -> int:
    """Take over what a preview showed, by the services of each figure; gives how many rows.

    ``digest``: that of the preview which is confirmed. Raises Overtaken where it no longer holds,
    StaleVersion where the import was taken over meanwhile, ValidationError where a row is
    refused after all; nothing is written then.
    """
    if not row.seen_by(viewer(user)):
        raise PermissionDenied
    with transaction.atomic(), one_act():
        content = bytes(ImportFile.objects.get(of=row).content)
        compared = compare(content, wanted, decided)
        if compared.digest != digest or not compared.may_apply:
            raise Overtaken(compared)
        # The state and the version in one condition: of two who confirm, one does it.
        claim(
            [row], [expected_version], Q(state=Import.State.CHECKED),
            state=Import.State.APPLIED, outcome=compared.counts,
        )  # fmt: skip
        row.refresh_from_db()
        why = reason or _("from the workbook “%(name)s”") % {"name": row.file_name}
        for screen in compared.screens:
            entries = [entry for _form, entry in screen.entered()]
            if entries:
                screen.record(user, entries, why)
        write_history([row], "~", user=user, reason=_("taken over"))
    return compared.news
