"""The forms that pages send: found in the page itself, filled in as somebody would."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from html.parser import HTMLParser
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

from django.urls import Resolver404, resolve

from strategy.thai import Refusal, format_date, parse_date

#: What carries the version that an editor read, or what was read itself.
CARRIES = re.compile(r"(?:^|-)(?:expected_version|version|version_\d+|digest|payload|end|along)$")
#: Fields in which somebody says why or answers; nothing that is stored already is typed there.
_SAID = ("change_reason", "reason", "comment", "text")
_NUMBER = re.compile(r"-?\d[\d,]*(\.\d+)?", re.ASCII)
_ROW = re.compile(r"([a-z]+)(\d+)-|([a-z_]+)-(\d+)-")
#: How many values are tried of a list to choose from.
_CHOICES = 3

Sent = dict[str, list[str]]


@dataclass
class Control:
    """Everything of one name in a form. ``sent``: what a browser sends of it as it stands."""

    kind: str
    name: str
    sent: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


class Press(NamedTuple):
    """A button that sends a form."""

    name: str
    value: str


@dataclass
class Form:
    """A form of a page. ``target``: the name of the address that it is sent to."""

    page: str
    action: str
    method: str
    controls: dict[str, Control] = field(default_factory=dict)
    presses: list[Press] = field(default_factory=list)

    @property
    def target(self) -> str:
        try:
            return str(resolve(urlsplit(self.action).path).view_name)
        except Resolver404:
            return ""

    def shape(self, press: Press) -> tuple[str, str, frozenset[str]]:
        """What two forms have in common that differ in their rows alone."""
        names = {re.sub(r"\d+", "0", name) for name in self.controls}
        does = press.value if press.value.isascii() and press.value.isalpha() else ""
        return self.target, f"{press.name} {does}", frozenset(names)

    def sent(self, press: Press, **typed: str) -> Sent:
        """What a browser sends at a press, with ``typed`` over it."""
        found = {
            name: list(control.sent)
            for name, control in self.controls.items()
            if control.sent and control.kind != "file" and "__prefix__" not in name
        }
        if press.name:
            found[press.name] = [press.value]
        return {**found, **{name: [text] for name, text in typed.items()}}

    @property
    def said(self) -> dict[str, str]:
        """Words for each empty field that is there to say why, or for a step's few words."""
        return {
            name: "ปรับตามมติที่ประชุม"
            for name, control in self.controls.items()
            if name in _SAID and control.sent == [""]
        }

    def may_be_sent(self) -> bool:
        """Whether there is something to press, or to type and send."""
        return bool(self.presses) or any(each.kind != "hidden" for each in self.controls.values())

    def rows(self) -> dict[str, list[Control]]:
        """The controls by the row they belong to: "" for the form's own, else its prefix."""
        found: dict[str, list[Control]] = {}
        for name, control in self.controls.items():
            if "__prefix__" not in name:
                found.setdefault(row_of(name), []).append(control)
        return found

    def edits(self) -> Iterator[tuple[str, list[Edit]]]:
        """For each kind of row that something can be typed in: the ways to edit one."""
        kinds: dict[str, list[Edit]] = {}
        for row, controls in self.rows().items():
            kind = re.sub(r"\d+", "", row)
            found = sorted(
                (edit for control in controls for edit in edits_of(control)),
                key=lambda edit: edit.rank,
            )
            stored = any(CARRIES.search(each.name) and any(each.sent) for each in controls)
            named = f"{row}-id" in self.controls and any(self.controls[f"{row}-id"].sent)
            if found:
                place = 0 if stored or named or not row else 1
                kinds.setdefault(kind, []).extend(edit._replace(rank=place) for edit in found)
        for kind, edits in kinds.items():
            yield kind, sorted(edits, key=lambda edit: edit.rank)

    def without_versions(self) -> list[str]:
        """The stored rows of which the form carries none, though it does of others of the kind."""
        rows = self.rows()
        carrying = {
            re.sub(r"\d+", "", row)
            for row, controls in rows.items()
            if any(CARRIES.search(each.name) for each in controls)
        }
        return [
            row
            for row, controls in rows.items()
            if re.sub(r"\d+", "", row) in carrying
            and not any(CARRIES.search(each.name) for each in controls)
        ]


def row_of(name: str) -> str:
    """The row to which a control's name belongs; "" where it is the form's own."""
    match = _ROW.match(name)
    return "" if match is None else match[0][:-1]


class Edit(NamedTuple):
    """Something to type: a field, and what one and another would put there."""

    rank: int
    name: str
    first: str
    second: str


def edits_of(control: Control) -> Iterator[Edit]:
    """What could be typed into a control. Words first, then numbers and days, then choices."""
    name, now = control.name, (control.sent or [""])[0]
    said = name.rpartition("-")[2] in _SAID and not now
    if control.kind in ("text", "textarea") and not said:
        if _NUMBER.fullmatch(now):
            number = float(now.replace(",", ""))
            up = [f"{number + step:g}" for step in (1, 2)]
            down = [f"{number - step:g}" for step in (0.5, 0.25)]
            yield Edit(2, name, *up)
            yield Edit(3, name, *down)
        elif (day := _day(now)) is not None:
            yield Edit(4, name, *(format_date(day + timedelta(days=step)) for step in (1, 2)))
        elif now.strip():
            yield Edit(1, name, f"{now.strip()} ก", f"{now.strip()} ข")
            yield Edit(5, name, f"{now.strip()}1", f"{now.strip()}2")
        else:
            yield Edit(6, name, "ก", "ข")
            yield Edit(7, name, "1", "2")
    elif control.kind in ("select", "radio"):
        others = [option for option in control.options if option and option not in control.sent]
        for first, second in zip(others[:_CHOICES], others[1:], strict=False):
            yield Edit(8, name, first, second)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except Refusal:
        return None


class _Found(HTMLParser):
    """The forms of a page, and the addresses that it links to."""

    def __init__(self, page: str, html: str) -> None:
        super().__init__()
        self.page = page
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._form: Form | None = None
        self._open: Control | None = None
        self._option: tuple[str, bool] | None = None
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in names:
            self.links.append(urljoin(self.page, names["href"]))
        elif tag == "form":
            action = urljoin(self.page, names.get("action", "") or self.page)
            self._form = Form(self.page, action, names.get("method", "get").lower())
            self.forms.append(self._form)
        elif self._form is not None:
            self._control(self._form, tag, names)

    def _control(self, form: Form, tag: str, names: Mapping[str, str]) -> None:
        name, kind = names.get("name", ""), names.get("type", "text").lower()
        if tag == "button" or (tag == "input" and kind == "submit"):
            if names.get("type", "submit") == "submit" and "disabled" not in names:
                form.presses.append(Press(name, names.get("value", "")))
            return
        if tag == "option":
            if self._open is not None:
                value = names.get("value", "")
                self._open.options.append(value)
                if "selected" in names:
                    self._open.sent.append(value)
            return
        if not name or "disabled" in names or "readonly" in names or name == "csrfmiddlewaretoken":
            return
        if tag == "input" and kind not in ("button", "image", "reset"):
            plain = kind if kind in ("hidden", "checkbox", "radio", "file") else "text"
            control = form.controls.setdefault(name, Control(plain, name))
            value = names.get("value", "on" if plain in ("checkbox", "radio") else "")
            control.options.append(value)
            if plain not in ("checkbox", "radio") or "checked" in names:
                control.sent.append(value)
        elif tag in ("textarea", "select"):
            kind = "many" if "multiple" in names else tag
            self._open = form.controls.setdefault(name, Control(kind, name))
            if tag == "textarea":
                self._open.sent.append("")

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._open.kind == "textarea":
            self._open.sent[-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif self._open is not None and tag in ("textarea", "select"):
            if tag == "textarea":
                self._open.sent[-1] = self._open.sent[-1].removeprefix("\n").replace("\n", "\r\n")
            elif not self._open.sent and self._open.kind == "select":
                self._open.sent = self._open.options[:1]
            self._open = None


def forms_of(page: str, answer: Any) -> tuple[list[Form], list[str]]:
    """The forms of an answer, and its links; none where it is no page."""
    if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
        return [], []
    found = _Found(page, answer.content.decode())
    return found.forms, found.links


def asked_first(page: str, forms: list[Form], links: list[str]) -> list[str]:
    """Where a page leads that first asks whose and when: itself, with an answer in its address."""
    path = urlsplit(page).path
    own = [link.partition("#")[0] for link in links if urlsplit(link).path == path]
    found = [link for link in own if urlsplit(link).query]
    for form in forms:
        if form.method == "get" and urlsplit(form.action).path == path:
            chosen = dict(parse_qsl(urlsplit(page).query))
            for name, control in form.controls.items():
                options = [option for option in control.options if option]
                chosen[name] = next(iter(filter(None, control.sent)), "") or next(iter(options), "")
            found.append(f"{path}?{urlencode({k: v for k, v in chosen.items() if v})}")
    return list(dict.fromkeys(link for link in found if link != page))
