"""What ``manage.py check --deploy`` says of the backups."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Info, Warning, register
from django.utils.translation import override

from nhrc_plan.backups.read import backup_state, sentence
from strategy.clock import now

UNSET, WRONG = "nhrc_plan.I001", "nhrc_plan.W002"


@register(deploy=True)
def backups_stand(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A warning where there is no backup, none that is new, or none that is known to restore."""
    state = backup_state()
    if not state.asked:
        hint = "Set BACKUP_DIR, unless others make backups of the database and EVIDENCE_DIR."
        return [Info("This installation makes no backups.", hint=hint, id=UNSET)]
    with override("en"):
        return [Warning(sentence(code), id=WRONG) for code in state.wrong(now())]
