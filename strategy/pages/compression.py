"""What goes over the line compressed: pages, data and their like; files are packed already.

A compressed answer gives its secrets away to whoever can make a reader ask for pages with words of
theirs in them and sees how long the answers are (BREACH). The one secret that a page of ours holds
is the token of its forms, which Django masks anew for each answer; what forms hold besides (files
kept until a record is saved, previews of an upload) is signed and no secret. Beyond that the
framework pads every compressed answer by a random length. The session's key stands in a cookie
alone.
"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

#: What shrinks. Workbooks, pictures and files of evidence do not, and are handed out as they are.
SHRINKING = {"text/html", "text/plain", "text/csv", "text/javascript", "application/json"}


class CompressedText(GZipMiddleware):
    """Django's compression, of text alone."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        kind = response.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind not in SHRINKING:
            return response
        return super().process_response(request, response)
