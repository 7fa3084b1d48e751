"""Writing editions: an edition copied for another year or kind of organisation, and what holds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from integrity.self_assessments.access import edition_lock
from integrity.self_assessments.models import (
    Criterion,
    CriterionLevel,
    Rubric,
    RubricGroup,
    RubricPart,
)
from integrity.self_assessments.read import levels_in_use
from strategy.access import viewer
from strategy.records.model import Record
from strategy.records.write import record_delete, record_save, write_history


@transaction.atomic
def rubric_copy(
    *, user: Any, rubric: Rubric, fiscal_year: int, organisation_kind: str, reason: str = ""
) -> Rubric:
    """A new edition with everything that ``rubric`` has; assessments stay with the old one.

    Planners. Raises ValidationError where the edition exists.
    """
    if user is not None and not viewer(user).is_planner:
        raise PermissionDenied
    copied = Rubric.objects.get(pk=rubric.pk)
    source = copied.pk
    _forget(copied)
    copied.fiscal_year, copied.organisation_kind = fiscal_year, organisation_kind.strip()
    try:
        with transaction.atomic():
            record_save(instance=copied, user=user, reason=reason)
    except IntegrityError as error:
        raise ValidationError(_("The edition of that year and kind exists.")) from error
    parts = _copy(RubricPart, "rubric_id", {source: copied.pk}, user, reason)
    groups = _copy(RubricGroup, "part_id", parts, user, reason)
    criteria = _copy(Criterion, "group_id", groups, user, reason)
    _copy(CriterionLevel, "criterion_id", criteria, user, reason)
    return copied


def _forget(row: Record) -> None:
    """Make of a row that was read a new one."""
    row.pk = None
    row.version = 1
    row._state.adding = True


def _copy(
    model: type[Record], parent: str, parents: dict[int, int], user: Any, reason: str
) -> dict[int, int]:
    """Copy the rows below ``parents``, old id to new, to the new ones; gives their own ids so."""
    rows = list(model._base_manager.filter(**{f"{parent}__in": list(parents)}).order_by("pk"))
    before = [row.pk for row in rows]
    for row in rows:
        _forget(row)
        setattr(row, parent, parents[getattr(row, parent)])
    model._base_manager.bulk_create(rows)
    write_history(rows, "+", user=user, reason=reason)
    return dict(zip(before, [row.pk for row in rows], strict=True))


@transaction.atomic
def levels_record(
    *,
    user: Any,
    criterion: Criterion,
    saved: Sequence[tuple[CriterionLevel, int | None]],
    deleted: Sequence[tuple[CriterionLevel, int | None]] = (),
    reason: str = "",
) -> None:
    """Write levels of a criterion, each with the version that its editor read; all or none.

    Planners. Raises ValidationError where answers need a level that would be gone, StaleVersion.
    """
    if user is not None and not viewer(user).is_planner:
        raise PermissionDenied
    # Nobody answers by the edition meanwhile: what is in use is looked up after all is written.
    edition_lock(criterion.group.part.rubric_id)
    for level, version in deleted:
        record_delete(instance=level, user=user, reason=reason, expected_version=version)
    for level, version in saved:
        record_save(instance=level, user=user, reason=reason, expected_version=version)
    kept = CriterionLevel.objects.filter(criterion=criterion).values_list("level", flat=True)
    problem = levels_problem(criterion.pk, kept)
    if problem is not None:
        raise problem


def levels_problem(criterion_id: int, kept: Iterable[int]) -> ValidationError | None:
    """Why a criterion cannot have just the levels ``kept``: some answer needs another.

    Answers name a level by its number; without it they would silently count for nothing.
    """
    levels = set(kept)
    chosen, pointed = levels_in_use(criterion_id)
    if chosen - levels:
        return ValidationError(
            _(
                "Assessments have chosen level %(levels)s of this criterion, so it has to stay. "
                "Change its words or its share, or copy the edition."
            )
            % {"levels": ", ".join(map(str, sorted(chosen - levels)))}
        )
    if pointed and levels:
        return ValidationError(
            _("Assessors have given points for this criterion, so it cannot have levels.")
        )
    return None
