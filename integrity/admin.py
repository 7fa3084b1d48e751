"""Integrity in the admin; each subject in a file of its own."""

from integrity import ita_admin, measure_admin  # noqa: F401
