"""What people see while the database, or room on the disk, is missing: a calm page (503) that says
what is safe, and keeps what they sent so that one press sends it again. Anything else is a fault
of the program (500). Nothing here asks the database for a row."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, InternalError, OperationalError
from django.db.utils import ProgrammingError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from nhrc_plan.health.read import pending_migrations
from nhrc_plan.logs import request_id

AWAY, FULL, UPGRADE = "away", "full", "upgrade"
#: Seconds after which it is worth another try.
RETRY_AFTER = {AWAY: 30, FULL: 300, UPGRADE: 120}

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}
#: PostgreSQL's codes: read-only transaction, disk full; table or column that is not there.
_NO_WRITE_CODES, _OTHER_TABLES_CODES = {"25006", "53100"}, {"42P01", "42703"}
_NO_WRITE_WORDS = ("disk is full", "readonly database", "disk i/o error", "no space left")
_OTHER_TABLES_WORDS = ("no such table", "no such column", "has no column named")


class Kept(NamedTuple):
    """What somebody sent: fields in their order, and files, which have to be chosen again."""

    fields: list[tuple[str, str]]
    files: list[tuple[str, str]]


def server_error(request: HttpRequest) -> HttpResponse:
    """The handler of every error that nothing else has caught."""
    why = reason(sys.exc_info()[1])
    with override("th"):
        if why is None:
            context = {"request_id": request_id.get()}
            if request.path.endswith(".json"):
                return JsonResponse({"error": _("The system has a fault")}, status=500)
            return HttpResponse(render_to_string("500.html", context), status=500)
        if request.path.endswith(".json"):
            response: HttpResponse = JsonResponse({"error": said(why)}, status=503)
        else:
            response = _calm(request, why)
    response["Retry-After"] = str(RETRY_AFTER[why])
    response["Cache-Control"] = "no-store"
    return response


def _calm(request: HttpRequest, why: str) -> HttpResponse:
    posted = request.method == "POST"
    context = {
        "why": said(why),
        "posted": posted,
        "kept": kept(request) if posted else None,
        "address": request.get_full_path(),
        "request_id": request_id.get(),
    }
    # Rendered without the request: what every page shows asks the database.
    return HttpResponse(render_to_string("503.html", context), status=503)


def said(why: str) -> str:
    return {
        AWAY: _("The database does not answer at the moment."),
        FULL: _("There is no room left to write, so nothing can be saved at the moment."),
        UPGRADE: _("The system is being brought to a new version."),
    }[why]


def reason(error: BaseException | None) -> str | None:
    """Why nothing can be done for now; None: the program itself is at fault."""
    for cause in _chain(error):
        if isinstance(cause, OSError) and cause.errno in _NO_ROOM:
            return FULL
        if isinstance(cause, DatabaseError | InterfaceError):
            return _of_database(cause)
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _of_database(error: BaseException) -> str | None:
    code, words = getattr(error.__cause__, "pgcode", None), str(error).lower()
    if code in _NO_WRITE_CODES or any(word in words for word in _NO_WRITE_WORDS):
        return FULL
    if code in _OTHER_TABLES_CODES or any(word in words for word in _OTHER_TABLES_WORDS):
        return UPGRADE if _upgrading() else None
    if isinstance(error, InternalError | ProgrammingError):
        return None
    return AWAY if isinstance(error, OperationalError | InterfaceError) else None


def _upgrading() -> bool:
    try:
        return pending_migrations()
    except DatabaseError:
        return True


def kept(request: HttpRequest) -> Kept | None:
    """What was sent, to be sent again; None where nothing can or should be kept.

    Of a sign-in nothing is, nor any password. The token against forged forms is the one that was
    sent: who forged the first press has not got one for the second.
    """
    if request.path.startswith((reverse("login"), reverse("password"))):
        return None
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
        files = [(name, each.name or "") for name, sent in request.FILES.lists() for each in sent]
    except Exception:  # cut off, too large, no room to take it in: it cannot be read
        return None
    if not fields:
        return None
    return Kept([(name, value) for name, value in fields if "passw" not in name], files)
