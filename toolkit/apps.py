"""The toolkit app."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class ToolkitConfig(AppConfig):
    """The published knowledge: questions, strategies and the archive."""

    name = "toolkit"
    verbose_name = "Toolkit"

    def ready(self) -> None:
        """Follow staff signing in and out."""
        from . import audit, staff_session

        user_logged_in.connect(staff_session.begin)
        user_logged_in.connect(audit.signed_in)
        user_logged_out.connect(audit.signed_out)
