"""One database, read as people read it: an address in, what it took out; a line of JSON each.

Started by ``benchmarks.scale`` for either of two databases, which are then asked in turn.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nhrc_plan.settings")
django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks.scale.addresses import Address, addresses  # noqa: E402
from benchmarks.scale.plans import Scans, read_by  # noqa: E402
from nhrc_plan.memory import settle  # noqa: E402


def clock() -> float:
    """Seconds of the processor, which other people's work leaves alone: of this process, and of
    PostgreSQL's for the connection."""
    own = time.process_time()
    if connection.vendor != "postgresql" or connection.connection is None:
        return own
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    return own + int(server.split()[0]) / 1_000_000_000


class Reader:
    def __init__(self) -> None:
        self.clients: dict[str, Client] = {}

    def addresses(self) -> list[Address]:
        return addresses()

    def client(self, name: str) -> Client:
        if name not in self.clients:
            made = Client(headers={"host": "127.0.0.1"})
            made.force_login(get_user_model().objects.get(username=name))
            self.clients[name] = made
        return self.clients[name]

    def get(self, name: str, path: str) -> int:
        answer: Any = self.client(name).get(path)
        for piece in answer.streaming_content if answer.streaming else ():
            len(piece)
        status: int = answer.status_code
        return status

    def looked_at(self, name: str, path: str) -> dict[str, Any]:
        """The status, the number of queries and what they read."""
        self.get(name, path)
        with CaptureQueriesContext(connection) as captured:
            status = self.get(name, path)
        asked = [query["sql"] for query in captured]
        scans: Scans = read_by(asked)
        return {"status": status, "queries": len(asked), "rows": scans.rows, "whole": scans.whole}

    def timed(self, name: str, path: str) -> float:
        if connection.vendor == "postgresql":
            # Several processes for one query would not be seen by the clock.
            with connection.cursor() as cursor:
                cursor.execute("SET max_parallel_workers_per_gather = 0")
        gc.collect()
        begun = clock()
        self.get(name, path)
        return clock() - begun


def main() -> None:
    reader = Reader()
    settle()
    for line in sys.stdin:
        asked = json.loads(line)
        work = getattr(reader, asked.pop("work"))
        print(json.dumps(work(**asked)), flush=True)


if __name__ == "__main__":
    main()
