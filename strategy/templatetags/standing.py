"""Statuses in templates: shape and word for a code."""

from django import template

from strategy.status_words import STATUS_LABELS, STATUS_SHAPES

register = template.Library()


@register.filter
def status_shape(code: str) -> str:
    return STATUS_SHAPES[code]


@register.filter
def status_label(code: str) -> str:
    return str(STATUS_LABELS[code])
