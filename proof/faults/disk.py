"""No room is left, or nothing may be written."""

from __future__ import annotations

import os
import resource
from collections.abc import Callable

from proof.browser import Browser, Fields
from proof.faults.database import CUT
from proof.ground import PostgreSQLGround, Service, SQLiteGround, ground
from proof.rows import Broken, NotShown, Size, proof
from proof.writers import ADDRESS, SAVED, Writers, kept


def limited(size: int) -> Callable[[], None]:
    """No file of the service may grow beyond so many bytes: what a full disk is to it."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def refused_calmly(browser: Browser, name: str) -> dict[str, str]:
    """Send a form that cannot be saved; gives what the calm page keeps of it."""
    fields = browser.form(ADDRESS) | {"name": name}
    answer = browser.ask("POST", ADDRESS, fields)
    again = Fields(answer.page).largest
    if not answer.calm or again != fields:
        raise Broken(f"answered {answer.status}; kept {len(again)} of {len(fields)} fields")
    return again


@proof("disk full: SQLite", group="faults")
def full(size: Size) -> str:
    with ground("sqlite") as of:
        assert isinstance(of, SQLiteGround)
        with Service(of) as roomy:
            writers = Writers(roomy.port, 2)
        room = 400_000
        # The write-ahead log is what grows.
        with Service(of, limited(of.path.stat().st_size + room)) as service:
            writers.port = service.port
            with writers:
                grown = 0
                while writers.answers["calm page"] < 5 and grown < 3000:
                    writers.reached(grown := writers.count())
            figure = kept(of, writers.acknowledged)
            wrong = writers.answers.keys() - {"saved", "calm page"}
            if wrong or not writers.answers["calm page"]:
                raise Broken(f"people saw {dict(writers.answers)}")
            browser = Browser(service.port)
            browser.cookies = dict(writers.cookies)
            if browser.ask("GET", "/plans/").status != 200:
                raise Broken("reading stopped as well")
            again = refused_calmly(browser, "proof full")
        with Service(of) as service:
            browser.port = service.port
            if browser.ask("POST", ADDRESS, again).status != SAVED:
                raise Broken("sent again with room, it was not saved")
        kept(of, [*writers.acknowledged, "proof full"])
        return f"{figure}; people saw {dict(writers.answers)}, read on, and sent it again later"


@proof("read-only database: PostgreSQL", group="faults")
def read_only(size: Size) -> str:
    with ground("postgresql") as of, Service(of) as service:
        assert isinstance(of, PostgreSQLGround)
        browser = Browser(service.port)
        browser.sign_in()
        of.rows("ALTER DATABASE proof SET default_transaction_read_only = on")
        of.rows(CUT)
        if browser.ask("GET", "/plans/").status != 200:
            raise Broken("reading stopped as well")
        again = refused_calmly(browser, "proof closed")
        of.rows("ALTER DATABASE proof SET default_transaction_read_only = off", "postgres")
        of.rows(CUT)
        if browser.ask("POST", ADDRESS, again).status != SAVED:
            raise Broken("sent again, it was not saved")
        return f"people read on, saw the calm page, and sent it again: {kept(of, ['proof closed'])}"


@proof("read-only disk: SQLite", group="faults")
def read_only_file(size: Size) -> str:
    if os.geteuid() == 0:
        raise NotShown("the superuser writes to read-only files; run it as another account")
    with ground("sqlite") as of, Service(of) as service:
        assert isinstance(of, SQLiteGround)
        browser = Browser(service.port)
        browser.sign_in()
        of.path.chmod(0o400)
        again = refused_calmly(browser, "proof closed")
        of.path.chmod(0o600)
        if browser.ask("POST", ADDRESS, again).status != SAVED:
            raise Broken("sent again, it was not saved")
        return f"the calm page, then sent again: {kept(of, ['proof closed'])}"
