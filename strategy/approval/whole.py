"""What is approved whole, with the rows below it: a year of scores, an assessment's answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext

from strategy.approval.model import Approvable
from strategy.closing.guard import hold
from strategy.records.model import Record


class ApprovedWhole(Approvable):
    """A record that is approved with all rows below it. Nothing of an approved one is written."""

    class Meta(Approvable.Meta):
        abstract = True

    @classmethod
    def stated_below(cls) -> Iterable[type[BelowApproved]]:
        """The models of rows below that state something of the figure."""
        raise NotImplementedError

    @classmethod
    def authors_below(cls, rows: Collection[int]) -> dict[int, set[int]]:
        """Who changed each row below last. A query for each model."""
        found: dict[int, set[int]] = {pk: set() for pk in rows}
        for model in cls.stated_below():
            told = model.history.filter(id=OuterRef("pk")).order_by("-history_date", "-history_id")
            last = model._base_manager.filter(**{f"{model.whole_links}__in": rows}).annotate(
                author=Subquery(told.values("history_user_id")[:1])
            )
            pairs = last.order_by().values_list(f"{model.whole_links}_id", "author").distinct()
            for pk, author in pairs:
                if author is not None:
                    found[pk].add(author)
        return found

    def refuse_write(self) -> None:
        if not self._state.adding:
            refuse_approved(type(self), [self.pk])


class BelowApproved(Record):
    """A row of such a record: nothing of it is written once that is approved."""

    #: The links that lead to the record.
    whole_links: ClassVar[str]

    class Meta(Record.Meta):
        abstract = True

    @property
    def whole(self) -> Any:
        """The record that the row is of."""
        found: Any = self
        for name in self.whole_links.split("__"):
            found = getattr(found, name)
        return found

    def refuse_write(self) -> None:
        whole = self.whole
        ids = {whole.pk}
        if not self._state.adding:
            stored = type(self)._base_manager.filter(pk=self.pk)
            ids |= set(stored.values_list(f"{self.whole_links}_id", flat=True))
        refuse_approved(type(whole), ids)


def approved_sentence(whole: ApprovedWhole) -> str:
    """Why nothing of an approved record is changed, and what to do."""
    return gettext("%(name)s is approved. A planner has to reopen it first, with a reason.") % {
        "name": whole.title
    }


def refuse_approved(model: type[ApprovedWhole], ids: Collection[int]) -> None:
    """Hold these records until the transaction is done, and refuse where one is approved."""
    hold()
    held = model.approval_rows().select_for_update(of=("self",))
    for whole in held.filter(pk__in=ids).order_by("pk"):
        if whole.is_approved:
            raise ValidationError(approved_sentence(whole), code="approved")
