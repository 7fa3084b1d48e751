"""Screens of many rows that are kept as drafts, or handed in."""

from __future__ import annotations

from django.utils.translation import gettext as _

from strategy.records.screen import EntryScreen


class DraftScreen(EntryScreen):
    """A screen whose rows are kept as drafts, or handed in."""

    @property
    def drafts(self) -> bool:
        """Whether the press that sent it keeps drafts."""
        return "_draft" in (self.data or {})


def drafts_message(count: int) -> str:
    """That figures were kept, and not handed in."""
    return _("Kept as drafts: %(count)s.") % {"count": count}
