"""Two who have the same form before them: what becomes of the second, form by form."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from html import unescape
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import F
from django.test import Client
from django.urls import resolve
from django.utils import timezone

from strategy.records.history import Change, history_of
from strategy.records.model import Record, recorded_models
from strategy.records.write import record_save
from strategy.thai import format_date
from tests.support.addresses import Place, watching, without_drawing
from tests.support.crawling import problems
from tests.support.posting import (
    CARRIES,
    Edit,
    Form,
    Press,
    Sent,
    asked_first,
    forms_of,
    row_of,
)
from tests.support.sweep import part
from tests.support.writing import differences, facts

#: What is posted in the place of a version, in turn.
FORGED = ("", "0", "99", "abc")
#: How often it is tried to fill in a row, and how far the steps that follow a press are gone.
_TRIES, _DEPTH, _ASKED = 30, 3, 4
#: How pages say that somebody else was there before.
_TOLD = re.compile("ผู้อื่น|ระหว่างนี้|เปลี่ยนไป|เปลี่ยนแปลง|ถูกแก้ไขหลังจาก")

Filler = Callable[[Form, Client], dict[str, Any]]


def _facts() -> dict[str, list[tuple[Any, ...]]]:
    """Every row, but for what signing in leaves and what was shown of a file before it is taken."""
    return facts(without=("session", "log", "importcheck", "importrows"))


class Pair(NamedTuple):
    """Two people who may both write; the first is faster."""

    first: Client
    second: Client
    name: str


#: What every page has to send, whatever it is about.
_EVERYWHERE = ("logout", "language")


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is taken back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def text_of(answer: Any) -> str:
    """What people read of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def post(client: Client, form: Form, data: Mapping[str, Any], *, drawn: bool = False) -> Any:
    """Send a form; what the session keeps of it stays behind. ``drawn``: with what follows."""
    cookies = client.cookies.copy()
    with nullcontext() if drawn else without_drawing():
        answer = client.post(form.action, data, follow=drawn)
    client.cookies = cookies
    return answer


@dataclass
class TwoEditors:
    """A walk over pages and their forms; on the way each page is held against the content policy,
    and has to write nothing. ``listed``: those that hold nothing older, by their target, with why;
    ``fill``: what a form needs that cannot be guessed."""

    listed: Mapping[str, str]
    fill: Mapping[str, Filler]
    #: What has to be done before a page is looked at, by the end of its address's name.
    ready: Mapping[str, Callable[[], Any]] = field(default_factory=dict)
    #: What somebody writes for themselves alone: the second is the same person elsewhere.
    own: Collection[tuple[str, str]] = ()
    #: Rows that nobody edits, and that are written along.
    beside: Collection[type[models.Model]] = ()
    #: What was found to be wrong, and which forms were tried, by what they are sent to.
    wrong: list[str] = field(default_factory=list)
    tried: set[str] = field(default_factory=set)
    #: Where nothing is deleted, for other data depends on it: the page says so and has no form.
    kept: set[str] = field(default_factory=set)
    rows: int = 0
    pages: int = 0
    _shapes: set[Any] = field(default_factory=set)
    _forged: int = 0

    # ------------------------------------------------------------------------ finding

    def walk(self, pair: Pair, places: Iterable[Place]) -> None:
        """Every form of these pages, and of those that they lead to."""
        for place in places:
            with undone():
                for end, prepare in self.ready.items():
                    if place.name.endswith(end):
                        prepare()
                waiting = [place.address]
                for page in waiting:
                    if not self.look(pair, page, waiting) or len(waiting) > _ASKED:
                        break

    def look(self, pair: Pair, page: str, more: list[str]) -> bool:
        """Try the forms of a page; gives whether to look where it asks to go first."""
        with watching() as written:
            answer = pair.first.get(page)
            if answer.status_code == 302 and urlsplit(answer.url).path.startswith("/admin/"):
                page = answer.url.partition("#")[0]
                answer = pair.first.get(page)
        self.pages += 1
        self.wrong += [f"{page}: {each}" for each in [*problems(answer), *written]]
        forms, links = forms_of(page, answer)
        if answer.status_code == 200 and (answer.context or {}).get("protected"):
            self.kept.add(str(resolve(urlsplit(page).path).view_name))
        sent = [form for form in forms if form.method == "post" and form.target not in _EVERYWHERE]
        for form in sent:
            self.look_at(pair, form, answer)
        asks = not sent and page.startswith("/admin/")
        if asks:
            more += [each for each in asked_first(page, forms, links) if each not in more]
        return asks

    def look_at(self, pair: Pair, form: Form, answer: Any, depth: int = 0) -> None:
        """Try a form by each of its buttons, unless one of its like was tried."""
        for press in form.presses or [Press("", "")]:
            # The last two write nothing but what was seen, which the confirmation carries.
            if press.name in ("_addanother", "_continue", "_look", "_undo"):
                continue
            shape = form.shape(press)
            if shape in self._shapes or not form.may_be_sent():
                continue
            self._shapes.add(shape)
            self.tried.add(form.target)
            self._try(pair, form, press, answer, depth)

    # ------------------------------------------------------------------------- trying

    def say(self, form: Form, what: str) -> None:
        self.wrong.append(f"{form.target} ({form.page}): {what}")

    def is_new(self, form: Form, answer: Any) -> bool:
        """Whether it is a form of a row that is not there yet, by what the page made it of."""
        adminform = (answer.context or {}).get("adminform")
        return bool(
            form.target.endswith("_add")
            and adminform is not None
            and adminform.form.instance._state.adding
            and all(
                row.instance._state.adding
                for inline in answer.context["inline_admin_formsets"]
                for row in inline.formset.forms
            )
        )

    def _try(self, pair: Pair, form: Form, press: Press, answer: Any, depth: int) -> None:
        if (form.target, press.value) in self.own or (form.target, "") in self.own:
            pair = pair._replace(second=pair.first)
        if self.is_new(form, answer):
            return
        for row in form.without_versions():
            if any(each.kind != "hidden" for each in form.rows()[row]):
                self.say(form, f"row {row} carries no version, others do")
        self._forged += 1
        listed = form.target.endswith(tuple(self.listed))
        base = {**form.said}
        for end, filler in self.fill.items():
            if form.target.endswith(end):
                base |= filler(form, pair.first)
        kinds = [] if listed else list(form.edits())
        # A form of what is stored already writes nothing as it stands.
        saves = press.name == "_save" and any(edits[0].rank == 0 for _kind, edits in kinds)
        pressed = not saves and self._press(pair, form, press, base, depth)
        filled = 0
        for kind, edits in kinds:
            if pressed and not kind:
                continue
            stored = edits[0].rank == 0
            done = any(self._edit(pair, form, press, base, edit) for edit in edits[:_TRIES])
            filled += done
            if stored and not done and not pressed:
                self.say(form, f"nobody knows how to fill in a row {kind!r}")
        if not (pressed or filled or listed):
            self.say(form, f"nobody knows how to send it by {press.name!r}")

    def sent(self, form: Form, press: Press, base: Mapping[str, Any], **typed: str) -> Sent:
        more = {name: each if isinstance(each, list) else [each] for name, each in base.items()}
        return {**form.sent(press), **more, **{name: [text] for name, text in typed.items()}}

    def _press(
        self, pair: Pair, form: Form, press: Press, base: Mapping[str, Any], depth: int
    ) -> bool:
        """Send a form as it is; gives whether that writes something, or leads to a next step."""
        data = self.sent(form, press, base)
        before, marks = _facts(), _marks()
        altered: list[models.Model] = []
        with undone():
            answer = post(pair.first, form, data)
            wrote = _facts() != before
            only_looks = not wrote and any(each.kind == "file" for each in form.controls.values())
            if wrote:
                altered = _altered(before, _facts(), marks)
            if (wrote or only_looks) and depth < _DEPTH:
                self._follow(pair, form, data, answer, depth)
        if not wrote:
            return only_looks and form.target.endswith(tuple(self.listed))
        self.rows += 1
        if not altered:
            carries = any(map(CARRIES.search, form.controls))
            if not carries and not form.target.endswith(tuple(self.listed)):
                self.say(form, "writes new rows alone and is not listed")
            return True
        if not any(map(CARRIES.search, form.controls)):
            self.say(form, f"carries no version and alters {[_name(row) for row in altered]}")
            return True
        for row in {type(row): row for row in altered if type(row) not in self.beside}.values():
            with undone():
                _touch(row)
                then = _facts()
                answer = post(pair.second, form, data, drawn=True)
                if _facts() != then:
                    self.say(form, f"{press}: replaced what somebody did to {_name(row)} meanwhile")
                elif not _TOLD.search(text_of(answer)):
                    self.say(form, f"{press}: does not say that somebody else was faster")
        self._unversioned(pair, form, data)
        return True

    def _follow(
        self, pair: Pair, form: Form, data: Mapping[str, Any], answer: Any, depth: int
    ) -> None:
        """Try what the page offers that comes after a press."""
        if answer.status_code == 302:
            page = answer.url.partition("#")[0]
            answer = pair.first.get(page)
        elif any(each.kind == "file" for each in form.controls.values()):
            _rewind(data)
            answer, page = post(pair.first, form, data, drawn=True), form.action
        else:
            return
        for each in forms_of(page, answer)[0]:
            if each.method == "post" and each.target not in _EVERYWHERE:
                self.look_at(pair, each, answer, depth + 1)

    def _edit(
        self, pair: Pair, form: Form, press: Press, base: Mapping[str, Any], edit: Edit
    ) -> bool:
        """Two type into the same field; gives whether the first could save it at all."""
        row = row_of(edit.name)
        reasons = [f"{row}-{name}" for name in ("reason", "fall_reason", "problems", "next_steps")]
        base = {**base, **{each: "ตามจริง" for each in reasons if each in form.controls}}
        first = self.sent(form, press, base, **{edit.name: edit.first})
        before, marks = _facts(), _marks()
        with undone():
            answer = post(pair.first, form, first)
            if answer.status_code != 302 or _facts() == before:
                return False
            altered = _altered(before, _facts(), marks)
            if altered and not any(_changes(row) for row in altered):
                return False  # nothing that anybody would be told
            self._second(pair, form, press, base, edit, altered)
        self.rows += 1
        if altered:
            self._unversioned(pair, form, first)
        return True

    def _second(
        self,
        pair: Pair,
        form: Form,
        press: Press,
        base: Mapping[str, Any],
        edit: Edit,
        altered: list[models.Model],
    ) -> None:
        """The second saves what they opened before the first did."""
        then = _facts()
        answer = post(
            pair.second, form, self.sent(form, press, base, **{edit.name: edit.second}), drawn=True
        )
        if _facts() != then:
            self.say(form, f"{edit}: the second replaced what the first had saved")
            return
        text = text_of(answer)
        own = [row for row in altered if isinstance(row, Record)]
        when = format_date(timezone.localtime().date())
        if own and (pair.name not in text or when not in text):
            self.say(form, f"{edit}: does not say who changed it, and when")
        if own and not any(_told(row, text) for row in own):
            self.say(form, f"{edit}: does not show what was there before and what is now")
        back = [each for each in forms_of(form.page, answer)[0] if each.target == form.target]
        again = max(back, key=lambda each: len(each.controls), default=None)
        if again is None:
            self.say(form, f"{edit}: the form does not come back")
            return
        if own and not _same(edit.second, again.controls[edit.name].sent):
            self.say(form, f"{edit}: what the second had typed is lost")
        if press.name not in {each.name for each in again.presses}:
            press = again.presses[0]
        post(pair.second, again, self.sent(again, press, {**base, **again.said}))
        if own and _facts() == then:
            self.say(form, f"{edit}: the second cannot decide for their own")

    def _unversioned(self, pair: Pair, form: Form, data: Mapping[str, Any]) -> None:
        """The same without what carries the version, and with another in its place."""
        carried = {name for name in data if CARRIES.search(name)}
        without = {name: each for name, each in data.items() if name not in carried}
        forged = FORGED[self._forged % len(FORGED)]
        before = _facts()
        # Each form the one or the other, in turn; in a sweep both.
        ways = (without, {**data, **dict.fromkeys(carried, [forged])})
        for sent in part(ways, 2, self._forged // len(FORGED)):
            with undone():
                _rewind(sent)
                answer = post(pair.first, form, sent)
                if _facts() != before:
                    self.say(form, f"{sorted(carried)} missing or {forged!r}: written all the same")
                elif answer.status_code >= 500:
                    self.say(form, f"{sorted(carried)} missing or {forged!r}: an error page")


def _name(row: models.Model) -> str:
    return f"{row._meta.label} {row.pk}"


def _rewind(data: Mapping[str, Any]) -> None:
    for each in data.values():
        for item in each:
            if hasattr(item, "seek"):
                item.seek(0)


def _same(typed: str, sent: list[str]) -> bool:
    return typed in sent or typed in [re.sub(r"[,\s]|\.?0+$", "", each) for each in sent]


def _marks() -> dict[type[Record], int]:
    """The last history row of each kind of record."""
    known = recorded_models()
    tables = (connection.ops.quote_name(each.history.model._meta.db_table) for each in known)
    asked = ", ".join(f"(SELECT MAX(history_id) FROM {table})" for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return dict(zip(known, [last or 0 for last in cursor.fetchone()], strict=True))


def _altered(
    before: Mapping[str, Any], after: Mapping[str, Any], marks: Mapping[type[Record], int]
) -> list[models.Model]:
    """The rows that were there before, and were changed or deleted; as they are now, or were."""
    kinds: dict[str, list[models.Model]] = {"~": [], "-": []}
    now = _marks()
    for model, mark in marks.items():
        if mark == now[model]:
            continue
        written = model.history.filter(history_id__gt=mark).exclude(history_type="+")
        for pk, kind in sorted(set(written.values_list("id", "history_type"))):
            kinds[kind].append(model(pk=pk))
    # What is written because something goes was not on the page.
    found = kinds["-"] or kinds["~"]
    for table, (gone, _come) in differences(before, after).items():
        model = next((each for each in apps.get_models() if each._meta.db_table == table), None)
        if model is None or issubclass(model, Record):
            continue
        if "version" in {each.name for each in model._meta.fields} and "historical" not in table:
            found += [model(pk=row[0]) for row in gone]
    return found


def _touch(row: models.Model) -> None:
    """Somebody else saves a row meanwhile, whatever of it."""
    if isinstance(row, Record):
        record_save(instance=type(row)._base_manager.get(pk=row.pk), user=None, reason="แก้แล้ว")
    else:
        type(row)._base_manager.filter(pk=row.pk).update(version=F("version") + 1)


def _told(row: Record, text: str) -> bool:
    """Whether a page shows every change of a row's last entry, before and after."""
    parts = [part for each in _changes(row) for part in (each.before, each.after)]
    return bool(parts) and all(" ".join(part.split()) in text for part in parts)


def _changes(row: models.Model) -> Sequence[Change]:
    return history_of(type(row), id=row.pk)[0].changes if isinstance(row, Record) else ()
