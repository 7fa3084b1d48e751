"""Who may read a file of evidence: whoever may see the figure that it belongs to."""

from __future__ import annotations

from typing import Any

from django.apps import apps

from strategy.access import Viewer
from strategy.models import EvidenceFile


def readable_file(who: Viewer, key: str) -> EvidenceFile | None:
    """A file that somebody may read; None where there is none for them.

    What the figure rests on now goes with the figure, what it once rested on with its history. Of
    a figure that is gone, whoever reads the drafts of all units. Nothing without signing in.
    """
    file = EvidenceFile.objects.filter(pk=key).first()
    if file is None or not who.signed_in:
        return None
    figure: Any = apps.get_model(file.figure_type)._base_manager.filter(pk=file.figure_id).first()
    if figure is None:
        return file if who.may_read_drafts(None) else None
    if figure.history_seen_by(who):
        return file
    now = figure.evidence_seen_by(who) and figure.evidence.filter(file=file).exists()
    return file if now else None
