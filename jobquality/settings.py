"""Settings of the site: one flat file, safe defaults, every difference by environment variable.

The README's configuration table lists each variable; a test holds the two together.
"""

import logging
import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
import django_stubs_ext
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.csp import CSP

from jobquality.mail_url import mailers

# Lets `forms.ModelForm[Action]` and the like be written where they are subclassed.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent


def env_flag(name: str) -> bool:
    """Whether an environment variable says yes."""
    return os.environ.get(name, "").lower() in {"1", "true", "yes", "on"}


def env_list(name: str) -> list[str]:
    """The comma-separated values of an environment variable."""
    return [v.strip() for v in os.environ.get(name, "").split(",") if v.strip()]


# -- Core ------------------------------------------------------------------------------------

DEBUG = env_flag("DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY", "")
HAS_SECRET_KEY = bool(SECRET_KEY)
if not SECRET_KEY:
    # Without a key nothing is shared between processes or restarts: good enough for tests and
    # one-off commands; `make run` writes a key of its own, and the web server refuses to start.
    SECRET_KEY = get_random_secret_key()
ALLOWED_HOSTS = env_list("ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS")
# Plain http only where nothing leaves this machine, or where the operator says so.
IS_SECURE = not DEBUG and not env_flag("INSECURE_HTTP")
ROOT_URLCONF = "jobquality.urls"
WSGI_APPLICATION = "jobquality.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "jobquality",
    "assessment",
    "toolkit",
    "crispy_forms",
    "toolkit.desk.DeskConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "django_tasks_db",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    # Outermost, so that static files, probes and redirects to https bear them too.
    "jobquality.headers.HeadersMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # These answer ahead of everything: probes know neither our host name nor https.
    "jobquality.health.HealthMiddleware",
    "jobquality.metrics.MetricsMiddleware",
    "jobquality.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "jobquality.compression.CompressionMiddleware",
    "toolkit.bodies.BodyLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "toolkit.staff_session.StaffSessionMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "assessment.messages.MessageMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "assessment.access.here",
            ],
            "builtins": [
                "django.templatetags.static",
                "assessment.templatetags.assessment",
                "toolkit.templatetags.toolkit",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = ("jobquality",)
CRISPY_TEMPLATE_PACK = "jobquality"

# -- Database --------------------------------------------------------------------------------

if "DATABASE_URL" not in os.environ:
    (BASE_DIR / "data").mkdir(exist_ok=True)
DATABASES = {
    "default": dj_database_url.config(default=f"sqlite:///{BASE_DIR / 'data' / 'db.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Measured: without an immediate lock 15 to 28 % of concurrent writes fail (decisions.md 49).
    # To import all content, or to try it for the dry run, takes the one writer's place for 6
    # seconds on two busy cores: the timeout is longer than that.
    DATABASES["default"].setdefault("OPTIONS", {}).update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        # FULL: what is called saved is on the disk itself, and outlives a power cut. With NORMAL a
        # killed process loses nothing either, but a power cut the last commits.
        # 32 MB of pages: a search reads all of a large archive.
        init_command=(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000;"
        ),
    )
# A kept connection is about three times as fast as one per request, and is checked before use.
DATABASES["default"]["CONN_MAX_AGE"] = 600
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# -- Tasks -----------------------------------------------------------------------------------

# What would keep others waiting: done in the request, or by `manage.py work` from a queue in the
# database.
TASK_BACKENDS = {
    "immediate": "django.tasks.backends.immediate.ImmediateBackend",
    "worker": "django_tasks_db.DatabaseBackend",
}
if (os.environ.get("TASKS") or "immediate") not in TASK_BACKENDS:
    raise ImproperlyConfigured("TASKS must be “immediate” or “worker”.")
TASKS = {"default": {"BACKEND": TASK_BACKENDS[os.environ.get("TASKS") or "immediate"]}}

# -- Sessions, cookies, headers --------------------------------------------------------------

SESSION_COOKIE_AGE = 90 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "assessment.views.errors.csrf_failure"
# What the next page says waits in a cookie (assessment/messages.py); what the desk says at such
# length that none holds it, in the session.
MESSAGE_STORAGE = "django.contrib.messages.storage.fallback.FallbackStorage"
SECURE_SSL_REDIRECT = IS_SECURE
IS_BEHIND_PROXY = env_flag("BEHIND_PROXY")
if IS_BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_SECURE
SECURE_HSTS_PRELOAD = IS_SECURE
# With "no-referrer" Chromium posts "Origin: null" and every plain form is refused.
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}
# Everything stored is text of bounded length; nothing an employer sends is larger than this.
DATA_UPLOAD_MAX_MEMORY_SIZE = 512 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
# Of a whole request, files included, unless its view takes a file (toolkit/bodies.py).
LARGEST_BODY = 2 * DATA_UPLOAD_MAX_MEMORY_SIZE

# -- Limits ----------------------------------------------------------------------------------

# Of assessment/limiting.py: 1 as they stand there, 10 ten times as many, 0 none at all.
RATE_LIMITS = float(os.environ.get("RATE_LIMITS") or "1")
if not 0 <= RATE_LIMITS < float("inf"):
    raise ImproperlyConfigured("RATE_LIMITS must be a number from 0: how often what is limited.")

# -- Language, time, files -------------------------------------------------------------------

LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Captured copies. Handed out by a view that makes them harmless: never let a web server serve
    # this folder. Any other Django storage, such as an object store, can stand here.
    "copies": {
        "BACKEND": "toolkit.copy_storage.WholeFileStorage",
        "OPTIONS": {"location": os.environ.get("COPIES_DIR") or BASE_DIR / "data" / "copies"},
    },
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}
# The largest captured copy that staff may upload: 200 MB.
COPY_MAX_BYTES = 200 * 1024 * 1024
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 0 if DEBUG else 60

# -- Staff -----------------------------------------------------------------------------------

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
LOGIN_URL = "admin:login"
# A staff sign-in ends this long after it began, however active, while what employers' links opened
# in the same browser stays; hence sessions of our own (decisions.md 24).
STAFF_SIGN_IN_AGE = 8 * 3600
SESSION_ENGINE = "toolkit.staff_session"
# Asked of staff after the password; where it is off it is still asked of whoever has set one up.
STAFF_SECOND_FACTOR = (
    env_flag("STAFF_SECOND_FACTOR") if os.environ.get("STAFF_SECOND_FACTOR") else not DEBUG
)
OTP_TOTP_ISSUER = "Job Quality Self-Assessment"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Lock-out: five failures from one address, whoever it tries, or a hundred of one name, from
# anywhere. The order of the parameters is the one in which toolkit/lock_out.py reads the counts.
AXES_HANDLER = "toolkit.lock_out.Failures"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username", "ip_address"]
# Trying on does not make it last longer. To keep somebody out by their name still takes a hundred
# tries in each quarter of an hour, from twenty addresses (of IPv6: twenty /48 networks).
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_CLIENT_IP_CALLABLE = "toolkit.lock_out.address"
AXES_USERNAME_CALLABLE = "toolkit.lock_out.name"
AXES_LOCKOUT_CALLABLE = "toolkit.lock_out.locked_out"
# Failures are kept for the audit log until they are purged, sign-ins are in it already. The
# library's limit drops the newest failures of a name and keeps the oldest: never reach it.
AXES_ENABLE_ACCESS_FAILURE_LOG = True
AXES_ACCESS_FAILURE_LOG_PER_USER_LIMIT = 10_000_000
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]

# -- Mail ------------------------------------------------------------------------------------

# Without EMAIL_URL nothing is mailed, and no page speaks of mail.
MAILERS = mailers(os.environ.get("EMAIL_URL", "").strip())
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "").strip() or "webmaster@localhost"
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Sending fails without a mailer, which Django warns of; here that is meant, and nothing sends.
SILENCED_SYSTEM_CHECKS = [] if MAILERS else ["mail.W001"]
# Where mails lead: they are written where no request tells the site's address.
SITE_URL = os.environ.get("SITE_URL", "").strip().rstrip("/")
if SITE_URL and not SITE_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("SITE_URL must be the site's address: https://jobs.example.org")
if MAILERS and not (SITE_URL and os.environ.get("DEFAULT_FROM_EMAIL", "").strip()):
    raise ImproperlyConfigured("EMAIL_URL needs SITE_URL and DEFAULT_FROM_EMAIL as well.")

# -- The product -----------------------------------------------------------------------------

RETENTION_DAYS = int(os.environ.get("RETENTION_DAYS", "730"))
if RETENTION_DAYS < 1:
    raise ImproperlyConfigured("RETENTION_DAYS must be at least 1.")
# How long backups are kept, which the privacy page states; deleting old ones is the operator's.
BACKUP_DAYS = int(os.environ.get("BACKUP_DAYS", "30"))
if BACKUP_DAYS < 0:
    raise ImproperlyConfigured("BACKUP_DAYS must be 0 (no backups) or more.")
# Who runs this site, and a mail or web address to reach them at: on pages and in mails.
OPERATOR_NAME = os.environ.get("OPERATOR_NAME", "").strip()
OPERATOR_CONTACT = os.environ.get("OPERATOR_CONTACT", "").strip()
if not (OPERATOR_NAME + OPERATOR_CONTACT).isprintable():
    raise ImproperlyConfigured("OPERATOR_NAME and OPERATOR_CONTACT must each stand on one line.")

# Told to each site whose addresses `check_links` asks: a mail or web address.
LINK_CHECK_CONTACT = os.environ.get("LINK_CHECK_CONTACT", "").strip()
if not (LINK_CHECK_CONTACT.isascii() and LINK_CHECK_CONTACT.isprintable()):
    raise ImproperlyConfigured("LINK_CHECK_CONTACT must be a mail or web address on one line.")

# -- Backups ---------------------------------------------------------------------------------

# Where `backup` writes unless told otherwise: on another disk, or copied elsewhere every day.
BACKUP_DIR = Path(os.environ.get("BACKUP_DIR") or BASE_DIR / "data" / "backups")

# -- Logs, errors, metrics -------------------------------------------------------------------

# Whom to tell of errors: e-mail addresses, and a function of the operator's.
ADMINS = env_list("ADMINS")
ERROR_HOOK = os.environ.get("ERROR_HOOK", "").strip()
# What Prometheus shows to be let in; without one there are no metrics.
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "").strip()
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {"()": "jobquality.logs.JsonFormatter"},
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "plain" if DEBUG else "json"},
        "errors": {"class": "jobquality.errors.ErrorHandler"},
    },
    "root": {"handlers": ["console", "errors"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console", "errors"], "level": "INFO", "propagate": False},
        # Below an error it repeats what the request's own line says, with the path.
        "django.request": {"level": "ERROR"},
        # Anybody can send a false host name at any rate: no error of ours, and no mail.
        "django.security.DisallowedHost": {"handlers": ["console"], "propagate": False},
        # Names and addresses of those who failed to sign in stand in the audit log.
        "axes": {"level": "CRITICAL"},
        "jobquality": {"level": "INFO"},
        # The development server writes lines of its own.
        "jobquality.request": {"level": "WARNING" if DEBUG else "INFO"},
    },
}
# A log line that cannot be written would be printed with all its values.
logging.raiseExceptions = DEBUG
