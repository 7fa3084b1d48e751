"""What is approved: its states, and what a model says of itself for that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from strategy.records.model import Record


class State(models.TextChoices):
    """How far a figure has come. What is returned is with whoever reports it, like a draft."""

    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("submitted")
    RETURNED = "returned", _("returned")
    APPROVED = "approved", _("approved")


#: With whoever reports it: it counts nowhere until it is submitted (again).
UNSENT = frozenset({State.DRAFT, State.RETURNED})
#: What a unit has handed in, whether it counts yet or not.
HANDED_IN = (State.SUBMITTED, State.APPROVED)


#: Whether the reader is the public, to whom nothing is told that is not approved.
_in_public: ContextVar[bool] = ContextVar("in_public", default=False)


@contextmanager
def read_in_public(public: bool = True) -> Iterator[None]:
    """Inside, approved figures alone count, whatever a plan says: for whoever has not signed in."""
    token = _in_public.set(public)
    try:
        yield
    finally:
        _in_public.reset(token)


def goes_by_approved(*, approved_only: bool) -> bool:
    """Whether approved figures alone count: as a plan says, and always to the public."""
    return approved_only or _in_public.get()


def counted_states(*, approved_only: bool = False) -> tuple[str, ...]:
    """The states in which a figure counts; drafts never do.

    ``approved_only``: what the plan says, of a figure that belongs to one.
    """
    return (State.APPROVED,) if goes_by_approved(approved_only=approved_only) else HANDED_IN


def unapproved(state: str) -> str:
    """What is said beside a figure that is not approved: that it waits for it, or is a draft."""
    return str(State(state).label) if state in UNSENT else str(_("not yet approved"))


def state_field() -> models.CharField:
    """The field of the state, for a model that has none by another name."""
    return models.CharField(
        _("state of approval"), max_length=10, choices=State, default=State.SUBMITTED
    )


def open_index(state_name: str, *fields: str) -> models.Index:
    """The index by which the few rows that are not approved are found among all the others."""
    return models.Index(
        fields=fields,
        condition=Q(**{f"{state_name}__in": [State.DRAFT, State.SUBMITTED, State.RETURNED]}),
        name="%(app_label)s_%(class)s_open",
    )


class Approvable(Record):
    """A record that is handed in by those who enter it and approved by somebody else."""

    State = State
    UNSENT = UNSENT

    #: The field that holds its state of approval.
    state_name: ClassVar[str] = "approval"
    #: The columns of its history that hold the figure, without the words around it.
    figure_columns: ClassVar[tuple[str, ...]]
    #: The way to the agency that it is of.
    agency_link: ClassVar[str] = "agency"
    #: The links by which :meth:`approval_units` finds its units.
    approval_links: ClassVar[tuple[str, ...]]

    returned_because = models.TextField(
        _("comment of whoever returned it"), blank=True, editable=False
    )

    class Meta(Record.Meta):
        abstract = True

    @property
    def title(self) -> str:
        """Which one it is, as people write it."""
        return str(self)

    @property
    def state_now(self) -> str:
        """Its state of approval."""
        return str(getattr(self, self.state_name))

    @property
    def is_unsent(self) -> bool:
        return self.state_now in UNSENT

    @property
    def is_approved(self) -> bool:
        return self.state_now == State.APPROVED

    def approval_units(self) -> Collection[int]:
        """The units whose approvers decide; without any, planners do."""
        raise NotImplementedError

    @classmethod
    def of_units(cls, units: Iterable[int]) -> Q:
        """The rows that approvers of these units decide."""
        raise NotImplementedError

    @classmethod
    def of_agencies(cls, agencies: Iterable[int]) -> Q:
        """The rows that planners of these agencies look after."""
        return Q(**{f"{cls.agency_link}__in": agencies})

    @classmethod
    def approval_rows(cls) -> QuerySet[Any]:
        """The rows with all that is asked of them when they are approved and recorded."""
        return cls._base_manager.all()

    @classmethod
    def authors_below(cls, rows: Collection[int]) -> dict[int, set[int]]:
        """Of rows with figures below them: the ids of who changed one of these last."""
        return {}

    @classmethod
    def figure_of(cls, row: Any) -> Sequence[Any]:
        """What a history row states, without the words around it."""
        return tuple(getattr(row, name) for name in cls.figure_columns)


def take_state(row: Approvable, wanted: str) -> None:
    """Take over the state that an entry asks for.

    What was returned and is kept unsent stays so, with its comment, until it is submitted again.
    """
    if row.state_now == State.RETURNED and wanted == State.DRAFT:
        return
    setattr(row, row.state_name, wanted)
    row.returned_because = ""


def state_problems(
    kept: Approvable | None, wanted: str, *, by_system: bool
) -> Iterator[ValidationError]:
    """Why an entry may not bring a row to the state that it asks for.

    ``by_system``: the system loads what the sources say, approved figures among it.
    """
    if by_system:
        return
    if wanted not in (State.DRAFT, State.SUBMITTED):
        yield ValidationError(_("A figure is kept as a draft or submitted; approval comes after."))
    if kept is not None and kept.is_approved:
        yield ValidationError(_("This figure is approved. A planner has to reopen it first."))
    elif kept is not None and not kept.is_unsent and wanted == State.DRAFT:
        yield ValidationError(_("What has been submitted counts; correct it instead of hiding it."))
