"""The site's own settings, with the floors beside its pages."""

from jobquality.settings import *  # noqa: F403

ROOT_URLCONF = "bench.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
