"""What pages around a second step share: who may see them, and showing once more who one is."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from strategy.models import Account
from strategy.people.passkeys import setting as passkeys
from strategy.people.passkeys.write import challenge_begin, challenge_take, passkey_try
from strategy.people.second_step import half_in
from strategy.people.write_codes import code_try
from strategy.people.write_tries import try_take_back
from strategy.templatetags.thai import thai_datetime

View = Callable[..., HttpResponse]
#: What a challenge is for: showing who one is before something is changed.
PROOF = "proof"


def step_page(offered: Callable[[], bool]) -> Callable[[View], View]:
    """A page that is there where something is offered; kept by no browser, in no error report."""

    def decorated(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not offered():
                raise Http404
            return view(request, *args, **kwargs)

        only = require_http_methods(["GET", "HEAD", "POST"])
        hidden = sensitive_post_parameters("password", "code", "answer")
        return never_cache(hidden(only(shown)))

    return decorated


def half_in_page(offered: Callable[[], bool]) -> Callable[[View], View]:
    """A page for whoever's password was right a moment ago, as its second argument."""

    def decorated(view: View) -> View:
        @wraps(view)
        def shown(request: HttpRequest) -> HttpResponse:
            if request.user.is_authenticated:
                return redirect("home")
            person = half_in(request)
            return redirect("login") if person is None else view(request, person)

        return step_page(offered)(shown)

    return decorated


def own_page(offered: Callable[[], bool]) -> Callable[[View], View]:
    """A page for what somebody signs in with oneself."""
    return lambda view: step_page(offered)(login_required(view))


# ------------------------------------------------------------------------ showing who one is


def proof_page(
    request: HttpRequest,
    form: forms.Form,
    title: str,
    button: str,
    told: str = "",
    back: str = "codes",
) -> HttpResponse:
    """The password once more, with what else somebody signs in with."""
    context = {"form": form, "title": title, "button": button, "told": told, "back": back}
    if "answer" in form.fields:
        context["options"] = challenge_begin(request, PROOF, request.user)
    return render(request, "registration/code_proof.html", context)


def proven(request: HttpRequest, form: forms.Form) -> bool:
    """Whether password, and code or passkey, are one's own; each counted as at the sign-in."""
    if not form.is_valid() or not password_right(request, form):
        return False
    person, typed = request.user, form.cleaned_data
    if typed.get("answer"):
        state = challenge_take(request, PROOF)
        if state is None or passkey_try(request, person, state, typed["answer"]) is None:
            wrong_passkey(form)
    elif "code" in form.fields and not code_try(request, person, typed["code"]):
        wrong_code(form)
    return form.is_valid()


def password_right(request: HttpRequest, form: forms.Form) -> bool:
    """Whether the password is one's own; counted as at the sign-in, and said where it is not."""
    name = request.user.get_username()
    found = authenticate(request, username=name, password=form.cleaned_data["password"])
    if found is None or found.pk != request.user.pk:
        form.add_error("password", _("This is not your password."))
        return False
    try_take_back(request, name)
    return True


def wrong_code(form: forms.Form) -> None:
    form.add_error(
        "code", _("This code is wrong, or was used already. Wait for the next one, then try again.")
    )


def wrong_passkey(form: forms.Form) -> None:
    form.add_error(
        None,
        _("This passkey did not work here. Press the button again and choose one of your own."),
    )


def taken(person: Any) -> str:
    """What somebody is told whose device was taken away since they last signed in; else nothing."""
    at = Account.objects.filter(user=person).values_list("device_taken_at", flat=True).first()
    if at is None or (person.last_login is not None and person.last_login > at):
        return ""
    if passkeys.offered():
        said = _(
            "A device or passkey of yours was taken away by an administrator on %(when)s. If you "
            "did not ask for that, tell the administrator at once."
        )
    else:
        said = _(
            "Your device for one-time codes was taken away by an administrator on %(when)s. If you "
            "did not ask for that, tell the administrator at once."
        )
    return said % {"when": thai_datetime(at)}


def tell(request: HttpRequest, told: str) -> None:
    if told:
        messages.warning(request, told)
