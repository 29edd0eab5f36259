"""The rules stand without the framework: no pure module may load Django, even by a detour."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = [
    "assessment.aim",
    "assessment.documents.printable",
    "assessment.moving",
    "assessment.picture",
    "assessment.plan",
    "assessment.plan_document",
    "assessment.progress",
    "assessment.proposal",
    "assessment.recommendation",
    "assessment.scoring",
    "assessment.sentences",
    "assessment.sheet_code",
    "assessment.since_last",
    "assessment.turnover",
    "assessment.what_if",
    "assessment.worklist",
    "toolkit.catalogue",
    "toolkit.citations",
    "toolkit.dates",
    "toolkit.differences",
    "toolkit.formats",
    "toolkit.link_check",
    "toolkit.metadata",
    "toolkit.overview",
    "toolkit.provenance",
    "toolkit.public_network",
]
IMPORT_AND_LIST = "import sys, {module}; print(*sorted(sys.modules))"


@pytest.mark.parametrize("module", PURE)
def test_a_fresh_interpreter_loads_it_without_django(module):
    # -S keeps site-packages out of sys.path, so anything but the standard library would fail too.
    listing = subprocess.run(
        [sys.executable, "-S", "-c", IMPORT_AND_LIST.format(module=module)],
        cwd=ROOT,
        env={"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(listing.stdout.split())
    ours = {name for name in loaded if name.partition(".")[0] in ("toolkit", "assessment")}

    assert module in loaded
    assert "django" not in loaded
    assert ours <= {"toolkit", "assessment", "assessment.documents", *PURE}


LOAD_THE_SITE = """
import importlib, pkgutil, sys
import django
django.setup()
import jobquality.urls, jobquality.wsgi, toolkit, assessment
from django.urls import get_resolver
get_resolver().url_patterns
for package in (toolkit, assessment):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".management" not in module.name and module.name != "toolkit.link_fetch":
            importlib.import_module(module.name)
print(*sorted(sys.modules))
"""


def test_no_request_can_ask_another_site():
    """Everything but the commands is loaded, and what asks the network is not among it."""
    listing = subprocess.run(
        [sys.executable, "-c", LOAD_THE_SITE],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "jobquality.settings",
            "SECRET_KEY": "of a test",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(listing.stdout.split())

    assert {"toolkit.views.resource", "toolkit.admin.link_check", "assessment.views.plan"} <= loaded
    assert loaded & {"toolkit.link_fetch", "httpx2", "httpcore2"} == set()
