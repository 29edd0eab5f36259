"""A fresh PDF beside a warm Chromium that prints the same HTML, in one process."""

from __future__ import annotations

import json
import os
import resource
import time
from datetime import date
from statistics import median

os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

import django

django.setup()

from playwright.sync_api import sync_playwright  # noqa: E402

from assessment.documents import pdf, printed_plan  # noqa: E402
from scripts.system_packages import CHROMIUM, CHROMIUM_ARGUMENTS  # noqa: E402
from tests.plans import make_plan  # noqa: E402

ROUNDS = 7


def styled(html: str) -> str:
    """The same HTML with the same style sheet inside, as Chromium is to print it."""
    return html.replace("</head>", f"<style>{pdf.style_of(printed_plan.STYLES)}</style></head>")


def main() -> None:
    """Print both medians in seconds, and the pages and bytes of each, as one line of JSON."""
    plans = [make_plan(as_of=date(2026, 11, day)) for day in range(1, ROUNDS + 2)]
    rendered = printed_plan.render(plans[0])
    ours = []
    for plan in plans[1:]:
        begun = time.perf_counter()
        rendered = printed_plan.render(plan)
        ours.append(time.perf_counter() - begun)
    theirs = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_ARGUMENTS)
        page = browser.new_page()
        for plan in plans:
            begun = time.perf_counter()
            page.set_content(styled(printed_plan.html_of(plan)))
            printed = page.pdf(format="Letter", tagged=True, outline=True)
            theirs.append(time.perf_counter() - begun)
        browser.close()
    print(
        json.dumps(
            {
                "ours": median(ours),
                "chromium": median(theirs[1:]),
                "pages": rendered.pages,
                "bytes": len(rendered.content),
                "chromium_bytes": len(printed),
                "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
            }
        )
    )


if __name__ == "__main__":
    main()
