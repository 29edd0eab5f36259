"""`make soak`: what takes too long, or too much installing, for every `make test`.

Never part of what a submission must pass (decisions.md 33). A part that could not run counts as
failed and says why.
"""

import subprocess
import sys

from scripts import set_up, system_packages
from scripts.configuration import clean_environment
from scripts.run_tests import Part, run_parts
from scripts.terminal import ROOT, say

PARTS = (
    Part(
        name="Files opened by LibreOffice",
        marks="soak and not db and not disk",
        needs=(system_packages.LIBREOFFICE,),
    ),
    Part(
        name="10,000 steps and 50 kills, on SQLite",
        marks="soak and db",
        needs=(system_packages.CHROMIUM_BROWSER,),
        shows_output=True,
    ),
    Part(
        name="10,000 steps and 50 kills, on PostgreSQL",
        marks="soak and db",
        needs=(system_packages.POSTGRES, system_packages.CHROMIUM_BROWSER),
        on_postgres=True,
        is_durable=True,
        shows_output=True,
    ),
    Part(
        name="PostgreSQL restarted, disks filled (as root)",
        marks="soak and disk",
        needs=(system_packages.POSTGRES,),
        shows_output=True,
    ),
)
# After the tests and one after the other, as most measure time. Each ends with 1 where a bar is
# missed or something is found, prints its own table, and says in its first lines by which variables
# it grows or shrinks.
PROGRAMS = {
    "A great many assessments": "bench.growth",
    "A crowd of employers": "bench.crowd",
    "A scan by wapiti": "scripts.soak_wapiti",
}


def run_programs() -> int:
    """Run every program; returns how many failed."""
    if line := system_packages.missing(system_packages.POSTGRES):
        say(f"NOT RUN: {line}")
        return len(PROGRAMS)
    failed = 0
    for name, module in PROGRAMS.items():
        say(f"\n==> {name}")
        command = [str(set_up.PYTHON), "-m", module]
        done = subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False)
        failed += bool(done.returncode)
    say(f"Programs: {len(PROGRAMS) - failed} passed, {failed} failed")
    return failed


if __name__ == "__main__":
    try:
        sys.exit(1 if run_parts(PARTS) + run_programs() else 0)
    except KeyboardInterrupt:
        sys.exit(130)
