"""Taking an import back: a planned import the other way, looked at and confirmed like any other.

What an import wrote is found in the history by its act. Each figure that still stands as it was
written goes back to what stood before; where somebody changed it since, the person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import F, Max, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.exchange.kinds import Batch, Kind, Sent
from nhrc_plan.exchange.models import Import
from nhrc_plan.exchange.packing import Unpacked, packed
from nhrc_plan.exchange.rows import (
    CHANGED,
    CONFLICT,
    GONE,
    MINE,
    NEW,
    NEWS,
    REFUSED,
    THEIRS,
    UNCHANGED,
    Difference,
    Problem,
    Row,
)
from nhrc_plan.exchange.undo.parts import BACKS, Back
from strategy.access import Viewer
from strategy.approval.model import HANDED_IN, UNSENT, State
from strategy.closing import guard
from strategy.records.history import entries as readable
from strategy.records.lists import with_links
from strategy.records.model import recorded_models

#: Rows that are looked at, and written, together.
_AT_ONCE = 500


def act_of(row: Import) -> UUID | None:
    """The act by which an import was taken over."""
    found = row.history.filter(state=Import.State.APPLIED).order_by("history_id")
    act: UUID | None = found.values_list("act", flat=True).first()
    return act


class Undo(Kind):
    """What takes an import back."""

    code = "undo"
    name = gettext_lazy("import taken back")

    def check(self, sent: Sent, decided: Mapping[str, str]) -> Iterator[Batch]:
        of = sent.row.undoes
        act = act_of(of) if of is not None else None
        if of is None or act is None:
            raise ValidationError(_("This import was not taken over; there is nothing to undo."))
        if of.undone_by.filter(state=Import.State.APPLIED).exists():
            raise ValidationError(_("This import has been taken back already."))
        return _batches(sent, act, decided)

    def write(self, user: Any, entries: Sequence[Any], reason: str, today: date) -> None:
        back = BACKS[entries[0][0]]
        entered = [entry for _back, what, entry in entries if what == "enter"]
        if entered:
            read = Unpacked(entered, back.made_of, {})
            back.writes.record_many(user=user, entries=read.values, today=today, reason=reason)
        gone = {pk: version for _back, what, (pk, version) in
                (each for each in entries if each[1] == "gone")}  # fmt: skip
        if gone:
            rows = back.model.approval_rows().in_bulk(gone)
            if len(rows) < len(gone):
                raise ValidationError(_("Somebody has deleted this meanwhile."))
            back.take_away(user, {rows[pk]: version for pk, version in gone.items()}, reason)

    def back(self, row: Import) -> str:
        return reverse("one_import", args=[row.plan.slug, row.undoes_id])

    def reason(self, row: Import) -> str:
        name = row.undoes.file_name if row.undoes else ""
        return _("taking back the import “%(name)s”") % {"name": name}


def _batches(sent: Sent, act: UUID, decided: Mapping[str, str]) -> Iterator[Batch]:
    wrote = [_wrote(back, act) for back in BACKS]
    others = _others(act)
    total = sum(map(len, wrote)) + len(others)
    for number, back in enumerate(BACKS):
        ids = wrote[number]
        for start in range(0, len(ids), _AT_ONCE):
            part = _Part(number, back, ids[start : start + _AT_ONCE], act, decided)
            rows = part.looked_at(sent.who, sent.today)
            yield Batch(rows, part.entries(rows), total)
    if others:
        for row in others:
            row.decided = decided.get(row.key, "")
            if row.decided == THEIRS:
                row.outcome = UNCHANGED
        yield Batch(others, [], total)


def _wrote(back: Back, act: UUID) -> list[int]:
    """The ids of the rows that an act wrote."""
    rows = back.model.history.filter(act=act).order_by("id").values_list("id", flat=True)
    return list(rows.distinct())


def _others(act: UUID) -> list[Row]:
    """What an act wrote that cannot be taken back here. What the system added along stays."""
    known = {Import, *(back.model for back in BACKS)}
    found = []
    for model in recorded_models():
        if model in known:
            continue
        rows = model.history.filter(act=act, history_user_id__isnull=False)
        for entry, row in zip(readable(model, rows), rows, strict=True):
            key = f"{model._meta.model_name}-{row.id}"
            told = Row(str(model._meta.verbose_name), 0, key, entry.title, REFUSED)
            told.problems = (Problem("", "", _(
                "This cannot be taken back together with the import; change it where it is kept, "
                "or leave it as it stands.")),)  # fmt: skip
            found.append(told)
    return found


@dataclass
class _Figure:
    """A figure that an import wrote: as it was before, as it was written, as it stands."""

    id: int
    before: Any
    wrote: Any
    last: Any
    #: The row itself; None where it is gone.
    stands: Any = None


class _Part:
    """Some figures of a kind, on their way back."""

    def __init__(
        self, number: int, back: Back, ids: Sequence[int], act: UUID, decided: Mapping[str, str]
    ) -> None:
        self.number, self.back, self.decided = number, back, decided
        self.figures = self._read(ids, act)
        links = {getattr(each.wrote, f"{back.owner}_id") for each in self.figures}
        model: Any = back.model._meta.get_field(back.owner).related_model
        self.owners: Mapping[int, Any] = with_links(model._base_manager.all()).in_bulk(links)
        #: What would be entered, by id; what would be taken away, with its version.
        self.entered: dict[int, Any] = {}
        self.gone: dict[int, int] = {}

    def _read(self, ids: Sequence[int], act: UUID) -> list[_Figure]:
        history: Any = self.back.model.history
        rows = history.filter(id__in=ids)
        # Of several rows of one act the last is what it wrote.
        wrote = {row.id: row for row in rows.filter(act=act).order_by("history_id")}
        newest = rows.values("id").annotate(last=Max("history_id")).values("last")
        last = {row.id: row for row in history.filter(history_id__in=newest.order_by())}
        first = history.filter(id=OuterRef("id"), act=act).order_by("history_id")
        earlier = (
            rows.annotate(first=Subquery(first.values("history_id")[:1]))
            .filter(history_id__lt=F("first"))
            .values("id").annotate(last=Max("history_id")).values("last").order_by()
        )  # fmt: skip
        before = {row.id: row for row in history.filter(history_id__in=earlier)}
        stands = self.back.model.approval_rows().in_bulk(list(ids))
        return [
            _Figure(pk, _there(before.get(pk)), wrote[pk], last[pk], stands.get(pk)) for pk in ids
        ]

    def key(self, pk: int) -> str:
        return f"{self.number}-{pk}"

    # ------------------------------------------------------------------------- what would happen

    def looked_at(self, who: Viewer, today: date) -> list[Row]:
        """Each figure with its outcome, once what writes it was asked."""
        self.allowed = self.back.allowed(who, self.owners)
        rows = {figure.id: self._row(figure, who) for figure in self.figures}
        there = [each for each in self.figures if each.stands is not None]
        for place, closed in guard.refusals([each.stands for each in there]).items():
            row = rows[there[place].id]
            if row.outcome != UNCHANGED:
                self._refuse(row, closed.messages)
        asked = [pk for pk in self.entered if rows[pk].outcome in NEWS]
        problems = self.back.writes.problems([self.entered[pk] for pk in asked], today)
        for place, refused in problems.items():
            self._refuse(rows[asked[place]], refused.messages)
        return list(rows.values())

    def entries(self, rows: Sequence[Row]) -> list[Any]:
        """What is written of the rows that change something, packed."""
        kept = {row.key for row in rows if row.outcome in NEWS}
        entered = [
            [self.number, "enter", packed(entry)]
            for pk, entry in self.entered.items()
            if self.key(pk) in kept
        ]
        gone = [
            [self.number, "gone", [pk, version]]
            for pk, version in self.gone.items()
            if self.key(pk) in kept
        ]
        return entered + gone

    def _row(self, figure: _Figure, who: Viewer) -> Row:
        name = str(self.back.model._meta.verbose_name)
        row = Row(name, 0, self.key(figure.id), str(self._owner(figure)), UNCHANGED)
        row.decided = self.decided.get(row.key, "")
        if row.decided == THEIRS:
            return row
        if figure.stands is None:
            if figure.before is None:
                return row
            row.differences = self._differences(figure)
            row.outcome = NEW
            if figure.last.history_id == figure.wrote.history_id:
                # It was taken away by what is taken back.
                self._enter(figure, row)
            else:
                self._refuse(row, [_("It has been deleted since; enter it anew if it is needed.")])
            return row
        facts = self.back.facts
        wanted = None if figure.before is None else facts(figure.before)
        if facts(figure.last) == wanted and not self._handed_in(figure):
            return row
        row.differences = self._differences(figure)
        row.outcome = GONE if figure.before is None else CHANGED
        if figure.stands.is_approved:
            self._refuse(row, [_("This figure is approved. A planner has to reopen it first.")])
            return row
        if facts(figure.last) != facts(figure.wrote) and row.decided != MINE:
            row.outcome = CONFLICT
            entry = readable(self.back.model, [figure.last, figure.wrote])[0]
            row.problems = (Problem("", "", _("%(who)s changed it since: %(what)s") % {
                "who": entry.who, "what": "; ".join(
                    f"{each.field}: {each.before or '–'} → {each.after or '–'}"
                    for each in entry.changes)}),)  # fmt: skip
            return row
        self._plan(figure, row, who)
        return row

    def _handed_in(self, figure: _Figure) -> bool:
        """Whether a draft was handed in by it and still is."""
        if figure.before is None:
            return False
        states = [self.back.state(each) for each in (figure.before, figure.last)]
        return states[0] in UNSENT and states[1] in HANDED_IN

    def _plan(self, figure: _Figure, row: Row, who: Viewer) -> None:
        """What is written for a figure to be as it was, or why that cannot be."""
        if self._handed_in(figure):
            self._refuse(row, [_("It was a draft before and is handed in now. Let an approver "
                                 "return it first, or leave it as it stands.")])  # fmt: skip
        elif figure.before is not None:
            self._enter(figure, row)
        elif not self._may(figure):
            self._refuse(row, [_("Another unit reports this by now; leave it as it stands.")])
        elif who.is_planner or figure.stands.state_now == State.DRAFT:
            self.gone[figure.id] = figure.stands.version
        else:
            self._refuse(row, [_("What was handed in is taken away by planners alone: ask one, or "
                                 "correct the figure.")])  # fmt: skip

    def _enter(self, figure: _Figure, row: Row) -> None:
        """Have a figure entered as it was before."""
        if not self._may(figure):
            self._refuse(row, [_("Another unit reports this by now; leave it as it stands.")])
            return
        version = None if figure.stands is None else figure.stands.version
        self.entered[figure.id] = self.back.entry(figure.before, self._owner(figure), version)

    def _owner(self, figure: _Figure) -> Any:
        return self.owners[getattr(figure.wrote, f"{self.back.owner}_id")]

    def _may(self, figure: _Figure) -> bool:
        return getattr(figure.wrote, f"{self.back.owner}_id") in self.allowed

    def _refuse(self, row: Row, texts: Sequence[str]) -> None:
        row.outcome = REFUSED
        row.problems = tuple(Problem("", "", text) for text in texts)

    def _differences(self, figure: _Figure) -> tuple[Difference, ...]:
        """From what stands to what stood before."""
        hidden = {self.back.owner, "fiscal_year", "month", "quarter", "is_sample"}
        if figure.stands is None:
            told = readable(self.back.model, [figure.before], hidden)[0].changes
            return tuple(Difference(each.field, "–", each.after or "–") for each in told)
        rows = [figure.last, *([figure.before] if figure.before else [])]
        return tuple(
            Difference(each.field, each.after or "–", each.before or "–")
            for each in readable(self.back.model, rows, hidden)[0].changes
        )


def _there(row: Any) -> Any:
    """A history row that says what was there; None where that was deleted."""
    return None if row is None or row.history_type == "-" else row
