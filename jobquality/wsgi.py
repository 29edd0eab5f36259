"""The WSGI entry point."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jobquality.settings")

if not (settings.HAS_SECRET_KEY or settings.DEBUG):
    # Each worker would make a key of its own, and sign people out of the others'.
    raise ImproperlyConfigured("Set SECRET_KEY before serving the site.")

application = get_wsgi_application()
