"""The site's own settings, with the floors beside its pages."""

from jobquality.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
# Counted as in production, and never met.
RATE_LIMITS = 1_000_000
LOGGING = {"version": 1, "disable_existing_loggers": True}
