"""One way to write JSON, so that the same content has the same bytes, and its hashes.

Keys in order, no spaces, UTF-8, decimals as texts; whole numbers, true, false and null as JSON has
them. PURE: no Django, no clock. How a stranger checks it: docs/verify.md.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

#: Longer pieces are named and not searched for a single bit: the search is quadratic.
_SEARCHED = 4_000
#: By what a row of a list is called, where it has such.
_NAMED_BY = ("code", "year", "title", "number")


class Piece(NamedTuple):
    """A part of canonical bytes: where it belongs, how long it is, its SHA-256."""

    path: str
    length: int
    sha256: str


class Fault(NamedTuple):
    """Something that is not as it was frozen. ``row``: its path in the figures; "" for none.

    ``now``, ``then``: the field as it stands and as it was, where one bit alone was changed.
    """

    what: str
    row: str = ""
    now: str = ""
    then: str = ""


def canonical(value: Any) -> bytes:
    """``value`` as canonical JSON. TypeError for what could be written in two ways."""
    return b"".join(part for _path, part in _parts(value, ""))


def digest(content: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def short_code(sha256: str) -> str:
    """The first 16 digits in groups of four, to be copied into the minutes."""
    return " ".join(sha256[start : start + 4].upper() for start in range(0, 16, 4))


def pieces(value: Any) -> list[Piece]:
    """The canonical bytes of ``value`` in their order, row by row, each with its own hash."""
    found = []
    for path, parts in groupby(_parts(value, ""), key=lambda part: part[0]):
        content = b"".join(part for _path, part in parts)
        found.append(Piece(path, len(content), digest(content)))
    return found


def _parts(value: Any, path: str) -> Iterator[tuple[str, bytes]]:
    """The bytes of ``value``, each with the row that it belongs to: the innermost list or pair."""
    if isinstance(value, dict):
        yield path, b"{"
        for place, key in enumerate(sorted(value)):
            yield path, b"," * (place > 0) + _scalar(str(key)) + b":"
            yield from _parts(value[key], _inside(path, str(key), value[key]))
        yield path, b"}"
    elif isinstance(value, (list, tuple)):
        yield path, b"["
        for place, inner in enumerate(value):
            yield path, b"," * (place > 0)
            yield from _parts(inner, _inside(path, _name(inner, place), inner))
        yield path, b"]"
    else:
        yield path, _scalar(value)


def _inside(path: str, name: str, value: Any) -> str:
    """Where an inner value belongs: a row of its own if it holds others, else to its row."""
    if not isinstance(value, (dict, list, tuple)):
        return path
    return f"{path}/{name}" if path else name


def _name(row: Any, place: int) -> str:
    """What a row of a list is called: its code or year, else its place from 1."""
    if isinstance(row, dict):
        for key in _NAMED_BY:
            if isinstance(row.get(key), (str, int)):
                return str(row[key])
    return str(place + 1)


def _scalar(value: Any) -> bytes:
    if value is not None and not isinstance(value, (str, int, bool)):
        raise TypeError(f"{type(value).__name__} has no one way to be written")
    return json.dumps(value, ensure_ascii=False).encode()


def differing(content: bytes, kept: Sequence[Piece]) -> Iterator[Fault]:
    """The rows of ``content`` that are not as their ``kept`` hashes say, in their order.

    Where it has become longer or shorter all rows after the first one are out of place, so that
    one alone is named. In the first one a single bit is looked for.
    """
    whole = len(content) == sum(piece.length for piece in kept)
    start, found = 0, 0
    for piece in kept:
        part = content[start : start + piece.length]
        start += piece.length
        if digest(part) != piece.sha256:
            found += 1
            if not whole:
                yield Fault("length", piece.path)
                return
            yield _searched(part, piece) if found == 1 else Fault("row", piece.path)
    if not whole:
        yield Fault("length")


def _searched(part: bytes, piece: Piece) -> Fault:
    """Names the row; where one bit was changed, its field with what stood there."""
    if piece.length <= _SEARCHED:
        tried = bytearray(part)
        for place in range(len(tried)):
            for bit in range(8):
                tried[place] ^= 1 << bit
                if digest(bytes(tried)) == piece.sha256:
                    return Fault("row", piece.path, _field(part, place), _field(tried, place))
                tried[place] ^= 1 << bit
    return Fault("row", piece.path)


def _field(part: bytes | bytearray, place: int) -> str:
    """The text around a byte, from the comma before it to the one after."""
    start = max(part.rfind(b",", 0, place), part.rfind(b"{", 0, place)) + 1
    ends = [end for mark in b",}" if (end := part.find(bytes([mark]), place + 1)) >= 0]
    return bytes(part[start : min(ends, default=len(part))]).decode(errors="replace")
