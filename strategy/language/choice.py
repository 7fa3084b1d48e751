"""In which language a page is: Thai, until somebody switches to English.

The switch is kept in a cookie, which every page is made by, so that reading asks the database for
nothing; of whoever is signed in it is kept in the database as well, for mails and for the next
sign-in elsewhere. What a browser asks for (Accept-Language) says nothing here: whole offices have
browsers set to English and read Thai.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from strategy.language.digits import ARABIC, DIGITS, keep_cookie, written_in
from strategy.models import LanguageChoice
from strategy.records.write import record_save

LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
#: Where a request says which language, and which digits, its answer is to be remembered by.
_CHOSEN, _CHOSEN_DIGITS = "language_chosen", "digits_chosen"


class Language:
    """Middleware: answers in the language of the cookie."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = asked if asked in LANGUAGES else settings.LANGUAGE_CODE
        with translation.override(language):
            answer = self.get_response(request)
        if chosen := getattr(request, _CHOSEN, ""):
            answer.set_cookie(
                settings.LANGUAGE_COOKIE_NAME,
                chosen,
                max_age=settings.LANGUAGE_COOKIE_AGE,
                samesite="Lax",
                httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
                secure=settings.LANGUAGE_COOKIE_SECURE,
            )
        if digits := getattr(request, _CHOSEN_DIGITS, ""):
            keep_cookie(answer, digits)
        answer.headers.setdefault("Content-Language", language)
        patch_vary_headers(answer, ("Cookie",))
        return answer


@require_POST
def language_choose(request: HttpRequest) -> HttpResponse:
    """Switch the language or the digits, and go back to where the switch was pressed."""
    language = request.POST.get("language", "")
    digits = request.POST.get("digits", "")
    if language in LANGUAGES:
        setattr(request, _CHOSEN, language)
    if digits in DIGITS:
        setattr(request, _CHOSEN_DIGITS, digits)
    if request.user.is_authenticated:
        choice_keep(
            request.user,
            language=language if language in LANGUAGES else None,
            digits=digits if digits in DIGITS else None,
        )
    back = request.POST.get("next", "")
    secure = request.is_secure()
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=secure):
        back = "/"
    return HttpResponseRedirect(back)


def choice_keep(person: Any, *, language: str | None = None, digits: str | None = None) -> None:
    """Keep in which language and digits somebody reads; None: as it is. Of two presses at once
    one counts."""
    row = LanguageChoice.objects.filter(user=person).first() or LanguageChoice(user=person)
    wanted = (language or row.language or settings.LANGUAGE_CODE, digits or row.digits)
    if (row.language, row.digits) == wanted or not (language or digits):
        return
    row.language, row.digits = wanted
    with suppress(IntegrityError, ValidationError), transaction.atomic():
        record_save(instance=row, user=person)


def language_choices(**who: Any) -> dict[int, str]:
    """Who has chosen which language, by id; ``who`` narrows the rows. One query."""
    rows = LanguageChoice.objects.filter(**who)
    return dict(rows.values_list("user_id", "language"))


@contextmanager
def reading(language: str | None) -> Iterator[None]:
    """What is written inside is written for a reader of that language, in Arabic digits; None: of
    Thai."""
    with translation.override(language or settings.LANGUAGE_CODE), written_in(ARABIC):
        yield


def _remember(sender: Any, request: HttpRequest | None, user: Any, **more: Any) -> None:
    """Whoever signs in reads on in the language that they chose, wherever they did."""
    if request is None:
        return
    chosen = LanguageChoice.objects.filter(user=user).values_list("language", "digits").first()
    if chosen is not None:
        setattr(request, _CHOSEN, chosen[0])
        setattr(request, _CHOSEN_DIGITS, chosen[1])


user_logged_in.connect(_remember, dispatch_uid="language-of-a-person")
