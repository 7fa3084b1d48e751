"""The turn of month and year at midnight in Bangkok, and a clock that goes back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from nhrc_plan.backups import write
from nhrc_plan.backups.archive import found_in
from nhrc_plan.backups.databases import SQLite
from strategy.calendar import FiscalMonth
from strategy.clock import today
from strategy.models import Unit
from strategy.records.write import record_save


@pytest.mark.parametrize(
    ("moment", "day", "month"),
    [
        # The year of 2569 ends on 30 September 2026, at 17:00 of UTC.
        (datetime(2026, 9, 30, 16, 59, 59, tzinfo=UTC), date(2026, 9, 30), FiscalMonth(2569, 12)),
        (datetime(2026, 9, 30, 17, 0, 0, tzinfo=UTC), date(2026, 10, 1), FiscalMonth(2570, 1)),
        (datetime(2026, 12, 31, 16, 59, 59, tzinfo=UTC), date(2026, 12, 31), FiscalMonth(2570, 3)),
        (datetime(2026, 12, 31, 17, 0, 0, tzinfo=UTC), date(2027, 1, 1), FiscalMonth(2570, 4)),
    ],
)
def test_month_and_year_end_at_midnight_in_bangkok(moment, day, month, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert today() == day
    assert FiscalMonth.of(today()) == month


@pytest.mark.django_db
def test_a_clock_that_goes_back_loses_no_save_and_no_step_of_the_history(
    plan, planner, monkeypatch
):
    unit = Unit.objects.first()
    began, moment = unit.version, timezone.now()
    for number, back in enumerate((0, 3600, 1800)):
        monkeypatch.setattr(timezone, "now", lambda back=back: moment - timedelta(seconds=back))
        unit.name = f"name {number}"
        record_save(instance=unit, user=planner, reason="clock")
        unit = Unit.objects.get(pk=unit.pk)
    assert (unit.name, unit.version) == ("name 2", began + 3)
    past = unit.history.order_by("history_id").values_list("name", flat=True)
    assert list(past)[-3:] == ["name 0", "name 1", "name 2"]


@pytest.mark.django_db
def test_a_backup_made_after_the_clock_went_back_stays(tmp_path, settings, monkeypatch):
    settings.BACKUP_KEEP_DAYS = 1
    settings.BACKUP_KEEP_WEEKS = settings.BACKUP_KEEP_MONTHS = 0
    database = SQLite(str(tmp_path / "small.sqlite3"))
    with database._opened() as opened:
        opened.execute("CREATE TABLE word (text)")
    monkeypatch.setattr(write, "of_this_site", lambda: database)
    made = []
    for hour in (5, 3):
        moment = datetime(2026, 11, 29, hour, tzinfo=UTC)
        monkeypatch.setattr(write, "now", lambda moment=moment: moment)
        made.append(write.backup_make(tmp_path / "backups").backup.path)
    assert made[1] in [each.path for each in found_in(tmp_path / "backups")]
