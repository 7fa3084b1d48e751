"""What a database holds, told so that two can be compared: rows and a checksum of each table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol


class Fault(Exception):
    """Why a backup, a restore or a rehearsal did not come about, in a sentence for people."""


@dataclass(frozen=True)
class Facts:
    """Of each table how many rows and their SHA-256; the names of the triggers that close it."""

    tables: dict[str, tuple[int, str]]
    triggers: list[str]

    def as_json(self) -> dict[str, Any]:
        return {"tables": self.tables, "triggers": self.triggers}

    @classmethod
    def of_json(cls, told: dict[str, Any]) -> Facts:
        tables = {name: (rows, digest) for name, (rows, digest) in told["tables"].items()}
        return cls(tables, list(told["triggers"]))

    @property
    def rows(self) -> int:
        return sum(rows for rows, _digest in self.tables.values())

    def differences(self, other: Facts) -> list[str]:
        """The tables and triggers in which ``other`` differs, a line each; none: the same data."""
        found = []
        for name in sorted(self.tables.keys() | other.tables.keys()):
            mine, theirs = self.tables.get(name), other.tables.get(name)
            if mine != theirs:
                counts = [str(each[0]) if each else "–" for each in (mine, theirs)]
                found.append(f"{name}: {' ≠ '.join(counts)}" if counts[0] != counts[1] else name)
        return found + sorted(set(self.triggers) ^ set(other.triggers))


class Database(Protocol):
    """What a kind of database has to be able to do for backups. Raises Fault where it cannot."""

    #: Its name in manifests, and that of its file within a backup.
    kind: str
    file: str

    def dump(self, path: str) -> Facts:
        """Write all of it, as at one moment, to ``path``; others go on writing meanwhile. Gives
        the facts of that same moment."""

    def facts(self) -> Facts: ...

    def is_empty(self) -> bool:
        """Whether it has no table at all."""

    def load(self, path: str) -> None:
        """Put what ``dump`` wrote in the place of whatever there is: all of it or nothing."""
