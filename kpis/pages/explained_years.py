"""What a trend over the years, and the step of a year, are made of."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _

from kpis.models import Result, YearTarget
from kpis.read.indicator import find_indicator, indicator_detail
from kpis.read.rows import Cell
from kpis.read.standing import plan_standing
from kpis.read.steps import YearStep, year_steps
from kpis.rules.facts import LOWER
from strategy.explained.rows import Explanation, Input
from strategy.explained.sources import no_such_figure
from strategy.pages.page import PlanPage
from strategy.thai import format_exact, format_number


def stored_result(cell: Cell | None) -> tuple[type[Result], int] | None:
    """The stored row of a year's figure."""
    if cell is None or cell.result_id is None:
        return None
    return Result, cell.result_id


def explain_trend(page: PlanPage, name: str) -> Explanation:
    """The estimate for the plan's last year; ``name``: the indicator's code."""
    shown = indicator_detail(page.plan, name, page.at, page.today, page.viewer)
    if not shown.trends:
        raise no_such_figure()
    cells = {cell.year: cell for cell in shown.row.cells}
    inputs = [
        Input(
            f"{each.measure.label} {year}".strip(),
            format_exact(value),
            "",
            stored=stored_result(cells.get(year)),
        )
        for each in shown.trends
        for year, value in each.points
    ]
    return Explanation(
        title=f"{shown.row.code} {shown.row.name}",
        figures=[
            (
                " ".join(filter(None, [_("trend to %(year)s") % {"year": each.year},
                                       each.measure.label])),
                format_number(each.value, 1),
            )
            for each in shown.trends
        ],
        rule=[_("A trend is an estimate: nothing is judged by it.")],
        steps=[
            _(
                "A straight line by least squares through the last figures of the years that are "
                "complete, those of former plans among them, read at the plan's last year."
            ),
            _("A percentage is kept between 0 and 100."),
        ],
        inputs=inputs,
        page=reverse("indicator", args=[page.plan.slug, shown.row.code]),
        rounding=_("Rounded half up to 1 decimal, once, at the end."),
        sample=any(cell.sample for cell in shown.row.cells),
    )  # fmt: skip


def explain_step(page: PlanPage, name: str) -> Explanation:
    """What the year asks of an indicator beyond what it closed with; ``name``: its code."""
    find_indicator(page.plan, name)
    standing = plan_standing(page.plan, page.at, page.today)
    steps = [each for each in year_steps(page.plan, standing, page.today).steps
             if each.row.code == name]  # fmt: skip
    if not steps:
        raise no_such_figure()
    row = steps[0].row
    return Explanation(
        title=f"{row.code} {row.name}",
        figures=[(_label(_("step"), each), each.step_text) for each in steps],
        rule=[
            _(
                "A step counts as done before where a year moved at least as far from the close "
                "before it."
            )
        ],
        steps=[line for each in steps for line in _step_lines(each)],
        inputs=[made for each in steps for made in _step_inputs(each)],
        page=reverse("steps", args=[page.plan.slug]),
        rounding=_("Nothing is rounded before it is shown."),
        sample=any(cell.sample for cell in row.cells),
    )


def _label(text: str, step: YearStep) -> str:
    return f"{text} – {step.measure.label}" if step.measure.label else text


def _step_lines(step: YearStep) -> list[str]:
    rule = _("Step = target %(target)s − close %(closed)s = %(step)s.")
    if step.row.facts.direction == LOWER:
        rule = _("Step = close %(closed)s − target %(target)s = %(step)s: lower is better.")
    said = [
        rule
        % {
            "target": format_exact(step.target),
            "closed": format_exact(step.closed),
            "step": step.step_text,
        }
    ]
    if step.ambition.steps:
        said.append(
            _("Of %(steps)s steps from year to year %(reached)s were at least as large.")
            % {"steps": step.ambition.steps, "reached": step.ambition.reached}
        )
    return [_label(line, step) if step.measure.label else line for line in said]


def _step_inputs(step: YearStep) -> list[Input]:
    closed = step.closed_cell
    target = YearTarget.objects.filter(indicator=step.row.id, fiscal_year=step.row.current.year)
    stored = target.values_list("pk", flat=True).first()
    return [
        Input(
            _label(_("close of %(year)s") % {"year": step.closed_year}, step),
            step.closed_text,
            stored=stored_result(closed),
        ),
        Input(
            _label(_("target of %(year)s") % {"year": step.row.current.year}, step),
            step.target_text,
            leads=("indicator", step.row.code),
            stored=(YearTarget, stored) if stored else None,
        ),
    ]
