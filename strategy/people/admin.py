"""People in the admin: one form for each, and the sign-ins that are locked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from strategy import access
from strategy.models import Account, Membership
from strategy.owners.admin import HandoverAdmin, handover_address
from strategy.owners.read import Held, held_by
from strategy.people.codes import device_of, offered
from strategy.people.forms import PersonForm
from strategy.people.passkeys import setting as passkeys
from strategy.people.tries import counted, later, locked_until, locks
from strategy.people.words import abilities, passkeys_in_words
from strategy.people.write import may_set_rights, may_take_device, person_delete, person_save
from strategy.people.write_tries import sign_ins_unlock
from strategy.records.admin import RecordAdmin
from strategy.records.history import Entry, history_of
from strategy.records.lists import CalmList
from strategy.templatetags.thai import thai_datetime
from strategy.thai import sort_key


@admin.register(Membership)
class MembershipAdmin(RecordAdmin):
    """Who belongs to which unit, to be read: it is set in the person's form."""

    list_display = ["user", "unit"]
    list_filter = ["unit"]
    search_fields = ["user__username", "user__first_name", "user__last_name", "unit__name"]
    list_select_related = ["user", "unit"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


# Roles are made by the system, with the permissions that belong to them.
admin.site.unregister(Group)
admin.site.unregister(get_user_model())
# What the package's own screens show are keys and codes.
admin.site.unregister([TOTPDevice, StaticDevice])


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(role, access.label(role)) for role in access.ROLES]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(get_user_model())
class PersonAdmin(HandoverAdmin):
    """Accounts: who somebody is, their roles, their units, and what follows from these.

    Nobody sets the rights of their own account, and only a superuser reaches a superuser's.
    """

    form = PersonForm
    list_display = ["username", "full_name", "abilities", "is_active", "last_signed_in"]
    list_filter = ["is_active", RoleFilter, "memberships__unit"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    readonly_fields = [
        "role_names", "unit_names", "abilities", "answers_for", "last_signed_in", "sign_in",
    ]  # fmt: skip
    fieldsets = [
        (_("Person"), {"fields": ["username", "first_name", "last_name", "email"]}),
        (
            _("Roles and units"),
            {"fields": ["roles", "units", "is_superuser", "abilities", "answers_for"]},
        ),
        (
            _("Sign-in"),
            {
                "fields": [
                    "is_active",
                    "sign_in",
                    "password1",
                    "password2",
                    "take_device",
                    "take_passkeys",
                ]
            },
        ),
    ]
    #: What there is to tell of an account once it is there.
    TOLD = ("abilities", "answers_for", "sign_in")
    export_columns = ("role_names", "unit_names", "abilities")
    export_exclude = ("id", "password", "groups", "user_permissions", "is_staff")

    # ------------------------------------------------------------------ what is shown

    @admin.display(description=_("name"), ordering="first_name")
    def full_name(self, person: Any) -> str:
        return str(person.get_full_name())

    @admin.display(description=_("roles"))
    def role_names(self, person: Any) -> str:
        return ", ".join(access.label(role) for role in _roles(person)) or "–"

    @admin.display(description=_("units"))
    def unit_names(self, person: Any) -> str:
        return ", ".join(_units(person)) or "–"

    @admin.display(description=_("what the person can do"))
    def abilities(self, person: Any) -> str:
        return abilities(
            _roles(person),
            _units(person),
            active=person.is_active,
            superuser=person.is_superuser,
        )

    @admin.display(description=_("last signed in"), ordering="last_login")
    def last_signed_in(self, person: Any) -> str:
        return thai_datetime(person.last_login) or gettext("never")

    @admin.display(description=_("state of the sign-in"))
    def sign_in(self, person: Any) -> str:
        """Whether wrong passwords have locked it, and where that is undone."""
        until = locked_until(person.get_username(), "", timezone.now())
        if until is not None:
            return format_html(
                '{} <a href="{}">{}</a>',
                gettext("Locked until %(when)s after wrong passwords.")
                % {"when": thai_datetime(until)},
                reverse("admin:axes_accessattempt_changelist"),
                gettext("Unlock"),
            )
        if not person.has_usable_password():
            return gettext("Without a password nobody can sign in with the account yet.")
        return gettext("Last signed in: %(when)s") % {"when": self.last_signed_in(person)}

    @admin.display(description=_("answers for"))
    def answers_for(self, person: Any) -> str:
        """How much somebody would leave behind, and where planners hand it over."""
        held = held_by([person.pk])[person.pk]
        if not held.sum:
            return gettext("nothing")
        address = handover_address(person.account.pk)
        return format_html('{} <a href="{}">{}</a>', _held(held), address, gettext("Hand over"))

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        people = super().get_queryset(request).prefetch_related("groups", "memberships__unit")
        keeper = self.has_change_permission(request) and not request.user.is_superuser
        return people.filter(is_superuser=False) if keeper else people

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Whoever may not set the rights of an account reads them."""
        sets = self._sets_rights(request, obj)
        takes, passkeys = self._takes_device(request, obj), self._takes_passkeys(request, obj)
        shown = []
        for title, options in super().get_fieldsets(request, obj):
            fields = [
                name
                for name in options["fields"]
                if (sets or name not in PersonForm.RIGHTS)
                and (obj or name not in self.TOLD)
                and (takes or name != "take_device")
                and (passkeys or name != "take_passkeys")
            ]
            if "is_superuser" in fields:
                at = fields.index("is_superuser")
                instead = [] if sets else ["role_names", "unit_names"]
                own = ["is_superuser"] if request.user.is_superuser else []
                fields[at : at + 1] = instead + own
            shown.append((title, {**options, "fields": fields}))
        return shown

    def history_entries(self, obj: Any) -> Sequence[Entry]:
        return history_of(Account, hidden=["user"], user_id=obj.pk)

    # ------------------------------------------------------------------ who may

    def _sets_rights(self, request: HttpRequest, person: Any) -> bool:
        if person is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, person) and may_set_rights(request.user, person)

    def _takes_device(self, request: HttpRequest, person: Any) -> bool:
        """Whether there is an app for one-time codes that may be taken away."""
        return (
            offered()
            and person is not None
            and self._sets_rights(request, person)
            and may_take_device(request.user, person)
            and device_of(person) is not None
        )

    def _takes_passkeys(self, request: HttpRequest, person: Any) -> list[tuple[int, str]]:
        """The passkeys that may be taken away, each in words."""
        may = (
            passkeys.offered()
            and person is not None
            and self._sets_rights(request, person)
            and may_take_device(request.user, person)
        )
        return passkeys_in_words(person) if may else []

    def has_export_permission(self, request: HttpRequest) -> bool:
        return self.has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and obj != request.user

    # ------------------------------------------------------------------ writing

    @method_decorator(sensitive_post_parameters("password1", "password2"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, obj: Any = None, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, obj, *args, **kwargs)
        form.sets_rights = self._sets_rights(request, obj)
        form.takes_device = self._takes_device(request, obj)
        form.takes_passkeys = self._takes_passkeys(request, obj)
        return form

    def write_row(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change and not form.really_changed:
            return
        typed = form.cleaned_data
        done = []
        if change and typed.get("password1"):
            done.append(gettext("A new password was set."))
        if typed.get("take_device"):
            done.append(gettext("The device for one-time codes was taken away."))
        taken = typed.get("take_passkeys") or []
        done += [
            gettext("The passkey was taken away: %(name)s") % {"name": name}
            for pk, name in form.takes_passkeys
            if pk in taken
        ]
        reason = " · ".join(filter(None, [*done, typed.get("change_reason", "")]))
        person_save(
            person=obj,
            user=request.user,
            roles=typed.get("roles"),
            units=typed.get("units"),
            password=typed.get("password1", ""),
            take_device=typed.get("take_device", False),
            take_passkeys=taken,
            reason=reason,
            expected_version=typed.get("expected_version"),
        )
        obj = self.model._default_manager.get(pk=obj.pk)
        level = messages.INFO if obj.is_staff and obj.has_usable_password() else messages.WARNING
        told = [self.abilities(obj)]
        if not obj.has_usable_password():
            told.append(gettext("Without a password nobody can sign in with the account yet."))
        what = {"name": obj, "what": " ".join(told)}
        self.message_user(request, gettext("Account “%(name)s”: %(what)s") % what, level)
        held = Held() if obj.is_active else held_by([obj.pk])[obj.pk]
        if held.sum:
            self.message_user(request, _left_behind(obj, held), messages.WARNING)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Whoever may delete an account may delete what belongs to it."""
        names, counts, _lacking, protected = super().get_deleted_objects(objs, request)
        return names, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        person_delete(person=obj, user=request.user)


def _held(held: Held) -> str:
    """How much somebody answers for, in words."""
    return gettext("accountable for %(accountable)s, deputy for %(deputy)s.") % held._asdict()


def _left_behind(person: Any, held: Held) -> str:
    """What is said when an account is closed that still answers for things."""
    return format_html(
        '{} <a href="{}">{}</a>',
        gettext("It still answers for things, so planners have to hand them over: %(what)s")
        % {"what": _held(held)},
        handover_address(person.account.pk),
        gettext("Hand over"),
    )


def _roles(person: Any) -> list[str]:
    """The roles of a person, in their order; from rows that were read along."""
    held = {group.name for group in person.groups.all()}
    return [role for role in access.ROLES if role in held]


def _units(person: Any) -> list[str]:
    names = (membership.unit.name for membership in person.memberships.all())
    return sorted(names, key=sort_key)


class LockList(ChangeList):
    """Every row with the end of its lock."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        names, addresses = locks(timezone.now())
        for row in self.result_list:
            row.until = later(names.get(row.username), addresses.get(row.ip_address))


@admin.register(AccessAttempt)
class LockedSignIns(CalmList, admin.ModelAdmin):
    """Wrong passwords of the last minutes, and the names and addresses that they lock.

    For administrators. Nothing is changed here but unlocked.
    """

    list_display = ["username", "ip_address", "failures_since_start", "tried", "state"]
    list_display_links = None
    search_fields = ["username", "ip_address"]
    ordering = ["-attempt_time"]
    actions = ["unlock"]
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """A list, and nothing below it."""
        info = (self.opts.app_label, self.opts.model_name)
        view = self.admin_site.admin_view(self.changelist_view)
        return [path("", view, name="{}_{}_changelist".format(*info))]

    def has_module_permission(self, request: HttpRequest) -> bool:
        return access.ADMINISTRATOR in access.viewer(request.user).roles

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return counted(timezone.now())

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = {"title": gettext("Wrong passwords of the last minutes")}
        return super().changelist_view(request, {**title, **(extra_context or {})})

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return LockList

    @admin.display(description=_("last try"), ordering="attempt_time")
    def tried(self, row: AccessAttempt) -> str:
        return thai_datetime(row.attempt_time)

    @admin.display(description=_("state of the sign-in"))
    def state(self, row: Any) -> str:
        if row.until is None:
            return gettext("open")
        return gettext("locked until %(when)s") % {"when": thai_datetime(row.until)}

    @admin.action(description=_("Unlock the names and addresses that are ticked"))
    def unlock(self, request: HttpRequest, queryset: QuerySet) -> None:
        rows = list(queryset.values_list("username", "ip_address"))
        sign_ins_unlock(
            names={name for name, _address in rows},
            addresses={address for _name, address in rows},
            user=request.user,
        )
        self.message_user(request, gettext("Unlocked. They can sign in again."), messages.SUCCESS)
