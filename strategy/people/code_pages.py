"""Pages of one-time codes: the step after the password, setting up, backup codes, switching off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from strategy.drawing.qr import qr_svg
from strategy.pages.current import site_title
from strategy.people.code_forms import CodeForm, FirstCodeForm, ProofForm
from strategy.people.codes import (
    DIGITS,
    app_address,
    backup_codes_left,
    device_of,
    in_groups,
    offered,
    secret_of,
)
from strategy.people.passkeys import setting as passkeys
from strategy.people.second_step import (
    KEY,
    Steps,
    all_in,
    enough,
    half_in_begin,
    half_in_by_code,
    key_begin,
    key_waiting,
    may_set_up,
    next_of,
    stand_on_what_is_left,
    steps_of,
)
from strategy.people.second_step import offered as step_offered
from strategy.people.step_pages import (
    half_in_page,
    own_page,
    proof_page,
    proven,
    taken,
    tell,
    wrong_code,
)
from strategy.people.write_codes import (
    backup_codes_renew,
    code_try,
    codes_set_up,
    codes_switch_off,
)
from strategy.people.write_tries import try_take_back


class SignIn(LoginView):
    """The password; whoever has an app or a passkey is asked for it next, who must have one sets
    it up."""

    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        more = {
            "passkey_alone": passkeys.alone(),
            "sso": bool(settings.SSO_ISSUER),
            "sso_name": settings.SSO_NAME,
        }
        return {**super().get_context_data(**kwargs), **more}

    def form_valid(self, form: Any) -> HttpResponse:
        person = form.get_user()
        if not step_offered():
            return super().form_valid(form)
        steps = steps_of(person)
        if steps == Steps() and enough(person, steps):
            told = taken(person)
            answer = super().form_valid(form)
            tell(self.request, told)
            return answer
        try_take_back(self.request, person.get_username())
        half_in_begin(self.request, person, self.get_success_url())
        page = next_of(self.request, person, steps)
        if page == "login_set_up":
            key_begin(self.request)
        return HttpResponseRedirect(reverse(page))


# ------------------------------------------------------------------------------------ signing in


@half_in_page(offered)
def sign_in_code(request: HttpRequest, person: Any) -> HttpResponse:
    """The code after the password."""
    steps = steps_of(person)
    if steps.app is None:  # taken away since the password
        return redirect("login")
    if steps.passkeys and passkeys.must(person):
        return redirect("login_passkey")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if code_try(request, person, form.cleaned_data["code"]):
            if not enough(person, steps):
                half_in_by_code(request)
                return redirect("login_passkey_new")
            told = taken(person)
            then = all_in(request, person, app=steps.app, passkey=None)
            tell(request, told)
            _tell_of_backup(request, form.cleaned_data["code"])
            return HttpResponseRedirect(then)
        wrong_code(form)
    context = {"form": form, "passkeys": bool(steps.passkeys)}
    return render(request, "registration/code.html", context)


@half_in_page(offered)
def sign_in_set_up(request: HttpRequest, person: Any) -> HttpResponse:
    """An app for whoever must have a second step, before they are signed in."""
    told, steps = taken(person), steps_of(person)
    begun = steps.app is None and key_waiting(request) is not None
    if not begun or not may_set_up(request, steps) or passkeys.must(person):
        return redirect("login")

    def done(device: Any) -> str:
        then = all_in(request, person, app=device.pk, passkey=None)
        tell(request, told)
        return then

    context = {"must": True, "told": told, "passkeys_offered": passkeys.offered()}
    return _set_up(request, person, done, context)


# ---------------------------------------------------------------------------------- one's own


@own_page(offered)
def codes(request: HttpRequest) -> HttpResponse:
    """Whether codes are asked of oneself, and what can be done about it."""
    person: Any = request.user
    device = device_of(person)
    context = {
        "device": device,
        "left": backup_codes_left(person) if device else 0,
        "must": not _may_go_without(person),
        "passkeys_offered": passkeys.offered(),
    }
    return render(request, "registration/codes.html", context)


@own_page(offered)
def own_set_up(request: HttpRequest) -> HttpResponse:
    """An app for oneself: the password first, then the QR code."""
    person: Any = request.user
    if device_of(person) is not None:
        return redirect("codes")
    if key_waiting(request) is None:
        form = ProofForm(request.POST or None, steps=steps_of(person))
        if proven(request, form):
            key_begin(request)
            return redirect("codes_set_up")
        return proof_page(request, form, _("Set one-time codes up"), _("Go on"))

    def done(device: Any) -> str:
        request.session.cycle_key()
        request.session.pop(KEY, None)
        stand_on_what_is_left(request)
        return reverse("codes")

    return _set_up(request, person, done, {})


@own_page(offered)
def own_backup(request: HttpRequest) -> HttpResponse:
    """New backup codes for oneself."""
    person: Any = request.user
    if device_of(person) is None:
        return redirect("codes")
    form = ProofForm(request.POST or None, steps=steps_of(person))
    if proven(request, form):
        return _shown_once(request, backup_codes_renew(person=person), reverse("codes"))
    told = _("The backup codes that you have now no longer count then.")
    return proof_page(request, form, _("Make new backup codes"), _("Make new backup codes"), told)


@own_page(offered)
def own_off(request: HttpRequest) -> HttpResponse:
    """Switching codes off for oneself, where one's role does not have to."""
    person: Any = request.user
    if device_of(person) is None or not _may_go_without(person):
        return redirect("codes")
    form = ProofForm(request.POST or None, steps=steps_of(person))
    if proven(request, form):
        codes_switch_off(person=person)
        stand_on_what_is_left(request)
        messages.success(request, _("One-time codes are switched off."))
        return redirect("codes")
    told = _("From then on your password alone signs you in.")
    if steps_of(person).passkeys:
        told = _("From then on nothing but a passkey is asked for beside your password.")
    return proof_page(request, form, _("Switch one-time codes off"), _("Switch off"), told)


def _may_go_without(person: Any) -> bool:
    """Whether somebody may do without their app: no role has to, or a passkey is enough."""
    return enough(person, steps_of(person)._replace(app=None))


# ------------------------------------------------------------------------------------- shared


def _set_up(
    request: HttpRequest, person: Any, done: Callable[[Any], str], context: dict[str, Any]
) -> HttpResponse:
    """The QR code and the field for the first code; then the backup codes, once.

    ``done`` is told the app that was set up, and gives the address to go on to.
    """
    key = key_waiting(request) or ""
    form = FirstCodeForm(request.POST or None)
    if form.is_valid():
        made = codes_set_up(person=person, key=key, typed=form.cleaned_data["code"])
        if made is not None:
            device, backup = made
            return _shown_once(request, backup, done(device))
        form.add_error(
            "code",
            _("This is not the code that the app shows now. Look whether the phone's time is set."),
        )
    address = app_address(key, person.get_username(), site_title())
    shown = {
        "form": form,
        "qr": qr_svg(address, _("QR code for the app")),
        "secret": in_groups(secret_of(key), 4),
        **context,
    }
    return render(request, "registration/code_set_up.html", shown)


def _shown_once(request: HttpRequest, backup: list[str], then: str) -> HttpResponse:
    shown = [in_groups(code, 5, "-") for code in backup]
    return render(request, "registration/backup_codes.html", {"codes": shown, "then": then})


def _tell_of_backup(request: HttpRequest, plain: str) -> None:
    """How many backup codes are left, to whoever has just used one."""
    if len(plain) == DIGITS:
        return
    left = backup_codes_left(request.user)
    said = ngettext(
        "You signed in with a backup code; %(count)s is left.",
        "You signed in with a backup code; %(count)s are left.",
        left,
    )
    messages.info(request, said % {"count": left})
