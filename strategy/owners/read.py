"""What somebody answers for, whichever app it is of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import BooleanField, CharField, Count, F, Q, Value
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from strategy.access import Viewer
from strategy.models import Account
from strategy.owners.model import ACCOUNTABLE, DEPUTY, OWNERS, Owned, Reporters, owned_models
from strategy.owners.people import Person, people


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a person answers for, or stands in for. ``part``: which of the two."""

    row: Owned
    part: str
    reporters: Reporters

    @property
    def key(self) -> str:
        """Its name among all things, in addresses and forms."""
        return thing_key(type(self.row), self.row.pk)

    @property
    def kind(self) -> str:
        return capfirst(str(self.row._meta.verbose_name))

    @property
    def title(self) -> str:
        return self.row.owned_title

    @property
    def part_name(self) -> str:
        return part_name(self.part)

    @property
    def units(self) -> str:
        return ", ".join(self.reporters.names)


def thing_key(model: type[Owned], pk: int) -> str:
    """How forms name a thing: model and id, such as "indicator12"."""
    return f"{model._meta.model_name}{pk}"


def part_name(part: str) -> str:
    """What somebody is for a thing, in words."""
    return _("accountable person") if part == ACCOUNTABLE else _("deputy of the accountable person")


def things_of(account_id: int) -> list[Thing]:
    """All that a person answers or stands in for. Two queries for each kind of thing."""
    found = []
    for model in owned_models():
        rows = model.with_reporters()
        for row in rows.filter(Q(accountable=account_id) | Q(deputy=account_id)):
            part = ACCOUNTABLE if row.accountable_id == account_id else DEPUTY
            found.append(Thing(row, part, row.reporters()))
    return found


class Held(NamedTuple):
    """How many things somebody answers for, and stands in for."""

    accountable: int = 0
    deputy: int = 0

    @property
    def sum(self) -> int:
        return self.accountable + self.deputy


def held_by(users: Iterable[int]) -> dict[int, Held]:
    """How much each of these people (the ids of their users) answers for. One query."""
    users = list(users)
    parts = [
        model._base_manager.filter(**{f"{part}__user__in": users})
        .order_by()
        .values_list(F(f"{part}__user"), Value(part == DEPUTY, BooleanField()))
        .annotate(things=Count("pk"))
        for model in owned_models()
        for part in OWNERS
    ]
    counts = {user: [0, 0] for user in users}
    for user, is_deputy, things in parts[0].union(*parts[1:], all=True):
        counts[user][bool(is_deputy)] += things
    return {user: Held(*count) for user, count in counts.items()}


def parts_of(user_id: int | None) -> dict[tuple[type[Owned], int], str]:
    """What a person is for each thing that they answer or stand in for. One query; nobody is
    nothing for what nobody answers for."""
    if user_id is None:
        return {}
    models = owned_models()
    rows = [
        model._base_manager.filter(**{f"{part}__user": user_id})
        .order_by()
        .values_list(Value(place), "pk", Value(part, CharField()))
        for place, model in enumerate(models)
        for part in OWNERS
    ]
    return {(models[place], pk): part for place, pk, part in rows[0].union(*rows[1:], all=True)}


class Owners(NamedTuple):
    """Who answers for a thing, and who stands in; "" where nobody was named."""

    accountable: str = ""
    deputy: str = ""


def owners_shown(who: Viewer, model: type[Owned], ids: Iterable[int]) -> dict[int, Owners]:
    """The names of who answers for these rows, by id, as far as somebody is named. One query.

    Names are for people who have signed in; for others there are none.
    """
    if not who.signed_in:
        return {}
    rows = model._base_manager.select_related(*(f"{name}__user" for name in OWNERS))
    somebody = Q(accountable__isnull=False) | Q(deputy__isnull=False)
    return {row.pk: _names(row) for row in rows.filter(somebody, pk__in=list(ids))}


def _names(row: Owned) -> Owners:
    people = (getattr(row, name) for name in OWNERS)
    return Owners(*("" if person is None else str(person) for person in people))


def who_holds() -> list[tuple[Person, Held]]:
    """Everybody who answers or stands in for something; whose account is closed comes first."""
    named = [
        model._base_manager.filter(**{f"{part}__isnull": False})
        .order_by()
        .values_list(f"{part}_id")
        for model in owned_models()
        for part in OWNERS
    ]
    ids = {row[0] for row in named[0].union(*named[1:])}
    found = people(Account.objects.filter(pk__in=ids))
    held = held_by([person.who.user_id or 0 for person in found.values()])
    rows = [(person, held[person.who.user_id or 0]) for person in found.values()]
    return sorted(rows, key=lambda row: (row[0].is_active, row[0].name))
