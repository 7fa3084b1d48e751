"""The service is killed while people are saving."""

from __future__ import annotations

from pathlib import Path

from proof.browser import Browser
from proof.ground import Service, ground
from proof.rows import Size, proof
from proof.writers import Writers, kept


def killed(vendor: str, size: Size, tables: Path | None = None) -> str:
    """``size.writes`` acknowledged writes, during which the service is killed ``size.rounds``
    times and started again; each time everything that was acknowledged is looked for."""
    with ground(vendor, tables=tables) as of, Service(of) as service:
        with Writers(service.port, size.writers) as writers:
            for number in range(1, size.rounds + 1):
                writers.reached(size.writes * number // size.rounds)
                service.kill()
                kept(of, list(writers.acknowledged))
                service.start()
            writers.reached(writers.count() + 1)
        figure = kept(of, writers.acknowledged)
        assert Browser(service.port).ask("GET", "/readyz").status == 200
        return f"killed {size.rounds} times; {figure}; answers: {dict(writers.answers)}"


@proof("`kill -9` during 1,000 confirmed writes, several times: SQLite", group="faults")
def on_sqlite(size: Size) -> str:
    return killed("sqlite", size)


@proof("`kill -9` during 1,000 confirmed writes, several times: PostgreSQL", group="faults")
def on_postgresql(size: Size) -> str:
    return killed("postgresql", size)
