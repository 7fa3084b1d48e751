"""What deploy/ holds fits the program: commands, files and settings that it names are there.

Units, nginx and compose are read by their own programs where these are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from deploy.timers import BANGKOK, TABLE, due

DEPLOY = Path(settings.BASE_DIR, "deploy")
UNITS = sorted((DEPLOY / "systemd").iterdir())


def test_timers_start_commands_that_there_are():
    started = {
        re.search(r"Unit=nhrc-plan@(\w+)\.service", unit.read_text())[1]
        for unit in UNITS
        if unit.suffix == ".timer"
    }
    assert started == {command for *_, command in TABLE}
    assert started <= set(get_commands())


def test_the_containers_timers_keep_the_hours_of_systemds():
    told = set()
    for unit in UNITS:
        if unit.suffix == ".timer":
            text = unit.read_text()
            when = re.search(r"OnCalendar=(?:(Mon) )?\*-\*-\* (\d\d):(\d\d):00 Asia/Bangkok", text)
            command = re.search(r"nhrc-plan@(\w+)", text)[1]
            told.add((int(when[2]), int(when[3]), 0 if when[1] else None, command))
    assert told == set(TABLE)


@pytest.mark.parametrize(
    ("after", "minutes", "expected"),
    [
        ("2026-12-01 01:29", 1, ["backup"]),
        ("2026-12-01 01:30", 1, []),
        ("2026-12-01 23:00", 160, ["backup"]),
        (
            "2026-11-29 23:00",
            60 * 10,
            ["backup", "clear_uploads", "backup_drill", "send_reminders"],
        ),
        # A clock that went back.
        ("2026-12-01 01:31", -60, []),
    ],
)
def test_each_command_comes_once_at_its_hour(after, minutes, expected):
    moment = datetime.strptime(after, "%Y-%m-%d %H:%M").replace(tzinfo=BANGKOK)
    assert due(moment, moment + timedelta(minutes=minutes)) == expected


def test_units_are_sound(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("There is no systemd-analyze here.")
    for unit in UNITS:
        text = re.sub(r"/srv/nhrc-plan/\.venv/bin/\w+", "/bin/true", unit.read_text())
        (tmp_path / unit.name).write_text(text)
    names = [str(tmp_path / u.name) for u in UNITS if "@" not in u.name]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *names, str(tmp_path / "nhrc-plan@backup.service")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_nginx_takes_its_example(tmp_path):
    if not (shutil.which("nginx") and shutil.which("openssl")):
        pytest.skip("There is no nginx, or no openssl, here.")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=x",
         "-keyout", tmp_path / "key.pem", "-out", tmp_path / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    site = (DEPLOY / "nginx" / "nhrc-plan.conf").read_text()
    site = site.replace("/etc/ssl/nhrc-plan", str(tmp_path)).replace(
        "/var/log/nginx", str(tmp_path)
    )
    (tmp_path / "site.conf").write_text(site)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{ include {tmp_path}/site.conf; }}\n"
    )
    done = subprocess.run(
        ["nginx", "-t", "-c", tmp_path / "nginx.conf"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_compose_names_what_there_is():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    assert services.keys() == {"database", "prepare", "web", "timers"}
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= services.keys(), name
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in compose["volumes"]
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:")
    assert services["web"]["build"] == {"context": "..", "dockerfile": "deploy/Dockerfile"}
    assert services["prepare"]["command"][2] in get_commands()
    for command in (
        services["timers"]["command"][1],
        "deploy/healthy.py",
        "deploy/gunicorn.conf.py",
    ):
        assert (settings.BASE_DIR / command).exists()
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert "requirements.lock" in dockerfile and "--require-hashes" in dockerfile
    assert dockerfile.index("USER nhrc-plan") < dockerfile.index('CMD ["gunicorn"')
