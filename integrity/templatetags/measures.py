"""Quarters of measures in templates."""

from django import template

from integrity.measures.rows import LABELS, SHAPES, MeasureRow, QuarterRow

register = template.Library()


@register.filter
def quarter_shape(state: str) -> str:
    return SHAPES[state]


@register.filter
def quarter_label(state: str) -> str:
    return str(LABELS[state])


@register.filter
def at_quarter(measure: MeasureRow, quarter: int) -> QuarterRow:
    return measure.at(quarter)
