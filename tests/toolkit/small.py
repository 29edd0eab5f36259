"""A toolkit small enough to read at a glance: two components, three questions, two resources."""

from tests.rows import MadeOnce
from toolkit import catalogue as cat
from toolkit import editions
from toolkit.content_files import Content
from toolkit.importing import load
from toolkit.models import Edition
from toolkit.resource_document import read_resource

GUIDE, CASE = "good-jobs-guide", "corner-bakery-case"


def question(slug: str, code: str, component: str, **changes: object) -> dict[str, object]:
    return {
        "slug": slug,
        "code": code,
        "text": f"What about {slug}?",
        "why": {"text": f"{slug} matters.", "source": GUIDE},
        "weight": 2,
        "weight_reason": "Evidence: one study.",
        "levels": [f"{slug} at {n}." for n in range(5)],
        "next_steps": [f"Raise {slug} from {n}." for n in range(4)],
        "pulse": f"I know about {slug}.",
        **changes,
    }


def component(slug: str, position: int, code: str, questions: list[object]) -> dict[str, object]:
    return {
        "slug": slug,
        "position": position,
        "code": code,
        "title": slug.capitalize(),
        "label": slug.capitalize(),
        "summary": f"All about {slug}.",
        "toolkit_says": f"The toolkit speaks of {slug}.",
        "source": GUIDE,
        "questions": questions,
    }


def strategy(slug: str, question: str, **changes: object) -> dict[str, object]:
    return {
        "slug": slug,
        "component": "pay",
        "title": slug.replace("-", " ").capitalize(),
        "summary": "It helps.",
        "steps": ["Begin.", "Go on.", "Finish."],
        "effort": "low",
        "days": 30,
        "sizes": ["1-9", "10-49"],
        "serves": [{"question": question, "levels": [0, 1, 2, 3]}],
        "resources": [{"resource": GUIDE, "role": "guide"}, {"resource": CASE, "role": "case"}],
        **changes,
    }


def resource(slug: str, number: int, **changes: object) -> dict[str, object]:
    return {
        "slug": slug,
        "number": number,
        "title": slug.replace("-", " ").capitalize(),
        "kind": "guide",
        "organization": "Institute of Work",
        "summary": "A short description.",
        "components": ["pay"],
        "verification": "verified",
        "rights": "Not assessed.",
        "description_source": "Written from the item.",
        **changes,
    }


def small_documents() -> dict[str, list[dict[str, object]]]:
    """Every document, by noun; tests change what they need."""
    wage, raises = question("wage", "PAY-1", "pay"), question("raises", "PAY-2", "pay")
    leave = question("leave", "BN-1", "benefits", na_when="Choose this if nobody is employed.")
    return {
        "component": [
            component("pay", 1, "PAY", [wage, raises]),
            component("benefits", 2, "BN", [leave]),
        ],
        "strategy": [
            strategy("set-a-wage", "wage"),
            strategy("plan-raises", "raises"),
            strategy("offer-leave", "leave", component="benefits"),
        ],
        "resource": [
            resource(GUIDE, 1, facts=[{"text": "Café fact.", "source": "p. 1", "basis": "direct"}]),
            resource(
                CASE,
                2,
                kind="case-study",
                employer="Corner Bakery",
                sectors=["72"],
                employer_sizes=["10-49"],
                relations=[{"relation": "companion-of", "resource": GUIDE}],
            ),
        ],
    }


def content(documents: dict[str, list[dict[str, object]]] | None = None) -> Content:
    """Documents as the content that ``load`` takes."""
    problems: list[cat.Fault] = []
    documents = documents or small_documents()
    read = Content(
        components=tuple(cat.read_component(d, "", problems) for d in documents["component"]),
        strategies=tuple(cat.read_strategy(d, "", problems) for d in documents["strategy"]),
        resources=tuple(read_resource(d, "", problems) for d in documents["resource"]),
    )
    assert problems == []
    return read


def fingerprint() -> str:
    return cat.fingerprint(editions.draft_document())


def publish(same_meaning: tuple[str, ...] = (), note: str = "Because.") -> Edition:
    return editions.publish(fingerprint=fingerprint(), note=note, same_meaning=same_meaning)


@MadeOnce
def load_small() -> None:
    """Load the small toolkit."""
    load(content())


@MadeOnce
def _load_and_publish() -> None:
    load_small()
    publish()


def load_and_publish() -> Edition:
    """Publish the small toolkit, whose tables are empty yet; returns the live edition."""
    _load_and_publish()
    live = editions.live_edition()
    assert live is not None
    return live
