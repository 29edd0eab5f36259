"""What the answer of an address means: examples as data, then what must hold of all of them."""

from dataclasses import replace
from datetime import date, timedelta
from time import monotonic
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolkit.link_check import (
    CHANGED,
    FAILED_DAYS,
    FAILED_SPAN,
    FAILURES,
    GONE,
    LIVE,
    MOVED,
    NOT_PUBLIC,
    OUTCOMES,
    REFUSED,
    UNREACHABLE,
    Earlier,
    Hop,
    Page,
    Reply,
    Verdict,
    host_of,
    is_doubtful,
    is_home,
    is_same_place,
    judge,
    read_page,
    sibling_of,
    summary,
    weigh,
)
from toolkit.models import LinkCheck
from toolkit.models.resource import LINK_STATES

URL = "https://site.org/reports/good-jobs.html"
TITLE = "The Good Jobs Guide"
TEXT = "Employers who post pay ranges and schedules keep their people longer. " * 6


def page(title: str = TITLE, text: str = TEXT, heading: str = "") -> Page:
    return read_page(f"<title>{title}</title><h1>{heading or title}</h1><p>{text}</p>")


def reply(*hops: tuple[int, str], status: int | None = 200, **values: Any) -> Reply:
    values.setdefault("page", page() if status == 200 else None)
    return Reply(url=URL, hops=tuple(Hop(*hop) for hop in hops), status=status, **values)


def outcome(*hops: tuple[int, str], **values: Any) -> str:
    return judge(reply(*hops, **values), TITLE).outcome


# -- status -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "statuses"),
    [
        (LIVE, [200, 203, 206]),
        (GONE, [404, 410]),
        (
            REFUSED,
            [202, 400, 401, 402, 403, 405, 406, 407, 409, 418, 421, 429, 431, 451, 999, 304, 300],
        ),
        (UNREACHABLE, [408, 425, 500, 502, 503, 504, 520, 525, 599]),
    ],
)
def test_a_status(expected: str, statuses: list[int]) -> None:
    found = {code: judge(reply(status=code, page=page()), TITLE).outcome for code in statuses}
    assert found == dict.fromkeys(statuses, expected)


@pytest.mark.parametrize("code", [429, 503])
def test_a_site_that_asks_to_wait_is_there(code: int) -> None:
    assert judge(reply(status=code, asks_to_wait=True)) == Verdict(
        REFUSED, f"The site asked us to wait before checking again (status {code})."
    )


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_is_said_in_words(failure: str) -> None:
    expected, note = FAILURES[failure]
    said = note.format(leads="It leads")
    assert judge(reply(status=None, failure=failure)) == Verdict(expected, said)


def test_which_failures_pass_and_which_do_not() -> None:
    found = {failure: expected for failure, (expected, _) in FAILURES.items()}
    temporary = ["no-name", "timeout", "tls", "connection", "malformed", "nowhere"]
    assert found == (
        dict.fromkeys(temporary, UNREACHABLE)
        | dict.fromkeys(["loop", "too-many"], REFUSED)
        | dict.fromkeys(["not-public", "not-web"], NOT_PUBLIC)
    )


def test_a_redirect_to_a_private_place_says_so() -> None:
    verdict = judge(reply((302, "http://10.0.0.1/"), status=None, failure="not-public"))
    assert verdict.note == "It redirects to a place that is not on the public web."
    verdict = judge(reply(status=None, failure="not-public"))
    assert verdict.note == "It leads to a place that is not on the public web."


# -- redirects --------------------------------------------------------------------------------

NEW = "https://new.org/guide"


@pytest.mark.parametrize(
    ("hops", "expected", "new_url"),
    [
        ([(301, NEW)], MOVED, NEW),
        ([(308, NEW)], MOVED, NEW),
        ([(301, "https://mid.org/x"), (308, NEW)], MOVED, NEW),
        # What is only for now does not count, nor anything after it.
        ([(301, NEW), (302, "https://new.org/guide?session=1")], MOVED, NEW),
        ([(302, NEW)], LIVE, ""),
        ([(307, "https://mid.org/x"), (301, NEW)], LIVE, ""),
        ([(303, NEW)], LIVE, ""),
        # A site's own spellings are no move.
        ([(301, "https://www.site.org/reports/good-jobs.html")], LIVE, ""),
        ([(301, "http://site.org/reports/good-jobs.html/")], LIVE, ""),
        # The way home, for good or for now.
        ([(301, "https://site.org/")], CHANGED, ""),
        ([(302, "https://site.org")], CHANGED, ""),
        ([(302, "https://site.org/index.html?from=old")], CHANGED, ""),
        ([(301, "https://parent.com/en-us/")], CHANGED, ""),
        ([(302, "https://site.org/404.html")], CHANGED, ""),
        ([(301, "https://site.org/errors/page-not-found/")], CHANGED, ""),
        ([(302, "https://site.org/notfound.aspx?x=1")], CHANGED, ""),
        ([(302, "https://site.org/login?next=/reports")], REFUSED, ""),
        ([(302, "https://id.site.org/sso/start")], REFUSED, ""),
    ],
)
def test_redirects(hops: list[tuple[int, str]], expected: str, new_url: str) -> None:
    verdict = judge(reply(*hops), TITLE)
    assert (verdict.outcome, verdict.new_url) == (expected, new_url)


def test_a_redirect_to_a_dead_page_is_dead() -> None:
    assert outcome((301, NEW), status=404) == GONE


def test_a_home_page_may_move_to_a_home_page() -> None:
    moved = Reply(
        url="https://site.org/",
        hops=(Hop(301, "https://new.org/home"),),
        status=200,
        page=page(),
    )
    assert judge(moved).outcome == MOVED


def test_an_error_page_that_is_the_item_itself_is_no_error() -> None:
    asked = Reply(
        url="https://site.org/errors/login",
        hops=(Hop(302, "https://site.org/en/errors/login"),),
        status=200,
        page=page(),
    )
    assert judge(asked, TITLE).outcome == LIVE


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://site.org", True),
        ("https://site.org/", True),
        ("https://site.org/?page=3", True),
        ("https://site.org/Index.HTML", True),
        ("https://site.org/en/", True),
        ("https://site.org/reports", False),
        ("https://site.org/home/reports", False),
    ],
)
def test_home_pages(url: str, expected: bool) -> None:
    assert is_home(url) is expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("http://www.site.org/a%20b", True),
        ("https://SITE.org/a b/", True),
        ("https://site.org/a%20b?x=1", False),
        ("https://site.org/A%20b", False),
        ("https://web.site.org/a%20b", False),
    ],
)
def test_the_same_place(other: str, expected: bool) -> None:
    assert is_same_place("https://site.org/a%20b", other) is expected


def test_one_site_is_one_site() -> None:
    assert {host_of(f"http://{name}:8000/x") for name in ("A.org", "www.a.org", "a.org.")} == {
        "a.org"
    }


# -- pages ------------------------------------------------------------------------------------

ERRORS = [
    "404",
    "Error 404",
    "HTTP 404",
    "404 Error",
    "HTTP Status 404 – Not Found",
    "404 - Page Not Found | Institute of Work",
    "404: This page could not be found",
    "Page not found",
    "Page Not Found (404)",
    "Page Missing",
    "Page Not Available",
    "Page cannot be found",
    "The page cannot be found",
    "Not Found",
    "Oops! That page can’t be found.",
    "Sorry, we couldn&#39;t find that page",
    "We can't find the page you're looking for",
    "We can’t seem to find what you are looking for",
    "This page is no longer available",
    "The resource you are looking for has been removed",
    "The page you requested does not exist",
    "File or directory not found",
    "Content not found",
    "Site not found · Hosting",
    "This domain is for sale",
    "Account Suspended",
]
WALLS = [
    "Just a moment...",
    "Attention Required! | Gate",
    "Access Denied",
    "Access to this page has been denied",
    "Are you a robot?",
    "Are you human?",
    "Verify you are not a robot",
    "Human Verification",
    "Request Rejected",
    "403 Forbidden",
    "Checking your browser before accessing",
    "Pardon Our Interruption",
]
ARTICLES = [
    "Form 404: how to file",
    "Section 404 permits",
    "404 workers speak",
    "Lost jobs not found elsewhere",
    "Missing workers: the labor shortage",
    "What employers could not find: skilled workers",
    "Page 12: findings",
    "A site for people who were missing work",
    "Barriers removed",
    "Job access for all",
    "Denied access? Workers' rights",
    "Security checks at the airport: wages",
    "The forbidden city",
]


@pytest.mark.parametrize("sign", ERRORS)
def test_titles_and_headings_of_error_pages(sign: str) -> None:
    assert outcome(page=page(sign)) == CHANGED
    assert outcome(page=page("Institute of Work", heading=sign)) == CHANGED


@pytest.mark.parametrize("sign", WALLS)
def test_pages_that_hold_programs_off(sign: str) -> None:
    assert outcome(page=page(sign)) == REFUSED


@pytest.mark.parametrize("title", ARTICLES)
def test_titles_that_only_sound_like_it(title: str) -> None:
    assert outcome(page=page(title)) == LIVE


def test_the_title_we_know_is_never_an_error() -> None:
    known = "Page not found: vanishing federal web sites"
    vanished = reply(page=page(known))
    assert judge(vanished, known).outcome == LIVE
    assert judge(vanished, TITLE).outcome == CHANGED


def test_a_sentence_of_an_article_is_no_sign() -> None:
    assert outcome(page=page(heading="This page could not be found " + "and so on " * 20)) == LIVE


def test_an_empty_answer() -> None:
    assert outcome(is_empty=True, page=None) == CHANGED
    assert outcome(is_empty=True, page=read_page("<title>Guide</title>")) == CHANGED
    assert outcome(page=None) == LIVE  # a PDF is not read


def test_reading_a_page() -> None:
    found = read_page(
        "<!-- <title>No</title> --><TITLE lang='en'>Pay &amp; hours\n \u2019s</TITLE>"
        "<script>var x = '<h1>no</h1> hidden';</script><body><H1>Good <b>jobs</b></H1>"
        "<p>Caf\u00e9 text<style>p { no: no }</style><h1>Second</h1>"
    )
    assert (found.title, found.heading) == ("Pay & hours 's", "Good jobs")
    assert found.words == {"pay", "hours", "good", "jobs", "caf\u00e9", "text", "second"}


def test_a_title_that_never_ends_ends_with_the_head() -> None:
    found = read_page("<title>Guide<body><p>Text")
    assert found.title == "Guide"
    assert found.words == {"guide", "text"}


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a",
        "<a ",
        "<!--",
        "<title>",
        "<script>",
        "<h1>",
        "&",
        "&#",
        "&#x1",
        "</",
        "<a" + "x" * 4100,
    ],
)
def test_no_page_is_slow_to_read(piece: str) -> None:
    html = piece * (256_000 // len(piece))
    began = monotonic()
    read_page(html)
    assert monotonic() - began < 3


# -- a page that is the same everywhere -------------------------------------------------------

FRONT = page("Institute of Work", "Welcome. Research on the future of everything. " * 20)


def test_doubt_costs_a_second_request_only_where_the_page_reads_otherwise() -> None:
    assert is_doubtful(reply(page=FRONT), TITLE)
    assert not is_doubtful(reply(page=page()), TITLE)
    assert not is_doubtful(reply(page=page("Institute", "… the guide to good jobs …")), TITLE)
    assert not is_doubtful(reply(page=FRONT), "")
    assert not is_doubtful(reply(page=None), TITLE)
    assert not is_doubtful(reply(status=404, page=FRONT), TITLE)
    assert not is_doubtful(reply(page=page("Page not found")), TITLE)


@pytest.mark.parametrize(
    "url",
    [
        "https://site.org/",
        "https://site.org/show?id=12",
        "https://web.archive.org/web/2020/https://site.org/a",
    ],
)
def test_addresses_that_have_no_sibling(url: str) -> None:
    assert not is_doubtful(Reply(url=url, status=200, page=FRONT), TITLE)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://site.org/a/b.html?x=1#y", "https://site.org/a/none.html"),
        ("https://site.org/a/b/", "https://site.org/a/none/"),
        ("https://site.org/a", "https://site.org/none"),
        ("http://site.org:8000/a/v1.2-notes", "http://site.org:8000/a/none"),
    ],
)
def test_siblings(url: str, expected: str) -> None:
    assert sibling_of(url, "none") == expected


def test_the_same_page_for_an_address_that_cannot_exist() -> None:
    sibling = Reply(url="https://site.org/reports/none.html", status=200, page=FRONT)
    assert outcome(page=FRONT, sibling=sibling) == CHANGED


def test_a_page_built_in_the_browser_is_left_as_live_and_said() -> None:
    shell = read_page("<title>Institute</title><div id=app></div>")
    sibling = Reply(url="https://site.org/reports/none.html", status=200, page=shell)
    verdict = judge(reply(page=shell, sibling=sibling), TITLE)
    assert verdict == Verdict(
        LIVE, "The page is built in the browser: whether it is there is not known."
    )


@pytest.mark.parametrize(
    "sibling",
    [
        Reply(url="https://site.org/none", status=404, page=FRONT),
        Reply(url="https://site.org/none", status=200, page=page("Another page", "Other. " * 90)),
        Reply(url="https://site.org/none", failure="timeout"),
        Reply(
            url="https://site.org/none",
            hops=(Hop(302, "https://site.org/"),),
            status=200,
            page=FRONT,
        ),
    ],
)
def test_another_answer_for_an_address_that_cannot_exist(sibling: Reply) -> None:
    assert outcome(page=FRONT, sibling=sibling) == LIVE


def test_redirected_to_where_everything_is_redirected() -> None:
    everywhere = (302, "https://site.org/search")
    sibling = Reply(
        url="https://site.org/none", hops=(Hop(*everywhere),), status=200, page=page("Other")
    )
    assert outcome(everywhere, page=FRONT, sibling=sibling) == CHANGED


# -- over time --------------------------------------------------------------------------------

TODAY = date(2026, 11, 23)
DOWN = Verdict(UNREACHABLE, "The site did not answer in time.")


def earlier(*days_ago: int, outcome: str = UNREACHABLE, status: int | None = None) -> list[Earlier]:
    return [Earlier(TODAY - timedelta(days=ago), outcome, status) for ago in days_ago]


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ([], UNREACHABLE),
        (earlier(3, 6, 9), UNREACHABLE),  # four days
        (earlier(3, 6, 9, 12), UNREACHABLE),  # five, but within two weeks
        (earlier(3, 6, 9, 14), GONE),
        (earlier(3, 3, 3, 3, 14), UNREACHABLE),  # the same day counts once
        (earlier(0, 0, 0, 0, 14), UNREACHABLE),
        (earlier(3, 6) + earlier(9, outcome=LIVE, status=200) + earlier(12, 15, 18), UNREACHABLE),
        (earlier(3, 6) + earlier(9, outcome=REFUSED, status=403) + earlier(12, 15), UNREACHABLE),
        (earlier(3, 6, 9, status=502) + earlier(20, outcome=GONE), GONE),
        (earlier(3, 6, 9) + earlier(20, outcome=GONE, status=404), UNREACHABLE),
    ],
)
def test_what_cannot_be_reached_is_gone_in_the_end(checks: list[Earlier], expected: str) -> None:
    assert weigh(DOWN, TODAY, checks).outcome == expected


def test_why_it_is_gone() -> None:
    assert weigh(DOWN, TODAY, earlier(3, 6, 9, 14)).note == (
        "The site did not answer in time. It has failed on 5 days since November 9, 2026."
    )


def test_the_outcomes_are_the_stored_states() -> None:
    assert set(OUTCOMES) == {value for value, _ in LINK_STATES} - {"not-checked"}
    assert set(OUTCOMES) == {v for v, _ in LinkCheck._meta.get_field("outcome").choices or ()}


def test_the_summary_counts_in_one_order() -> None:
    assert summary([GONE, LIVE, LIVE, NOT_PUBLIC]) == "2 live, 1 gone, 1 not-public"
    assert summary([]) == "none yet"


urls = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.sampled_from(["site.org", "www.site.org", "new.org:8000", "[2606::1]", "web.archive.org"]),
    st.sampled_from(["", "/", "/a", "/a/b.html", "/404", "/login", "/index.html", "/%zz/\u00e9"]),
    st.sampled_from(["", "?x=1", "#y"]),
)
pages = st.builds(
    page, st.sampled_from([*ERRORS, *WALLS, *ARTICLES, "", TITLE]), st.sampled_from(["", TEXT])
)
replies = st.builds(
    Reply,
    url=urls,
    hops=st.lists(st.builds(Hop, st.sampled_from([301, 302, 303, 307, 308]), urls), max_size=6).map(
        tuple
    ),
    status=st.none() | st.integers(100, 999),
    failure=st.sampled_from([*FAILURES]),
    is_empty=st.booleans(),
    page=st.none() | pages,
    asks_to_wait=st.booleans(),
)
history = st.lists(
    st.builds(
        Earlier,
        st.integers(0, 60).map(lambda ago: TODAY - timedelta(days=ago)),
        st.sampled_from(OUTCOMES),
        st.none() | st.sampled_from([200, 403, 404, 410, 500]),
    )
)


@given(replies, st.none() | replies, st.sampled_from(["", TITLE]), history)
def test_every_reply_has_one_outcome(
    reply: Reply, sibling: Reply | None, title: str, checks: list[Earlier]
) -> None:
    found = judge(replace(reply, sibling=sibling), title)
    weighed = weigh(found, TODAY, checks)

    assert found.outcome in OUTCOMES
    # A new address only where the first redirect is for good, and never what was asked.
    assert bool(found.new_url) == (found.outcome == MOVED)
    if found.outcome == MOVED:
        assert reply.hops[0].status in {301, 308}
        assert not is_same_place(found.new_url, reply.url)
    # Only the site's own word, or many days without one, makes an address gone.
    if found.outcome == GONE:
        assert reply.status in {404, 410}
    if reply.status in {401, 403, 406, 429, 451}:
        assert weighed.outcome == REFUSED
    # Time changes nothing but this.
    if weighed != found:
        failed = {c.day for c in checks if c.is_failed} | {TODAY}
        assert (found.outcome, weighed.outcome) == (UNREACHABLE, GONE)
        assert len(failed) >= FAILED_DAYS
        assert TODAY - min(failed) >= FAILED_SPAN
