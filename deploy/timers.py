"""The daily and weekly commands where no systemd is, such as in a container: each at its hour in
Bangkok, one after the other. What fails says so in the log and comes again the next time."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

BANGKOK = ZoneInfo("Asia/Bangkok")
MONDAY = 0
#: Hour and minute, the weekday (None: every day), and the command of manage.py.
TABLE: list[tuple[int, int, int | None, str]] = [
    (1, 30, None, "backup"),
    (2, 30, None, "clear_uploads"),
    (3, 0, MONDAY, "backup_drill"),
    (8, 0, None, "send_reminders"),
]


def due(after: datetime, until: datetime) -> list[str]:
    """The commands whose hour came after ``after`` and not after ``until``, in their order."""
    found = []
    day = after.date()
    while day <= until.date():
        for hour, minute, weekday, command in TABLE:
            moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=BANGKOK)
            if weekday in (None, day.weekday()) and after < moment <= until:
                found.append(command)
        day += timedelta(days=1)
    return found


def main() -> None:
    seen = datetime.now(BANGKOK)
    while True:
        time.sleep(30)
        now = datetime.now(BANGKOK)
        # A clock that was put back brings nothing twice.
        for command in due(seen, now):
            subprocess.run([sys.executable, "manage.py", command], check=False)
        seen = max(seen, now)


if __name__ == "__main__":
    main()
