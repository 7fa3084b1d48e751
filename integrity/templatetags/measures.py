"""States of a quarter in templates: shape and word for a code."""

from django import template

from integrity.measure_rows import LABELS, SHAPES

register = template.Library()


@register.filter
def quarter_shape(state: str) -> str:
    return SHAPES[state]


@register.filter
def quarter_label(state: str) -> str:
    return str(LABELS[state])
