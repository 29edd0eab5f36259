"""The app of the site as a whole: its commands and its system checks."""

from django.apps import AppConfig


class JobQualityConfig(AppConfig):
    """Wiring. It has no model and no rule of the product."""

    name = "jobquality"
    verbose_name = "Site"

    def ready(self) -> None:
        """Register the system checks, which need the other apps."""
        from jobquality import checks  # noqa: F401
