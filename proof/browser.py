"""A person at the service, by http.client: signs in, fills in a form, presses."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

PASSWORD = "nhrc-trial-2566"
CALM = "โปรดรอสักครู่"


def _counts(said: dict[str, str]) -> bool:
    """Whether a browser would send this field as the page shows it."""
    kind = said.get("type")
    if kind in ("checkbox", "radio"):
        return "checked" in said
    return kind not in ("submit", "file")


class Fields(HTMLParser):
    """What the largest form of a page would send, as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self._select = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        if not self.forms:
            return
        if tag == "select":
            self._select = said.get("name", "")
        elif tag == "option" and self._select and said.get("value"):
            # The first that is something, or the one that is chosen.
            if "selected" in said:
                self.forms[-1][self._select] = said["value"]
            self.forms[-1].setdefault(self._select, said["value"])
        elif tag == "textarea" and said.get("name"):
            self.forms[-1].setdefault(said["name"], "")
        elif tag == "input" and said.get("name") and _counts(said):
            self.forms[-1][said["name"]] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""

    @property
    def largest(self) -> dict[str, str]:
        return max(self.forms, key=len, default={})


@dataclass(frozen=True)
class Answer:
    """``status`` 0: no answer came."""

    status: int
    page: str = ""
    leads_to: str = ""
    retry_after: str = ""

    @property
    def calm(self) -> bool:
        return self.status == 503 and CALM in self.page and bool(self.retry_after)


class Browser:
    """Cookies and nothing else are kept; each request has a connection of its own."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, urlencode(fields or {}), headers)
            got = connection.getresponse()
            page = got.read().decode(errors="replace")
        except (OSError, HTTPException):
            return Answer(0)
        finally:
            connection.close()
        for cookie in got.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(
            got.status, page, got.headers.get("Location", ""), got.headers.get("Retry-After", "")
        )

    def sign_in(self, name: str = "planner") -> None:
        fields = Fields(self.ask("GET", "/login/").page).largest
        answer = self.ask("POST", "/login/", fields | {"username": name, "password": PASSWORD})
        if answer.status != 302:
            raise RuntimeError(f"signing in as {name}: {answer.status}")

    def form(self, path: str) -> dict[str, str]:
        return Fields(self.ask("GET", path).page).largest
