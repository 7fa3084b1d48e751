"""A reading page as a file with all that it needs beside it, ready to be printed.

The page is the one that its address answers, read by somebody who is signed in and has no role:
what every reader sees, and nothing that is only for some.
"""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import resolve
from django.utils.translation import gettext as _

from nhrc_plan.printing.chromium import NoPdf
from strategy.access import Viewer
from strategy.language.digits import thai_digits
from strategy.thai.digits import in_thai_digits, page_in_thai_digits

_SCRIPT = re.compile(r"<script\b[^>]*>.*?</script>", re.DOTALL)
_LINKED = re.compile(r'(<(?:link|img)\b[^>]*?\b(?:href|src)=")([^"]+)(")')
_IN_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")
#: What a press opens on the page is a part with a heading on paper.
_FOLDED = re.compile(
    r'<details class="([^"]*\bprinted\b[^"]*)"[^>]*>\s*<summary[^>]*>(.*?)</summary>', re.DOTALL
)


def page_file(address: str, query: dict[str, str], foot: str, folder: Path) -> Path:
    """Write a page into a folder. ``foot``: what the foot of every printed page says.

    Raises NoPdf where the address does not answer with a page.
    """
    html = _html(address, query)
    if thai_digits():
        html = page_in_thai_digits(html)
        foot = in_thai_digits(foot)
    html = _SCRIPT.sub("", html)
    html = _LINKED.sub(lambda link: _beside(link, folder), html)
    html = _FOLDED.sub(r'<details class="\1" open><summary><h2>\2</h2></summary>', html)
    html = html.replace("</head>", f"<style>{_print_style(foot)}</style></head>", 1)
    file = folder / "page.html"
    file.write_text(html, encoding="utf-8")
    return file


def _html(address: str, query: dict[str, str]) -> str:
    """What the address answers."""
    request = HttpRequest()
    request.method, request.path = "GET", address
    request.path_info = address
    request.META |= {"SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    request.META["QUERY_STRING"] = urlencode(query)
    request.GET = QueryDict(request.META["QUERY_STRING"])
    reader: Any = get_user_model()(username="render_pack")
    reader._viewer = Viewer(0, "", frozenset(), ())  # noqa: SLF001 - as viewer() keeps it
    request.user = reader
    match = resolve(address)
    answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if answer.status_code != 200:
        raise NoPdf(
            _("There is no such page, or its month is not over: %(page)s") % {"page": address}
        )
    return answer.content.decode()


def _beside(link: re.Match[str], folder: Path) -> str:
    """A link to a static file, to its copy in the folder; any other as it is."""
    name = _name(link[2])
    return f"{link[1]}{_copied(name, folder)}{link[3]}" if name else link[0]


def _name(address: str) -> str:
    """The name of a static file; "" of anything else."""
    path = unquote(urlsplit(address).path)
    begin = f"/{settings.STATIC_URL.strip('/')}/"
    return path.removeprefix(begin) if path.startswith(begin) else ""


def _copied(name: str, folder: Path) -> str:
    """Copy a static file, and what a style sheet names in turn; gives its place in the folder."""
    target = folder / name
    if not target.exists():
        source = Path(settings.STATIC_ROOT or "", name) if settings.STATIC_ROOT else None
        found = str(source) if source and source.is_file() else finders.find(name)
        if not found:
            return name
        target.parent.mkdir(parents=True, exist_ok=True)
        content = Path(str(found)).read_bytes()
        if name.endswith(".css"):
            # Paper is no narrow screen, though its width is asked before its format is known.
            content = content.replace(b"@media (max-width", b"@media screen and (max-width")
            # Nobody waits for a printed page, so its letters may come.
            content = content.replace(b"font-display: optional", b"font-display: block")
        target.write_bytes(content)
        if name.endswith(".css"):
            for each in _IN_CSS.findall(content.decode()):
                path = unquote(urlsplit(each).path)
                if path and not each.startswith("data:"):
                    other = _name(path) or str((Path("/", name).parent / path).resolve())[1:]
                    _copied(other, folder)
    return name


def _quoted(words: str) -> str:
    """Words as they can stand between quotes in a style sheet within a page."""
    return escape(words.replace("\\", "").replace('"', ""), quote=False)


def _print_style(foot: str) -> str:
    """Page numbers in words, and whose page it is."""
    left, page, of = (_quoted(word) for word in (foot, _("page"), _("of")))
    return (
        "@page { margin: 12mm 12mm 16mm;"
        f' @bottom-left {{ content: "{left}"; font: 9pt Sarabun, sans-serif; }}'
        f' @bottom-right {{ content: "{page} " counter(page) " {of} " counter(pages);'
        " font: 9pt Sarabun, sans-serif; } }"
        " html { font-size: 14px; }"  # so that small words have 9 points
        " summary > h2 { display: inline; font: inherit; margin: 0; }"
    )
