"""Pages of one-time codes: the step after the password, setting up, backup codes, switching off."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from strategy.drawing.qr import qr_svg
from strategy.models import Account
from strategy.pages.current import site_title
from strategy.people.code_forms import CodeForm, FirstCodeForm, PasswordForm, ProofForm
from strategy.people.codes import (
    DIGITS,
    app_address,
    backup_codes_left,
    device_of,
    in_groups,
    must,
    offered,
    secret_of,
)
from strategy.people.second_step import (
    DEVICE,
    KEY,
    all_in,
    half_in,
    half_in_begin,
    key_begin,
    key_waiting,
)
from strategy.people.write_codes import (
    backup_codes_renew,
    code_try,
    codes_set_up,
    codes_switch_off,
)
from strategy.people.write_tries import try_take_back
from strategy.templatetags.thai import thai_datetime

View = Callable[..., HttpResponse]


class SignIn(LoginView):
    """The password; whoever has an app is asked for a code next, who must have one sets it up."""

    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        person = form.get_user()
        if not offered():
            return super().form_valid(form)
        device = device_of(person)
        if device is None and not must(person):
            told = _taken(person)
            answer = super().form_valid(form)
            _tell(self.request, told)
            return answer
        try_take_back(self.request, person.get_username())
        half_in_begin(self.request, person, self.get_success_url())
        if device is not None:
            return HttpResponseRedirect(reverse("login_code"))
        key_begin(self.request)
        return HttpResponseRedirect(reverse("login_set_up"))


def _code_page(view: View) -> View:
    """A page that is there where codes are offered; kept by no browser, in no error report."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not offered():
            raise Http404
        return view(request, *args, **kwargs)

    only = require_http_methods(["GET", "HEAD", "POST"])
    return never_cache(sensitive_post_parameters("password", "code")(only(shown)))


def _half_in_page(view: View) -> View:
    """A page for whoever's password was right a moment ago, as its second argument."""

    @wraps(view)
    def shown(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            return redirect("home")
        person = half_in(request)
        return redirect("login") if person is None else view(request, person)

    return _code_page(shown)


def _own_page(view: View) -> View:
    """A page for somebody's own codes."""
    return _code_page(login_required(view))


# ------------------------------------------------------------------------------------ signing in


@_half_in_page
def sign_in_code(request: HttpRequest, person: Any) -> HttpResponse:
    """The code after the password."""
    device = device_of(person)
    if device is None:  # taken away since the password
        return redirect("login")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        if code_try(request, person, form.cleaned_data["code"]):
            then = all_in(request, person, device)
            _tell_of_backup(request, form.cleaned_data["code"])
            return HttpResponseRedirect(then)
        _wrong(form)
    return render(request, "registration/code.html", {"form": form})


@_half_in_page
def sign_in_set_up(request: HttpRequest, person: Any) -> HttpResponse:
    """An app for whoever must have one, before they are signed in."""
    told = _taken(person)
    if device_of(person) is not None or key_waiting(request) is None:
        return redirect("login")

    def done(device: Any) -> str:
        then = all_in(request, person, device)
        _tell(request, told)
        return then

    return _set_up(request, person, done, {"must": True, "told": told})


# ---------------------------------------------------------------------------------- one's own


@_own_page
def codes(request: HttpRequest) -> HttpResponse:
    """Whether codes are asked of oneself, and what can be done about it."""
    person: Any = request.user
    device = device_of(person)
    context = {
        "device": device,
        "left": backup_codes_left(person) if device else 0,
        "must": must(person),
    }
    return render(request, "registration/codes.html", context)


@_own_page
def own_set_up(request: HttpRequest) -> HttpResponse:
    """An app for oneself: the password first, then the QR code."""
    person: Any = request.user
    if device_of(person) is not None:
        return redirect("codes")
    if key_waiting(request) is None:
        form = PasswordForm(request.POST or None)
        if form.is_valid() and _password_right(request, form):
            key_begin(request)
            return redirect("codes_set_up")
        return _proof(request, form, _("Set one-time codes up"), _("Go on"))

    def done(device: Any) -> str:
        request.session.cycle_key()
        request.session.pop(KEY, None)
        request.session[DEVICE] = device.pk
        return reverse("codes")

    return _set_up(request, person, done, {})


@_own_page
def own_backup(request: HttpRequest) -> HttpResponse:
    """New backup codes for oneself."""
    person: Any = request.user
    if device_of(person) is None:
        return redirect("codes")
    form = ProofForm(request.POST or None)
    if form.is_valid() and _proven(request, form):
        return _shown_once(request, backup_codes_renew(person=person), reverse("codes"))
    told = _("The backup codes that you have now no longer count then.")
    return _proof(request, form, _("Make new backup codes"), _("Make new backup codes"), told)


@_own_page
def own_off(request: HttpRequest) -> HttpResponse:
    """Switching codes off for oneself, where one's role does not have to."""
    person: Any = request.user
    if device_of(person) is None or must(person):
        return redirect("codes")
    form = ProofForm(request.POST or None)
    if form.is_valid() and _proven(request, form):
        codes_switch_off(person=person)
        request.session.pop(DEVICE, None)
        messages.success(request, _("One-time codes are switched off."))
        return redirect("codes")
    told = _("From then on your password alone signs you in.")
    return _proof(request, form, _("Switch one-time codes off"), _("Switch off"), told)


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


def _proof(
    request: HttpRequest, form: forms.Form, title: str, button: str, told: str = ""
) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "told": told}
    return render(request, "registration/code_proof.html", context)


def _password_right(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the password is one's own; counted as at the sign-in, and said where it is not."""
    name = request.user.get_username()
    found = authenticate(request, username=name, password=form.cleaned_data["password"])
    if found is None or found.pk != request.user.pk:
        form.add_error("password", _("This is not your password."))
        return False
    try_take_back(request, name)
    return True


def _proven(request: HttpRequest, form: forms.Form) -> bool:
    """Whether password and code are one's own."""
    if not _password_right(request, form):
        return False
    if not code_try(request, request.user, form.cleaned_data["code"]):
        _wrong(form)
        return False
    return True


def _wrong(form: forms.Form) -> None:
    form.add_error(
        "code", _("This code is wrong, or was used already. Wait for the next one, then try again.")
    )


def _taken(person: Any) -> str:
    """What somebody is told whose device was taken away since they last signed in; else nothing."""
    taken = Account.objects.filter(user=person).values_list("device_taken_at", flat=True).first()
    if taken is None or (person.last_login is not None and person.last_login > taken):
        return ""
    return _(
        "Your device for one-time codes was taken away by an administrator on %(when)s. If you did "
        "not ask for that, tell the administrator at once."
    ) % {"when": thai_datetime(taken)}


def _tell(request: HttpRequest, told: str) -> None:
    if told:
        messages.warning(request, told)


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
