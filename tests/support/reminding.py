"""The day and the site of tests of reminders."""

from __future__ import annotations

from datetime import date

#: A Monday in fiscal year 2570; the deadline of 2569/12 was Saturday 10 October.
MONDAY = date(2026, 10, 12)
SITE = "https://plan.example.org"
