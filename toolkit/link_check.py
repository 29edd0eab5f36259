"""Link health: what the answer of an address means. Pure: rules only, no network, no database.

`toolkit.link_fetch` asks an address and says what it got as a `Reply`; `judge` tells what that
means by itself, and `weigh` what it means after earlier checks of the same address.

The rules for a page that answers as if all were well but is not there ("soft 404"), in the order
they are tried, each for an address that is not itself a home page:

1. it redirects to a home page, or to an address that calls itself an error page;
2. its title or first heading says so ("Page not found"), unless it is the title we know;
3. it is empty;
4. it reads unlike the title we know, and an address beside it that cannot exist gives the same
   page. Where that page has next to no text it is built in the reader's browser: left as live,
   and said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape
from urllib.parse import unquote, urlsplit

from .dates import day_text

LIVE = "live"
MOVED = "moved"
CHANGED = "changed"
REFUSED = "refused"
UNREACHABLE = "unreachable"
GONE = "gone"
NOT_PUBLIC = "not-public"
OUTCOMES = (LIVE, MOVED, CHANGED, REFUSED, UNREACHABLE, GONE, NOT_PUBLIC)

# An address that cannot be reached counts as gone only after this many days with a failed check
# and nothing else between them, the first of them this long ago: sites close for a week.
FAILED_DAYS = 5
FAILED_SPAN = timedelta(days=14)

MOST_REDIRECTS = 5
PERMANENT = frozenset({301, 308})
DEAD = frozenset({404, 410})
TEMPORARY_FAULTS = frozenset({408, 425})
# Why an address gave no answer: what it means, and how it is said, {leads} as it came there.
FAILURES = {
    "no-name": (UNREACHABLE, "The name of the site was not found."),
    "timeout": (UNREACHABLE, "The site did not answer in time."),
    "tls": (UNREACHABLE, "No secure connection could be made; its certificate may have expired."),
    "connection": (UNREACHABLE, "The connection to the site failed."),
    "malformed": (UNREACHABLE, "What the site answered could not be read."),
    "nowhere": (UNREACHABLE, "It redirects, but does not say where."),
    # Sites that insist on a cookie send programs in circles; a browser may well get through.
    "loop": (REFUSED, "It redirects in a loop."),
    "too-many": (REFUSED, f"It redirects more than {MOST_REDIRECTS} times."),
    "not-public": (NOT_PUBLIC, "{leads} to a place that is not on the public web."),
    "not-web": (
        NOT_PUBLIC,
        "{leads} to something that is not an ordinary web address: http or https, a full name, "
        "no password, no unusual port.",
    ),
}

HOME_PATHS = {
    *("", "home", "index", "default", "en", "us", "en-us", "en_us", "us-en", "welcome"),
    *(f"{name}.{kind}" for name in ("index", "home", "default") for kind in ("html", "htm")),
    *(f"{name}.{kind}" for name in ("index", "home", "default") for kind in ("php", "aspx", "asp")),
}
ERROR_SEGMENT = re.compile(
    r"(?:page-?)?(?:404|not-?found|error(?:-?404)?|404-?error|missing)(?:\.(?:html?|aspx?|php))?"
)
LOGIN_SEGMENT = re.compile(r"(?:log|sign)-?in(?:\.(?:html?|aspx?|php))?|sso|wp-login\.php")

THING = (
    r"(?:page|file|document|content|resource|site|website|url|link|address|article|post|item|"
    r"directory)s?"
)
CANNOT = r"(?:can(?:no|')?t|could(?:n't| not)|unable to|did(?:n't| not))"
# How the titles and headings of error pages read; an article on "Form 404" does not.
ERROR_WORDS = re.compile(
    "|".join(
        [
            r"^\W*(?:(?:http|error|status)\W+)*404(?:\W*$|\W+(?:error|page|file|not found))",
            r"^\W*(?:(?:http|error|status)\W+)*404\s*[-\u2013\u2014|:\u2022]",
            r"\b(?:error|http)\W{0,3}404\b",
            r"\b404 (?:error|not found)\b",
            r"^\W*not found\W*(?:$|[-\u2013\u2014|:\u2022])",
            # "The page you requested does not exist", "File or directory not found".
            rf"\b{THING}(?: (?:you|that|at|we|is|has|was|can|could)\b[\w ',]{{0,60}})? "
            r"(?:is |was |has been |have been )?"
            r"(?:not (?:be )?(?:found|available)"
            r"|(?:cannot|can't|could not|couldn't) be (?:found|located)"
            r"|(?:does not|doesn't) exist|no longer (?:exists?|available)"
            r"|missing|removed|deleted|unavailable)\b",
            # "We can't find the page", "We could not find what you are looking for".
            rf"\b{CANNOT} (?:seem to )?(?:find|locate) "
            rf"(?:the|that|this|your|what) ?(?:[\w']+ ){{0,4}}(?:{THING}|for)\b",
            r"\b(?:domain|website)(?: name)? (?:is |may be )?for sale\b",
            r"\b(?:parked domain|domain (?:has )?expired|account (?:has been )?suspended)\b",
        ]
    )
)
# Pages that hold programs off with an ordinary status.
WALL_WORDS = re.compile(
    "|".join(
        [
            r"^\W*just a moment",
            r"\b(?:attention required|pardon our interruption|client challenge)\b",
            r"\baccess (?:is |has been |to this page has been )?denied\b",
            r"\bare (?:you )?(?:not )?(?:a )?(?:human|robot)\b",
            r"\b(?:not a robot|robot or human|human verification|security check(?:point)?)\b",
            r"\brequest (?:unsuccessful|rejected|blocked)\b",
            r"\bchecking your browser\b",
            r"^\W*(?:403 )?forbidden\b",
        ]
    )
)
# Longer titles and headings are sentences of an article, not of an error page.
LONGEST_SIGN = 160
# Less visible text than this: the page is put together in the reader's browser.
THIN = 200
SAME_WORDS = 0.95


@dataclass(frozen=True, slots=True)
class Hop:
    """One redirect: the status that sent on, and the address it sent to."""

    status: int
    url: str


@dataclass(frozen=True, slots=True)
class Page:
    """What can be read off an HTML page: its title, first heading, words and length of text."""

    title: str = ""
    heading: str = ""
    words: frozenset[str] = frozenset()
    length: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What asking an address brought.

    Either ``status`` is the last answer's, or ``failure`` is one of FAILURES. ``page`` is set for
    HTML only, ``sibling`` only where `is_doubtful`. ``asks_to_wait``: the site had enough of our
    requests, and the wait it named was not enough or too long for us.
    """

    url: str
    hops: tuple[Hop, ...] = ()
    status: int | None = None
    failure: str = ""
    is_empty: bool = False
    page: Page | None = None
    asks_to_wait: bool = False
    sibling: Reply | None = None

    @property
    def end(self) -> str:
        """The address that answered last."""
        return self.hops[-1].url if self.hops else self.url

    @property
    def is_answered(self) -> bool:
        """Whether any site answered: then the line to the internet is up."""
        return self.status is not None or bool(self.hops)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: one of OUTCOMES, why, and for MOVED the new address."""

    outcome: str
    note: str = ""
    new_url: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier check of the same address."""

    day: date
    outcome: str
    status: int | None

    @property
    def is_failed(self) -> bool:
        """Whether the address could not be reached then: gone for that reason counts too."""
        return self.outcome == UNREACHABLE or (self.outcome == GONE and self.status not in DEAD)


def judge(reply: Reply, known_title: str = "") -> Verdict:
    """What one reply means by itself; ``known_title`` is the item's, as the archive has it."""
    if reply.status is None:
        outcome, note = FAILURES[reply.failure]
        return Verdict(outcome, note.format(leads="It redirects" if reply.hops else "It leads"))
    return _by_status(reply) or _by_place(reply) or _by_page(reply, known_title) or _there(reply)


def weigh(verdict: Verdict, today: date, earlier: Iterable[Earlier]) -> Verdict:
    """The verdict in the light of ``earlier`` checks, newest first.

    What cannot be reached is gone after FAILED_DAYS failed days in a row over FAILED_SPAN; any
    other outcome stands as it is.
    """
    if verdict.outcome != UNREACHABLE:
        return verdict
    days = {today}
    for check in earlier:
        if not check.is_failed:
            break
        days.add(check.day)
    first = min(days)
    if len(days) < FAILED_DAYS or today - first < FAILED_SPAN:
        return verdict
    since = day_text(first)
    return Verdict(GONE, f"{verdict.note} It has failed on {len(days)} days since {since}.")


# -- one answer -------------------------------------------------------------------------------


def _by_status(reply: Reply) -> Verdict | None:
    status = reply.status or 0
    if reply.asks_to_wait:
        return Verdict(
            REFUSED, f"The site asked us to wait before checking again (status {status})."
        )
    if status in DEAD:
        return Verdict(GONE, f"The site says there is no such page (status {status}).")
    if 500 <= status < 600 or status in TEMPORARY_FAULTS:
        return Verdict(UNREACHABLE, f"The site reports a problem of its own (status {status}).")
    # 202 is how some walls answer programs, 999 how one large site does.
    if not 200 <= status < 300 or status == 202:
        return Verdict(REFUSED, f"The site blocked our check (status {status}).")
    return None


def _by_place(reply: Reply) -> Verdict | None:
    """What the redirects say of a page that was not a home page."""
    if not reply.hops or is_home(reply.url):
        return None
    before, after = _segments(reply.url), _segments(reply.end)
    if is_home(reply.end):
        return Verdict(CHANGED, f"It redirects to a home page: {reply.end}")
    if any(ERROR_SEGMENT.fullmatch(s) and s not in before for s in after):
        return Verdict(CHANGED, f"It redirects to an error page: {reply.end}")
    if any(LOGIN_SEGMENT.fullmatch(s) and s not in before for s in after):
        return Verdict(REFUSED, "The site asks visitors to sign in.")
    return None


def _by_page(reply: Reply, known_title: str) -> Verdict | None:
    page = reply.page or Page()
    verdict = None
    if sign := _sign(WALL_WORDS, page, known_title):
        verdict = Verdict(REFUSED, f"The site blocked our check: “{sign}”.")
    elif sign := _sign(ERROR_WORDS, page, known_title):
        verdict = Verdict(CHANGED, f"The page reads like an error page: “{sign}”.")
    elif reply.is_empty:
        verdict = Verdict(CHANGED, "It returns an empty page.")
    elif _is_same_page(reply, reply.sibling):
        verdict = (
            Verdict(LIVE, "The page is built in the browser: whether it is there is not known.")
            if page.length < THIN
            else Verdict(CHANGED, "The site gives the same page for an address that cannot exist.")
        )
    return verdict


def _there(reply: Reply) -> Verdict:
    """A page that is there, at its own or another address."""
    new = ""
    for hop in reply.hops:
        if hop.status not in PERMANENT:
            break
        new = hop.url
    if new and not is_same_place(reply.url, new):
        return Verdict(MOVED, f"It permanently redirects to {new}", new)
    return Verdict(LIVE, f"It answers at {reply.end}" if reply.hops else "")


def is_doubtful(reply: Reply, known_title: str) -> bool:
    """Whether an address that cannot exist should be asked for comparison (rule 4).

    It costs the site a second request, so only where the page reads unlike what we know.
    """
    page = reply.page
    if page is None or not known_title or not _can_have_sibling(reply.url):
        return False
    verdict = judge(reply, known_title)
    return verdict.outcome in {LIVE, MOVED} and not _reads_like(page.words, known_title)


def sibling_of(url: str, name: str) -> str:
    """The address beside ``url`` that is called ``name``: same folder, same ending."""
    parts = urlsplit(url)
    path, slash = parts.path.rstrip("/"), "/" if parts.path.endswith("/") else ""
    folder, _, last = path.rpartition("/")
    ending = "." + last.rpartition(".")[2] if re.search(r"\w\.[A-Za-z]{2,5}$", last) else ""
    return parts._replace(path=f"{folder}/{name}{ending}{slash}", query="", fragment="").geturl()


def _can_have_sibling(url: str) -> bool:
    parts = urlsplit(url)
    # An address told apart by its query has none, and a web archive keeps only what there was.
    return not is_home(url) and not parts.query and parts.hostname != "web.archive.org"


def _is_same_page(reply: Reply, other: Reply | None) -> bool:
    """Whether an address that cannot exist gave the page that ours gave."""
    if other is None or other.page is None or other.status != reply.status or reply.page is None:
        return False
    if reply.hops or other.hops:
        return reply.end == other.end
    ours, theirs = reply.page.words, other.page.words
    if not ours or not theirs:
        return reply.page.title == other.page.title
    return len(ours & theirs) / len(ours | theirs) >= SAME_WORDS


# -- addresses --------------------------------------------------------------------------------


def is_home(url: str) -> bool:
    """Whether an address is a site's first page."""
    return unquote(urlsplit(url).path).strip("/").casefold() in HOME_PATHS


def is_same_place(one: str, other: str) -> bool:
    """Whether two addresses differ only as sites' own spellings do: https, www, a last slash."""
    return _spelling(one) == _spelling(other)


def host_of(url: str) -> str:
    """The site of an address; ``www.`` makes no other site of it."""
    return (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")


def _spelling(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return host_of(url), unquote(parts.path).rstrip("/"), parts.query


def _segments(url: str) -> set[str]:
    return set(unquote(urlsplit(url).path).casefold().split("/"))


# -- pages ------------------------------------------------------------------------------------

# No pattern here can be made slow by the page: none has a way back over what it has passed.
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,20})[^<>]{0,4000}>")
UNSEEN = {"script", "style", "template", "noscript", "svg"}
WORD = re.compile(r"[^\W_]{2,40}")


def read_page(html: str) -> Page:
    """Read title, first heading and visible words off HTML, however broken.

    A linear scan: parsers proper can take minutes over a page made to be slow.
    """
    texts: dict[str, list[str]] = {"": [], "title": [], "h1": []}
    inside, unseen, end = "", "", 0
    for tag in TAG.finditer(html := _without_comments(html)):
        if not unseen:
            texts[inside].append(html[end : tag.start()])
        end = tag.end()
        is_end, name = bool(tag[1]), tag[2].casefold()
        if unseen:
            unseen = "" if is_end and name == unseen else unseen
        elif name in UNSEEN and not is_end:
            unseen = name
        elif name in {"title", "h1"}:
            # Only the first of each counts.
            inside = "" if is_end or texts[name] else name
        elif name == "body":
            inside = ""
    if not unseen:
        texts[inside].append(html[end:])
    title, heading = (_line("".join(texts[name])) for name in ("title", "h1"))
    text = _line(" ".join([*texts["h1"], *texts[""]]))
    words = frozenset(w.casefold() for w in WORD.findall(f"{title} {text}"))
    return Page(title[:300], heading[:300], words, len(text))


def _without_comments(html: str) -> str:
    first, *rest = html.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in rest)


def _line(text: str) -> str:
    """Text on one line, its entities read, its apostrophes plain."""
    return " ".join(unescape(text).replace("\u2019", "'").split())


def _sign(pattern: re.Pattern[str], page: Page, known_title: str) -> str:
    """The title or heading that matches, unless it is the very title we know."""
    for sign in (page.title, page.heading):
        if len(sign) > LONGEST_SIGN or not pattern.search(sign.casefold()):
            continue
        if not known_title or not _reads_like(_words(sign), known_title):
            return sign
    return ""


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in WORD.findall(text))


def _reads_like(words: frozenset[str], known_title: str) -> bool:
    """Whether at least half of the title's longer words are among ``words``."""
    wanted = [word for word in _words(known_title) if len(word) >= 4]
    return bool(wanted) and 2 * len(words.intersection(wanted)) >= len(wanted)


def summary(outcomes: Sequence[str]) -> str:
    """How often each outcome came, in their order: “9 live, 1 gone”."""
    counts = [(outcomes.count(name), name) for name in OUTCOMES]
    return ", ".join(f"{count} {name}" for count, name in counts if count) or "none yet"
