"""Statuses in templates: shape and word for a code."""

from django import template

from strategy import status_words

register = template.Library()


@register.filter
def status_shape(code: str) -> str:
    return status_words.STATUS_SHAPES[code]


@register.filter
def status_label(code: str) -> str:
    return status_words.status_label(code)
