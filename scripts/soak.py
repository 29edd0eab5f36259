"""`make soak`: what takes too long, or too much installing, for every `make test`.

Never part of what a submission must pass (decisions.md 33). A part that could not run counts as
failed and says why.
"""

import sys

from scripts import system_packages
from scripts.run_tests import Part, run_parts

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


if __name__ == "__main__":
    try:
        sys.exit(run_parts(PARTS))
    except KeyboardInterrupt:
        sys.exit(130)
