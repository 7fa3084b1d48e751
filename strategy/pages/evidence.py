"""A file of evidence, sent to be saved: nothing in it runs, whatever it holds."""

from __future__ import annotations

import logging
from typing import cast

from csp.constants import NONE
from csp.decorators import csp
from django.core.files.storage import storages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from strategy.access import viewer
from strategy.evidence.model import STORE
from strategy.evidence.read import readable_file
from strategy.pages.page import ask_to_sign_in, only_now, readable

logger = logging.getLogger(__name__)
_nothing_runs = csp({"default-src": [NONE], "sandbox": []})


@only_now
@readable
def evidence_file(request: HttpRequest, key: str, as_data: bool) -> HttpResponse:
    """The file, for whoever may see its figure; for others there is none."""
    who = viewer(request.user)
    if not who.signed_in:
        return ask_to_sign_in(request, as_data)
    file = readable_file(who, key)
    if file is None:
        raise Http404(_("There is no such file, or it is not yours to see."))
    try:
        content = storages[STORE].open(file.key)
    except Exception as error:  # whatever the store is: it does not have it, or is away
        logger.exception("the file of evidence %s could not be read", file.key)
        raise Http404(
            _(
                "The file “%(name)s” stands in the records, but is missing from the store. Tell "
                "who runs the system; its checksum (SHA-256) is %(sha256)s."
            )
            % {"name": file.name, "sha256": file.sha256}
        ) from error
    answer = FileResponse(
        content, as_attachment=True, filename=file.name, content_type=file.content_type
    )
    return cast(HttpResponse, _nothing_runs(lambda _request: answer)(request))
