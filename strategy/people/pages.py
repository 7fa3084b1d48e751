"""Pages around signing in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext as _

from strategy.people import codes
from strategy.people.passkeys import setting as passkeys
from strategy.people.tries import locked_until
from strategy.people.write import person_note


def locked(request: HttpRequest, response: Any, credentials: Any = None) -> HttpResponse:
    """Too many wrong tries: when to try again. The same whether there is such an account."""
    asked: Any = request
    now = asked.axes_attempt_time
    until = locked_until((credentials or {}).get("username") or "", asked.axes_ip_address, now)
    context = {"until": until, **_offered()}
    answer = render(request, "registration/locked.html", context, status=429)
    if until is not None:
        answer["Retry-After"] = str(int((until - now).total_seconds()) + 1)
    return answer


def _offered() -> dict[str, bool]:
    return {"codes_offered": codes.offered(), "passkeys_offered": passkeys.offered()}


class OwnPassword(PasswordChangeView):
    """Anybody's own password; what is signed in elsewhere with the old one is out."""

    success_url = reverse_lazy("home")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), **_offered()}

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        answer = super().form_valid(form)
        person_note(person=form.user, user=form.user, reason=_("Set a new password for oneself."))
        messages.success(self.request, _("Your password is changed."))
        return answer
