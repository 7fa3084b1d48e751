"""Whether frozen meetings are as they were frozen: every hash anew, and the chain between them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from nhrc_plan.meetings.frozen.canonical import (
    Fault,
    Piece,
    differing,
    digest,
    short_code,
)
from nhrc_plan.meetings.models import Frozen

FIGURES, WORKBOOK, RECORD, CHAIN = "figures", "workbook", "record", "chain"


class Verdict(NamedTuple):
    """One freeze and what is wrong with it; nothing: it is as it was frozen."""

    frozen: Frozen
    faults: list[Fault]


def verify(frozen: Iterable[Frozen]) -> Iterator[Verdict]:
    """Check freezes of any plans, each plan's in the order of their places.

    One that is missing between two shows in the chain.
    """
    last: dict[int, str | None] = {}
    for each in frozen:
        yield Verdict(each, list(_faults(each, last.get(each.plan_id))))
        last[each.plan_id] = digest(bytes(each.record))


def verify_one(frozen: Frozen) -> list[Fault]:
    """What is wrong with one freeze, the one before it looked at as well. Two queries."""
    before = Frozen.objects.filter(plan=frozen.plan_id, place=frozen.place - 1)
    previous = [digest(bytes(record)) for record in before.values_list("record", flat=True)]
    return list(_faults(frozen, previous[0] if previous else None))


def _faults(frozen: Frozen, previous: str | None) -> Iterator[Fault]:
    record = bytes(frozen.record)
    if digest(record) != frozen.sha256:
        # Nothing can be measured by a record that is not the one that was written.
        yield Fault(RECORD)
        return
    proof: dict[str, Any] = json.loads(record)
    if proof["previous_sha256"] != previous or proof["place"] != frozen.place:
        yield Fault(CHAIN)
    named = (frozen.meeting_id, frozen.plan_id, frozen.frozen_at, frozen.figures_sha256)
    moment = datetime.fromisoformat(proof["frozen_at"])
    if named != (proof["meeting"], proof["plan_id"], moment, proof["figures_sha256"]):
        yield Fault(RECORD)
    if digest(bytes(frozen.workbook)) != proof["workbook_sha256"]:
        yield Fault(WORKBOOK)
    content = bytes(frozen.figures)
    if digest(content) != proof["figures_sha256"]:
        rows = list(differing(content, [Piece(*row) for row in proof["rows"]]))
        yield from rows or [Fault(FIGURES)]


def code_of(frozen: Frozen) -> str:
    """The code that is printed on page and pack."""
    return short_code(frozen.figures_sha256)


def exported(frozen: Frozen) -> bytes:
    """A freeze as a file that anybody can check with docs/verify.md; canonical as its parts."""
    return b'{"figures":%b,"record":%b,"record_sha256":"%b"}' % (
        bytes(frozen.figures),
        bytes(frozen.record),
        frozen.sha256.encode(),
    )


def sentence(fault: Fault) -> str:
    """A fault in words, with what stood there where that can be told."""
    words = {
        "figures": _("the figures are others, and no row can be named"),
        "length": _("something was added to the figures, or taken away: %(row)s"),
        "workbook": _("the kept workbook was changed"),
        "record": _("the record of the freeze was changed"),
        "chain": _("the freeze before it is missing or another"),
        "row": _("changed: %(row)s"),
        "cell": _("another value in %(row)s"),
        "part": _("damaged: %(row)s"),
        "bytes": _("its cells are the same, other bytes of the file are not"),
        "unknown": _("no frozen meeting has this workbook, nor the code printed in it"),
    }
    told = words[fault.what] % {"row": fault.row}
    return f"{told}: {fault.then} → {fault.now}" if fault.now else told
