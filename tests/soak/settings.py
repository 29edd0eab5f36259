"""The site's own settings, less the collected static files that a production server hands out."""

from jobquality.settings import *  # noqa: F403
from jobquality.settings import STORAGES

WHITENOISE_USE_FINDERS = True
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
