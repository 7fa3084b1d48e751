"""Settings: production unless the environment says otherwise, and loud about what is missing."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

SECRET = "x9" * 40
_OURS = (
    "ALLOWED_HOSTS", "BEHIND_PROXY", "CSRF_TRUSTED_ORIGINS", "DATABASE_URL", "DEBUG", "TRIAL",
    "DJANGO_SETTINGS_MODULE", "PUBLIC_READING", "SECRET_KEY", "SECURE_SSL_REDIRECT",
    "TRUSTED_PROXIES", "SITE_URL", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USER", "EMAIL_PASSWORD",
    "EMAIL_TLS", "EMAIL_FROM", "ONE_TIME_CODES",
    "PASSKEYS", "PASSKEY_ALONE", "PASSKEY_DOMAIN", "PASSKEY_ORIGINS",
    "LOG_FORMAT", "BACKUP_DIR", "BACKUP_PUBLIC_KEYS", "BACKUP_SECRET_KEY_FILE", "BACKUP_KEEP_DAYS",
    "BACKUP_KEEP_WEEKS", "BACKUP_KEEP_MONTHS", "BACKUP_LATE_HOURS", "BACKUP_DRILL_DATABASE_URL",
    "DATABASE_READ_URL",
)  # fmt: skip


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run Python code in a fresh interpreter that knows nothing but this environment."""
    clean = {name: value for name, value in os.environ.items() if name not in _OURS}
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={**clean, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def read(*names: str, **environment: str) -> dict[str, object]:
    """The values of some settings under an environment."""
    code = (
        "import json; from nhrc_plan import settings as s;"
        f"print(json.dumps({{n: getattr(s, n) for n in {names!r}}}))"
    )
    done = run(code, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_refuses_to_start_without_a_secret_key():
    done = run("import nhrc_plan.settings")
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


def test_it_starts_with_one():
    assert run("import nhrc_plan.settings", SECRET_KEY=SECRET).returncode == 0


@pytest.mark.parametrize(
    "name", ["DEBUG", "TRIAL", "PUBLIC_READING", "SECURE_SSL_REDIRECT", "BEHIND_PROXY"]
)
def test_it_refuses_a_switch_that_is_neither_on_nor_off(name):
    done = run("import nhrc_plan.settings", SECRET_KEY=SECRET, **{name: "maybe"})
    assert done.returncode != 0
    assert f"{name} must be 1 or 0, not 'maybe'" in done.stderr


@pytest.mark.parametrize(
    ("written", "debug"),
    [("", False), ("0", False), ("off", False), ("False", False), ("1", True), ("yes", True)],
)
def test_it_is_in_debug_only_when_told(written, debug):
    assert read("DEBUG", SECRET_KEY=SECRET, DEBUG=written) == {"DEBUG": debug}


def test_a_trial_is_no_debugging_and_shows_the_products_own_error_pages():
    """In one's own browser, without HTTPS; a page that is not there answers as in production."""
    names = ("TRIAL", "DEBUG", "SESSION_COOKIE_SECURE", "SECURE_SSL_REDIRECT")
    trial = read(*names, SECRET_KEY=SECRET, TRIAL="1")
    assert trial == dict.fromkeys(names, False) | {"TRIAL": True}
    assert read("TRIAL", SECRET_KEY=SECRET, DEBUG="1") == {"TRIAL": True}
    assert read("TRIAL", SECRET_KEY=SECRET) == {"TRIAL": False}
    code = (
        "import django; django.setup();"
        "from django.core.handlers.wsgi import WSGIHandler;"
        "from django.test import RequestFactory;"
        "answer = WSGIHandler().get_response(RequestFactory().get('/nothing/'));"
        "print(answer.status_code, answer.content.decode())"
    )
    own = {"SECRET_KEY": SECRET, "ALLOWED_HOSTS": "testserver", "DATABASE_URL": "sqlite://:memory:",
           "DJANGO_SETTINGS_MODULE": "nhrc_plan.settings"}  # fmt: skip
    # There is no database here, so that it is the error page itself.
    shown = run(code, **own, TRIAL="1").stdout
    assert 'lang="th"' in shown and "URLconf" not in shown
    # Control: with the framework's pages on, the visitor reads English.
    assert "URLconf" in run(code, **own, DEBUG="1").stdout


def test_it_is_a_guarded_production_by_default():
    names = (
        "DEBUG", "ALLOWED_HOSTS", "PUBLIC_READING", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "X_FRAME_OPTIONS",
    )  # fmt: skip
    assert read(*names, SECRET_KEY=SECRET) == {
        "DEBUG": False,
        "ALLOWED_HOSTS": [],
        "PUBLIC_READING": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "CSRF_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_EXPIRE_AT_BROWSER_CLOSE": True,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "X_FRAME_OPTIONS": "DENY",
    }


def test_it_holds_browsers_to_https_for_a_year():
    hsts = read("SECURE_HSTS_SECONDS", SECRET_KEY=SECRET)["SECURE_HSTS_SECONDS"]
    assert hsts >= 31_536_000


@pytest.mark.parametrize("written", ["x", "-1", "10", "1.5", "๑", "²"])
def test_it_refuses_a_number_of_proxies_that_is_none(written):
    done = run("import nhrc_plan.settings", SECRET_KEY=SECRET, TRUSTED_PROXIES=written)
    assert done.returncode != 0
    assert f"TRUSTED_PROXIES must be a number from 0 to 9, not {written!r}" in done.stderr


MAIL = (
    "EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT", "EMAIL_USE_TLS", "EMAIL_USE_SSL",
    "EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "DEFAULT_FROM_EMAIL", "SITE_URL",
)  # fmt: skip
SMTP = "django.core.mail.backends.smtp.EmailBackend"
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, [SMTP, "localhost", 587, True, False, "", "", "", ""]),
        ({"TRIAL": "1"}, [CONSOLE, "localhost", 587, True, False, "", "", "plan@localhost", ""]),
        (
            {
                "TRIAL": "1", "EMAIL_HOST": "mail.example.org", "EMAIL_TLS": "none",
                "EMAIL_USER": "plan", "EMAIL_PASSWORD": "secret",
                "EMAIL_FROM": "plan@example.org", "SITE_URL": "https://plan.example.org/",
            },
            [SMTP, "mail.example.org", 25, False, False, "plan", "secret", "plan@example.org",
             "https://plan.example.org"],
        ),
        (
            {"EMAIL_TLS": "ssl", "EMAIL_PORT": "4650"},
            [SMTP, "localhost", 4650, False, True, "", "", "", ""],
        ),
    ],
)  # fmt: skip
def test_how_mails_are_sent(environment, expected):
    assert list(read(*MAIL, SECRET_KEY=SECRET, **environment).values()) == expected


def test_passkeys_belong_to_the_site_and_a_start_without_one_refuses():
    names = ("PASSKEYS", "PASSKEY_ALONE", "PASSKEY_DOMAIN", "PASSKEY_ORIGINS")
    site = {"SECRET_KEY": SECRET, "SITE_URL": "https://Plan.example.org:8443/x/"}
    assert read(*names, **site) == {
        "PASSKEYS": ["off"],
        "PASSKEY_ALONE": False,
        "PASSKEY_DOMAIN": "plan.example.org",
        "PASSKEY_ORIGINS": ["https://plan.example.org:8443"],
    }
    more = {"PASSKEY_DOMAIN": "example.org", "PASSKEY_ORIGINS": "https://a.example.org"}
    assert list(read(*names[2:], **site, **more).values()) == [
        "example.org", ["https://a.example.org"],
    ]  # fmt: skip
    start = {"SECRET_KEY": SECRET, "DJANGO_SETTINGS_MODULE": "nhrc_plan.settings"}
    done = run("import django; django.setup()", **start, PASSKEYS="optional")
    assert "ImproperlyConfigured: PASSKEYS needs SITE_URL" in done.stderr
    assert run("import django; django.setup()", **start).returncode == 0


@pytest.mark.parametrize(
    ("name", "written", "said"),
    [
        ("EMAIL_TLS", "maybe", "EMAIL_TLS must be one of starttls, ssl, none"),
        ("EMAIL_PORT", "65536", "EMAIL_PORT must be a number from 0 to 65535"),
        ("SITE_URL", "plan.example.org", "SITE_URL must be like https://plan.example.org"),
        ("SITE_URL", "javascript:alert(1)", "SITE_URL must be like"),
    ],
)
def test_it_refuses_mail_settings_that_are_none(name, written, said):
    done = run("import nhrc_plan.settings", SECRET_KEY=SECRET, **{name: written})
    assert done.returncode != 0
    assert said in done.stderr


def test_no_header_is_believed_unless_proxies_are_counted():
    for written, proxies in (("", 0), ("0", 0), ("2", 2)):
        found = read("TRUSTED_PROXIES", SECRET_KEY=SECRET, TRUSTED_PROXIES=written)
        assert found == {"TRUSTED_PROXIES": proxies}


def test_an_unused_session_lasts_a_working_day_at_most():
    age = read("SESSION_COOKIE_AGE", SECRET_KEY=SECRET)["SESSION_COOKIE_AGE"]
    assert 0 < age <= 12 * 60 * 60


def test_the_content_policy_allows_nothing_inline():
    policy = read("CONTENT_SECURITY_POLICY", SECRET_KEY=SECRET)["CONTENT_SECURITY_POLICY"]
    directives = policy["DIRECTIVES"]
    assert directives["default-src"] == ["'none'"]
    assert directives["frame-ancestors"] == ["'none'"]
    assert not [d for d, sources in directives.items() if any("unsafe" in s for s in sources)]


def test_the_forwarded_protocol_is_believed_only_behind_a_proxy():
    code = "from nhrc_plan import settings as s; print(hasattr(s, 'SECURE_PROXY_SSL_HEADER'))"
    assert run(code, SECRET_KEY=SECRET).stdout == "False\n"
    assert run(code, SECRET_KEY=SECRET, BEHIND_PROXY="1").stdout == "True\n"


SQLITE_PROBE = """
import json, sqlite3, django
django.setup()
from django.db import connection, transaction
pragmas = {}
with connection.cursor() as cursor:
    for name in ("journal_mode", "synchronous", "foreign_keys"):
        pragmas[name] = cursor.execute(f"PRAGMA {name}").fetchone()[0]
other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0)
with transaction.atomic():
    try:
        other.execute("BEGIN IMMEDIATE")
        pragmas["second writer"] = "let in"
    except sqlite3.OperationalError as error:
        pragmas["second writer"] = str(error)
print(json.dumps(pragmas))
"""


def probe_sqlite(tmp_path, before: str = "") -> dict[str, object]:
    done = run(
        before + SQLITE_PROBE,
        SECRET_KEY=SECRET,
        DATABASE_URL=f"sqlite:///{tmp_path / 'probe.sqlite3'}",
        DJANGO_SETTINGS_MODULE="nhrc_plan.settings",
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_sqlite_keeps_what_it_acknowledged_and_queues_writers(tmp_path):
    assert probe_sqlite(tmp_path) == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        # A transaction holds the write lock from its start, before any statement.
        "second writer": "database is locked",
    }


def test_without_our_options_the_probe_would_tell(tmp_path):
    """Negative control: the same probe sees a database in SQLite's default mode."""
    bare = "from nhrc_plan import settings; settings.DATABASES['default'].pop('OPTIONS')\n"
    probe = probe_sqlite(tmp_path, bare)
    assert probe["journal_mode"] != "wal"
    assert probe["second writer"] == "let in"


def test_reading_pages_may_ask_a_copy_of_the_database():
    urls = {
        "DATABASE_URL": "postgres://one@/plan?host=a,b&port=1,2&target_session_attrs=read-write",
        "DATABASE_READ_URL": "postgres://one@copy.example.org/plan",
    }
    found = read("DATABASES", "DATABASE_ROUTERS", "MIDDLEWARE", SECRET_KEY=SECRET, **urls)
    assert found["DATABASES"]["default"]["OPTIONS"]["host"] == "a,b"
    copy = found["DATABASES"]["replica"]
    assert copy["OPTIONS"]["connect_timeout"] == 5 and copy["CONN_HEALTH_CHECKS"]
    assert found["DATABASE_ROUTERS"] == ["strategy.pages.replica.Router"]
    assert "strategy.pages.replica.AfterSending" in found["MIDDLEWARE"]
    without = read("DATABASES", "MIDDLEWARE", SECRET_KEY=SECRET, DATABASE_URL=urls["DATABASE_URL"])
    assert list(without["DATABASES"]) == ["default"]
    assert "strategy.pages.replica.AfterSending" not in without["MIDDLEWARE"]


def test_postgresql_connections_are_kept_and_checked():
    url = "postgres://nobody@db.example.org/plan"
    database = read("DATABASES", SECRET_KEY=SECRET, DATABASE_URL=url)["DATABASES"]["default"]
    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert database["CONN_MAX_AGE"] > 0
    assert database["CONN_HEALTH_CHECKS"] is True


def variables_read(source: str) -> set[str]:
    """The environment variables that a settings source asks for."""
    asking = re.compile(r"(env_\w+|environ\.get|getenv)$")
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and asking.search(ast.unparse(node.func))
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_the_example_names_every_variable():
    """Those of the settings, and those of what serves them (deploy/)."""
    reading = ("nhrc_plan/settings.py", "deploy/gunicorn.conf.py", "deploy/healthy.py")
    sources = [(settings.BASE_DIR / name).read_text(encoding="utf-8") for name in reading]
    example = (settings.BASE_DIR / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert set().union(*map(variables_read, sources)) == named


def test_a_variable_without_example_would_be_seen():
    assert variables_read("A = env_bool('A')\nB = os.environ.get('B', '')") == {"A", "B"}
