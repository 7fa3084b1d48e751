"""Naming who answers for a thing, and handing over what somebody leaves behind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.access import Viewer
from strategy.models import Account
from strategy.owners.model import ACCOUNTABLE, DEPUTY, OWNERS, Owned, Reporters
from strategy.owners.people import Person, people, refusal
from strategy.records.entries import Entries, refuse_stale
from strategy.records.write import StaleVersion, claim, write_history
from strategy.thai import says_why

#: Who is named for a thing, by field, and by whom it is reported.
Named = tuple[dict[str, int | None], Reporters]


def owners_stored(row: Owned) -> Named | None:
    """Who is named for a row as it is stored; None where it is new."""
    stored = type(row).with_reporters().filter(pk=row.pk).first()
    if stored is None:
        return None
    return {name: getattr(stored, f"{name}_id") for name in OWNERS}, stored.reporters()


def owners_check(row: Owned, before: Named | None) -> None:
    """Raises ValidationError, by field, where a person cannot answer for a row as just written.

    Call it within the transaction of the change, with what :func:`owners_stored` gave before:
    only what has become otherwise is asked about, so that who lost their rights stands in nobody
    else's way.
    """
    now = owners_stored(row)
    if now is None or now == before:
        return
    named, reporters = now
    moved = before is None or before[1] != reporters
    asked = {
        name: pk
        for name, pk in named.items()
        if pk is not None and (moved or before is None or before[0][name] != pk)
    }
    found = people(Account.objects.filter(pk__in=asked.values())) if asked else {}
    refused = {name: refusal(found[pk], reporters) for name, pk in asked.items()}
    errors = {name: problem for name, problem in refused.items() if problem is not None}
    if errors:
        raise ValidationError(errors)


@dataclass(frozen=True, slots=True)
class HandoverEntry:
    """A thing that somebody else takes over. ``successor``: their account; None: not chosen."""

    model: type[Owned]
    pk: int
    successor: int | None
    expected_version: int | None

    @property
    def key(self) -> tuple[type[Owned], int]:
        return (self.model, self.pk)


class Handover(Entries[HandoverEntry, Owned]):
    """What one person leaves and others take over, in one act."""

    overtaken = gettext_lazy("Somebody else was faster. Look at the list again.")

    def __init__(
        self,
        entries: Sequence[HandoverEntry],
        *,
        leaver: int,
        today: date | None = None,
        by_system: bool = False,
    ) -> None:
        """``leaver``: the account of who hands over."""
        super().__init__(entries, today=today, by_system=by_system)
        self.leaver = leaver
        self.rows: dict[tuple[type[Owned], int], Owned] = {}
        self.people: dict[int, Person] = {}

    def read(self) -> None:
        ids: dict[type[Owned], list[int]] = defaultdict(list)
        for entry in self.entries:
            ids[entry.model].append(entry.pk)
        for model, wanted in ids.items():
            for row in model.with_reporters().filter(pk__in=wanted):
                self.rows[model, row.pk] = row
        asked = {self.leaver, *(entry.successor or 0 for entry in self.entries)}
        self.accounts = Account.objects.select_related("user").in_bulk(asked)
        self.people = people(Account.objects.filter(pk__in=asked))

    def may(self, who: Viewer) -> bool:
        return who.is_planner

    def refused(self) -> dict[int, ValidationError]:
        found = {}
        for place, entry in enumerate(self.entries):
            row = self.rows.get(entry.key)
            problem = None if row is None else self._problem(entry, row)
            if problem is not None:
                found[place] = ValidationError({"successor": problem})
        return found

    def _problem(self, entry: HandoverEntry, row: Owned) -> ValidationError | None:
        person = self.people.get(entry.successor or 0)
        if person is None:
            return ValidationError(_("Choose who takes it over, here or for all."))
        if person.account_id == self.leaver:
            return ValidationError(_("This is who hands it over. Choose somebody else."))
        if self._part(row) == DEPUTY and row.accountable_id == person.account_id:
            return ValidationError(
                _("%(name)s is its accountable person; the deputy is somebody else.")
                % {"name": person.name}
            )
        return refusal(person, row.reporters())

    def _part(self, row: Owned) -> str:
        return ACCOUNTABLE if row.accountable_id == self.leaver else DEPUTY

    def write(self, user: Any, reason: str) -> list[Owned]:
        """The rows with their history, a batch for each kind of thing."""
        if user is not None and not says_why(reason):
            raise ValidationError(handover_reason())
        rows: dict[type[Owned], list[Owned]] = defaultdict(list)
        for entry in self.entries:
            row = self.rows.get(entry.key)
            held = row is not None and self.leaver in (row.accountable_id, row.deputy_id)
            if row is None or not held:
                raise StaleVersion(row or entry.model())
            refuse_stale(row, row.version, entry.expected_version)
            self._take_over(row, self.accounts[entry.successor or 0])
            rows[entry.model].append(row)
        for model, own in rows.items():
            claim(own, [row.version for row in own])
            model._base_manager.bulk_update(own, OWNERS, batch_size=200)
            write_history(own, "~", user=user, reason=reason)
        return [row for own in rows.values() for row in own]

    def _take_over(self, row: Owned, successor: Account) -> None:
        """A deputy who becomes the accountable person leaves the deputy's place empty."""
        part = self._part(row)
        if part == ACCOUNTABLE and row.deputy_id == successor.pk:
            row.deputy = None
        setattr(row, part, successor)


def handover_reason() -> str:
    """Asked of who hands over without a reason."""
    return _("Say why it is handed over; the reason stands in the history of each thing.")
