"""`make soak`: what takes too long, or too much installing, for every `make test`.

Never part of what a submission must pass (decisions.md 33). A part that could not run counts as
failed and says why.
"""

import sys

from scripts import system_packages
from scripts.run_tests import Part, run_parts

PARTS = (
    Part(name="Files opened by LibreOffice", marks="soak", needs=(system_packages.LIBREOFFICE,)),
)


if __name__ == "__main__":
    try:
        sys.exit(run_parts(PARTS))
    except KeyboardInterrupt:
        sys.exit(130)
