"""Workbooks to fill in, as a kind of import: whose figures one holds, and how they are written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.exchange.compare import batches
from nhrc_plan.exchange.kinds import Batch, Kind, Sent
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.packing import Unpacked
from nhrc_plan.exchange.parts import Wanted
from nhrc_plan.exchange.subjects import PARTS
from strategy.access import Viewer
from strategy.calendar import FiscalMonth
from strategy.models import Plan, Unit


def nothing() -> Http404:
    return Http404(_("There is no such page, or it is not yours to see."))


def wanted_of(
    plan: Plan,
    at: FiscalMonth,
    who: Viewer,
    today: date,
    unit_id: int | None,
    *,
    submits: bool = True,
) -> Wanted:
    """Whose figures a workbook holds; raises Http404 where they are not the person's to enter."""
    if not who.enters:
        raise nothing()
    unit = None
    units: tuple[tuple[int | None, str], ...]
    if unit_id is not None:
        unit = Unit.objects.filter(pk=unit_id, agency=plan.agency_id).first()
        if unit is None or not who.may_report(unit.pk):
            raise nothing()
        units = ((unit.pk, unit.name),)
    elif who.is_planner:
        named = Unit.objects.filter(agency=plan.agency_id).values_list("pk", "name")
        units = (*named, (None, _("without a unit")))
    else:
        units = tuple(each for each in who.units if who.may_report(each[0]))
        if not units:
            raise nothing()
    return Wanted(plan, unit, at, who, today, units, submits)


class EntryWorkbook(Kind):
    """A month of results, money and measures that was filled in at the desk."""

    code = "entry"
    name = gettext_lazy("workbook to fill in")
    drafts = True

    def check(self, sent: Sent, decided: Mapping[str, str]) -> Iterator[Batch]:
        row = sent.row
        assert row.at is not None
        wanted = wanted_of(row.plan, row.at, sent.who, sent.today, row.unit_id, submits=row.submits)
        return batches(sent.content, wanted, decided)

    def write(self, user: Any, entries: Sequence[Any], reason: str, today: date) -> None:
        part = PARTS[entries[0][0]]
        read = Unpacked([entry for _part, entry in entries], part.made_of, part.rows())
        part.writes.record_many(user=user, entries=read.values, today=today, reason=reason)

    def back(self, row: Import) -> str:
        arguments = [row.plan.slug, *([row.unit_id] if row.unit_id else [])]
        address = reverse("unit_entry" if row.unit_id else "entry", args=arguments)
        return f"{address}?year={row.fiscal_year}&month={row.month}"

    def reason(self, row: Import) -> str:
        return _("from the workbook “%(name)s”") % {"name": row.file_name}
