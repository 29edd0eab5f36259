"""The rules stand without the framework: no pure module may load Django, even by a detour."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PURE = [
    "toolkit.catalogue",
    "toolkit.citations",
    "toolkit.dates",
    "toolkit.metadata",
    "toolkit.provenance",
    "assessment.scoring",
    "assessment.recommendation",
    "assessment.plan",
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
    assert ours <= {"toolkit", "assessment", *PURE}
