"""How many requests a client may make in a minute, however many processes answer them.

The database grants requests by the handful, and a process counts down what it was granted. So a
client that keeps within its limit costs a write now and then, and one that does not costs none:
once a minute is used up, nobody asks the database about it again.
"""

from __future__ import annotations

from math import ceil
from threading import Lock
from time import time

from nhrc_plan.api.write import requests_grant

#: What a process is granted at once, as a share of the limit.
_HANDFUL = 20
#: Clients that a process counts for; with more, it begins anew.
_MOST = 10_000

_lock = Lock()
#: By client: the minute, and how many requests are left of what was granted in it.
_left: dict[str, tuple[int, int]] = {}


def seconds_to_wait(client: str, limit: int) -> int:
    """0 where one more request is granted; else the seconds until the next minute begins."""
    now = time()
    minute = int(now // 60)
    with _lock:
        known, left = _left.get(client, (0, 0))
        if known == minute and left > 0:
            _left[client] = (minute, left - 1)
            return 0
        used_up = known == minute and left < 0
    if not used_up:
        granted = requests_grant(
            client=client, minute=minute, wanted=ceil(limit / _HANDFUL), limit=limit
        )
        _keep(client, minute, granted - 1)
        if granted:
            return 0
    return ceil((minute + 1) * 60 - now) or 1


def _keep(client: str, minute: int, more: int) -> None:
    """Add what was granted; -1, where there was nothing left, says so for the whole minute."""
    with _lock:
        if len(_left) >= _MOST:
            _left.clear()
        known, left = _left.get(client, (0, 0))
        _left[client] = (minute, max(left, 0) + more if known == minute else more)


def forget() -> None:
    """Count anew, as another process would."""
    with _lock:
        _left.clear()
