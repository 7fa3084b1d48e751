"""What tests read in English: what is called directly, and what the site answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest import mock

from django.conf import settings
from django.test import override_settings
from django.utils import translation


@contextmanager
def in_english(*, site: bool = True, thai_days: bool = False) -> Iterator[None]:
    """The language here, and with ``site`` of whoever has not chosen one.

    ``thai_days``: sentences in English about days as Thai readers have them, so that a test of
    the sentence is none of the calendar.
    """
    with ExitStack() as held:
        held.enter_context(translation.override("en"))
        language = "en" if site else settings.LANGUAGE_CODE
        held.enter_context(override_settings(LANGUAGE_CODE=language))
        if thai_days:
            held.enter_context(mock.patch("strategy.thai.dates._reads_thai", lambda: True))
        yield
