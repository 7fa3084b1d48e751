"""The fields that name who answers for a thing, and the screen by which it is handed over."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy.models import Account
from strategy.owners.model import OWNERS
from strategy.owners.people import Person, choosable, people
from strategy.owners.read import Thing, things_of
from strategy.owners.write import Handover, HandoverEntry, handover_reason
from strategy.records.forms import RecordForm, choice_field, link_field, stale_lines, typed_text
from strategy.records.screen import EntryScreen, row_read
from strategy.thai import says_why


class OwnedForm(RecordForm):
    """A thing with its people: those of its agency whose account is open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [name for name in OWNERS if name in self.fields]
        if not names:
            return
        stored = type(self.instance).with_reporters().filter(pk=self.instance.pk).first()
        agency = None if stored is None else stored.reporters().agency_id
        held = [getattr(self.instance, f"{name}_id") for name in OWNERS]
        for name in names:
            field = link_field(self, name)
            field.queryset = choosable(agency, held)
            field.error_messages["invalid_choice"] = _(
                "Choose somebody of this agency whose account is open."
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        accountable, deputy = (cleaned.get(name) for name in OWNERS)
        if deputy is not None and deputy == accountable:
            self.add_error("deputy", _("The deputy is somebody else than the accountable person."))
        return cleaned


@dataclass(frozen=True)
class Leaving:
    """Who hands over, everything that is theirs, and who could take it over."""

    person: Person
    things: tuple[Thing, ...]
    others: tuple[Person, ...]


def leaving(account_id: int) -> Leaving:
    """What somebody leaves. Four queries, and two for each kind of thing."""
    person = people(Account.objects.filter(pk=account_id))[account_id]
    others = people(choosable(None).exclude(pk=account_id))
    return Leaving(person, tuple(things_of(account_id)), tuple(others.values()))


class ThingForm(forms.Form):
    """One thing of the list: whether it is handed over, and to whom."""

    #: What was typed; replaced by a copy where the form itself corrects it.
    data: Any

    take = forms.BooleanField(label=gettext_lazy("Hand over"), required=False, initial=True)
    successor = forms.ChoiceField(label=gettext_lazy("who takes it over"), required=False)
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, thing: Thing, others: Sequence[tuple[str, str]], data: Mapping[str, Any] | None
    ) -> None:
        self.thing = thing
        self.token = f"{thing.row.pk}.{thing.row.version}"
        super().__init__(data, prefix=thing.key, initial={"version": self.token})
        choice_field(self, "successor").choices = [("", _("as chosen for all")), *others]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        read = cleaned.get("version", "")
        # What has come to the list since it was opened was not ticked, and stays.
        if read != self.token and (read or cleaned.get("take")):
            self.data = self.data.copy()
            self.data[self.add_prefix("version")] = self.token
            for line in stale_lines(self.thing.row, row_read(read)[1]):
                self.add_error(None, line)
        return cleaned

    @property
    def has_news(self) -> bool:
        return not self.errors and bool(self.cleaned_data["take"])

    @property
    def is_wrong(self) -> bool:
        return bool(self.errors)

    def refuse(self, refused: ValidationError) -> None:
        self.add_error(None, refused)


class HandoverScreen(EntryScreen):
    """Everything of one person, handed over at once."""

    writes = Handover
    typed = ("take", "successor")
    foreign = gettext_lazy(
        "Somebody else has handed over some of this meanwhile, and nothing was saved. Below stands "
        "what is left."
    )
    shown: Leaving

    @property
    def others(self) -> list[tuple[str, str]]:
        """Who can be chosen, by name."""
        return [(str(person.account_id), person.label) for person in self.shown.others]

    def rows(self) -> Iterable[ThingForm]:
        others = self.others
        return [ThingForm(thing, others, self.data) for thing in self.shown.things]

    @property
    def successor(self) -> str:
        """Who takes over what has nobody chosen of its own."""
        return typed_text(self.data, "successor")

    def entries(self, news: Sequence[ThingForm]) -> list[tuple[ThingForm, HandoverEntry]]:
        known = dict(self.others)
        for_all = self.successor if self.successor in known else ""
        return [
            (
                form,
                HandoverEntry(
                    model=type(form.thing.row),
                    pk=form.thing.row.pk,
                    successor=int(form.cleaned_data["successor"] or for_all or 0) or None,
                    expected_version=row_read(form.cleaned_data["version"])[1],
                ),
            )
            for form in news
        ]

    def about(self) -> Mapping[str, Any]:
        return {"leaver": self.shown.person.account_id}

    def is_valid(self) -> bool:
        valid = super().is_valid()
        if not self.refused and not self.entered():
            self.general.append(_("Tick what is to be handed over."))
        if not says_why(self.change_reason):
            self.general.append(handover_reason())
        return valid and not self.general
