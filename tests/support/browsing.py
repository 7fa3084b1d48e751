"""What journeys in a browser share."""

from __future__ import annotations

from typing import Any


def follow(page: Any, selector: str) -> None:
    """Click what leads to another page, or sends a form, and wait until the answer is there.

    A click alone comes back while the old page still stands, so that whatever looks at the page
    next, and does not wait by itself, sees now the one and now the other.
    """
    with page.expect_navigation():
        page.click(selector)


def unfold(page: Any) -> None:
    """Open everything that a press would open."""
    page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true")
