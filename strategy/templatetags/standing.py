"""Statuses in templates: shape and word for a code."""

from django import template

from strategy.standing import words

register = template.Library()


@register.filter
def status_shape(code: str) -> str:
    return words.STATUS_SHAPES[code]


@register.filter
def status_label(code: str) -> str:
    return words.status_label(code)
