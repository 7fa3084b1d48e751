"""What ITA scores are made of: the total, an instrument, an indicator."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from integrity.ita.models import ItaAssessment, ItaIndicator, ItaInstrument, ItaItem, ItaPart
from integrity.ita.read import ita_year
from integrity.ita.rows import Assessed, Indicator, Instrument, Item, Part, Score
from integrity.ita.sheets import computed_rule, differs_rule
from strategy.explained.rows import Explanation, Input
from strategy.explained.sources import no_such_figure
from strategy.pages.page import Page
from strategy.thai import format_number


def explain_ita(page: Page, name: str) -> Explanation:
    """``name``: "2567", "2567-IIT" for an instrument, "2567-12" for an indicator by its key."""
    year, _dash, part = name.partition("-")
    if not year.isdecimal():
        raise no_such_figure()
    drafts = page.viewer.may_read_drafts(None)
    now = ita_year(page.agency, int(year), drafts=drafts).now
    if not part:
        return _total(now)
    instrument = now.instrument(part)
    if instrument is not None:
        return _instrument(now, instrument)
    for indicator in now.indicators:
        if part == str(indicator.id):
            return _indicator(now, indicator)
    raise no_such_figure()


def _shown(
    now: Assessed, title: str, score: Score, steps: Sequence[str], inputs: Sequence[Input],
    *more: tuple[str, str],
) -> Explanation:  # fmt: skip
    quoted = (
        _("The published score is quoted; the computed one stands beside it.")
        if score.published is not None
        else _("The source prints no score, so the computed one is quoted.")
    )
    rules = [quoted, computed_rule(parts=now.has_parts), differs_rule()]
    return Explanation(
        title=_("ITA %(year)s") % {"year": now.year} + f": {title}",
        figures=[
            (_("published"), _or_not_stated(score.published)),
            (_("computed"), "–" if score.computed is None else str(score.computed)),
            *more,
        ],
        rule=rules,
        steps=steps or [_("It cannot be computed from what the source gives.")],
        inputs=inputs,
        page=reverse("ita", args=[now.year]),
        rounding=_("Rounded half up to 2 decimals when it is shown, and not before."),
    )


def _or_not_stated(value: Decimal | None) -> str:
    return _("not stated") if value is None else str(value)


def _total(now: Assessed) -> Explanation:
    weights = sum((row.weight for row in now.instruments), Decimal(0))
    steps = []
    if now.total.computed is not None:
        steps.append(_weighed([(row.score, row.weight) for row in now.instruments],
                              weights, now.total.computed))  # fmt: skip
    grade = [(_("grade"), now.grade)] if now.grade else []
    published = Input(
        _("Total score"), _or_not_stated(now.total.published), _("published"),
        stored=(ItaAssessment, now.id),
    )  # fmt: skip
    inputs = [
        Input(
            f"{row.code} {row.name}",
            _figure(row.score),
            _("weight %(weight)s") % {"weight": format_number(row.weight)},
            ("ita", f"{now.year}-{row.code}"),
            (ItaInstrument, row.id),
        )
        for row in now.instruments
    ]
    return _shown(now, _("Total score"), now.total, steps, [published, *inputs], *grade)


def _instrument(now: Assessed, row: Instrument) -> Explanation:
    steps = []
    inputs: list[Input] = []
    if row.parts:
        if row.score.computed is not None:
            steps.append(
                _weighed([(part.score, part.weight) for part in row.parts],
                         row.parts_weight, row.score.computed)
            )  # fmt: skip
        inputs += [_of_part(part) for part in row.parts]
    elif row.score.computed is not None:
        steps.append(_mean([each.score for each in row.indicators], row.score.computed))
    inputs += [
        Input(
            each.title, _figure(each.score), leads=("ita", f"{now.year}-{each.id}"),
            stored=(ItaIndicator, each.id),
        )
        for each in row.indicators
    ]  # fmt: skip
    return _shown(now, f"{row.code} {row.name}", row.score, steps, inputs)


def _of_part(part: Part) -> Input:
    note = _("weight %(weight)s") % {"weight": format_number(part.weight)}
    return Input(part.label, _figure(part.score), note, stored=(ItaPart, part.id))


def _indicator(now: Assessed, row: Indicator) -> Explanation:
    steps = []
    if row.score.computed is not None:
        steps.append(_mean([item.score for item in row.items], row.score.computed))
    if not row.complete:
        steps.append(_("The source lists only some of its questions, so nothing is computed."))
    return _shown(now, row.title, row.score, steps, [_of_item(item) for item in row.items])


def _of_item(item: Item) -> Input:
    name = " ".join(filter(None, [item.code, item.text]))
    known = [part.score for part in item.parts if part.score.figure is not None]
    note = ""
    if known:
        note = _("parts: %(scores)s") % {"scores": ", ".join(_figure(score) for score in known)}
    stored: tuple[Any, int] = (ItaItem, item.id)
    return Input(name, _figure(item.score), note, stored=stored)


def _figure(score: Score) -> str:
    """What a score counts for further up, as shown: computed where it can be."""
    value = score.published if score.computed is None else score.computed
    return "–" if value is None else str(value)


def _mean(scores: Sequence[Score], mean: Decimal) -> str:
    terms = " + ".join(_figure(score) for score in scores)
    return _("Computed = (%(sum)s) ÷ %(count)s = %(mean)s.") % {
        "sum": terms,
        "count": len(scores),
        "mean": mean,
    }


def _weighed(pairs: Sequence[tuple[Score, Decimal]], weights: Decimal, total: Decimal) -> str:
    terms = " + ".join(f"{_figure(score)} × {format_number(weight)}" for score, weight in pairs)
    return _("Computed = (%(sum)s) ÷ %(weights)s = %(total)s.") % {
        "sum": terms,
        "weights": format_number(weights),
        "total": total,
    }
