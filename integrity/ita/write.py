"""Writing ITA scores, many at once; and beginning a year from the structure of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integrity.ita.models import (
    ItaAssessment,
    ItaGrade,
    ItaIndicator,
    ItaInstrument,
    ItaItem,
    ItaPart,
)
from integrity.ita.scores import ScoreEntry, ScoreTree, check_score, shown_score
from strategy.access import Viewer, viewer
from strategy.approval.model import State
from strategy.approval.whole import approved_sentence
from strategy.evidence.model import read_evidence
from strategy.models import Agency
from strategy.records.entries import Entries
from strategy.records.model import Record
from strategy.records.write import StaleVersion, claim, record_save, write_history


class ScoreEntries(Entries[ScoreEntry, ScoreEntry]):
    """Published scores of one assessment on their way in; gives those that are other than before.

    Planners only. ``expected_version``: the assessment's that the editor read. Whatever changes
    below it, the assessment takes the next version: two who read the same cannot both save.
    """

    overtaken = gettext_lazy("Somebody else has changed this meanwhile; look at it again first.")

    def __init__(
        self,
        entries: Sequence[ScoreEntry],
        *,
        today: date | None = None,
        assessment: ItaAssessment,
        expected_version: int,
        by_system: bool = False,
    ) -> None:
        super().__init__(entries, today=today, by_system=by_system)
        self.assessment, self.expected_version = assessment, expected_version

    def read(self) -> None:
        # Read anew: what the caller holds may be older than what is stored.
        stored = ItaAssessment.objects.filter(pk=self.assessment.pk).first()
        if stored is None:
            raise StaleVersion(self.assessment)
        if stored.is_approved:
            raise ValidationError(approved_sentence(stored), code="approved")
        self.tree = ScoreTree(stored)

    def may(self, who: Viewer) -> bool:
        return who.is_planner

    def refused(self) -> dict[int, ValidationError]:
        return score_problems(self.tree, self.entries)

    def write(self, user: Any, reason: str) -> list[ScoreEntry]:
        assessment = self.tree.assessment
        changed: dict[type[Record], dict[int, Record]] = defaultdict(dict)
        fields: dict[type[Record], set[str]] = defaultdict(set)
        news = []
        for entry in self.entries:
            row, field = self.tree.targets[entry.key]
            if getattr(row, field) != entry.after:
                setattr(row, field, entry.after)
                fields[type(row)].add(field)
                changed[type(row)][row.pk] = row
                news.append(entry)
        if not news and assessment.version == self.expected_version:
            return []
        claim([assessment], [self.expected_version])
        for model, held in changed.items():
            rows = list(held.values())
            if model is not ItaAssessment:
                claim(rows, [row.version for row in rows])
            model._base_manager.bulk_update(rows, sorted(fields[model]), batch_size=200)
            if model is ItaIndicator:
                read_evidence(rows)
            if model is not ItaAssessment:
                write_history(rows, "~", user=user, reason=reason)
        write_history([assessment], "~", user=user, reason=reason)
        return news


def score_problems(tree: ScoreTree, entries: Sequence[ScoreEntry]) -> dict[int, ValidationError]:
    """Which entries :class:`ScoreEntries` would refuse, by their place in the list."""
    refused: dict[int, ValidationError] = {}
    seen: set[str] = set()
    for place, entry in enumerate(entries):
        try:
            _check(tree, entry, seen)
        except ValidationError as problem:
            refused[place] = problem
        seen.add(entry.key)
    return refused


def _check(tree: ScoreTree, entry: ScoreEntry, seen: set[str]) -> None:
    if entry.key not in tree.targets:
        raise ValidationError(
            _("There is no “%(key)s” in this assessment; take the code from its own sheet.")
            % {"key": entry.key[:40]}
        )
    if entry.key in seen:
        raise ValidationError(
            _("“%(key)s” stands here more than once; keep one row.") % {"key": entry.key}
        )
    if entry.after is not None:
        check_score(entry.after)
    row, field = tree.targets[entry.key]
    stored = getattr(row, field)
    if stored not in (entry.before, entry.after):
        raise ValidationError(
            _(
                "Somebody else has changed this meanwhile, from %(before)s to %(now)s; nothing "
                "has been overwritten. Look again, then decide."
            )
            % {"before": shown_score(entry.before), "now": shown_score(stored)},
            code="stale",
        )


def year_moved(*, user: Any, year: ItaAssessment, reason: str) -> None:
    """Say of an assessment that something below it has changed: who read it before, or is about
    to approve it, has to look again. Must run in the transaction of that change."""
    stored = ItaAssessment._base_manager.select_related("agency").get(pk=year.pk)
    claim([stored], [stored.version])
    write_history([stored], "~", user=user, reason=reason)


# ------------------------------------------------------------------------------- the next year

#: What a year takes over from another, by model; scores and results of that year stay behind.
_KEPT: dict[type[Record], tuple[str, ...]] = {
    ItaGrade: ("label", "at_least", "each_at_least"),
    ItaInstrument: ("position", "code", "name", "weight", "respondents_unit", "items"),
    ItaPart: ("position", "label", "weight"),
    ItaIndicator: ("number", "name", "complete", "item_count"),
    ItaItem: ("position", "code", "text", "item_count"),
}


def ita_year_begin(
    *,
    user: Any,
    source: ItaAssessment,
    agency: Agency,
    fiscal_year: int,
    reason: str = "",
    draft: bool = False,
) -> ItaAssessment:
    """A new assessment with the structure of ``source`` and no scores.

    Takes over weights, grades, instruments, indicators and questions, all with their parts; neither
    scores nor respondents, rank, notes or recommendations. Planners only. Raises ValidationError
    where that year exists or is no year.
    """
    if user is not None and not viewer(user).is_planner:
        raise PermissionDenied
    try:
        with transaction.atomic():
            assessment = ItaAssessment(
                agency=agency,
                fiscal_year=fiscal_year,
                approval=State.DRAFT if draft else State.SUBMITTED,
                weights_source=_("taken over from %(year)s, not checked yet")
                % {"year": source.fiscal_year},
            )
            record_save(instance=assessment, user=user, reason=reason)
            copies: dict[int, Record] = {}
            grades = source.grades.order_by("pk")
            _copied(ItaGrade, grades, {"assessment": assessment}, user, reason)
            for instrument in source.instruments.order_by("position", "pk"):
                below = {"assessment": assessment}
                copies |= _copied(ItaInstrument, [instrument], below, user, reason)
                own = {"instrument": copies[instrument.pk]}
                parts = _copied(ItaPart, instrument.parts.all(), own, user, reason)
                for indicator in instrument.indicators.order_by("number"):
                    part = parts[indicator.part_id] if indicator.part_id else None
                    links = {**own, "part": part}
                    made = _copied(ItaIndicator, [indicator], links, user, reason)
                    _items_copied(indicator, made[indicator.pk], user, reason)
            return assessment
    except IntegrityError as error:
        raise ValidationError(
            {"fiscal_year": _("This agency's assessment of that year exists.")}
        ) from error


def _items_copied(source: ItaIndicator, indicator: Record, user: Any, reason: str) -> None:
    """Questions before their parts: a part needs its question's new row."""
    below: dict[int | None, list[ItaItem]] = defaultdict(list)
    for item in source.items.order_by("position", "pk"):
        below[item.parent_id].append(item)

    def copied(above: int | None, parent: Record | None) -> None:
        if below[above]:
            links = {"indicator": indicator, "parent": parent}
            for pk, row in _copied(ItaItem, below[above], links, user, reason).items():
                copied(pk, row)

    copied(None, None)


def _copied(
    model: type[Record], rows: Any, below: Mapping[str, Record | None], user: Any, reason: str
) -> dict[int, Record]:
    """Copies of some rows under new parents, by the key of the one that each was made from."""
    made = {}
    for row in rows:
        copy = model(**below, **{name: getattr(row, name) for name in _KEPT[model]})
        made[row.pk] = record_save(instance=copy, user=user, reason=reason)
    return made
