"""What prints is loaded when something is printed, not by everything that knows of documents."""

import os
import subprocess
import sys

from scripts.terminal import ROOT

LOADED = """
import sys
import django
django.setup()
import jobquality.urls
print(sorted({"weasyprint", "pikepdf"} & sys.modules.keys()))
from assessment.documents import press
press.FETCHER
print(sorted({"weasyprint", "pikepdf"} & sys.modules.keys()))
"""


def test_the_site_starts_without_loading_what_prints() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "jobquality.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.splitlines() == ["[]", "['pikepdf', 'weasyprint']"]
