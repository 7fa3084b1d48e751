"""Writing, common to every stored fact: the version is checked, the change recorded.

Every write of a :class:`strategy.records.model.Record` goes through here or through a service that
calls :func:`claim` and :func:`write_history` itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models, transaction
from django.db.models import F, ProtectedError, Q, RestrictedError
from django.db.models.deletion import Collector
from django.utils.translation import gettext as _

from strategy.closing.guard import Locks, hold, refuse_closed
from strategy.records.model import Record, acting, copy_to_history, gone_together
from strategy.thai import says_why

Saved = TypeVar("Saved", bound=Record)

#: Rows claimed by one statement; SQLite limits how deep a condition may nest.
_BATCH = 200


class StaleVersion(ValidationError):
    """Somebody saved the row after it was read. ``instance`` is the row that was to be saved."""

    def __init__(self, instance: Record) -> None:
        super().__init__(
            _("Somebody else has changed this meanwhile. Compare, then save again."),
            code="stale",
        )
        self.instance = instance


class EntriesRefused(ValidationError):
    """Some of many entries were refused, so none was saved. ``errors`` by place in the list."""

    def __init__(self, errors: Mapping[int, ValidationError]) -> None:
        super().__init__(_("Some rows were refused; nothing was saved."))
        self.errors = errors


def _refuse_unexplained(instance: Record, user: Any, reason: str, *, gone: bool = False) -> None:
    """Raise ValidationError where figures would be judged otherwise and nobody says why.

    The system's own writes, of what the sources say, need no reason.
    """
    if user is None or not instance.judged_by or says_why(reason):
        return
    before = None
    if not gone and not instance._state.adding:
        stored = type(instance)._base_manager.filter(pk=instance.pk)
        before = stored.values(*instance.judged_by).first()
    if instance.restates(before):
        raise ValidationError(
            {
                "change_reason": _(
                    "Figures that have been shown would be judged otherwise by this; say why. The "
                    "reason stands with the change in the history and on the board page."
                )
            }
        )


def claim(
    instances: Sequence[Record], expected: Sequence[int], only: Q | None = None, **changes: Any
) -> None:
    """Take the next version of each row, or raise :class:`StaleVersion` and take none.

    ``only``: what has to hold of each row besides, such as its state; ``changes``: what is
    written into each by the same statement, and has to be read again.

    Must run inside a transaction. The condition on the version makes the database itself decide
    between two writers, on SQLite as on PostgreSQL. Raises MonthClosed where a row is of a month
    that is locked.
    """
    refuse_closed(instances, before=True)
    for start in range(0, len(instances), _BATCH):
        batch = instances[start : start + _BATCH]
        wanted = Q()
        for instance, version in zip(batch, expected[start : start + _BATCH], strict=True):
            wanted |= Q(pk=instance.pk, version=version)
        rows = type(batch[0])._base_manager.filter(wanted & (only or Q()))
        if rows.update(version=F("version") + 1, **changes) != len(batch):
            raise StaleVersion(batch[0])
    for instance, version in zip(instances, expected, strict=True):
        instance.version = version + 1


def write_history(
    instances: Iterable[Record], history_type: str, *, user: Any, reason: str
) -> None:
    """Add one history row for each; they and their children must have been written before.

    Raises MonthClosed where a row is of a month that is locked.
    """
    instances = list(instances)
    # Of what was there, claim() has seen which fields change.
    refuse_closed(row for row in instances if history_type == "+" or not row.month_fields)
    kinds: dict[type[Record], list[Record]] = {}
    for instance in instances:
        kinds.setdefault(type(instance), []).append(instance)
    with acting(user=user, reason=reason):
        for alike in kinds.values():
            copy_to_history(alike, history_type)


@transaction.atomic
def record_save(
    *,
    instance: Saved,
    user: Any,
    reason: str = "",
    expected_version: int | None = None,
    links: Mapping[str, Iterable[models.Model]] | None = None,
) -> Saved:
    """Save one row, new or changed, with its many-to-many ``links`` and one history row.

    ``user`` None stands for the system itself. ``expected_version``: the version that the editor
    read; without it the one on the instance. Raises ValidationError, or StaleVersion where
    somebody else saved first.
    """
    instance.full_clean()
    if user is not None:
        instance.refuse_write()
    _refuse_unexplained(instance, user, reason)
    adding = instance._state.adding
    if not adding:
        claim([instance], [instance.version if expected_version is None else expected_version])
    instance.save_without_historical_record()
    for name, linked in (links or {}).items():
        getattr(instance, name).set(linked)
    write_history([instance], "+" if adding else "~", user=user, reason=reason)
    return instance


def record_delete(
    *, instance: Record, user: Any, reason: str = "", expected_version: int | None = None
) -> None:
    """Delete one row and what belongs to it; the history stays and gains a last entry for each.

    Raises ValidationError where other data depends on it, StaleVersion where it has changed,
    MonthClosed where it, or what goes along, is of a month that is locked.
    """
    version = instance.version if expected_version is None else expected_version
    records_delete(rows={instance: version}, user=user, reason=reason)


@transaction.atomic
def records_delete(*, rows: Mapping[Saved, int], user: Any, reason: str = "") -> None:
    """Delete rows of one model, each at the version that was read, as :func:`record_delete` does
    one; all or none. Their queries do not grow with them where their history reads no more.
    """
    going = list(rows)
    if user is not None:
        for row in going:
            row.refuse_write()
    claim(going, list(rows.values()))
    for row in going:
        _refuse_linked(row)
    hold()
    locks = Locks()
    collector = _collected(going)
    if locks:
        refuse_closed(_records_of(collector), locks=locks)
    for row in going:
        _refuse_unexplained(row, user, reason, gone=True)
    with naming_what_depends(), acting(user=user, reason=reason), gone_together():
        collector.delete()


def goes_along(instance: models.Model) -> str:
    """What would be deleted with a row, and at which versions, in short; "" where nothing would,
    and where other data depends on it."""
    try:
        along = _along(instance)
    except ValidationError:
        return ""
    said = [f"{row._meta.label} {row.pk} {row.version}" for row in along]
    return hashlib.sha256("\n".join(sorted(said)).encode()).hexdigest()[:16] if said else ""


def claim_along(instance: models.Model, shown: str) -> None:
    """Take the next version of all that a row's deletion takes along, so that nobody's change of
    it is lost unseen. ``shown``: what :func:`goes_along` said to whoever deletes it.

    Must run in the transaction that deletes the row. Raises ValidationError where something else
    would go by now, StaleVersion.
    """
    if goes_along(instance) != shown:
        raise ValidationError(
            _(
                "Somebody else has changed something that would be deleted with this. Look at it "
                "again before you delete it."
            )
        )
    kinds: dict[type[Record], list[Record]] = {}
    for row in _along(instance) if shown else ():
        kinds.setdefault(type(row), []).append(row)
    for rows in kinds.values():
        claim(rows, [row.version for row in rows])


def _along(instance: models.Model) -> list[Record]:
    return [row for row in _going(instance) if row != instance]


def refuse_depended_on(instance: Record) -> None:
    """Raise ValidationError where other rows depend on this one, as deleting it would."""
    _refuse_linked(instance)
    _going(instance)


def _going(instance: models.Model) -> list[Record]:
    """The row and all the records that go with it. Raises ValidationError as deleting would."""
    return _records_of(_collected([instance]))


def _collected(instances: Sequence[models.Model]) -> Collector:
    """Rows of one model, and all that goes with them. Raises ValidationError as deleting would."""
    using = instances[0]._state.db or DEFAULT_DB_ALIAS if instances else DEFAULT_DB_ALIAS
    collector = Collector(using=using, origin=instances[0] if len(instances) == 1 else None)
    with naming_what_depends():
        collector.collect(instances)
    return collector


def _records_of(collector: Collector) -> list[Record]:
    return [row for rows in collector.data.values() for row in rows if isinstance(row, Record)]


def _refuse_linked(instance: Record) -> None:
    linked = list(instance.linked_by())
    if linked:
        raise _depended_on(linked)


@contextmanager
def naming_what_depends() -> Iterator[None]:
    """What the database protects is refused in words."""
    try:
        yield
    except ProtectedError as error:
        raise _depended_on(error.protected_objects) from error
    except RestrictedError as error:
        raise _depended_on(error.restricted_objects) from error


def _depended_on(blocking: Iterable[models.Model]) -> ValidationError:
    return ValidationError(
        _("This cannot be deleted while other data depends on it: %(what)s.")
        % {"what": ", ".join(str(item) for item in list(blocking)[:5])}
    )


@transaction.atomic
def children_changed(
    *,
    parent: Record,
    saved: Iterable[models.Model],
    deleted: Iterable[models.Model],
    user: Any,
    reason: str,
    expected_version: int | None = None,
) -> None:
    """Write rows that belong to ``parent`` and have no history of their own.

    The parent takes the next version, and its history one row that holds them. Raises
    StaleVersion where the parent is no longer at ``expected_version`` (its own by default).
    """
    claim([parent], [parent.version if expected_version is None else expected_version])
    for child in deleted:
        child.delete()
    for child in saved:
        child.save()
    write_history([parent], "~", user=user, reason=reason)
