"""Backups of the database with the files of evidence: made, kept by a rule, restored, rehearsed."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "nhrc_plan.backups"

    def ready(self) -> None:
        from nhrc_plan.backups import checks  # noqa: F401 - registers its check
