"""Progress over time: this assessment beside the ones before it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessment import progress as rules
from assessment.access import Access, employer
from assessment.chain import chain_of, labels_of


@require_safe
@employer("read")
def progress(request: HttpRequest, access: Access) -> HttpResponse:
    """Two side by side, like for like and as published, and a line over all of them."""
    chain = chain_of(access)
    context = {"section": "progress", "assessment": access.assessment, "count": len(chain)}
    if len(chain) > 1:
        first, second = _chosen(request.GET, len(chain))
        found = rules.compare(chain[first - 1], chain[second - 1])
        context |= {
            "first": first,
            "second": second,
            "labels": labels_of(chain),
            "since": rules.printed(found, is_latest=second == len(chain)),
            "is_latest": second == len(chain),
            "most_shown": f":{rules.SHOWN}",
            "rest_shown": f"{rules.SHOWN}:",
            "line": rules.line(chain),
            "published": [rules.published(taken) for taken in chain],
        }
    return render(request, "assessment/progress.html", context)


def _chosen(data: QueryDict, count: int) -> tuple[int, int]:
    """Which two of ``count`` to compare, the earlier one first; by default the last two."""
    known = {str(n) for n in range(1, count + 1)}
    numbers = sorted(int(n) for n in {data.get("from", ""), data.get("to", "")} & known)
    return (numbers[0], numbers[1]) if len(numbers) > 1 else (count - 1, count)
