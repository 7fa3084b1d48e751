"""Integrity in the admin; each subject in a file of its own."""

from integrity import (  # noqa: F401
    assessment_admin,
    ita_admin,
    measure_admin,
    rubric_admin,
)
