"""What a system at work is asked before it serves anybody: is the history closed to change?

``manage.py check --database default`` says so, and the start of a server refuses
(nhrc_plan/wsgi.py). It is a warning and no error, since ``migrate``, which closes the tables
again, would not run over an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections

from strategy.records.closed import closed_models, open_history_table_names

OPEN_HISTORY = "strategy.W001"


@register(Tags.database)
def history_is_closed(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A warning where history tables stand open; before the first ``migrate`` there are none."""
    found: list[CheckMessage] = []
    for using in databases or ():
        tables = set(connections[using].introspection.table_names())
        open_tables = [name for name in open_history_table_names(using) if name in tables]
        if open_tables:
            found.append(
                Warning(
                    f"{len(open_tables)} of {len(closed_models())} history tables can be "
                    f"changed: {', '.join(open_tables[:5])}",
                    hint="Run: manage.py migrate. It closes them again.",
                    id=OPEN_HISTORY,
                )
            )
    return found


def refuse_open_history() -> None:
    """Called at a server's start. Raises ImproperlyConfigured where the history stands open.

    A database that does not answer yet is left to the pages, which say so.
    """
    try:
        found = run_checks(tags=[Tags.database], databases=["default"])
    except DatabaseError:
        return
    for message in found:
        if message.id == OPEN_HISTORY:
            raise ImproperlyConfigured(f"{message.msg}. {message.hint}")
