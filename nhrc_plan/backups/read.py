"""How the backups of this site stand: read from their folder alone, no database is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from nhrc_plan.backups.archive import found_in
from nhrc_plan.backups.facts import Fault
from nhrc_plan.backups.rules import State
from strategy.clock import now
from strategy.thai import format_date

#: What came of the rehearsals, beside the backups.
DRILL = "drill.json"


def folder_asked() -> Path:
    """The folder for backups. Raises Fault where the settings name none."""
    if not settings.BACKUP_DIR:
        raise Fault(_("No folder for backups is set: BACKUP_DIR."))
    return Path(settings.BACKUP_DIR)


def backup_state() -> State:
    """How they stand now. A folder that cannot be read is one without backups."""
    if not settings.BACKUP_DIR:
        return State(asked=False)
    folder = Path(settings.BACKUP_DIR)
    try:
        found = found_in(folder)
    except OSError:
        found = []
    told = _drill(folder)
    passed, last = told.get("passed"), told.get("last")
    return State(
        asked=True,
        newest=found[0].made if found else None,
        rehearsed=datetime.fromisoformat(passed["finished"]) if passed else None,
        failed=datetime.fromisoformat(last["finished"]) if last and last["faults"] else None,
        late_after=timedelta(hours=settings.BACKUP_LATE_HOURS),
    )


def _drill(folder: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((folder / DRILL).read_text())
    except (OSError, ValueError):
        return {}
    return told


@dataclass(frozen=True)
class Told:
    """The state in sentences, for administrators; ``wrong``: what needs them."""

    newest: str
    rehearsed: str
    could_lose: str
    wrong: list[str]


def told(state: State) -> Told:
    moment = now()
    lost = state.could_lose(moment)
    return Told(
        newest=_moment(state.newest) if state.newest else pgettext("backup", "none"),
        rehearsed=_moment(state.rehearsed) if state.rehearsed else pgettext("rehearsed", "never"),
        could_lose=span(lost) if lost is not None else _("everything"),
        wrong=[sentence(code) for code in state.wrong(moment)],
    )


def _moment(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{format_date(local.date())} {local:%H:%M}"


def span(length: timedelta) -> str:
    """A length of time as people say it: in hours up to two days, then in days."""
    hours = int(length.total_seconds() // 3600)
    if hours < 1:
        return _("less than an hour")
    if hours < 48:
        return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}
    return ngettext("%(n)s day", "%(n)s days", hours // 24) % {"n": hours // 24}


def sentence(code: str) -> str:
    """What is wrong with the backups, by the codes of ``State.wrong``."""
    return {
        "none": _("There is no backup yet: run manage.py backup, or start its timer."),
        "late": _("The newest backup is too old: see why its timer fails."),
        "never_rehearsed": _("No restore was ever rehearsed: run manage.py backup_drill."),
        "drill_failed": _("The last rehearsal of a restore failed: run manage.py backup_drill."),
        "drill_late": _("The last rehearsal of a restore is long ago: run manage.py backup_drill."),
    }[code]
