"""Integrity in the admin; each subject keeps its own."""

from integrity.ita import admin as ita_admin
from integrity.measures import admin as measure_admin
from integrity.self_assessments import admin as assessment_admin
from integrity.self_assessments import rubric_admin

__all__ = ["assessment_admin", "ita_admin", "measure_admin", "rubric_admin"]
