"""The OpenAPI description as people read it: each dataset, what may be asked, what comes back."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from nhrc_plan.api.v1 import api

Part = dict[str, Any]


class Field(NamedTuple):
    """A parameter, or a column of the rows. ``bounds``: what it may hold, in words."""

    name: str
    kind: str
    about: str


class Described(NamedTuple):
    """A dataset with its addresses, which begin with a slash."""

    name: str
    title: str
    about: str
    address: str
    csv: str
    parameters: tuple[Field, ...]
    fields: tuple[Field, ...]


def described() -> tuple[Part, list[Described]]:
    """What the description says of the API as a whole, and its datasets."""
    schema = api.get_openapi_schema()
    shapes = schema["components"]["schemas"]
    found = []
    for address, methods in schema["paths"].items():
        operation = methods["get"]
        answer = operation["responses"][200].get("content", {}).get("application/json")
        if answer is None:
            continue
        page = _followed(answer["schema"], shapes)
        row = _followed(page["properties"]["items"]["items"], shapes)
        found.append(
            Described(
                name=operation["operationId"],
                title=operation["summary"],
                about=operation["description"],
                address=address,
                csv=f"{address}.csv",
                parameters=tuple(_parameter(each) for each in operation["parameters"]),
                fields=tuple(
                    Field(name, _kind(each), each.get("description", ""))
                    for name, each in row["properties"].items()
                ),
            )
        )
    return schema["info"], found


def _followed(shape: Part, shapes: Part) -> Part:
    """A schema itself, where it is named only."""
    named = shape.get("$ref", "").rpartition("/")[2]
    found: Part = shapes[named] if named else shape
    return found


def _parameter(told: Part) -> Field:
    """A parameter; what is not asked for is left out, and so never null."""
    kind = _word(_choices(told["schema"])[0])
    return Field(told["name"], kind, told.get("description", ""))


def _kind(shape: Part) -> str:
    """What a value is, in words."""
    kind, *others = _choices(shape)
    return _("%(kind)s or null") % {"kind": _word(kind)} if others else _word(kind)


def _choices(shape: Part) -> list[Part]:
    """What a value may be; last that it may be null."""
    found: list[Part] = shape.get("anyOf", [shape])
    return found


def _word(shape: Part) -> str:
    if "pattern" in shape:
        return _("figure as a string")
    words = {
        "string": _("text"),
        "integer": _("whole number"),
        "boolean": _("true or false"),
        "array": _("list of texts"),
    }
    return words[shape["type"]]
