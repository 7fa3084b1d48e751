"""What ``manage.py check`` asks of the folder in which files of evidence lie."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.files.storage import FileSystemStorage, storages

from strategy.evidence.model import STORE

SERVED, CLOSED = "strategy.E003", "strategy.W004"


@register(Tags.files)
def evidence_is_kept_apart(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """An error where anybody could fetch the files, a warning where none can be written."""
    store = storages[STORE]
    if not isinstance(store, FileSystemStorage):
        return []
    folder = Path(store.location).resolve()
    served = [Path(settings.STATIC_ROOT or "."), *_static_folders()]
    if any(folder.is_relative_to(place.resolve()) for place in served):
        return [
            Error(
                f"EVIDENCE_DIR is {folder}, in a folder that is served to everybody.",
                hint="Set EVIDENCE_DIR to a folder of its own outside STATIC_ROOT.",
                id=SERVED,
            )
        ]
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return []
    return [
        Warning(
            f"EVIDENCE_DIR is {folder}, where this account cannot write: no file is taken.",
            hint="Let the service's account own that folder, or set EVIDENCE_DIR to another.",
            id=CLOSED,
        )
    ]


def _static_folders() -> list[Path]:
    """The folders from which static files are collected."""
    found: list[Any] = list(settings.STATICFILES_DIRS)
    return [Path(each[1] if isinstance(each, tuple) else each) for each in found]
