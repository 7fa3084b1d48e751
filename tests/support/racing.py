"""Several at once, and guards taken away: what tests of races share."""

from __future__ import annotations

import os
import threading

from django.db import connection, connections
from django.db.models import F

ROUNDS = 6  # of two at once


def rounds(default):
    """So many rounds of a crowd; RACE_ROUNDS asks for more, or fewer, than a usual run plays."""
    return int(os.environ.get("RACE_ROUNDS", default))


def together(*actions):
    """Run every action in a thread of its own at the same moment; gives results or exceptions."""
    barrier = threading.Barrier(len(actions))
    found = [None] * len(actions)

    def run(place):
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            found[place] = actions[place]()
        except Exception as error:
            found[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[place]) for place in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
        assert not thread.is_alive()
    return found


def split(found, refusal):
    """Successes and refusals; anything else is a fault."""
    wrong = [x for x in found if isinstance(x, Exception) and not isinstance(x, refusal)]
    assert wrong == []
    refused = [x for x in found if isinstance(x, refusal)]
    return len(found) - len(refused), len(refused)


def blind_claim(instances, expected):
    """The next version whatever the last one was: what claim() is there to prevent."""
    for instance in instances:
        manager = type(instance)._base_manager
        manager.filter(pk=instance.pk).update(version=F("version") + 1)
        instance.version = manager.values_list("version", flat=True).get(pk=instance.pk)
