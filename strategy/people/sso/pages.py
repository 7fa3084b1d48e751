"""Going to the provider, and coming back from it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from mozilla_django_oidc.views import (
    OIDCAuthenticationCallbackView,
    OIDCAuthenticationRequestView,
)

from strategy.people.second_step import (
    Steps,
    enough,
    half_in_begin,
    key_begin,
    next_of,
    offered,
    steps_of,
)


@require_safe
@never_cache
def sign_on(request: HttpRequest) -> HttpResponse:
    """To the provider."""
    _only_where_it_is_on()
    answer: HttpResponse = OIDCAuthenticationRequestView.as_view()(request)
    return answer


@require_safe
@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """From the provider, with a code that is good once."""
    _only_where_it_is_on()
    answer: HttpResponse = _Callback.as_view()(request)
    return answer


def _only_where_it_is_on() -> None:
    if not settings.SSO_ISSUER:
        raise Http404


class _Callback(OIDCAuthenticationCallbackView):
    """Lets nobody in past the second step, and says calmly where somebody is not let in."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if "error" in request.GET:
            # The package would end the session of whoever is made to open such an address.
            return self.login_failure()
        try:
            answer: HttpResponse = super().get(request)
            return answer
        except SuspiciousOperation:
            return self.login_failure()

    def login_failure(self) -> HttpResponse:
        messages.error(
            self.request,
            _(
                "You were not signed in. Either the sign-in was given up or took too long, or this "
                "system has no account of that name; ask its administrator."
            ),
        )
        return redirect("login")

    def login_success(self) -> HttpResponse:
        return _in(self.request, self.user, self.success_url)


def _in(request: HttpRequest, person: Any, then: str) -> HttpResponse:
    """As after a right password: whoever has a second step, or has to, goes on to it."""
    steps = steps_of(person) if offered() else Steps()
    if not offered() or (steps == Steps() and enough(person, steps)):
        login(request, person)
        return HttpResponseRedirect(then)
    half_in_begin(request, person, then)
    page = next_of(request, person, steps)
    if page == "login_set_up":
        key_begin(request)
    return redirect(page)
