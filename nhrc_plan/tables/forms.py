"""What is asked of somebody who brings a table: the file and its kind, then its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nhrc_plan.exchange.models import Import
from nhrc_plan.tables.kinds.base import TableKind
from nhrc_plan.tables.kinds.every import kinds_of
from nhrc_plan.tables.read import Look
from strategy.access import Viewer
from strategy.calendar import MONTHS, FiscalMonth
from strategy.models import Plan
from strategy.records.forms import choice_field
from strategy.thai import month_name
from strategy.workbook.upload import MAX_BYTES


class SendForm(forms.Form):
    """The file, and what it holds."""

    kind = forms.ChoiceField(
        label=gettext_lazy("what the table holds"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say what the table holds.")},
    )
    table = forms.FileField(
        label=gettext_lazy("the table (.xlsx or .csv)"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
        error_messages={"required": gettext_lazy("Choose the file.")},
    )

    def __init__(self, who: Viewer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(kind.code, capfirst(str(kind.name))) for kind in kinds_of(who)]
        choice_field(self, "kind").choices = choices

    def clean_table(self) -> Any:
        file = self.cleaned_data["table"]
        if file.size > MAX_BYTES:
            raise ValidationError(
                _("The file is larger than %(limit)s MB.") % {"limit": MAX_BYTES // 1_000_000}
            )
        return file


class MatchForm(forms.Form):
    """What each column is, and what has to be known of the table besides."""

    def __init__(
        self, kind: TableKind, plan: Plan, look: Look, row: Import, data: Mapping[str, Any] | None
    ) -> None:
        self.kind, self.look = kind, look
        match = look.match
        super().__init__(data, initial={
            "money": str(match.money or ""), "dash": match.dash, "hidden": match.hidden,
            "strangers": match.strangers, "series": match.series,
            "year": match.year, "month": match.month,
            "how": "submit" if row.submits else "draft",
            "name": look.kept.name if look.kept else "",
        })  # fmt: skip
        for place, label in enumerate(look.labels):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=label or _("column without a heading"),
                required=False,
                choices=self._choices(plan),
                initial=match.columns.get(place, ""),
            )
        self._options(plan)

    def _choices(self, plan: Plan) -> list[tuple[str, Any]]:
        found: list[tuple[str, Any]] = [("", _("not taken"))]
        for each in self.kind.fields:
            found.append((each.name, capfirst(str(each.label))))
        for each in self.kind.fields:
            if each.yearly:
                found += [
                    (f"{each.name}:{year}", capfirst(self.kind.label(f"{each.name}:{year}")))
                    for year in plan.years
                ]
            if each.monthly:
                found += [
                    (f"{each.name}:m{month}", capfirst(self.kind.label(f"{each.name}:m{month}")))
                    for month in MONTHS
                ]
        return found

    def _options(self, plan: Plan) -> None:
        kind = self.kind
        if kind.counts_money:
            self._choose("money", _("The table counts money in"), [
                ("1", _("baht")), ("1000", _("thousand baht")), ("1000000", _("million baht")),
            ])  # fmt: skip
        self._choose("dash", _("A dash “-” in a figure stands for"), [
            ("", _("nothing clear: refuse it")), ("zero", _("zero (0)")),
            ("empty", _("nothing: the cell is empty")),
        ])  # fmt: skip
        if self.look.hides_rows:
            self._choose("hidden", _("Hidden rows"), [
                ("take", _("are taken like the others")), ("leave", _("are left out")),
            ])  # fmt: skip
        if kind.code != "people":
            self._choose("strangers", _("Rows that are not found in the plan"), [
                ("", _("are refused, each by its number")), ("leave", _("are left out and named")),
            ])  # fmt: skip
        if self._is_wide:
            self._choose("series", _("Below the months stands"), [
                ("total", _("where it stood at the month's end (running totals)")),
                ("own", _("what that month alone brought")),
            ])  # fmt: skip
        if kind.period:
            years = [("", "–"), *((str(year), str(year)) for year in kind.years(plan))]
            self._select("year", _("fiscal year, where no column says it"), years)
        if kind.period == "month":
            months = [(str(month), month_name(FiscalMonth(2566, month), year=False))
                      for month in MONTHS]  # fmt: skip
            self._select("month", _("figures at the end of, where no column says it"),
                         [("", "–"), *months])  # fmt: skip
        if kind.drafts:
            self._choose("how", _("The figures are"), [
                ("submit", _("handed in")), ("draft", _("kept as drafts")),
            ])  # fmt: skip
        self.fields["name"] = forms.CharField(
            label=_("Keep this match under a name, for next month's table"),
            required=False,
            max_length=100,
        )

    @property
    def _is_wide(self) -> bool:
        """Whether some column is one of a month."""
        names = [
            self.data.get(f"column_{place}", "") if self.is_bound else name
            for place, name in enumerate(
                self.look.match.columns.get(place, "") for place in range(len(self.look.labels))
            )
        ]
        return any(":m" in name for name in names)

    def _choose(self, name: str, label: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name] = forms.ChoiceField(
            label=label, required=False, choices=choices, widget=forms.RadioSelect
        )

    def _select(self, name: str, label: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name] = forms.ChoiceField(label=label, required=False, choices=choices)

    @property
    def columns(self) -> list[forms.BoundField]:
        """The field of each column, in their order."""
        return [self[f"column_{place}"] for place in range(len(self.look.labels))]

    @property
    def radios(self) -> list[forms.BoundField]:
        return [self[name] for name in ("money", "series", "dash", "hidden", "strangers", "how")
                if name in self.fields]  # fmt: skip

    @property
    def selects(self) -> list[forms.BoundField]:
        return [self[name] for name in ("year", "month") if name in self.fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        columns: dict[int, str] = {}
        for place in range(len(self.look.labels)):
            name = cleaned.get(f"column_{place}")
            if not name:
                continue
            if name in columns.values():
                self.add_error(
                    f"column_{place}",
                    _("“%(field)s” is chosen for two columns; keep one of them.")
                    % {"field": self.kind.label(name)},
                )
            columns[place] = name
        self.match = replace(
            self.look.match,
            columns=columns,
            money=int(cleaned.get("money") or 0),
            dash=cleaned.get("dash") or "",
            hidden=cleaned.get("hidden") or "",
            series=cleaned.get("series") or "",
            strangers=cleaned.get("strangers") or "",
            year=int(cleaned["year"]) if cleaned.get("year") else None,
            month=int(cleaned["month"]) if cleaned.get("month") else None,
        )
        if not self.look.head.first:
            self.add_error(None, _("The row of headings was not found. Write above which it is."))
        for told in self.kind.problems(self.match, self.look.grid):
            self.add_error(told.question if told.question in self.fields else None, told.text)
        return cleaned

    @property
    def submits(self) -> bool:
        return self.cleaned_data.get("how") != "draft"
