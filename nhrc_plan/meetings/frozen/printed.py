"""What the QR code of a frozen meeting says."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from nhrc_plan.meetings.models import Meeting


def qr_text(meeting: Meeting, code: str) -> str:
    """Where the meeting's page is, with its code; the code alone where the site knows no address.

    The code stands behind "#": no server is told of it, and whoever scans it sees it.
    """
    if not settings.SITE_URL:
        return code
    page = reverse("meeting", args=[meeting.plan.slug, meeting.pk])
    return f"{settings.SITE_URL}{page}#{code.replace(' ', '-')}"
