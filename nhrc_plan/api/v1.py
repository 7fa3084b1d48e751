"""The first version of the API: an operation for each dataset, as JSON and as CSV."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, Signature
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from ninja import NinjaAPI, Path, Query, Schema
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import JSONRenderer
from pydantic import create_model

from nhrc_plan.api import answers
from nhrc_plan.api.callers import Bearer, Refusal
from nhrc_plan.api.datasets import AGENCY, ALL, DATASETS, PLAN, Dataset
from nhrc_plan.api.rows import Found
from nhrc_plan.api.schemas import (
    PAGED,
    Envelope,
    OfAll,
    OfMonth,
    Refused,
)
from strategy.approval.model import read_in_public
from strategy.clock import today
from strategy.pages.period import NotEnded


class ThaiJson(JSONRenderer):
    """Thai as Thai."""

    json_dumps_params = {"ensure_ascii": False}


class OpenData(NinjaAPI):
    """An API whose description is in the language of whoever asks for it."""

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        schema: OpenAPISchema = _translated(super().get_openapi_schema(**more))
        return schema


#: The texts of a description.
_TEXTS = ("title", "summary", "description")


def _translated(part: Any) -> Any:
    """A description with its messages translated; schemas lose the titles made of their names."""
    if isinstance(part, dict):
        for name, value in part.items():
            is_text = name in _TEXTS and isinstance(value, str) and value
            part[name] = gettext(value) if is_text else _translated(value)
    elif isinstance(part, list):
        return [_translated(each) for each in part]
    return part


api = OpenData(
    title=_("Open data of plans"),
    version="1",
    description=_(
        "Plans, their indicators, targets, results and budgets, ITA scores and integrity measures, "
        "to be read by programs. Figures are strings; null means that there is none."
    ),
    urls_namespace="v1",
    docs_url=None,
    auth=Bearer(),
    renderer=ThaiJson(),
)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, why: Refusal) -> Any:
    return answers.refused(why)


@api.exception_handler(Http404)
def _not_there(request: HttpRequest, missing: Http404) -> Any:
    return answers.not_found(missing)


@api.exception_handler(NotEnded)
def _not_yet(request: HttpRequest, missing: NotEnded) -> Any:
    return answers.not_found(missing)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, wrong: ValidationError) -> Any:
    return answers.invalid(request, wrong)


def _find(request: HttpRequest, data: Dataset, owner: str, asked: Schema) -> Found:
    """The rows that the caller may see. Raises Refusal, Http404, NotEnded."""
    for name in request.GET.keys() - type(asked).model_fields.keys():
        raise Refusal(422, "invalid", answers.unknown_parameter(name), parameter=name[:60])
    if isinstance(asked, OfMonth) and asked.month is not None and asked.fiscal_year is None:
        sentence = gettext("A month is asked for together with its fiscal year.")
        raise Refusal(422, "invalid", sentence, parameter="month")
    with read_in_public(request.auth.public):  # type: ignore[attr-defined]
        return data.find(owner, asked, today())


def _page(request: HttpRequest, data: Dataset, owner: str, asked: Any) -> Any:
    return answers.listed(request, data, asked, _find(request, data, owner, asked))


def _csv(request: HttpRequest, data: Dataset, owner: str, asked: Any) -> Any:
    return answers.as_csv(data, _find(request, data, owner, asked))


def _view(data: Dataset, answer: Callable[..., Any], asks: type[Schema]) -> Callable[..., Any]:
    """The view of a dataset, with the signature that ninja reads what may be asked for from."""
    known = [Parameter("request", Parameter.POSITIONAL_OR_KEYWORD)]
    if data.owner != ALL:
        of = Path(..., description=_OWNERS[data.owner])
        known.append(Parameter(data.owner, Parameter.KEYWORD_ONLY, annotation=str, default=of))
    if asks.model_fields:
        known.append(Parameter("asked", Parameter.KEYWORD_ONLY, annotation=Query[asks]))  # type: ignore[misc, valid-type]

    def view(request: HttpRequest, asked: Any = None, **owner: str) -> Any:
        return answer(request, data, "".join(owner.values()), asked or OfAll())

    view.__signature__ = Signature(known)  # type: ignore[attr-defined]
    return view


#: Whose a dataset is, in its address.
_PLACES = {ALL: "", PLAN: "plans/{slug:plan}/", AGENCY: "agencies/{slug:agency}/"}
_OWNERS = {
    PLAN: _("Short name of the plan, as addresses have it"),
    AGENCY: _("Short name of the agency"),
}
_REFUSED = {401: Refused, 404: Refused, 422: Refused, 429: Refused}
_TABLE = {"description": "OK", "content": {"text/csv": {"schema": {"type": "string"}}}}
#: A key is not the only way: whoever has signed in needs none, and the public where it may read.
_WITHOUT_KEY: dict[str, Any] = {"security": [{}]}


def _add(data: Dataset) -> None:
    name = data.row.__name__.removesuffix("Row")
    answer = create_model(f"{name}Page", __base__=Envelope, items=(list[data.row], ...))  # type: ignore[name-defined]
    address = f"/{_PLACES[data.owner]}{data.name}"
    said: dict[str, Any] = {"summary": data.title, "description": data.about, "tags": [data.name]}
    api.get(
        address,
        url_name=data.name,
        operation_id=data.name,
        response={200: answer, **_REFUSED},
        openapi_extra=_WITHOUT_KEY,
        **said,
    )(_view(data, _page, PAGED[data.asks]))
    api.get(
        f"{address}.csv",
        url_name=f"{data.name}_csv",
        operation_id=f"{data.name}_csv",
        response=_REFUSED,
        openapi_extra={"responses": {200: _TABLE}, **_WITHOUT_KEY},
        **said,
    )(_view(data, _csv, data.asks))


for _dataset in DATASETS:
    _add(_dataset)


def urls() -> list[URLPattern]:
    """The addresses below /api/v1/, each answered as answers.answered says."""
    patterns: list[Any] = api.urls[0]
    return [
        path(str(each.pattern), answers.answered(each.callback), each.default_args, each.name)
        for each in patterns
    ]
