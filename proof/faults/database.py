"""The database is cut off, crashes, or is not there at the start."""

from __future__ import annotations

import time

from proof.browser import Browser
from proof.ground import PostgreSQLGround, Service, ground, waited
from proof.rows import Broken, Size, proof
from proof.writers import Writers, kept

#: What people may see meanwhile.
FINE = {"saved", "calm page"}
CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = 'proof' AND pid <> pg_backend_pid()"
)


def only_fine(writers: Writers) -> None:
    wrong = {told: count for told, count in writers.answers.items() if told not in FINE}
    if wrong:
        raise Broken(f"people saw {wrong}")


@proof("connections cut under writers: PostgreSQL", group="faults")
def cut(size: Size) -> str:
    with ground("postgresql") as of, Service(of) as service:
        with Writers(service.port, size.writers) as writers:
            for _ in range(size.rounds):
                writers.reached(writers.count() + 5)
                of.rows(CUT)
            writers.reached(writers.count() + size.writers)
        only_fine(writers)
        figure = kept(of, writers.acknowledged)
        return f"cut {size.rounds} times; {figure}; people saw {dict(writers.answers)}"


@proof("database restarted under 50 writers", group="faults")
def restarted(size: Size) -> str:
    """Crashed, not stopped in good order; serving again is counted from the server's return."""
    crowd = 50 if size.rounds > 1 else size.writers
    slowest = 0.0
    with ground("postgresql") as of, Service(of) as service:
        assert isinstance(of, PostgreSQLGround)
        with Writers(service.port, crowd) as writers:
            for _ in range(min(size.rounds, 5)):
                writers.reached(writers.count() + 10)
                of.stop("immediate")
                time.sleep(1)
                of.start()
                writers.mark()
                slowest = max(slowest, waited(writers.went_on, 60))
        only_fine(writers)
        figure = kept(of, writers.acknowledged)
    if slowest > 10:
        raise Broken(f"serving again after {slowest:.1f} s; {figure}")
    return (
        f"{crowd} writers, serving again within {slowest:.1f} s; {figure}; "
        f"people saw {dict(writers.answers)}"
    )


@proof("database away at the start of the service", group="faults")
def away(size: Size) -> str:
    """The service starts, says so calmly, and serves by itself once the database is there."""
    with ground("postgresql") as of:
        assert isinstance(of, PostgreSQLGround)
        of.stop("fast")
        with Service(of) as service:
            browser = Browser(service.port)
            # Somebody who was signed in before.
            browser.cookies["sessionid"] = "x" * 32
            page, ready = browser.ask("GET", "/plans/"), browser.ask("GET", "/readyz")
            if not page.calm or (ready.status, '"away"' in ready.page) != (503, True):
                raise Broken(f"/plans/ answered {page.status}, /readyz {ready.status}")
            of.start()
            took = waited(lambda: browser.ask("GET", "/readyz").status == 200, 30)
            browser.sign_in()
            if browser.ask("GET", "/plans/").status != 200:
                raise Broken("no page after the database came back")
    return f"calm page, /readyz 503, /healthz 200; ready {took:.1f} s after the database came"
