"""The databases that can be backed up, by what Django calls them."""

from __future__ import annotations

from django.db import connection
from django.utils.translation import gettext as _

from nhrc_plan.backups.databases.postgresql import PostgreSQL
from nhrc_plan.backups.databases.sqlite import SQLite
from nhrc_plan.backups.facts import Database, Fault

__all__ = ["PostgreSQL", "SQLite", "of_this_site"]


def of_this_site() -> Database:
    """The database that the settings name. Raises Fault for one that lives in memory alone."""
    if connection.vendor == "postgresql":
        return PostgreSQL(dict(connection.get_connection_params()))
    name = str(connection.settings_dict["NAME"])
    if "memory" in name:
        raise Fault(_("A database in memory cannot be backed up."))
    return SQLite(name)
