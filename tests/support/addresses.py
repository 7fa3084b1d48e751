"""Every address of the resolver, with arguments to stand for each, and how people are answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib import admin
from django.db import connection, models, transaction
from django.template.backends import django as engine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest import MonkeyPatch

from strategy import access as roles
from tests.support.database import SESSIONS

#: What an answer is in the table of addresses, by its status.
LETTERS = {200: "y", 302: ">", 400: "x", 401: "s", 403: "-", 404: "?", 405: "m"}


#: The table of addresses, and its columns: whoever has not signed in, the same where pages are
#: public, somebody without a role; then the roles.
TABLE = Path(__file__).parent.parent / "house" / "addresses.txt"
PEOPLE = (
    "nobody", "public", "roleless",
    roles.EXECUTIVE, roles.AUDITOR, roles.ADMINISTRATOR,
    roles.REPORTER, roles.APPROVER, roles.PLANNER,
)  # fmt: skip


class Place(NamedTuple):
    """An address of the site. ``row``: "own" or "other" where a unit's row stands behind it."""

    name: str
    row: str
    address: str


def names_of(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name of each pattern with those of its arguments.

    Left out: the admin's two ways to what has no name of its own (an old address of a form, and
    an address that is not there).
    """
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                yield space + pattern.name, tuple(pattern.pattern.regex.groupindex)
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names_of(pattern, inner)


def model_of(name: str) -> type[models.Model] | None:
    """The model behind a name of the admin; None where there is none."""
    for model in admin.site._registry:
        start = f"admin:{model._meta.app_label}_{model._meta.model_name}_"
        if name.startswith(start):
            return model
    return None


def every_place(rows: Mapping[str, Mapping[Any, Any]]) -> list[Place]:
    """Each address with its arguments.

    ``rows``: for "own" and "other" the value of each argument, by its name, or by the address and
    its name where that asks for another; and the row of each model of the admin, by the model.
    What comes to the same for both is given once.
    """

    def value(name: str, argument: str, held: Mapping[Any, Any]) -> Any:
        if (name, argument) in held:
            return held[name, argument]
        model = model_of(name)
        if argument in ("pk", "object_id") and model in held:
            return held[model].pk
        return held[argument]

    found = []
    for name, arguments in dict(names_of(get_resolver())).items():
        made = {
            row: reverse(name, kwargs={each: value(name, each, held) for each in arguments})
            for row, held in rows.items()
        }
        if made["own"] == made["other"]:
            made = {"": made["own"]}
        found += [Place(name, row, address) for row, address in made.items()]
    return sorted(found)


@contextmanager
def without_drawing() -> Iterator[None]:
    """Answers without the work of their templates: what is asked is who gets which status."""
    with MonkeyPatch.context() as patch:
        patch.setattr(engine.Template, "render", lambda *args, **more: "")
        yield


class Answer(NamedTuple):
    """How an address answers. ``to``: where it leads; ``written``: the statements that write to a
    table, sessions and counts aside."""

    status: int
    to: str
    written: list[str]


#: What a POST brings along that wants to have something done, without saying which version of it.
PRESSED = "post=yes&format=0"
_FORM = "application/x-www-form-urlencoded"


@contextmanager
def watching() -> Iterator[list[str]]:
    """The statements that write to a table meanwhile, sessions and counts aside."""
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and not any(map(sql.count, SESSIONS)):
            written.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield written


def answer(client: Client, method: str, address: str) -> Answer:
    """How an address answers, after which the database is as it was before."""
    with transaction.atomic():
        cookies = client.cookies.copy()
        with watching() as written:
            if method == "POST":
                found = client.generic(method, address, PRESSED, content_type=_FORM)
            else:
                found = client.generic(method, address)
        client.cookies = cookies
        transaction.set_rollback(True)
    return Answer(int(found.status_code), getattr(found, "url", ""), written)


def table() -> list[str]:
    """The lines of the table of addresses."""
    lines = TABLE.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def told(line: str) -> tuple[str, str, dict[str, str], dict[str, str]]:
    """A line of the table: name, row, and the letter of each of PEOPLE for GET and for POST."""
    *place, get, post = line.split()
    name, row = [*place, ""][:2]
    columns = (dict(zip(PEOPLE, letters, strict=True)) for letters in (get, post))
    return (name, row, *columns)
