"""One form for a person: name, sign-in, roles, units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib.auth import get_user_model, password_validation
from django.contrib.auth.forms import UsernameField
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from strategy import access
from strategy.models import Account, Unit
from strategy.people.words import PURPOSES
from strategy.people.write import roles_of
from strategy.records.forms import RecordForm
from strategy.thai import says_why


def _choices_of_roles() -> Iterator[tuple[str, SafeString]]:
    for role in access.ROLES:
        yield (
            role,
            format_html("<b>{}</b> – {}", access.label(role), PURPOSES[role]),
        )


class UnitsByAgency(forms.models.ModelChoiceIterator):
    """Units below the names of their agencies; without these where there is one agency."""

    def __iter__(self) -> Iterator[Any]:
        groups: dict[str, list[Any]] = {}
        for unit in self.queryset:
            groups.setdefault(unit.agency.name, []).append(self.choice(unit))
        if len(groups) == 1:
            groups = {"": next(iter(groups.values()))}
            yield from groups[""]
            return
        yield from groups.items()


class UnitsField(forms.ModelMultipleChoiceField):
    iterator = UnitsByAgency

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class PersonForm(RecordForm):
    """An account; what a person may do is set by roles and units alone.

    ``sets_rights``: whether who opened it may set rights, the password and the standing of this
    account (strategy/people/write.py); without it those fields are not there, nor taken.
    """

    sets_rights = False
    #: Whether there is an app for one-time codes that who opened it may take away.
    takes_device = False
    #: The passkeys that who opened it may take away, by id, each in words.
    takes_passkeys: Sequence[tuple[int, str]] = ()
    #: Fields that ``sets_rights`` is about.
    RIGHTS = ("is_active", "roles", "units", "password1", "password2")

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("roles"),
        choices=_choices_of_roles,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "Whoever has a role for it gets into data entry. Without one a person only reads."
        ),
    )
    units = UnitsField(
        label=gettext_lazy("units"),
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("A person may belong to several units."),
    )
    password1 = forms.CharField(
        label=gettext_lazy("new password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=password_validation.password_validators_help_text_html(),
    )
    password2 = forms.CharField(
        label=gettext_lazy("new password once more"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    take_device = forms.BooleanField(
        label=gettext_lazy("take the device for one-time codes away"),
        required=False,
        help_text=gettext_lazy(
            "When a phone is lost: its codes and the backup codes no longer count, and the person "
            "is out everywhere until signing in again. Make sure that it is this person who asks."
        ),
    )

    take_passkeys = forms.TypedMultipleChoiceField(
        label=gettext_lazy("take passkeys away"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy(
            "When their device is lost: those that are ticked sign nobody in any more, and whoever "
            "is in by them is out. Make sure that it is this person who asks."
        ),
    )

    class Meta:
        model = get_user_model()
        fields = ["username", "first_name", "last_name", "email", "is_active", "is_superuser"]
        field_classes = {"username": UsernameField}
        labels = {"is_active": gettext_lazy("account is open")}
        help_texts = {
            "is_active": gettext_lazy(
                "Taken away, nobody signs in with it any more, and who is signed in is out at the "
                "next step. What the person wrote stays."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.takes_device:
            self.fields.pop("take_device", None)
        if self.takes_passkeys:
            self.fields["take_passkeys"].choices = self.takes_passkeys  # type: ignore[attr-defined]
        else:
            self.fields.pop("take_passkeys", None)
        if not self.sets_rights:
            for name in self.RIGHTS:
                self.fields.pop(name, None)
            return
        units = Unit.objects.select_related("agency").order_by("agency__name", "agency", "name")
        self.fields["units"].queryset = units  # type: ignore[attr-defined]
        if self.instance.pk is not None:
            self.initial["roles"] = sorted(roles_of(self.instance))
            self.initial["units"] = [each.unit_id for each in self.instance.memberships.all()]

    @property
    def versioned(self) -> Account:
        found = Account.objects.filter(user=self.instance).first()
        return found or Account(user=self.instance, version=0)

    def version_now(self) -> int:
        return self.versioned.version

    def clean_username(self) -> str:
        """Two names that differ by capitals alone would be taken for one."""
        name = str(self.cleaned_data["username"])
        same = get_user_model().objects.filter(username__iexact=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Somebody has this user name already. Choose another one."))
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if access.REPORTER in cleaned.get("roles", ()) and not cleaned.get("units"):
            self.add_error(
                "units",
                _(
                    "A reporter enters figures of a unit: tick the unit, or take the reporter's "
                    "role away."
                ),
            )
        takes = cleaned.get("take_device") or cleaned.get("take_passkeys")
        if takes and not says_why(cleaned.get("change_reason", "")):
            self.add_error("change_reason", _("Say why the device is taken away."))
        return cleaned

    def _post_clean(self) -> None:
        """The password is judged beside the name that was typed with it."""
        super()._post_clean()  # type: ignore[misc]
        first = self.cleaned_data.get("password1", "")
        second = self.cleaned_data.get("password2", "")
        if first != second:
            self.add_error("password2", _("This is not the password above. Type it again."))
        elif first:
            try:
                password_validation.validate_password(first, self.instance)
            except ValidationError as refused:
                self.add_error("password1", refused)
