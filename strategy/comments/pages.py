"""Asking, answering, settling and withdrawing, sent from wherever a figure is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from strategy.access import viewer
from strategy.comments.model import figure_asked, figure_of
from strategy.comments.write import (
    comment_withdraw,
    question_answer,
    question_ask,
    question_reopen,
    question_settle,
)
from strategy.models import Comment
from strategy.models.comment import MOST_LETTERS
from strategy.records.admin import version_shown
from strategy.records.forms import WordsField


class WordsForm(forms.Form):
    """What somebody asks or answers."""

    text = WordsField(
        label=gettext_lazy("what is asked or answered"), max_length=MOST_LETTERS, rows=4
    )


#: What a button does with a question or an answer that stands.
_DOES: dict[str, Callable[[Any, Comment, int], Comment]] = {
    "settle": lambda user, row, version: question_settle(
        user=user, question=row, expected_version=version
    ),
    "reopen": lambda user, row, version: question_reopen(
        user=user, question=row, expected_version=version
    ),
    "withdraw": lambda user, row, version: comment_withdraw(
        user=user, comment=row, expected_version=version
    ),
}


@require_POST
@never_cache
def comment_ask(request: HttpRequest) -> HttpResponse:
    """A new question; ``figure`` names what it is about."""
    figure = figure_asked(request.POST.get("figure", ""))
    _require(request, figure)
    if not request.user.is_authenticated:
        return redirect_to_login(_back(request))
    about = {"figure": request.POST["figure"], "asked_about": figure.figure_name}
    return _said(
        request, about, lambda text: question_ask(user=request.user, figure=figure, text=text)
    )


@require_POST
@never_cache
def comment_act(request: HttpRequest, comment_id: int) -> HttpResponse:
    """An answer to a question; or, by ``do``, settle, reopen or withdraw what stands there."""
    row = Comment.objects.filter(pk=comment_id).first() if comment_id < 2**63 else None
    _require(request, None if row is None else figure_of(row.figure_type, row.figure_id))
    if row is None or not request.user.is_authenticated:
        return redirect_to_login(_back(request))
    does = _DOES.get(request.POST.get("do", ""))
    if does is None:
        about = {"question": row}
        return _said(
            request,
            about,
            lambda text: question_answer(user=request.user, question=row, text=text),
        )
    try:
        does(request.user, row, version_shown(request, "version"))
    except ValidationError as refused:
        for message in refused.messages:
            messages.error(request, message)
    return _there(request, row)


def _require(request: HttpRequest, figure: Any) -> None:
    """There is no question about a figure that is not there, or is not theirs to read."""
    who = viewer(request.user)
    if who.signed_in and (figure is None or not figure.comments_seen_by(who)):
        raise Http404(_("There is no such figure, or it is not yours to see."))


def _said(
    request: HttpRequest, about: dict[str, Any], write: Callable[[str], Comment]
) -> HttpResponse:
    """Write what was typed and go back; or show it again with what is wrong beside it."""
    form = WordsForm(request.POST)
    if form.is_valid():
        try:
            return _there(request, write(form.cleaned_data["text"]))
        except ValidationError as refused:
            for message in refused.messages:
                form.add_error("text", message)
    context = {"form": form, "next": _back(request), **about}
    return render(request, "comments/again.html", context)


def _back(request: HttpRequest) -> str:
    """The page that it was sent from; the first page where that is none of ours."""
    asked = request.POST.get("next", "").partition("#")[0]
    own = asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None)
    return asked if own else reverse("home")


def _there(request: HttpRequest, row: Comment) -> HttpResponse:
    return HttpResponseRedirect(f"{_back(request)}#question-{row.parent_id or row.pk}")
