"""Styles, scripts and fonts as a system at work serves them: collected, named by their content.

``manage.py bootstrap`` collects them, ``manage.py check --deploy`` says whether it has been done,
and the start of a server refuses where it has not (nhrc_plan/wsgi.py).
"""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import (
    ManifestFilesMixin,
    StaticFilesStorage,
    staticfiles_storage,
)
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):
    """Collected files, compressed; what is not there costs a page its style and never the page."""

    def url(self, name: str | None, force: bool = False) -> str:
        try:
            collected: str = super().url(name, force)
        except ValueError:
            return StaticFilesStorage.url(self, name)
        return collected


def uncollected() -> list[str]:
    """The files of the program that have not been collected; none where none have to be."""
    # The storage that is set stands behind a lazy object.
    if not isinstance(staticfiles_storage, ManifestFilesMixin):
        return []
    own = [
        f"{storage.prefix}/{name}" if getattr(storage, "prefix", "") else name
        for finder in get_finders()
        for name, storage in finder.list([])
    ]
    return [name for name in own if name not in staticfiles_storage.hashed_files]


@register(Tags.staticfiles, deploy=True)
def files_are_collected(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A warning where pages would come without their style."""
    missing = uncollected()
    if not missing:
        return []
    return [
        Warning(
            f"{len(missing)} static files have not been collected: {', '.join(missing[:3])}",
            hint="Run: manage.py bootstrap (or collectstatic alone).",
            id="nhrc_plan.W001",
        )
    ]


def refuse_uncollected() -> None:
    """Called at a server's start. Raises ImproperlyConfigured where files were not collected."""
    for message in files_are_collected(None):
        raise ImproperlyConfigured(f"{message.msg}. {message.hint}")
