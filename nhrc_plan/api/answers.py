"""How the API answers: JSON or CSV, once for each version of it, and refusals in Thai."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from math import ceil
from typing import Any

import tablib
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja.errors import ValidationError

from nhrc_plan.api.callers import Refusal
from nhrc_plan.api.datasets import Dataset
from nhrc_plan.api.rows import Found, Row
from nhrc_plan.api.schemas import Pages
from strategy.messages import said
from strategy.pages.data import VERSION
from strategy.pages.period import NotEnded
from strategy.records.export import SafeCSV
from strategy.thai import Refusal as Unclear
from strategy.thai import parse_year

View = Callable[..., HttpResponse]


def listed(request: HttpRequest, data: Dataset, asked: Pages, found: Found) -> Row:
    """A page of the rows, with where the next one is. Raises Http404 after the last."""
    pages = max(ceil(len(found.rows) / asked.per_page), 1)
    if asked.page > pages:
        raise Http404(
            _("There is no page %(page)s; the last is %(pages)s.")
            % {"page": asked.page, "pages": pages}
        )
    query = request.GET.copy()
    query["page"] = str(asked.page + 1)
    start = (asked.page - 1) * asked.per_page
    return {
        "version": VERSION,
        "dataset": data.name,
        "approved_only": _public(request),
        "as_of": found.at and found.at.last_day.isoformat(),
        "count": len(found.rows),
        "page": asked.page,
        "pages": pages,
        "next": f"{request.path}?{query.urlencode()}" if asked.page < pages else None,
        "items": found.rows[start : start + asked.per_page],
    }


def _public(request: HttpRequest) -> bool:
    return bool(request.auth.public)  # type: ignore[attr-defined]


def as_csv(data: Dataset, found: Found) -> HttpResponse:
    """Every row, with its columns in the order of the description; no text becomes a formula."""
    table = tablib.Dataset(headers=list(data.fields))
    for row in found.rows:
        shown = data.row(**row).model_dump()
        table.append([_cell(shown[name]) for name in data.fields])
    return HttpResponse(
        SafeCSV().export_data(table),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{data.name}.csv"'},
    )


def _cell(value: Any) -> Any:
    """A value as a table holds it: nothing for null, several joined, yes and no as in JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "; ".join(value) if isinstance(value, list) else value


# --------------------------------------------------------------------------------- refusals


def refused(why: Refusal) -> HttpResponse:
    """A refusal as data."""
    body = {"error": why.sentence, "code": why.code, "parameter": why.parameter}
    answer = HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type=_JSON, status=why.status
    )
    if why.wait:
        answer["Retry-After"] = str(why.wait)
    if why.status == 401:
        answer["WWW-Authenticate"] = "Bearer"
    return answer


_JSON = "application/json; charset=utf-8"


def not_found(missing: Http404 | NotEnded) -> HttpResponse:
    return refused(Refusal(404, "not_found", str(missing)))


def invalid(request: HttpRequest, wrong: ValidationError) -> HttpResponse:
    """The first thing that is wrong with what was asked, in Thai."""
    first = wrong.errors[0]
    name = str(first["loc"][-1])
    sentence = _of_year(request, name) or _of_kind(name, first)
    return refused(Refusal(422, "invalid", sentence, parameter=name[:60]))


def unknown_parameter(name: str) -> str:
    """What is said where something is asked for that there is not."""
    return _("There is no parameter “%(name)s” here.") % {"name": name[:60]}


def _of_year(request: HttpRequest, name: str) -> str:
    """What the pages say of a year that is not clear; "" where the parameter is no year."""
    if name != "fiscal_year":
        return ""
    text = request.GET.get(name, "")[:40]
    try:
        parse_year(text)
    except Unclear as unclear:
        return said(unclear, text=text)
    return ""


def _of_kind(name: str, error: Row) -> str:
    least, most = error.get("ctx", {}).get("ge"), error.get("ctx", {}).get("le")
    said_of = {"name": name[:60], "least": least, "most": most}
    if least is not None:
        return _("%(name)s is %(least)s or more.") % said_of
    if most is not None:
        return _("%(name)s is %(most)s or less.") % said_of
    return _("%(name)s is a whole number.") % said_of


# -------------------------------------------------------------------------------- every answer


def answered(view: View) -> View:
    """What holds of every answer: it is only read, can be asked about again, and is kept by nobody
    on the way, for another may be told less."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method in ("GET", "HEAD"):
            request.method = "GET"
            answer = view(request, *args, **kwargs)
        else:
            answer = refused(Refusal(405, "only_read", _("The API is only read: use GET.")))
            answer["Allow"] = "GET, HEAD"
        answer["Cache-Control"] = "private, no-cache"
        patch_vary_headers(answer, ["Authorization", "Cookie"])
        if answer.status_code != 200:
            return answer
        answer["ETag"] = f'"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
        return get_conditional_response(request, answer["ETag"], response=answer) or answer

    whole: View = csrf_exempt(wrapped)
    return whole


def site(request: HttpRequest) -> str:
    """Where addresses begin: as the setting says, else as it was asked for."""
    return settings.SITE_URL or request.build_absolute_uri("/").rstrip("/")
