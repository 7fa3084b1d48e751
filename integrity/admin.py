"""The admin of integrity, subject by subject."""

from integrity import measure_admin  # noqa: F401
