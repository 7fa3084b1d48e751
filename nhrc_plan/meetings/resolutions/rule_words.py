"""The rules of resolutions in sentences, as pages and workbook print them."""

from __future__ import annotations

from django.utils.translation import gettext as _


def lateness() -> str:
    return _(
        "A resolution without an answer is late from the first working day after its due date; "
        "working days leave out Saturdays, Sundays and the agency's holidays."
    )


def kept_on_time() -> str:
    return _(
        "Promised: resolutions by the quarter of their first due date, once they are answered or "
        "late; cancelled ones are left out. Kept: the answer that stands came by that first date. "
        "Postponing changes neither."
    )
