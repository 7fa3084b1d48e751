"""What every test shares: the environment, the plan in the database, people, a browser.

The environment is set here and not by the caller, so that ``make test``, ``pytest`` in the
virtual environment and an editor's test button all run the same tests. Only DATABASE_URL is
taken from outside.
"""
# ruff: noqa: E402 - the environment has to stand before Django reads it

from __future__ import annotations

import gc
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

# Settings are computed once, at import: DEBUG=1 leaves out what needs HTTPS or collected files.
# (Django's test runner turns settings.DEBUG itself off again.)
os.environ.update(
    DEBUG="1",
    SECRET_KEY="for-tests-only",
    ALLOWED_HOSTS="testserver,127.0.0.1,localhost",
    DJANGO_SETTINGS_MODULE="nhrc_plan.settings",
)
for _name in (
    "DATABASE_READ_URL", "BEHIND_PROXY", "CSRF_TRUSTED_ORIGINS", "PUBLIC_READING", "SECURE_SSL_REDIRECT",
    "TRUSTED_PROXIES", "EVIDENCE_DIR", "EVIDENCE_MAX_MB", "SITE_URL", "EMAIL_HOST", "EMAIL_PORT",
    "EMAIL_USER", "EMAIL_PASSWORD", "EMAIL_TLS", "EMAIL_FROM", "ONE_TIME_CODES",
    "PASSKEYS", "PASSKEY_ALONE", "PASSKEY_DOMAIN", "PASSKEY_ORIGINS",
    "LOG_FORMAT", "BACKUP_DIR", "BACKUP_PUBLIC_KEYS", "BACKUP_SECRET_KEY_FILE", "BACKUP_KEEP_DAYS",
    "BACKUP_KEEP_WEEKS", "BACKUP_KEEP_MONTHS", "BACKUP_LATE_HOURS", "BACKUP_DRILL_DATABASE_URL",
):  # fmt: skip
    os.environ.pop(_name, None)

import django
import pytest

django.setup()

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection
from django.test import TransactionTestCase
from django.test import client as test_client
from django.test.utils import teardown_databases
from django.utils import timezone
from hypothesis import HealthCheck
from hypothesis import settings as properties
from openpyxl.worksheet.merge import MergedCellRange

from strategy import access as roles
from strategy.models import Membership, Plan, Unit
from strategy.records import closed
from strategy.records.write import record_save
from tests.support.database import (
    copied_database,
    put_back,
    remember_fresh,
    rows_of_every_table,
    sums_of_every_table,
    template_drop,
)
from tests.support.sweep import WHOLE

# ----------------------------------------------------------------------------------- the session
_FOLDER = pytest.StashKey[Path]()
#: The run, by a name of its own that its processes inherit.
_RUN = "NHRC_TEST_RUN"
os.environ.setdefault(_RUN, uuid.uuid4().hex)


#: Django's, which keeps a copy of the context of each template that is rendered.
_keep_context = test_client.store_rendered_templates


#: openpyxl's, which draws the frame of a merged cell around all of it.
_draw_frames = MergedCellRange.format


def _keep_whole(
    store: Any, signal: Any, sender: Any, template: Any, context: Any, **more: Any
) -> None:
    """Keep what was rendered for itself: parts of it share its context, and a page has hundreds."""
    if context.template is template:
        _keep_context(store, signal, sender, template, context, **more)


def pytest_configure(config: pytest.Config) -> None:
    # Rubbish is looked for less often: there is little, and each time all that lives is walked.
    gc.set_threshold(20_000, 20, 50)
    # How long an example takes is the machine's affair, not the property's.
    properties.register_profile(
        "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )
    properties.load_profile("tests")
    test_client.store_rendered_templates = _keep_whole
    # Workbooks are read for what stands in them: to draw the borders of merged cells anew, which
    # nobody looks at, takes openpyxl three quarters of the time.
    MergedCellRange.format = lambda area: None
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    config.addinivalue_line("filterwarnings", "ignore:No directory at:UserWarning")
    if connection.vendor == "sqlite":
        # A file, so that the write-ahead log, locks and threads are those of a real server; in
        # a folder of this run (and worker), so that two runs at once do not meet.
        folder = Path(tempfile.mkdtemp(prefix="nhrc-tests-"))
        config.stash[_FOLDER] = folder
        settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / "test.sqlite3")


def pytest_report_header() -> str:
    return f"database: {connection.vendor}"


#: Where tests take long.
LONG = (
    "tests/house/test_every_form.py",
    "tests/house/test_addresses.py",
    "tests/house/test_proof.py",
    "tests/journeys/",
    "tests/house/test_filters_fuzz.py",
    "tests/house/test_queries.py",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sweeps only where they are asked for; on another database than SQLite only what touches one.

    Journeys of a browser are played once, on SQLite; so is what rows look like, and what is worked
    out from them in Python: policies, permissions, formats, forms.
    """
    # The longest first: whatever is left at the end, one process is alone with.
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    if not WHOLE:
        swept = [item for item in items if item.get_closest_marker("sweep")]
        config.hook.pytest_deselected(items=swept)
        items[:] = [item for item in items if not item.get_closest_marker("sweep")]
    if connection.vendor == "sqlite":
        return
    with_database = {"db", "transactional_db", "django_db_setup", "live_server"}
    kept, same = [], []
    for item in items:
        touches = item.get_closest_marker("django_db") or with_database & set(
            getattr(item, "fixturenames", with_database)
        )
        played = any(map(item.get_closest_marker, ("browser", "looks")))
        # What plays with transactions is about the database, whatever stands around it.
        database = item.get_closest_marker("django_db")
        plays = database is not None and database.kwargs.get("transaction")
        proven = item.get_closest_marker("same") and not plays
        (kept if touches and not played and not proven else same).append(item)
    config.hook.pytest_deselected(items=same)
    items[:] = kept


def pytest_collection_finish() -> None:
    """What was imported and collected lives to the end: nobody has to look through it again."""
    gc.collect()
    gc.freeze()


def _shared(config: pytest.Config) -> Path:
    """The folder that the processes of this run share."""
    return Path(tempfile.gettempdir(), f"nhrc-tests-{os.environ[_RUN]}")


def pytest_unconfigure(config: pytest.Config) -> None:
    if _FOLDER in config.stash:
        shutil.rmtree(config.stash[_FOLDER], ignore_errors=True)
    if not hasattr(config, "workerinput"):
        template_drop(_shared(config))
        shutil.rmtree(_shared(config), ignore_errors=True)


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how many browser journeys were not played, and why."""
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "browser" in report.keywords
    ]
    if skipped:
        reasons = sorted({str(report.longrepr[2]) for report in skipped})
        terminalreporter.section("browser tests")
        terminalreporter.line(f"{len(skipped)} skipped. {' '.join(reasons)}")


# ---------------------------------------------------------------------------------- the database


@pytest.fixture(scope="session")
def django_db_setup(
    pytestconfig: pytest.Config,
    django_test_environment: None,
    django_db_modify_db_settings: None,
    django_db_blocker: Any,
) -> Iterator[None]:
    """The test database with the plan of fixtures/ in it: prepared once, copied by each process.

    Ordinary tests see it inside their transaction. After a transactional one (live_server,
    ``django_db(transaction=True)``) every table is put back as it was.
    """
    with django_db_blocker.unblock():
        kept = Path(pytestconfig.cache.mkdir("tables"))
        databases = copied_database(_shared(pytestconfig), kept)
        prepared = rows_of_every_table()
        sums = sums_of_every_table() if connection.vendor == "postgresql" else {}
        remember_fresh(_shared(pytestconfig))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda case: put_back(prepared, sums)
        )
        yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)


@pytest.fixture
def plan(db: None) -> Plan:
    """The strategic plan 2566–2570, as fixtures/ has it: no results, no responsible units."""
    return Plan.objects.get(slug="nhrc-2566-2570")


@pytest.fixture
def opened_history(db: None) -> Iterator[None]:
    """History tables without their triggers: for negative controls, and nothing else."""
    closed.open_history_tables()
    yield
    closed.close_history_tables()


@pytest.fixture
def today(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], date]:
    """Sets the day in Bangkok for the rest of a test: ``today(date(2026, 10, 11))``."""

    def set_today(day: date) -> date:
        monkeypatch.setattr(timezone, "localdate", lambda *args, **kwargs: day)
        return day

    return set_today


# ---------------------------------------------------------------------------------------- people

PASSWORD = "for-tests-only"


@pytest.fixture
def person(db: None) -> Callable[..., Any]:
    """Makes an account: ``person("name", roles.REPORTER, "unit", …)``; no units, no role needed."""

    def make(username: str, role: str = "", *units: str, **fields: Any) -> Any:
        fields = {"is_staff": role not in ("", roles.EXECUTIVE), **fields}
        user = get_user_model().objects.create_user(username, password=PASSWORD, **fields)
        if role:
            user.groups.add(Group.objects.get(name=role))
        for name in units:
            record_save(instance=Membership(user=user, unit=Unit.objects.get(name=name)), user=None)
        return user

    return make


@pytest.fixture
def frames(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workbooks are read with the frames of their merged cells."""
    monkeypatch.setattr(MergedCellRange, "format", _draw_frames)


@pytest.fixture
def evidence_store(tmp_path: Path, settings: Any) -> Path:
    """The folder in which files of evidence lie during a test; it is made with the first."""
    folder = tmp_path / "evidence"
    evidence = settings.STORAGES["evidence"]
    evidence = {**evidence, "OPTIONS": {**evidence["OPTIONS"], "location": folder}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}
    return folder


@pytest.fixture
def planner(person: Callable[..., Any]) -> Any:
    return person("planner", roles.PLANNER, "สำนักนโยบายและยุทธศาสตร์")


@pytest.fixture
def reporter(person: Callable[..., Any]) -> Any:
    """Reports for สำนักคุ้มครองสิทธิมนุษยชน."""
    return person("reporter", roles.REPORTER, "สำนักคุ้มครองสิทธิมนุษยชน")


@pytest.fixture
def outsider(person: Callable[..., Any]) -> Any:
    """Reports for another unit than ``reporter``: สำนักกฎหมาย."""
    return person("outsider", roles.REPORTER, "สำนักกฎหมาย")


@pytest.fixture
def executive(person: Callable[..., Any]) -> Any:
    return person("executive", roles.EXECUTIVE)


@pytest.fixture
def auditor(person: Callable[..., Any]) -> Any:
    return person("auditor", roles.AUDITOR)


# --------------------------------------------------------------------------------------- browser

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A packaged Chromium; the test is skipped where there is none (REQUIRE_BROWSER=1: fails).

    For tests marked ``browser``. Close the contexts you open.
    """
    path = next(filter(None, map(shutil.which, _BROWSERS)), None)
    if path is None:
        reason = f"No Chromium on PATH (looked for {', '.join(_BROWSERS)})."
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    # Playwright keeps an event loop in this thread, and Django takes that for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=_BROWSER_ARGUMENTS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browse(chromium: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Opens a browser window for somebody who has signed in, with what went wrong.

    ``typed``: signs in through the form; otherwise the window has the session from the beginning.
    """
    windows: list[Any] = []

    def open_window(user: Any = None, width: int = 1280, typed: bool = False) -> Any:
        context = chromium.new_context(
            base_url=live_server.url, viewport={"width": width, "height": 900}
        )
        windows.append(context)
        if user is not None and not typed:
            client = test_client.Client()
            client.force_login(user)
            name = settings.SESSION_COOKIE_NAME
            session = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
            context.add_cookies([session])
        page = context.new_page()
        page.wrong = []
        page.on(
            "console",
            lambda message: page.wrong.append(message.text) if message.type == "error" else None,
        )
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        if typed:
            page.goto("/login/")
            page.fill("#id_username", user.username)
            page.fill("#id_password", PASSWORD)
            page.press("#id_password", "Enter")
            page.wait_for_url(re.compile("/(plans|my-work)/"))
        return page

    yield open_window
    for context in windows:
        context.close()
