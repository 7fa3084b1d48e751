"""The manual of docs/manual, as pages show it.

One source: the files are read where the project is browsed, and by the product under ``/help/``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

#: Where the files lie; ``README.md`` is the first page.
FOLDER = Path(settings.BASE_DIR, "docs", "manual")
FIRST = "README"
_PICTURES = "pictures/"


@dataclass(frozen=True)
class HelpPage:
    """A page of the manual: its name in the address, its heading, its text as HTML."""

    name: str
    title: str
    html: SafeString


def names() -> list[str]:
    """The pages there are, the first one apart."""
    return sorted(path.stem for path in FOLDER.glob("*.md") if path.stem != FIRST)


def help_page(name: str) -> HelpPage:
    """The page called ``name`` (``FIRST``: the first one). Raises KeyError."""
    if name != FIRST and name not in names():
        raise KeyError(name)
    # Raw HTML stays text: what the manual holds is words, tables and pictures.
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = reader.parse((FOLDER / f"{name}.md").read_text(encoding="utf-8"))
    _lead(tokens)
    title = next(
        after.content
        for token, after in zip(tokens, tokens[1:], strict=False)
        if token.type == "heading_open" and token.tag == "h1"
    )
    # The heading is the template's.
    first = next(i for i, token in enumerate(tokens) if token.type == "heading_close") + 1
    html = reader.renderer.render(tokens[first:], reader.options, {})
    return HelpPage(name, title, mark_safe(html))


def _lead(tokens: list[Token]) -> None:
    """Let links to other files of the manual lead to their pages, pictures to the static files."""
    for token in tokens:
        _lead(token.children or [])
        if token.type == "link_open":
            target, hash_, part = str(token.attrs["href"]).partition("#")
            if target.endswith(".md"):
                page = target.removesuffix(".md")
                address = reverse("help") if page == FIRST else reverse("help_page", args=[page])
                token.attrs["href"] = f"{address}{hash_}{part}"
        elif token.type == "image":
            source = str(token.attrs["src"])
            token.attrs["src"] = static(f"manual/{source.removeprefix(_PICTURES)}")
            token.attrs["loading"] = "lazy"
