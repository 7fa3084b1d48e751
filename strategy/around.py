"""What stands around a form of the admin: the way to its page and back, its table of contents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.text import capfirst

#: Fewer parts than this are seen without a table of contents.
FEW = 3


#: Which page shows a row, by its model; told by the floor that knows all pages.
_pages: dict[type[Model], Callable[[Any], str]] = {}


def set_pages(pages: Mapping[type[Model], Callable[[Any], str]]) -> None:
    """Lay down which pages show rows of the admin; called once when the system starts."""
    _pages.clear()
    _pages.update(pages)


class Part(NamedTuple):
    """A part of a form: the id of its heading, and what that says."""

    anchor: str
    label: str


class PageBeside:
    """A form knows the page that shows its row, and leads back to where one came from."""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **more: Any
    ) -> HttpResponse:
        context["back"] = came_from(request)
        context["parts"] = parts_of(context)
        answer: HttpResponse = super().render_change_form(request, context, *args, **more)  # type: ignore[misc]
        return answer

    def response_post_save_change(self, request: HttpRequest, obj: Any) -> HttpResponseRedirect:
        back = came_from(request)
        if back:
            return HttpResponseRedirect(back)
        answer: HttpResponseRedirect = super().response_post_save_change(request, obj)  # type: ignore[misc]
        return answer

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """The page's own address, without the way round by the table of content types."""
        page = _pages.get(type(obj))
        return None if page is None else page(obj)


def came_from(request: HttpRequest) -> str:
    """The reading page from which a form was opened, with its query; "" for a list of the admin,
    another site, or nothing."""
    sent = request.POST.get("back") if request.method == "POST" else ""
    address = sent or request.headers.get("Referer", "")
    if not address or not url_has_allowed_host_and_scheme(address, {request.get_host()}):
        return ""
    parts = urlsplit(address)
    if not parts.path.startswith("/") or parts.path.startswith(
        (reverse("admin:index"), reverse("login"))
    ):
        return ""
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def parts_of(context: dict[str, Any]) -> list[Part]:
    """The headings of a form's parts, where they are more than a few."""
    fieldsets = enumerate(context.get("adminform") or ())
    found = [
        Part(f"fieldset-0-{place}-heading", str(fieldset.name))
        for place, fieldset in fieldsets
        if fieldset.name
    ]
    found += [
        Part(f"{each.formset.prefix}-heading", str(capfirst(each.opts.verbose_name_plural)))
        for each in context.get("inline_admin_formsets") or ()
    ]
    return found if len(found) >= FEW else []
