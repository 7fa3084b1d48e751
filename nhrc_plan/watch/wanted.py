"""What a reader of the log looks for, as conditions on each history table.

A history row names what it belongs to by its id alone, and may outlive it. So the way from a row
to its plan, or to a thing's name, leads over the history of what lies between: what was deleted
is found like everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from strategy.models import Agency, Plan, Strategy, Unit
from strategy.records.model import Record, recorded_models
from strategy.thai import to_arabic

#: How far up a name may stand: a figure is found by its indicator, a baseline by its measure's.
_REACH = 2
#: What holds too much to be looked through by name: everything of it would be found.
_WHOLES = (Agency, Plan, Strategy, Unit)
#: An indicator by its code, such as S3-1.1; a project by its place, such as 1-2.
_CODE = re.compile(r"[^\W\d]{0,5}(\d{1,4})-(\d[\d.]{0,8})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; what is empty or None asks for nothing.

    ``who``: part of a name. ``kind``: a model, as in "kpis.result". ``first`` and ``last``: days
    in Bangkok, both included. ``text``: part of the reason, or of what a thing is called.
    """

    who: str = ""
    kind: str = ""
    first: date | None = None
    last: date | None = None
    text: str = ""
    plan: Plan | None = None
    act: UUID | None = None
    #: Whether the history of accounts, which planners do not keep, is looked into.
    accounts: bool = True

    def tables(self) -> Iterator[tuple[int, Any, Q]]:
        """The history tables to look into: (place in the fixed order, its model, condition)."""
        for place, model in enumerate(recorded_models()):
            if self.kind and model._meta.label_lower != self.kind:
                continue
            if self.plan is not None and way_to_plan(model) is None:
                continue
            if not self.accounts and not model.written_by_planners:
                continue
            yield place, model.history.model, self._condition(model)

    def _condition(self, model: type[Record]) -> Q:
        found = Q()
        if self.who:
            named = Q(history_user_name__icontains=self.who)
            if self.who.casefold() == _("the system").casefold():
                named |= Q(history_user_name="")
            found &= named
        if self.first is not None:
            found &= Q(history_date__gte=_midnight(self.first))
        if self.last is not None:
            found &= Q(history_date__lt=_midnight(self.last + timedelta(days=1)))
        if self.act is not None:
            found &= Q(act=self.act)
        if self.plan is not None:
            found &= _of_plan(model, self.plan)
        if self.text:
            found &= Q(history_change_reason__icontains=self.text) | _called(model, self.text)
        return found


def _midnight(day: date) -> datetime:
    """When a day begins in Bangkok."""
    return timezone.make_aware(datetime.combine(day, time()))


def _keys(model: type[models.Model]) -> list[models.ForeignKey]:
    """The foreign keys of a record to other records, which it always has."""
    return [
        field
        for field in model._meta.fields
        if isinstance(field, models.ForeignKey)
        and not field.null
        and issubclass(field.related_model, Record)
    ]


@cache
def way_to_plan(model: type[Record]) -> tuple[str, ...] | None:
    """The foreign keys that lead from a record to its plan, the shortest way; None: it has none."""
    ways: list[tuple[type[models.Model], tuple[str, ...]]] = [(model, ())]
    seen: set[type[models.Model]] = set()
    while ways:
        reached, way = ways.pop(0)
        if reached is Plan:
            return way
        if reached not in seen:
            seen.add(reached)
            ways += [(key.related_model, (*way, key.name)) for key in _keys(reached)]
    return None


def _ids(model: Any, condition: Q) -> models.QuerySet:
    """The ids of what ever met a condition."""
    rows: models.QuerySet = model.history.filter(condition).order_by().values("id")
    return rows


def _of_plan(model: Any, plan: Plan) -> Q:
    way = way_to_plan(model)
    if not way:
        return Q(id=plan.pk)
    key = model._meta.get_field(way[0])
    if key.related_model is Plan:
        return Q(**{key.attname: plan.pk})
    return Q(**{f"{key.attname}__in": _ids(key.related_model, _of_plan(key.related_model, plan))})


def _called(model: Any, text: str, reach: int = _REACH) -> Q:
    """Rows in whose own texts, or in those of what they belong to, a text stands."""
    found = _numbered(model, text)
    for field in model._meta.fields:
        if isinstance(field, (models.CharField, models.TextField)) and not field.choices:
            found |= Q(**{f"{field.name}__icontains": text})
    for key in _keys(model):
        if reach and not issubclass(key.related_model, _WHOLES):
            above = _called(key.related_model, text, reach - 1)
            if above:
                found |= Q(**{f"{key.attname}__in": _ids(key.related_model, above)})
    return found


def _numbered(model: Any, text: str) -> Q:
    """Rows of the strategy and under the number that a code names."""
    code = _CODE.fullmatch(to_arabic(text))
    names = {field.name for field in model._meta.fields}
    if code is None or not {"strategy", "number"} <= names:
        return Q()
    whole = isinstance(model._meta.get_field("number"), models.IntegerField)
    if whole and not code[2].isdecimal():
        return Q()
    of_strategy = _ids(Strategy, Q(number=int(code[1])))
    # Whole numbers are small: what no column holds is nobody's.
    return Q(number=int(code[2][:4]) if whole else code[2], strategy_id__in=of_strategy)
