"""The record of every change: who, when, before, after, why.

Each stored fact of the plan inherits :class:`Record`: it carries a version, and every save or
deletion adds one full row to its history table. Those tables are closed to UPDATE and DELETE by
the database itself (:func:`close_history_tables`), and hold the author as plain id and name, so
that they outlive the account.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connections, models, router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords

#: Where a value stands in a fact of the details: names and places of the steps that lead there.
Path = tuple[str | int, ...]
#: In place of such steps: the fact's place in its list, from 1.
PLACE = "#"
#: The details' entry that tells links by key, beside those in words; people do not read it.
LINKS = "links"


class AuditColumns(models.Model):
    """What a history row holds beside the fields of the row it copies."""

    history_user_name = models.CharField(_("by"), max_length=200, blank=True, default="")
    #: Facts that belong to the row but live in other tables, by name (values, linked units …).
    details = models.JSONField(_("details"), default=dict, blank=True)
    #: What was written by one press, one import, one command (:func:`one_act`); None for rows from
    #: before acts were told apart.
    act = models.UUIDField(_("act"), null=True, blank=True, db_index=True)

    class Meta:
        abstract = True


class TrailManager(HistoryManager):
    """What ``model.history`` gives: a class made once, where the package makes one each time."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class: Any, class_name: str | None = None) -> Any:
        return super().from_queryset(queryset_class, class_name)


class AuditTrail(HistoricalRecords):
    """simple-history with a plain author, child facts, and no permissions of its own."""

    def __init__(self) -> None:
        super().__init__(
            inherit=True,
            history_manager=TrailManager,
            bases=[AuditColumns],
            history_user_id_field=models.BigIntegerField(null=True, blank=True),
            history_user_getter=lambda row: row.history_user_name,
            history_user_setter=lambda row, user: None,
        )

    def get_meta_options(self, model: type[models.Model]) -> dict[str, Any]:
        """With the indexes by which a row's last entry before a moment is found, and those of
        rows that were deleted after it (strategy/known)."""
        options = super().get_meta_options(model)
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        indexes = [
            *options.get("indexes", ()),
            models.Index(fields=["id", "history_date", "history_id"], name=f"{name}_then"),
            models.Index(fields=["history_type", "history_date"], name=f"{name}_gone"),
        ]
        return {**options, "default_permissions": (), "indexes": indexes}

    def pre_delete(self, instance: Record, **kwargs: Any) -> None:
        """Keep what belongs to the row: it is gone by the time its last entry is written."""
        super().pre_delete(instance, **kwargs)
        instance._details = _all_details(instance)

    def create_historical_record(
        self, instance: Record, history_type: str, using: str | None = None
    ) -> None:
        """Called by simple-history after each save and deletion that is not deferred."""
        row, together = history_row(instance, history_type), _last_rows.get()
        if together is None:
            row.save(using=using, force_insert=True)
        else:
            together.append(row)


class Record(models.Model):
    """A stored fact of the plan: versioned, and recorded in its history."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    history = AuditTrail()
    #: What was deleted with the row, for its last history row.
    _details: dict[str, Any]
    #: Said in the history of a row that is written to a locked month (strategy/closing/guard.py).
    _written_late: str = ""

    #: What the facts of :meth:`audit_details` are called in the history, by name.
    audit_labels: ClassVar[Mapping[str, Any]] = {}
    #: Of facts of :meth:`audit_details` that are rows of a table of their own, by the name of the
    #: relation: where in a fact each field stands, so that the rows can be read as they were.
    audit_parts: ClassVar[Mapping[str, Mapping[str, Path]]] = {}
    #: Relations whose other ends the details keep by key: to many, or through rows that name one
    #: in their order, then with the name of that field.
    audit_links: ClassVar[Mapping[str, str]] = {}
    #: Its rows say who may do what, and so are read as they are, of whatever day a page is.
    always_now: ClassVar[bool] = False
    #: Of what belongs to a plan, the lookup that is true while that plan is a draft: only planners
    #: see such rows.
    of_draft: ClassVar[str] = ""
    #: Of what grows month by month, the links that lead to its plan and never change.
    grows_within: ClassVar[str] = ""
    #: Fields that the history does not tell by themselves: :meth:`audit_details` does, in words.
    audit_unseen: ClassVar[frozenset[str]] = frozenset()
    #: Of facts that are pairs, the parts that are texts and follow what they belong to: some
    #: databases keep the keys of a pair in an order of their own.
    audit_texts: ClassVar[frozenset[str]] = frozenset()
    #: The fields by which figures are judged (docs/domain.md, "What was judged stays judged"): a
    #: change of one restates what has been shown, so it asks for a reason.
    judged_by: ClassVar[tuple[str, ...]] = ()
    #: Of a row that is of a month, the fields that are; none: the whole row.
    month_fields: ClassVar[tuple[str, ...]] = ()
    #: The foreign key to the row whose month is this one's too.
    month_of: ClassVar[str] = ""
    #: Who may write rows of this model, beside planners: those who report for a unit, those who
    #: keep the accounts.
    written_by_reporters: ClassVar[bool] = False
    written_by_administrators: ClassVar[bool] = False
    #: Whether planners do.
    written_by_planners: ClassVar[bool] = True

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "export")

    if TYPE_CHECKING:  # django-simple-history adds it

        def save_without_historical_record(self) -> None: ...

    def audit_details(self) -> dict[str, Any]:
        """Facts of this record that live in other tables, as JSON-ready values by name."""
        return {}

    def refuse_write(self) -> None:
        """Raise ValidationError where nobody may write the row now; asked within the transaction
        of each write by a person."""

    def month_written(self) -> tuple[int, int] | None:
        """The fiscal year and month to which a write of this row is one; None: to no month.

        What is of a quarter or a year belongs to its last month.
        """
        above: Record | None = getattr(self, self.month_of) if self.month_of else None
        return None if above is None else above.month_written()

    def month_owner(self) -> tuple[int | None, Collection[int]]:
        """The agency whose month that is, and the units that report this row."""
        above: Record = getattr(self, self.month_of)
        return above.month_owner()

    @classmethod
    def is_of_a_month(cls) -> bool:
        """Whether rows of this model are of a month."""
        return bool(cls.month_of) or cls.month_written is not Record.month_written

    def restates(self, before: Mapping[str, Any] | None) -> bool:
        """Whether what was judged is judged otherwise once this row is saved, or deleted.

        ``before``: its stored values of ``judged_by``; None where it is new, or goes.
        """
        return before is not None and any(
            before[name] != getattr(self, name) for name in self.judged_by
        )

    @classmethod
    def audit_lines(cls, name: str, value: Any) -> list[tuple[str, str]]:
        """A fact of :meth:`audit_details` as the history shows it: (its label, its text)."""
        if name == LINKS:
            return []
        label = str(cls.audit_labels.get(name, name))
        return [(label, ", ".join(fact_text(item, cls.audit_texts) for item in value))]

    @classmethod
    def audit_title(cls, row: Any) -> str:
        """What a history row is called in lists where neither month nor year say which it is."""
        return str(cls._meta.verbose_name)

    def linked_by(self) -> Iterable[Record]:
        """Rows that would lose their link to this one, or what goes with it, without a trace.

        As long as there are any, it is not deleted. Foreign keys say so by themselves; these are
        the rows that name it in a many-to-many field of theirs. A model whose deletion takes such
        rows along adds what links to them.
        """
        for relation in self._meta.related_objects:
            if relation.many_to_many and issubclass(relation.related_model, Record):
                yield from getattr(self, str(relation.get_accessor_name())).all()


class LinkTable(NamedTuple):
    """The table of a link: the columns of both ends, and of the order where it has one."""

    name: str
    model: type[models.Model]
    owner_column: str
    column: str
    order: str


def link_tables(model: type[Record]) -> list[LinkTable]:
    """The tables of the links that a record's details keep."""
    found = []
    for name, to in model.audit_links.items():
        relation: Any = model._meta.get_field(name)
        if relation.many_to_many:
            ends = relation.m2m_column_name(), relation.m2m_reverse_name()
            found.append(LinkTable(name, relation.remote_field.through, *ends, ""))
        else:
            child = relation.related_model
            ends = relation.field.column, child._meta.get_field(to).column
            found.append(LinkTable(name, child, *ends, "position"))
    return found


def _all_details(instance: Record) -> dict[str, Any]:
    """What a history row keeps beside the row's own fields."""
    details = instance.audit_details()
    links = {
        link.name: list(
            link.model._base_manager.filter(**{link.owner_column: instance.pk})
            .order_by(link.order or link.column)
            .values_list(link.column, flat=True)
        )
        for link in link_tables(type(instance))
    }
    return {**details, LINKS: links} if links else details


def fact_text(item: Any, texts: frozenset[str] = frozenset()) -> str:
    """One child fact: a name, a pair such as year and number, or a name with its text."""
    if isinstance(item, dict):
        return ": ".join(str(item[name]) for name in sorted(item, key=texts.__contains__))
    return "/".join(map(str, item)) if isinstance(item, list) else str(item)


def actor_name(user: Any) -> str:
    """The name under which a person's changes are kept: full name, else user name."""
    if user is None:
        return ""
    return str(user.get_full_name() or user.get_username())[:200]


#: When a row is said to have been written; None: now.
When = Callable[[Any], datetime] | None
#: Who is writing and why, for the rows that a deletion takes along, and when.
_acting: ContextVar[tuple[Any, str, When]] = ContextVar("acting", default=(None, "", None))
#: What ties the history rows of one act together.
_act: ContextVar[UUID | None] = ContextVar("act", default=None)
#: The last history rows of what is deleted together.
_last_rows: ContextVar[list[models.Model] | None] = ContextVar("last_rows", default=None)


@contextmanager
def gone_together() -> Iterator[None]:
    """The last history rows of all that is deleted inside are written together at its end."""
    token = _last_rows.set([])
    try:
        yield
        kinds: dict[type[models.Model], list[models.Model]] = {}
        for row in _last_rows.get() or ():
            kinds.setdefault(type(row), []).append(row)
        for model, rows in kinds.items():
            model._base_manager.bulk_create(rows, batch_size=500)
    finally:
        _last_rows.reset(token)


@contextmanager
def one_act() -> Iterator[None]:
    """Every history row written inside belongs to one act; what is nested is part of the outer."""
    token = _act.set(_act.get() or uuid4())
    try:
        yield
    finally:
        _act.reset(token)


@contextmanager
def acting(*, user: Any, reason: str, when: When = None) -> Iterator[None]:
    """Every history row written inside names this person and reason; None is the system.

    ``when``: for samples, which show what a month looks like: the day on which such a row would
    have been written. What is nested inside keeps it.
    """
    token = _acting.set((user, reason, when or _acting.get()[2]))
    try:
        with one_act():
            yield
    finally:
        _acting.reset(token)


def history_row(instance: Record, history_type: str) -> models.Model:
    """An unsaved history row of ``instance``; ``history_type`` is "+", "~" or "-"."""
    model: type[Any] = type(instance).history.model
    user, reason, when = _acting.get()
    row: models.Model = model(
        history_date=timezone.now() if when is None else when(instance),
        history_type=history_type,
        history_change_reason=_with_late(reason, instance),
        history_user_id=user.pk if user is not None else None,
        history_user_name=actor_name(user),
        act=_act.get() or uuid4(),
        details=instance._details if history_type == "-" else _all_details(instance),
    )
    for field in model.tracked_fields:
        setattr(row, field.attname, getattr(instance, field.attname))
    return row


#: History rows written by one statement, of five parameters each: every SQLite takes 999.
_COPIED = 150


def copy_to_history(instances: Sequence[Record], history_type: str) -> None:
    """A history row for each of some stored records of one model, as :func:`history_row` makes it.

    The database copies the columns from the rows themselves, so that thousands of rows with all
    their texts need not go there a second time; what it does not know is sent along.
    """
    model: type[Any] = type(instances[0]).history.model
    fields = {field.name: field for field in model._meta.concrete_fields}
    sent = ("id", "history_date", "history_change_reason", "details")
    user, reason, when = _acting.get()
    now = timezone.now()
    same = {
        "history_type": history_type,
        "history_user_id": user.pk if user is not None else None,
        "history_user_name": actor_name(user),
        "act": _act.get() or uuid4(),
    }
    using = router.db_for_write(model)
    connection = connections[using]
    copied = [field for field in model.tracked_fields if field.name not in sent]
    quoted = connection.ops.quote_name
    columns = [quoted(fields[name].column) for name in (*sent, *same)]
    into = ", ".join([*columns, *(quoted(field.column) for field in copied)])
    given = ", ".join([*(f"d.{name}" for name in sent), *["%s"] * len(same)])
    stored = "".join(f", t.{quoted(field.column)}" for field in copied)
    table, own = (quoted(each._meta.db_table) for each in (model, type(instances[0])))
    ready = [fields[name].get_db_prep_save(value, connection) for name, value in same.items()]
    with connection.cursor() as cursor:
        for start in range(0, len(instances), _COPIED):
            values: list[Any] = []
            batch = instances[start : start + _COPIED]
            for place, row in enumerate(batch):
                moment = now if when is None else when(row)
                told = (row.pk, moment, _with_late(reason, row), _all_details(row))
                values.append(place)
                for name, value in zip(sent, told, strict=True):
                    values.append(fields[name].get_db_prep_save(value, connection))
            rows = ", ".join(["(%s, %s, %s, %s, %s)"] * len(batch))
            cursor.execute(
                f"INSERT INTO {table} ({into}) "  # noqa: S608 - of names alone
                f"WITH d(place, {', '.join(sent)}) AS (VALUES {rows}) "
                f"SELECT {given}{stored} FROM d JOIN {own} t ON t.id = d.id ORDER BY d.place",
                [*values, *ready],
            )
            if cursor.rowcount != len(batch):
                raise RuntimeError("a row is not there of which the history should tell")


def _with_late(reason: str, instance: Record) -> str:
    """The reason, and whether the row was written to a locked month."""
    late = instance._written_late
    return f"{reason} ({late})" if reason and late else reason or late


def recorded_models() -> list[type[Record]]:
    """Every :class:`Record`, in the order of its history table."""
    found = [model for model in apps.get_models() if issubclass(model, Record)]
    return sorted(found, key=lambda model: model.history.model._meta.db_table)


def history_models() -> list[type[models.Model]]:
    """The history model of every :class:`Record`, in a fixed order."""
    return [model.history.model for model in recorded_models()]
