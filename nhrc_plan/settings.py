"""Settings, all read from the environment.

With nothing set this is a production that refuses to start: it wants SECRET_KEY, and it serves
no host until ALLOWED_HOSTS names one. ``make run`` sets what a trial on one's own machine needs.
Every variable is listed in README, "Running it for real".
"""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from nhrc_plan.environment import env_address, env_bool, env_choice, env_count, env_list

BASE_DIR = Path(__file__).resolve().parent.parent

#: The framework's own error pages, for developers.
DEBUG = env_bool("DEBUG")
#: A trial on one's own machine, as ``make run`` starts it: no HTTPS, no collected files, samples
#: and demo accounts; and the product's own error pages, as in production.
TRIAL = env_bool("TRIAL") or DEBUG
SECRET_KEY = os.environ.get("SECRET_KEY", "")
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. For a trial, start with: make run")
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS")
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")

#: Opens the reading pages (never forms, drafts or history) to people who are not signed in.
PUBLIC_READING = env_bool("PUBLIC_READING")

#: How many requests of the API are answered in a minute to one address without a key; those with a
#: key have a limit of their own.
API_PER_MINUTE = env_count("API_PER_MINUTE", default=60, most=100_000)

INSTALLED_APPS = [
    "nhrc_plan.admin_site.NhrcAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_filters",
    "import_export",
    "simple_history",
    "csp",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "django_otp_webauthn",
    "strategy.people.apps.SignInConfig",
    "strategy",
    "kpis",
    "budgets",
    "integrity",
    "nhrc_plan.setup",
    "nhrc_plan.meetings",
    "nhrc_plan.exchange",
    "nhrc_plan.drafts",
    "nhrc_plan.tables",
    "nhrc_plan.reminders",
    "nhrc_plan.api",
    "nhrc_plan.disclosure",
    "nhrc_plan.backups",
]

MIDDLEWARE = [
    "nhrc_plan.request_line.RequestLine",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "strategy.pages.compression.CompressedText",
    "csp.middleware.CSPMiddleware",
    "strategy.language.choice.Language",
    "strategy.language.digits.Digits",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "strategy.people.sessions.IdleSessions",
    "strategy.people.second_step.SecondStep",
    "nhrc_plan.press.one_press",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "nhrc_plan.urls"
WSGI_APPLICATION = "nhrc_plan.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "strategy.pages.context.titles",
            ],
        },
    },
]
# The project's own templates go before those of packages, the admin's widgets included.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
INSTALLED_APPS.append("django.forms")

DATABASE_URL = os.environ.get("DATABASE_URL") or f"sqlite:///{BASE_DIR / 'db.sqlite3'}"
DATABASES = {"default": dj_database_url.parse(DATABASE_URL, conn_max_age=60)}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Write-ahead log and full synchronisation: what was acknowledged survives a power cut.
    # IMMEDIATE: writers queue at the start of a transaction instead of failing in its middle.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        ),
    }
    DATABASES["default"]["CONN_MAX_AGE"] = 0
#: A copy that follows the database, for reading pages (strategy/pages/replica.py).
if DATABASE_READ_URL := os.environ.get("DATABASE_READ_URL", ""):
    DATABASES["replica"] = dj_database_url.parse(
        DATABASE_READ_URL, conn_max_age=60, conn_health_checks=True
    )
    DATABASES["replica"]["TEST"] = {"MIRROR": "default"}
    DATABASE_ROUTERS = ["strategy.pages.replica.Router"]
    MIDDLEWARE.insert(1, "strategy.pages.replica.AfterSending")
for _database in DATABASES.values():
    if _database["ENGINE"] == "django.db.backends.postgresql":
        _options = _database.setdefault("OPTIONS", {})
        # Plan queries for storage without moving heads. The server's own default, made for disks,
        # reads the whole table of results to find the latest of each indicator.
        _options.setdefault("options", "-c random_page_cost=1.1")
        # A server that is away is told so within seconds (nhrc_plan/health/calm.py).
        _options.setdefault("connect_timeout", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "signed_out"

# Wrong passwords: so many for one user name, so many from one address, then nobody signs in with
# that name, or from there, until they are so long ago. An address is an office's as often as one
# person's, so it is allowed more. How they are counted: strategy/people/write_tries.py.
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AXES_HANDLER = "strategy.people.write_tries.TryCounter"
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
AXES_FAILURE_LIMIT = 5
SIGN_IN_TRIES_OF_AN_ADDRESS = 30
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_CALLABLE = "strategy.people.pages.locked"
AXES_CLIENT_IP_CALLABLE = "strategy.people.address.client_address"
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
# The package's own screens show what was typed; ours lists what is locked, to be unlocked.
AXES_ENABLE_ADMIN = False
#: How many proxies of one's own stand in front, each of which adds to X-Forwarded-For the address
#: that it was asked from. None: the address of the connection counts, whatever a header claims.
TRUSTED_PROXIES = env_count("TRUSTED_PROXIES")

# One-time codes beside the password: off, optional, or the roles that have to (others may). Wrong
# ones are counted as passwords are, not by the package as well; a clock may be a step (half a
# minute) off, and not ever further.
ONE_TIME_CODES = [word.lower() for word in env_list("ONE_TIME_CODES")] or ["off"]
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
OTP_TOTP_SYNC = False

# Where people reach this site: links in mails, the QR code of a frozen pack, and passkeys.
SITE_URL = env_address("SITE_URL")

# Passkeys, as a second step or (PASSKEY_ALONE) in the password's place: off, optional, or the roles
# for which nothing else will do. A passkey belongs to a domain, that of SITE_URL unless set, and
# works at the addresses (origins) named here. What is wrong with these is said at the start, by
# strategy/people/passkeys/setting.py instead of the package.
PASSKEYS = [word.lower() for word in env_list("PASSKEYS")] or ["off"]
PASSKEY_ALONE = env_bool("PASSKEY_ALONE")
_SITE = urlsplit(SITE_URL)
PASSKEY_DOMAIN = os.environ.get("PASSKEY_DOMAIN", "").strip().lower() or _SITE.hostname or ""
PASSKEY_ORIGINS = [origin.lower() for origin in env_list("PASSKEY_ORIGINS")] or (
    [f"{_SITE.scheme}://{_SITE.netloc}".lower()] if SITE_URL else []
)
SILENCED_SYSTEM_CHECKS = [f"otp_webauthn.E{number}" for number in ("010", "011", "030", "031")]

# Single sign-on by OpenID Connect: off unless all of these are set, and then beside the password.
# Accounts, roles and units are made here alone; the provider says who somebody is
# (strategy/people/sso).
SSO = {
    "SSO_ISSUER": env_address("SSO_ISSUER"),
    "SSO_AUTHORIZE_URL": env_address("SSO_AUTHORIZE_URL"),
    "SSO_TOKEN_URL": env_address("SSO_TOKEN_URL"),
    "SSO_USER_URL": env_address("SSO_USER_URL"),
    "SSO_KEYS_URL": env_address("SSO_KEYS_URL"),
    "SSO_CLIENT_ID": os.environ.get("SSO_CLIENT_ID", "").strip(),
    "SSO_CLIENT_SECRET": os.environ.get("SSO_CLIENT_SECRET", "").strip(),
}
SSO_ISSUER = SSO["SSO_ISSUER"]
#: What the provider calls the account by: the user name here, or with "email" its e-mail address.
SSO_CLAIM = os.environ.get("SSO_CLAIM", "").strip() or "preferred_username"
SSO_NAME = os.environ.get("SSO_NAME", "").strip()
OIDC_OP_AUTHORIZATION_ENDPOINT = SSO["SSO_AUTHORIZE_URL"]
OIDC_OP_TOKEN_ENDPOINT = SSO["SSO_TOKEN_URL"]
OIDC_OP_USER_ENDPOINT = SSO["SSO_USER_URL"]
OIDC_OP_JWKS_ENDPOINT = SSO["SSO_KEYS_URL"]
OIDC_RP_CLIENT_ID = SSO["SSO_CLIENT_ID"]
OIDC_RP_CLIENT_SECRET = SSO["SSO_CLIENT_SECRET"]
OIDC_RP_SIGN_ALGO = "RS256"
OIDC_RP_SCOPES = "openid email profile"
OIDC_USE_PKCE = True
OIDC_CREATE_USER = False
OIDC_TIMEOUT = 10
OIDC_AUTHENTICATION_CALLBACK_URL = "sso_callback"
if SSO_ISSUER:
    # Before the counter of wrong passwords, which knows no name here.
    AUTHENTICATION_BACKENDS.insert(0, "strategy.people.sso.backend.SignOn")

# Thai for everybody, whatever a browser asks for, until somebody switches to English
# (strategy/language/choice.py).
LANGUAGE_CODE = "th"
LANGUAGES = [("th", "ไทย"), ("en", "English")]
# The project's own words, and what Django and the other packages leave in English.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "locale" / "packages"]
TIME_ZONE = "Asia/Bangkok"
USE_I18N = True
LANGUAGE_COOKIE_AGE = 60 * 60 * 24 * 365
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = not TRIAL
USE_TZ = True
FORMAT_MODULE_PATH = ["nhrc_plan.formats"]

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [
    BASE_DIR / "nhrc_plan" / "static",
    ("manual", BASE_DIR / "docs" / "manual" / "pictures"),
]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "nhrc_plan.setup.fonts.FontFinder",
]
#: Where the fonts are kept that the finder makes of the package's.
FONT_DIR = BASE_DIR / ".fonts"
# Files of evidence lie outside whatever is served, under generated names, readable for the
# service's account alone; strategy/pages/evidence.py hands them out. Without EVIDENCE_DIR: beside
# the database file, else beside the program.
_DATABASE_FILE = Path(str(DATABASES["default"]["NAME"]))
EVIDENCE_DIR = Path(
    os.environ.get("EVIDENCE_DIR")
    or (_DATABASE_FILE.parent if _DATABASE_FILE.is_absolute() else BASE_DIR) / "evidence"
)
EVIDENCE_MAX_MB = env_count("EVIDENCE_MAX_MB", default=10, most=100)
FILE_UPLOAD_HANDLERS = [
    "strategy.evidence.receiving.UploadLimit",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": EVIDENCE_DIR,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TRIAL
        else "nhrc_plan.setup.static_files.CollectedFiles"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TRIAL

# Backups (manage.py backup, restore, backup_drill): their folder, the public keys (age1…) that
# close them and the file of the secret key that opens them, and of how many days, weeks and months
# the newest is kept each. After so many hours without a new one the system says that it is late.
BACKUP_DIR = os.environ.get("BACKUP_DIR", "")
BACKUP_PUBLIC_KEYS = env_list("BACKUP_PUBLIC_KEYS")
BACKUP_SECRET_KEY_FILE = os.environ.get("BACKUP_SECRET_KEY_FILE", "")
BACKUP_KEEP_DAYS = env_count("BACKUP_KEEP_DAYS", default=14, most=999)
BACKUP_KEEP_WEEKS = env_count("BACKUP_KEEP_WEEKS", default=8, most=999)
BACKUP_KEEP_MONTHS = env_count("BACKUP_KEEP_MONTHS", default=24, most=999)
BACKUP_LATE_HOURS = env_count("BACKUP_LATE_HOURS", default=26, most=999)
BACKUP_DRILL_DATABASE_URL = os.environ.get("BACKUP_DRILL_DATABASE_URL", "")

# A session ends with the browser, after a working day in which nobody used it, and in any case
# after a week (strategy/people/sessions.py).
SESSION_COOKIE_AGE = 60 * 60 * 10
SESSION_LONGEST = timedelta(days=7)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not TRIAL
SECURE_SSL_REDIRECT = env_bool("SECURE_SSL_REDIRECT", default=not TRIAL)
SECURE_HSTS_SECONDS = 0 if TRIAL else 60 * 60 * 24 * 365
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not TRIAL
# Whoever asks whether the service is well stands beside it (nhrc_plan/health/views.py).
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
BEHIND_PROXY = env_bool("BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# An assessment is one screen: some forty criteria, each with several pieces of evidence.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6000

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_DATE_INDEX = "composite"

# Exports ask for a permission of their own; imports into tables that make figures stay off.
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "add"
# Our own formats neutralise formulas (strategy/records/export.py); the package's switch is left off
# because it makes "==1+1" live and turns numbers into text.
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = False

# Mails are reminders (manage.py send_reminders). A trial prints them, unless it names a server.
EMAIL_HOST = os.environ.get("EMAIL_HOST") or "localhost"
EMAIL_TLS = env_choice("EMAIL_TLS", ("starttls", "ssl", "none"))
EMAIL_USE_TLS, EMAIL_USE_SSL = EMAIL_TLS == "starttls", EMAIL_TLS == "ssl"
EMAIL_PORT = env_count(
    "EMAIL_PORT", default={"starttls": 587, "ssl": 465, "none": 25}[EMAIL_TLS], most=65535
)
EMAIL_HOST_USER = os.environ.get("EMAIL_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("EMAIL_PASSWORD", "")
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = (
    "django.core.mail.backends.console.EmailBackend"
    if TRIAL and not os.environ.get("EMAIL_HOST")
    else "django.core.mail.backends.smtp.EmailBackend"
)
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", "") or ("plan@localhost" if TRIAL else "")

# The log goes to standard error, an entry a line: as JSON for whatever collects it, or as text for
# eyes (nhrc_plan/logs.py). Each request is one line of it; the trial's server writes its own.
LOG_FORMAT = env_choice("LOG_FORMAT", ("text", "json") if TRIAL else ("json", "text"))
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "nhrc_plan.logs.Text",
            "format": "{asctime} {levelname} {name} {message}",
            "style": "{",
        },
        "json": {"()": "nhrc_plan.logs.Json"},
    },
    "filters": {"secrets": {"()": "nhrc_plan.logs.HideSecrets"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["secrets"],
        }
    },
    "root": {"handlers": ["console"], "level": "INFO" if TRIAL else "WARNING"},
    "loggers": {
        "nhrc_plan.requests": {"level": "WARNING" if TRIAL else "INFO"},
        # The trial's server tells of every request by a handler of its own, unless told otherwise.
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
    },
}
