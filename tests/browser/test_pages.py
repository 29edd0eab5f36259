"""Every page at every width: accessible, not too wide, from this site only, by the rules."""

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page

from assessment import access
from assessment.models import Assessment, DocumentOrder
from toolkit.catalogue import Catalogue

from .addresses import FILES, POSTED, names
from .conftest import Employer

pytestmark = [pytest.mark.browser]

WIDTHS = (1280, 768, 360)
WIDEST, NARROWEST = WIDTHS[0], WIDTHS[-1]
# Pages that differ by how much is answered; the others are seen once.
CHANGING = ("hub", "component", "review", "results", "arithmetic", "targets", "what_if", "plan")
QUICK, FULL = 16, 48

type Pages = dict[str, tuple[str, int]]

# A browser at 200 % zoom lays a window of 1280 pixels out as 640, each of twice the size.
ZOOMED = {"viewport": {"width": 640, "height": 480}, "device_scale_factor": 2}
TOO_WIDE = """() => {
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return [];
    const all = [...document.querySelectorAll("body *")];
    const wide = all.filter((e) => e.getBoundingClientRect().right > most + 1
        && !e.closest(".scroll, .sr"));
    return wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).concat("scrolls sideways");
}"""
# A column squeezed so thin that a sentence runs down it letter by letter.
SQUEEZED = """() => {
    const all = [...document.querySelectorAll("main :is(p, li, dd, h1, h2, h3, label)")];
    return all.filter((e) => {
        const most = 5 * parseFloat(getComputedStyle(e).fontSize);
        return e.textContent.trim().length > 30 && e.getBoundingClientRect().width < most
            && e.checkVisibility() && !e.closest(".sr, .scroll");
    }).map((e) => `squeezed: ${e.outerHTML.slice(0, 120)}`);
}"""


def check(page: Page, address: str, status: int) -> list[str]:
    """Open a page; returns what is wrong with the page itself."""
    response = page.goto(address)
    assert response is not None
    problems = []
    if response.status != status:
        problems.append(f"answers {response.status}, not {status}")
    if (count := page.locator("h1").count()) != 1:
        problems.append(f"{count} headings of the first level")
    if not page.title().strip():
        problems.append("no title")
    if page.locator("html").get_attribute("lang") != "en":
        problems.append("no language")
    return problems


def look(
    page: Page,
    pages: Pages,
    axe: Callable[..., list[str]],
    watch: Any,
    axe_at: tuple[int, ...] = (WIDEST, NARROWEST),
) -> list[str]:
    """Visit each page once and look at it at each width; returns all that is wrong.

    ``axe_at``: the widths at which axe looks too. It takes most of the time.
    """
    found = []
    for name, (address, status) in pages.items():
        if status >= 400:
            watch.expect(f"Failed to load resource.*{status}")
        page.set_viewport_size({"width": WIDEST, "height": 900})
        found += [f"{name}: {problem}" for problem in check(page, address, status)]
        found += seen(page, name, axe, axe_at)
    return found


def seen(
    page: Page,
    name: str,
    axe: Callable[..., list[str]],
    axe_at: tuple[int, ...] = (WIDEST, NARROWEST),
) -> list[str]:
    """What is wrong with the page as it stands, at each width."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        problems = [*fit(page), *(axe(page) if width in axe_at else ())]
        found += [f"{name} at {width}: {line}" for line in problems]
    return found


def measure(page: Page, pages: Pages, words: str) -> list[str]:
    """Visit each page; returns those too wide for the window."""
    found = []
    for name, (address, status) in pages.items():
        response = page.goto(address)
        assert response is not None
        assert response.status == status, name
        found += [f"{name} {words}: {line}" for line in fit(page)]
    return found


def fit(page: Page) -> list[str]:
    """What does not fit its window or its column."""
    return [*page.evaluate(TOO_WIDE), *page.evaluate(SQUEEZED)]


# -- which pages -------------------------------------------------------------------------------


def public_pages(catalogue: Catalogue) -> Pages:
    """Pages that need no link, by name."""
    return {
        "assessment:home": ("/", 200),
        "assessment:start": ("/start/?mode=full", 200),
        "assessment:how_scoring_works": ("/how-scoring-works/", 200),
        "assessment:about": ("/about-the-toolkit/", 200),
        "assessment:coaches": ("/for-coaches/", 200),
        "assessment:worksheets": ("/worksheets/", 200),
        "assessment:privacy": ("/privacy/", 200),
        "assessment:accessibility": ("/accessibility/", 200),
        "assessment:device": ("/assessments/", 200),
        "assessment:import_json": ("/bring-back/", 200),
        "assessment:open_link": ("/open/no-such-secret/", 404),
        "assessment:open_mailed": ("/open/mailed/no-such-secret/", 404),
        "assessment:lost_link": ("/lost-link/", 200),
        "assessment:lost_link_asked": ("/lost-link/asked/", 200),
        "toolkit:archive": ("/archive/", 200),
        "archive, searched": ("/archive/?q=child+care&page=1", 200),
        "archive, nothing found": ("/archive/?q=zzzz", 200),
        "archive, narrowed": ("/archive/?organization=Good+Jobs+Institute&kind=framework", 200),
        "toolkit:resource": ("/archive/job-quality-toolkit/", 200),
        "resource, a case study": ("/archive/the-hartford-claims-automation/", 200),
        "toolkit:component": (f"/components/{catalogue.components[2].slug}/", 200),
        "toolkit:strategy": (f"/strategies/{catalogue.strategies[0].slug}/", 200),
        "no such page": ("/no-such-page/", 404),
        "no such assessment": ("/a/nobody/results/", 404),
    }


def employer_pages(employer: Employer, state: str, only: tuple[str, ...] = ()) -> Pages:
    """An employer's pages by name; ``state`` says how much is answered."""
    of_component = employer.questions[-1].component
    pages = {
        name: employer.address(name)
        for name in (
            *("hub", "profile", "targets", "review", "results", "arithmetic", "what_if", "plan"),
            "documents",
            *("new_action", "links", "edition", "leave", "delete", "shared", "turnover"),
            *("reassess", "earlier", "take_earlier_away", "progress"),
        )
    }
    pages["component"] = employer.address("component", of_component)
    pages["type_back"] = employer.address("type_back")
    pages["type_back_sheet"] = employer.address("type_back_sheet", of_component)
    if action := employer.assessment.actions.first():
        pages["edit_action"] = employer.address("edit_action", action.key)
    if order := employer.assessment.orders.first():
        pages["making"] = employer.address("making", order.fingerprint)
    return {
        f"assessment:{name}, {state}": (address, 200)
        for name, address in pages.items()
        if not only or name in only
    }


@pytest.fixture
def full(catalogue: Catalogue) -> Employer:
    """The sample employer: every question answered in some way, and a plan."""
    call_command("create_sample", stdout=StringIO())
    assessment = Assessment.objects.get(is_sample=True)
    _, secret = access.make_link(assessment, role="owner")
    # Its other states: test_making.py.
    DocumentOrder.objects.create(
        assessment=assessment, fingerprint="0" * 64, ordered_at=timezone.now()
    )
    return Employer(assessment, secret, list(catalogue.questions.values()))


@pytest.fixture
def employers(make_employer: Callable[..., Employer], full: Employer) -> dict[str, Employer]:
    """Employers by how far they have come."""
    return {
        "full": full,
        "empty": make_employer(mode="full"),
        # Leading throughout, then nothing at all: a component with too few answers among them.
        "partial": make_employer(mode="full", levels="4" * 12 + "0" * 14, name="", size=""),
        "quick": make_employer(mode="quick", levels="0123" * 4),
    }


@pytest.fixture
def entered(page: Page, employers: dict[str, Employer]) -> Page:
    """A browser that holds all their links."""
    for employer in employers.values():
        employer.enter(page)
    return page


# -- the pages themselves ----------------------------------------------------------------------


def test_no_page_is_left_out(
    catalogue: Catalogue, full: Employer, employers: dict[str, Employer]
) -> None:
    seen = {
        name.split(",")[0] for name in [*public_pages(catalogue), *employer_pages(full, "full")]
    }
    # Only staff sees a preview: test_admin.py.
    assert seen - names_of(seen) == {"archive", "resource", "no such page", "no such assessment"}
    assert names_of(seen) == {*names()} - POSTED - FILES - {"toolkit:preview"}
    assert len(employers["quick"].questions) == QUICK
    assert len(employers["empty"].questions) == FULL


def names_of(seen: set[str]) -> set[str]:
    return {name for name in seen if ":" in name}


def test_public_pages(page: Page, catalogue: Catalogue, axe: Any, watch: Any) -> None:
    assert look(page, public_pages(catalogue), axe, watch) == []


def test_a_full_assessment(entered: Page, full: Employer, axe: Any, watch: Any) -> None:
    assert look(entered, employer_pages(full, "full"), axe, watch) == []


@pytest.mark.parametrize("state", ["empty", "partial", "quick"])
def test_an_assessment_under_way(
    entered: Page, employers: dict[str, Employer], axe: Any, watch: Any, state: str
) -> None:
    pages = employer_pages(employers[state], state, CHANGING)
    assert look(entered, pages, axe, watch, (NARROWEST,)) == []


def test_pages_with_something_wrong(
    entered: Page, employers: dict[str, Employer], axe: Any, watch: Any
) -> None:
    """Forms with errors, a flag that hides answers, a page changed elsewhere, a link shown once."""
    found = []
    for name, status in states_of_forms(entered, employers):
        if status >= 400:
            watch.expect(f"Failed to load resource.*{status}")
        assert entered.locator("h1").count() == 1
        found += seen(entered, name, axe, (NARROWEST,))
    assert found == []


def states_of_forms(page: Page, employers: dict[str, Employer]) -> Iterator[tuple[str, int]]:
    """Bring the page into one state after the other; gives its name and the status it came with."""
    full, quick = employers["full"], employers["quick"]

    def press(name: str) -> int:
        with page.expect_navigation() as following:
            page.get_by_role("button", name=name).click()
        assert following.value is not None
        return following.value.status

    page.goto("/start/")
    page.get_by_label("How many people work there?").fill("0")
    yield "start, refused", press("Create my private assessment")
    page.goto("/assessments/")
    yield "assessments", 200
    page.goto(quick.address("new_action"))
    yield "action, refused", press("Save")
    page.goto(quick.address("what_if"))
    page.locator("input[name=step]").nth(1).check()
    page.get_by_label("First result within (days)").fill("0")
    yield "what if, refused", press("Propose")
    page.goto(quick.address("links"))
    page.get_by_label("Answer one component").check()
    yield "link, refused", press("Make the link")
    page.get_by_label("Which component?").select_option("pay")
    yield "link, shown once", press("Make the link")
    page.goto(quick.address("delete"))
    yield "delete, refused", press("Delete")
    page.goto(full.address("profile"))
    page.get_by_role("group", name="Do people work shifts?").get_by_label("No", exact=True).check()
    yield "profile, hides answers", press("Save")
    question = quick.questions[0]
    page.goto(quick.component_of(question))
    page.locator(f"#{question.slug} input[value='4']").evaluate("(radio) => radio.checked = true")
    quick.give(question, 2)
    yield "component, changed elsewhere", press("Save and continue")


def test_what_other_links_show(
    new_context: Callable[..., BrowserContext], full: Employer, axe: Any, watch: Any
) -> None:
    """A reader's results and plan, a contributor's component, and what they may not see."""
    component = full.questions[0].component
    for role, allowed, refused in (
        ("read", ("results", "arithmetic", "plan"), "profile"),
        ("contributor", ("component",), "results"),
        ("share", ("shared",), "results"),
    ):
        page = new_context().new_page()
        of_component = component if role == "contributor" else ""
        shows = "plan" if role == "share" else ""
        _, secret = access.make_link(
            full.assessment, role=role, component=of_component, shows=shows
        )
        Employer(full.assessment, secret, full.questions).enter(page)
        pages = {
            f"{role}: {name}": (full.address(name, *([component] * (name == "component"))), 200)
            for name in allowed
        }
        pages[f"{role}: {refused}"] = (full.address(refused), 403)
        assert look(page, pages, axe, watch, (NARROWEST,)) == []


# -- narrow screens and large text -------------------------------------------------------------


@pytest.mark.parametrize("size", ["320 px", "200 % zoom", "200% text"])
def test_nothing_is_cut_off(
    new_context: Callable[..., BrowserContext],
    employers: dict[str, Employer],
    catalogue: Catalogue,
    watch: Any,
    size: str,
) -> None:
    watch.expect("Failed to load resource.*404")
    options: dict[str, dict[str, Any]] = {
        "320 px": {"viewport": {"width": 320, "height": 640}},
        "200 % zoom": ZOOMED,
        "200% text": {"viewport": {"width": 1280, "height": 800}},
    }
    page = new_context(**options[size]).new_page()
    if size == "200% text":
        # The reader's own setting in Chromium: its default font at 32 px, not 16.
        client = page.context.new_cdp_session(page)
        client.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
        page.goto("/")
        assert page.evaluate("getComputedStyle(document.body).fontSize") == "32px"
    for employer in employers.values():
        employer.enter(page)
    pages = public_pages(catalogue) | employer_pages(employers["full"], "full")
    for state in ("empty", "partial", "quick"):
        pages |= employer_pages(employers[state], state, ("component", "results", "plan"))
    assert measure(page, pages, f"at {size}") == []
