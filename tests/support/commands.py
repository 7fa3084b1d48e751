"""Commands of manage.py, as tests run them."""

from __future__ import annotations

import io
from typing import Any

from django.core.management import call_command


def run(command: str, *arguments: str, **options: Any) -> str:
    """Run a command; gives what it said."""
    out = io.StringIO()
    call_command(command, *arguments, stdout=out, stderr=out, **options)
    return out.getvalue()
