"""Questions as people read them: beside the figures of a page, and as a person's work."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery

from strategy.access import Viewer
from strategy.comments.model import commented_models, figure_token
from strategy.models import Comment


@dataclass(frozen=True, slots=True)
class Said:
    """A question or an answer; ``text`` is empty once it was withdrawn."""

    id: int
    version: int
    text: str
    author: str
    written_at: datetime
    withdrawn: bool
    may_withdraw: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """A question about a figure with its answers, in the order in which they were written."""

    figure: str
    question: Said
    answers: tuple[Said, ...]
    settled_by: str
    settled_at: datetime | None
    may_settle: bool

    @property
    def is_open(self) -> bool:
        return self.settled_at is None and not self.question.withdrawn


@dataclass(frozen=True, slots=True)
class Talk:
    """The questions about the figures of a page. ``asked_about``: (token, name) of each figure,
    ``chosen``: the one that a new question is about unless another is; ``marks``: how many
    questions are open, by the figure's place on the page."""

    threads: tuple[Thread, ...]
    asked_about: tuple[tuple[str, str], ...]
    chosen: str
    marks: Mapping[Hashable, int]

    @property
    def open(self) -> list[Thread]:
        return [thread for thread in self.threads if thread.is_open]

    @property
    def settled(self) -> list[Thread]:
        return [thread for thread in self.threads if not thread.is_open]


def talk_about(
    who: Viewer,
    figures: Mapping[Any, Any],
    chosen: Any = None,
    *,
    names: Mapping[Any, str] = {},
    seen_whole: bool | None = None,
) -> Talk | None:
    """The questions about figures, by their places on a page; None for whom they do not concern.

    ``chosen``: the place of the figure that stands in the middle of the page; ``names``: what
    figures are called there, where their own names say too much; ``seen_whole``: whether the
    reader sees drafts and history of them, where the page has asked that already. One query; none
    where nothing is seen.
    """
    seen = {
        place: row for place, row in figures.items()
        if (row.comments_seen_by(who) if seen_whole is None else who.signed_in and seen_whole)
    }  # fmt: skip
    if not seen:
        return None
    place_of = {(row._meta.label, row.pk): place for place, row in seen.items()}
    called = {place: names.get(place) or row.figure_name for place, row in seen.items()}
    ids: dict[str, list[int]] = defaultdict(list)
    for label, pk in place_of:
        ids[label].append(pk)
    wanted = Q()
    for label, keys in ids.items():
        wanted |= Q(figure_type=label, figure_id__in=keys)
    questions: list[Comment] = []
    answers: dict[int, list[Comment]] = defaultdict(list)
    for row in Comment.objects.filter(wanted).order_by("pk"):
        if row.parent_id is None:
            questions.append(row)
        else:
            answers[row.parent_id].append(row)
    marks: Counter[Hashable] = Counter()
    threads = []
    for question in reversed(questions):
        place = place_of[question.figure_type, question.figure_id]
        marks[place] += question.is_open
        threads.append(_thread(who, called[place], question, answers[question.pk]))
    first = chosen if chosen in seen else next(reversed(seen))
    return Talk(
        tuple(threads),
        tuple((figure_token(row), called[place]) for place, row in seen.items()),
        figure_token(seen[first]),
        +marks,
    )


def _thread(who: Viewer, figure: str, question: Comment, answers: Sequence[Comment]) -> Thread:
    return Thread(
        figure,
        _said(who, question),
        tuple(_said(who, answer) for answer in answers),
        question.resolved_by_name,
        question.resolved_at,
        may_settle(who, question),
    )


def _said(who: Viewer, row: Comment) -> Said:
    return Said(
        row.pk,
        row.version,
        row.text,
        row.author_name,
        row.written_at,
        row.withdrawn_at is not None,
        may_withdraw(who, row),
    )


def may_settle(who: Viewer, question: Comment) -> bool:
    """Whether a person may settle a question, or open it again: who asked, and planners."""
    own = who.is_planner or question.author_id == who.user_id
    return own and question.parent_id is None and question.withdrawn_at is None


def may_withdraw(who: Viewer, row: Comment) -> bool:
    """Whether a person may take back what stands there: its author, once."""
    return row.author_id == who.user_id and row.withdrawn_at is None


def open_marks(rows: QuerySet, path: str = "pk") -> dict[Any, int]:
    """How many questions are open about these figures, by what ``path`` leads to. One query."""
    found: Counter[Any] = Counter()
    asked = rows.annotate(asked_about=open_count(rows.model)).filter(asked_about__gt=0)
    for place, count in asked.order_by().values_list(path, "asked_about"):
        found[place] += count
    return dict(found)


def open_count(model: Any) -> Subquery:
    """How many questions are open about each row of a queryset; None where there is none."""
    about = Comment.objects.filter(
        Comment.OPEN, figure_type=model._meta.label, figure_id=OuterRef("pk")
    )
    return Subquery(
        about.order_by().values("figure_id").annotate(count=Count("pk")).values("count")
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open question that waits for a person. ``answered``: it is theirs, and has an answer, so
    that they settle it or ask on; else they are asked for one."""

    question: Comment
    figure: Any
    answered: bool


def waiting_questions(who: Viewer) -> list[Waiting]:
    """The open questions that wait for a person, the oldest first.

    One with an answer waits for who asked, any other for those who enter the figure. One query,
    and one for each kind of figure among them.
    """
    answers = Comment.objects.filter(parent=OuterRef("pk"), withdrawn_at__isnull=True)
    last = answers.order_by("-pk").values("author_id")[:1]
    rows = Comment.objects.filter(Comment.OPEN).annotate(last=Subquery(last))
    back = Q(author_id=who.user_id, last__isnull=False) & ~Q(last=F("author_id"))
    unanswered = Q(last__isnull=True) | Q(last=F("author_id"))
    models = commented_models()
    for_unit = Q(pk__in=())
    for label, model in models.items():
        own = model.objects.filter(model.reported_by(who)).order_by().values("pk")
        for_unit |= Q(figure_type=label, figure_id__in=own)
    others = unanswered & for_unit & ~Q(author_id=who.user_id)
    found = list(rows.filter(back | others).order_by("pk"))
    ids: dict[str, set[int]] = defaultdict(set)
    for row in found:
        ids[row.figure_type].add(row.figure_id)
    figures: dict[tuple[str, int], Any] = {}
    for label in sorted(ids):
        model = models[label]
        held = model.objects.select_related(*model.figure_links).in_bulk(ids[label])
        figures |= {(label, pk): figure for pk, figure in held.items()}
    return [
        Waiting(row, figure, row.author_id == who.user_id)
        for row in found
        if (figure := figures.get((row.figure_type, row.figure_id))) is not None
    ]
