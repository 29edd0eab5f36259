"""The toolkit app."""

from django.apps import AppConfig


class ToolkitConfig(AppConfig):
    """The published knowledge: questions, strategies and the archive."""

    name = "toolkit"
    verbose_name = "Toolkit"
