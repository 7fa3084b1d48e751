"""Uploads while they come in: no file takes more room than it may have."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class UploadLimit(FileUploadHandler):
    """Hands on a little more than the limit of each file and drops the rest.

    So what is too large is seen to be, and fills neither memory nor disk.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return raw_data if start <= settings.EVIDENCE_MAX_MB * 1024 * 1024 else None

    def file_complete(self, file_size: int) -> Any:
        """The handlers after this one have the file."""
        return None
