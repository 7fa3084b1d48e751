"""What can be taken back of an import, by kind of figure: how it is entered as it was, and how what
was not there before is taken away."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from budgets.models import Disbursement
from budgets.read.leads import first_leads
from budgets.write.disbursements import (
    DisbursementEntries,
    DisbursementEntry,
    disbursements_delete,
)
from integrity.measures.access import may_enter
from integrity.measures.models import QuarterProgress
from integrity.measures.write import ProgressEntries, ProgressEntry, progress_delete_many
from kpis.models import Result
from kpis.rules.entry import Value
from kpis.write.checks import ResultEntry
from kpis.write.results import ResultEntries, results_take_back
from nhrc_plan.exchange.subjects import PARTS
from strategy.access import Viewer
from strategy.approval.model import HANDED_IN, Approvable, State
from strategy.evidence.entry import entry_kept
from strategy.records.entries import Entries


class Back(ABC):
    """A kind of figure that an import wrote and that can be taken back."""

    model: ClassVar[type[Approvable]]
    writes: ClassVar[type[Entries[Any, Any]]]
    made_of: ClassVar[tuple[type, ...]]
    #: What the row belongs to; the columns, and the parts of the details, that are its figure.
    owner: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    parts: ClassVar[tuple[str, ...]]

    def facts(self, row: Any) -> tuple[Any, ...]:
        """What a history row says, without its state."""
        told = [getattr(row, name) for name in self.columns]
        return (*told, *(row.details.get(name) or [] for name in self.parts))

    def state(self, row: Any) -> str:
        return str(getattr(row, self.model.state_name))

    def asked_for(self, row: Any) -> str:
        """The state that an entry asks for to be as a history row was."""
        return State.SUBMITTED if self.state(row) in HANDED_IN else State.DRAFT

    @abstractmethod
    def allowed(self, who: Viewer, owners: Mapping[int, Any]) -> set[int]:
        """Of the things that rows belong to, by id, those whose rows a person may write."""

    @abstractmethod
    def entry(self, row: Any, owner: Any, version: int | None) -> Any:
        """What is entered to have a row as a history row says; ``version``: of the row now, None
        where there is none."""

    @abstractmethod
    def take_away(self, user: Any, shown: Mapping[Any, int], reason: str) -> None:
        """Take rows away that were not there before, each at the version that was shown."""


class ResultBack(Back):
    model, writes = Result, ResultEntries
    made_of = PARTS[0].made_of
    owner = "indicator"
    columns = (
        "no_cases", "progress", "progress_percent", "steps_done", "narrative", "outcome",
        "problems", "next_steps", "fall_reason",
    )  # fmt: skip
    parts = ("values", "evidence")

    def allowed(self, who: Viewer, owners: Mapping[int, Any]) -> set[int]:
        return {pk for pk, indicator in owners.items() if who.may_report(indicator.unit_id)}

    def entry(self, row: Any, owner: Any, version: int | None) -> ResultEntry:
        values = {
            told["measure"]: Value(
                *(
                    None if told[name] in (None, "") else Decimal(told[name])
                    for name in ("value", "numerator", "denominator")
                )
            )
            for told in row.details.get("values", [])
        }
        return ResultEntry(
            indicator=owner,
            fiscal_year=row.fiscal_year,
            month=row.month,
            values=values,
            evidence=tuple(map(entry_kept, row.details.get("evidence", []))),
            state=self.asked_for(row),
            # What stood there is not asked about anew.
            confirmed={
                pk: value.amount for pk, value in values.items() if value.amount is not None
            },
            expected_version=version,
            is_sample=row.is_sample,
            **{name: getattr(row, name) for name in self.columns},
        )

    def take_away(self, user: Any, shown: Mapping[Any, int], reason: str) -> None:
        results_take_back(user=user, shown=shown, reason=reason)


class MoneyBack(Back):
    model, writes = Disbursement, DisbursementEntries
    made_of = PARTS[1].made_of
    owner = "project"
    columns = ("disbursed", "committed", "note", "reason")
    parts = ()

    def allowed(self, who: Viewer, owners: Mapping[int, Any]) -> set[int]:
        leads = first_leads(list(owners))
        return {pk for pk in owners if who.may_report(leads.get(pk))}

    def entry(self, row: Any, owner: Any, version: int | None) -> DisbursementEntry:
        return DisbursementEntry(
            project=owner,
            fiscal_year=row.fiscal_year,
            month=row.month,
            expected_version=version,
            is_sample=row.is_sample,
            approval=self.asked_for(row),
            **{name: getattr(row, name) for name in self.columns},
        )

    def take_away(self, user: Any, shown: Mapping[Any, int], reason: str) -> None:
        disbursements_delete(user=user, shown=shown, reason=reason)


class QuarterBack(Back):
    model, writes = QuarterProgress, ProgressEntries
    made_of = PARTS[2].made_of
    owner = "measure"
    columns = ("state", "text")
    parts = ("evidence",)

    def allowed(self, who: Viewer, owners: Mapping[int, Any]) -> set[int]:
        return {pk for pk in owners if who.is_planner or may_enter(who, [pk])}

    def entry(self, row: Any, owner: Any, version: int | None) -> ProgressEntry:
        return ProgressEntry(
            measure=owner,
            quarter=row.quarter,
            state=row.state,
            text=row.text,
            evidence=tuple(map(entry_kept, row.details.get("evidence", []))),
            expected_version=version,
            is_sample=row.is_sample,
            approval=self.asked_for(row),
        )

    def take_away(self, user: Any, shown: Mapping[Any, int], reason: str) -> None:
        progress_delete_many(user=user, shown=shown, reason=reason)


BACKS: tuple[Back, ...] = (ResultBack(), MoneyBack(), QuarterBack())
