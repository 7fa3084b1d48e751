"""Pages of passkeys: the step after the password, in its place, and one's own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_otp_webauthn.models import WebAuthnCredential

from strategy.people import codes
from strategy.people.code_forms import ProofForm
from strategy.people.passkeys.forms import AnswerForm, NewPasskeyForm
from strategy.people.passkeys.setting import alone, must, offered
from strategy.people.passkeys.write import (
    MOST,
    NameTaken,
    challenge_begin,
    challenge_take,
    passkey_register,
    passkey_remove,
    passkey_try,
    passkey_try_alone,
)
from strategy.people.second_step import (
    all_in,
    enough,
    in_by_passkey,
    lately,
    may_set_up,
    next_of,
    stand_on_what_is_left,
    steps_of,
)
from strategy.people.step_pages import (
    half_in_page,
    own_page,
    proof_page,
    proven,
    step_page,
    taken,
    tell,
    wrong_passkey,
)

#: What a challenge is for: the step after the password, its place, a passkey that is made.
STEP, ALONE, NEW = "step", "alone", "new"
#: Of a session: that somebody signs in by a passkey alone, and where they want to go; when they
#: have shown who they are before one is made.
_ALONE, _PROVEN = "passkey_alone", "passkey_proven"


# ------------------------------------------------------------------------------------ signing in


@half_in_page(offered)
def sign_in_passkey(request: HttpRequest, person: Any) -> HttpResponse:
    """A passkey after the password."""
    steps = steps_of(person)
    if not steps.passkeys:  # taken away since the password
        return redirect("login")
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        state = challenge_take(request, STEP)
        used = state and passkey_try(request, person, state, form.cleaned_data["answer"])
        if used:
            told = taken(person)
            then = all_in(request, person, app=None, passkey=used.pk)
            tell(request, told)
            return HttpResponseRedirect(then)
        wrong_passkey(form)
    context = {
        "form": form,
        "options": challenge_begin(request, STEP, person),
        "codes": steps.app is not None and not must(person),
    }
    return render(request, "registration/passkey.html", context)


@step_page(alone)
def sign_in_alone(request: HttpRequest) -> HttpResponse:
    """A passkey in the password's place. It begins by a press: no mere visit leaves a session."""
    if request.user.is_authenticated:
        return redirect("home")
    if request.method == "POST" and "answer" not in request.POST:
        then = request.POST.get("next", "")
        request.session[_ALONE] = {"then": then, "at": timezone.now().timestamp()}
        return redirect("login_passkey_alone")
    kept = request.session.get(_ALONE)
    if kept is None or not lately(kept["at"]):
        return redirect("login")
    form = AnswerForm(request.POST or None)
    if form.is_valid():
        state = challenge_take(request, ALONE)
        used = state and passkey_try_alone(request, state, form.cleaned_data["answer"])
        if used:
            told = taken(used.user)
            del request.session[_ALONE]
            in_by_passkey(request, used.user, used.pk)
            tell(request, told)
            return HttpResponseRedirect(_then(request, kept["then"]))
        wrong_passkey(form)
    context = {"form": form, "options": challenge_begin(request, ALONE), "alone": True}
    return render(request, "registration/passkey.html", context)


def _then(request: HttpRequest, wanted: str) -> str:
    """Where somebody wanted to go, if it lies here; else the first page."""
    here = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if wanted and here else resolve_url(settings.LOGIN_REDIRECT_URL)


@half_in_page(offered)
def sign_in_new(request: HttpRequest, person: Any) -> HttpResponse:
    """A passkey for whoever must have a second step, before they are signed in."""
    told, steps = taken(person), steps_of(person)
    if not may_set_up(request, steps):
        return redirect(next_of(request, person, steps) if steps.passkeys or steps.app else "login")
    form = NewPasskeyForm(request.POST or None)
    made = _made(request, person, form)
    if made is not None:
        then = all_in(request, person, app=None, passkey=made.pk)
        tell(request, told)
        messages.success(request, _registered(made))
        return HttpResponseRedirect(then)
    context = {
        "must": True,
        "told": told,
        "codes": codes.offered() and not must(person),
    }
    return _new_page(request, person, form, context)


# ---------------------------------------------------------------------------------- one's own


@own_page(offered)
def passkeys(request: HttpRequest) -> HttpResponse:
    """One's passkeys, and what can be done about them."""
    person: Any = request.user
    rows = list(_of(person))
    context = {
        "passkeys": rows,
        "full": len(rows) >= MOST,
        "must": must(person),
        "alone": alone(),
        "codes_offered": codes.offered(),
    }
    return render(request, "registration/passkeys.html", context)


@own_page(offered)
def own_new(request: HttpRequest) -> HttpResponse:
    """A passkey for oneself: who one is first, then its name and the device."""
    person: Any = request.user
    if _of(person).count() >= MOST:
        return redirect("passkeys")
    shown = request.session.get(_PROVEN)
    if shown is None or not lately(shown):
        proof = ProofForm(request.POST or None, steps=steps_of(person))
        if proven(request, proof):
            request.session[_PROVEN] = timezone.now().timestamp()
            return redirect("passkeys_new")
        return proof_page(request, proof, _("Register a passkey"), _("Go on"), back="passkeys")
    form = NewPasskeyForm(request.POST or None)
    made = _made(request, person, form)
    if made is not None:
        request.session.cycle_key()
        del request.session[_PROVEN]
        stand_on_what_is_left(request)
        messages.success(request, _registered(made))
        return redirect("passkeys")
    return _new_page(request, person, form, {})


@own_page(offered)
def own_remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    """Removing one of one's own passkeys."""
    person: Any = request.user
    if passkey_id >= 2**63:
        raise Http404
    passkey = get_object_or_404(_of(person), pk=passkey_id)
    steps = steps_of(person)
    left = steps._replace(passkeys=steps.passkeys - {passkey.pk})
    if not enough(person, left):
        messages.warning(
            request,
            _(
                "Your role has to sign in with more than a password, so your last passkey stays. "
                "Register another one first."
            ),
        )
        return redirect("passkeys")
    form = ProofForm(request.POST or None, steps=steps)
    if proven(request, form):
        passkey_remove(person=person, passkey=passkey)
        stand_on_what_is_left(request)
        gone = _("The passkey “%(name)s” is removed.") % {"name": passkey.name}
        messages.success(request, gone)
        return redirect("passkeys")
    title = _("Remove the passkey “%(name)s”") % {"name": passkey.name}
    told = _("It signs you in no longer then. On the device itself you can delete it as well.")
    return proof_page(request, form, title, _("Remove"), told, back="passkeys")


# ------------------------------------------------------------------------------------- shared


def _of(person: Any) -> Any:
    """Somebody's passkeys, the oldest first."""
    return WebAuthnCredential.objects.filter(user=person.pk, confirmed=True).order_by("pk")


def _made(request: HttpRequest, person: Any, form: NewPasskeyForm) -> WebAuthnCredential | None:
    """The passkey that was registered with a form; None where it was not, and the form says why."""
    if not form.is_valid():
        return None
    typed = form.cleaned_data
    state = challenge_take(request, NEW)
    try:
        made = state and passkey_register(
            request, person=person, state=state, answer=typed["answer"], name=typed["name"]
        )
    except NameTaken:
        form.add_error("name", _("You have a passkey of this name already. Choose another name."))
        return None
    if not made:
        form.add_error(
            None,
            _(
                "This passkey could not be registered. Press the button again, or take another "
                "device."
            ),
        )
        return None
    return made


def _new_page(
    request: HttpRequest, person: Any, form: NewPasskeyForm, context: dict[str, Any]
) -> HttpResponse:
    options = challenge_begin(request, NEW, person, new=True)
    shown = {"form": form, "options": options, **context}
    return render(request, "registration/passkey_new.html", shown)


def _registered(made: WebAuthnCredential) -> str:
    return _("The passkey “%(name)s” is registered.") % {"name": made.name}
