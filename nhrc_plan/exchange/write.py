"""An import: kept as it was sent, looked at without writing a figure, confirmed once, all of it or
nothing; of whatever kind it is (kinds.py)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from nhrc_plan.exchange.kinds import Sent, kind_of
from nhrc_plan.exchange.models import Import, ImportCheck, ImportFile, ImportRows
from nhrc_plan.exchange.progress import tell
from nhrc_plan.exchange.rows import NEWS, Tally, choices_of, outlived
from strategy.access import viewer
from strategy.records.model import actor_name, one_act
from strategy.records.write import claim, record_save, write_history


class Overtaken(Exception):
    """What a preview showed is no longer so; it is to be looked at afresh."""


def file_facts(user: Any, name: str, content: bytes) -> dict[str, Any]:
    """What is kept of any file that was sent: what it is, who sent it, when."""
    return {
        "file_name": name.replace("\x00", "")[-150:] or "–",
        "size": len(content),
        "sha256": sha256(content).hexdigest() if content else "",
        "sender_id": user.pk,
        "sender_name": actor_name(user),
        "sent_at": timezone.now(),
    }


def import_sent(*, user: Any, row: Import, name: str, content: bytes, today: date) -> Import:
    """Look at a file and keep it, with what was seen. Nothing of what it holds is written.

    ``row`` says what it is: plan, kind and the like. Raises ValidationError where the file as a
    whole cannot be taken; it is not kept then.
    """
    for field, value in file_facts(user, name, content).items():
        setattr(row, field, value)
    seen = _Seen(Sent(row, content, viewer(user), today), {})
    with transaction.atomic():
        record_save(instance=row, user=user)
        if content:
            ImportFile.objects.create(of=row, content=content)
        seen.keep()
    return row


def import_look(*, user: Any, row: Import, decided: Mapping[str, str], today: date) -> ImportCheck:
    """Look at an import again, with what was decided of its rows (``Row.posts``).

    What was decided when something else stood there is dropped: the row is asked about again.
    """
    if not row.seen_by(viewer(user)):
        raise PermissionDenied
    content = ImportFile.objects.filter(of=row).values_list("content", flat=True).first()
    sent = Sent(row, bytes(content or b""), viewer(user), today)
    seen = _Seen(sent, decided)
    while seen.outlived:
        seen = _Seen(sent, {key: seen.decided[key] for key in seen.decided.keys() - seen.outlived})
    with transaction.atomic():
        return seen.keep()


class _Seen:
    """What a look at an import saw, before it is kept."""

    def __init__(self, sent: Sent, decided: Mapping[str, str]) -> None:
        self.row, self.decided, self.tally = sent.row, dict(decided), Tally()
        self.batches: list[ImportRows] = []
        #: The rows whose decision was made about something else.
        self.outlived: set[str] = set()
        done = 0
        tell("read")
        found = kind_of(sent.row).check(sent, choices_of(self.decided))
        for place, batch in enumerate(found):
            for each in batch.rows:
                self.tally.add(each)
            self.outlived |= outlived(batch.rows, self.decided)
            told = [each.packed() for each in batch.rows if each.says_something]
            done += len(batch.rows)
            tell("check", done, batch.of)
            if told or batch.entries:
                kept = ImportRows(place=place, rows=told, entries=list(batch.entries))
                self.batches.append(kept)

    def keep(self) -> ImportCheck:
        check = ImportCheck.objects.create(
            of=self.row,
            made_at=timezone.now(),
            digest=self.tally.digest,
            counts=self.tally.counts,
            decided=self.decided,
        )
        for batch in self.batches:
            batch.check_made = check
        ImportRows.objects.bulk_create(self.batches, batch_size=20)
        return check


def import_apply(
    *,
    user: Any,
    row: Import,
    expected_version: int,
    check: ImportCheck,
    today: date,
    reason: str = "",
) -> None:
    """Take over what a preview showed, by the services of each figure.

    What was seen is written as it was seen, each row at the version that was read, or nothing is.
    Raises StaleVersion where the import was taken over meanwhile, Overtaken where what the preview
    showed holds no longer.
    """
    if not row.seen_by(viewer(user)):
        raise PermissionDenied
    kind = kind_of(row)
    why = reason or kind.reason(row)
    total, done = sum(check.counts.get(outcome, 0) for outcome in NEWS), 0
    with transaction.atomic(), one_act():
        # The state and the version in one condition: of two who confirm, one does it.
        claim(
            [row], [expected_version], Q(state=Import.State.CHECKED),
            state=Import.State.APPLIED, outcome=check.counts, taken=check,
        )  # fmt: skip
        row.refresh_from_db()
        try:
            batches = check.batches.order_by("place").values_list("entries", flat=True)
            for entries in batches.iterator(1):
                if entries:
                    kind.write(user, entries, why, today)
                done += len(entries)
                tell("write", done, total)
        except ValidationError as refused:
            raise Overtaken from refused
        write_history([row], "~", user=user, reason=why)
