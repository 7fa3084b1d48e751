"""Accounts: who somebody is, their roles and units. Passwords are in no file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.exchange.packing import Unpacked
from nhrc_plan.exchange.rows import Problem
from nhrc_plan.tables.cells import Unclear, plain_text
from nhrc_plan.tables.kinds.base import Draft, Reading, TableKind
from nhrc_plan.tables.kinds.finding import Finder, Found
from nhrc_plan.tables.lines import Cell, Field, Line
from nhrc_plan.tables.rules import normal
from strategy import access
from strategy.access import Viewer, viewer
from strategy.models import Account, Unit
from strategy.people.forms import PersonForm
from strategy.people.write import may_set_rights, person_save, roles_of

_PARTED = re.compile(r"[,;\n]+")


class RowForm(PersonForm):
    """The form of a person, without what no file brings: passwords, devices, closed accounts."""

    sets_rights = True

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("password1", "password2", "is_superuser", "is_active"):
            self.fields.pop(name, None)


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """An account as the form of a person takes it. ``person``: its id; None: it is new.

    ``expected_version``: that of the account's record; 0: it had none yet.
    """

    username: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    units: tuple[int, ...] = ()
    person: int | None = None
    expected_version: int | None = None

    def form(self) -> RowForm:
        """The form, filled in."""
        stored = get_user_model().objects.filter(pk=self.person or 0).first()
        data = {
            "username": self.username, "first_name": self.first_name, "last_name": self.last_name,
            "email": self.email, "roles": list(self.roles), "units": list(self.units),
            "expected_version": "" if self.expected_version is None else self.expected_version,
        }  # fmt: skip
        return RowForm(data, instance=stored)


class PeopleFinder(Finder[Any]):
    """Finds accounts by their user names; one that is not there yet is a new account."""

    def __init__(self) -> None:
        super().__init__((), "")
        people = get_user_model().objects.prefetch_related("memberships", "groups")
        self.people = {person.get_username().casefold(): person for person in people}

    def knows(self, line: Line) -> bool:
        return line.text("code").casefold() in self.people

    def find(self, line: Line) -> Found[Any]:
        name = plain_text(line.cell("code"))
        if not name:
            cell = line.cell("code")
            return Found(problem=Problem(cell.at, "", _("Write the user name.")))
        return Found(self.people.get(name.casefold()) or get_user_model()(username=name))


class PeopleReading(Reading):
    """A line is an account; an empty cell leaves what stands."""

    stored = Account

    def finder(self) -> Finder[Any]:
        return PeopleFinder()

    def drafts(self, found: Sequence[tuple[Line, Found[Any]]]) -> list[Draft]:
        self.user = get_user_model().objects.get(pk=self.sent.who.user_id or 0)
        agency = self.plan.agency_id
        self.units = {normal(unit.name): unit for unit in Unit.objects.filter(agency=agency)}
        self.roles = {normal(role): role for role in access.ROLES} | {
            normal(access.label(role)): role for role in access.ROLES
        }
        drafts = []
        for line, hit in found:
            person: Any = hit.thing
            draft = Draft(self.row(line, person.get_username()[:160]),
                          key=person.get_username().casefold())  # fmt: skip
            try:
                self._take(draft, person, line)
            except Unclear as unclear:
                self.unclear(draft, unclear)
            drafts.append(draft)
        return drafts

    def _take(self, draft: Draft, person: Any, line: Line) -> None:
        account = None
        if person.pk is not None:
            account = Account.objects.filter(user=person).first() or Account(user=person, version=0)
            draft.kept = account
            if not may_set_rights(self.user, person):
                text = _(
                    "Nobody sets rights of their own account, or of one that may do everything."
                )
                raise Unclear(line.cell("code"), text)
        draft.entry = PersonEntry(
            person.get_username(), person.first_name, person.last_name, person.email,
            tuple(sorted(roles_of(person))) if account else (),
            tuple(each.unit_id for each in person.memberships.all()) if account else (),
            person.pk,
            None if account is None else account.version,
        )  # fmt: skip
        if account is None:
            draft.says(People().label("code"), "", person.get_username())
        for name in ("first_name", "last_name", "email"):
            text = plain_text(line.cell(name))
            if text:
                draft.says(People().label(name), getattr(draft.entry, name), text)
                draft.entry = replace(draft.entry, **{name: text})
        roles = self._chosen(line.cell("roles"), self.roles, map(access.label, access.ROLES))
        if roles:
            draft.says(People().label("roles"), _told(map(access.label, draft.entry.roles)),
                       _told(map(access.label, roles)))  # fmt: skip
            draft.entry = replace(draft.entry, roles=tuple(roles))
        names = {unit.pk: unit.name for unit in self.units.values()}
        units = self._chosen(line.cell("units"), self.units, names.values())
        if units:
            held = draft.entry.units
            draft.says(People().label("units"), _told(names[pk] for pk in held if pk in names),
                       _told(unit.name for unit in units))  # fmt: skip
            # Units of another agency are not in the list, and stay.
            others = tuple(pk for pk in held if pk not in names)
            draft.entry = replace(draft.entry, units=(*others, *(unit.pk for unit in units)))
        draft.cells = {**line.cells, "username": line.cell("code")}

    def _chosen(self, cell: Cell, known: Mapping[str, Any], names: Iterable[str]) -> Any:
        """What a cell names, parted by commas or line ends; None where it is empty."""
        parts = [part.strip() for part in _PARTED.split(plain_text(cell)) if part.strip()]
        unknown = [part for part in parts if normal(part) not in known]
        if unknown:
            raise Unclear(
                cell,
                _("There is no “%(told)s”. There are: %(names)s.")
                % {"told": unknown[0][:60], "names": ", ".join(names)[:400]},
            )
        return list(dict.fromkeys(known[normal(part)] for part in parts)) or None

    def refusals(self, drafts: Sequence[Draft]) -> Mapping[int, ValidationError]:
        found = {}
        for place, draft in enumerate(drafts):
            form = draft.entry.form()
            if not form.is_valid():
                found[place] = ValidationError(form.errors.as_data())
        return found


def _told(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def people_record(user: Any, entries: Sequence[PersonEntry], reason: str) -> None:
    """Save accounts as the form of a person takes them. Administrators only.

    Raises PermissionDenied, and ValidationError where a form refuses what was shown.
    """
    if access.ADMINISTRATOR not in viewer(user).roles:
        raise PermissionDenied
    for entry in entries:
        form = entry.form()
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        person_save(
            person=form.instance,
            user=user,
            roles=form.cleaned_data["roles"],
            units=list(form.cleaned_data["units"]),
            reason=reason,
            expected_version=entry.expected_version,
        )


class People(TableKind):
    code = "people"
    name = gettext_lazy("user accounts")
    goes_back = False
    period = ""
    fields = (
        Field("code", gettext_lazy("user name"), ("ชื่อผู้ใช้", "บัญชีผู้ใช้", "username", "user", "login")),
        Field("first_name", gettext_lazy("given name"), ("ชื่อ", "first name"), figure=True),
        Field("last_name", gettext_lazy("family name"), ("นามสกุล", "สกุล", "last name"),
              figure=True),
        Field("email", gettext_lazy("e-mail"), ("อีเมล", "ไปรษณีย์อิเล็กทรอนิกส์", "email"), figure=True),
        Field("roles", gettext_lazy("roles"), ("บทบาท", "สิทธิ", "role", "roles"), figure=True),
        Field("units", gettext_lazy("units"), ("หน่วยงาน", "สำนัก", "กอง", "สังกัด", "unit", "units"),
              figure=True),
    )  # fmt: skip
    reading = PeopleReading

    def write(self, user: Any, entries: Sequence[Any], reason: str, today: date) -> None:
        people_record(user, Unpacked(entries, (PersonEntry,), {}).values, reason)

    def may(self, who: Viewer) -> bool:
        return who.is_staff and access.ADMINISTRATOR in who.roles

    def watched_by(self, who: Viewer) -> bool:
        """E-mail addresses are among it."""
        return who.reads_accounts
