"""The admin of integrity, subject by subject."""

from integrity import assessment_admin, rubric_admin  # noqa: F401
