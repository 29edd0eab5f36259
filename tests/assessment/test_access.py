"""Who may reach what: the same denials for every address below /a/, walked from the URLs."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.test import Client
from django.urls import resolve, reverse
from django.utils import timezone

from assessment import urls
from assessment.access import GRANTS, MAY, make_link
from assessment.models import AccessLink, Action, Answer, Assessment, Move, OwnerEmail
from assessment.models.access_link import hash_secret
from tests import desk, factories
from tests.factories import JOB_SECURITY
from tests.pages import heading, title, words
from tests.people import ROLES, Person, person
from tests.staff import account, browser
from toolkit.audit import LOOKED

pytestmark = pytest.mark.django_db

GET = ("GET", "HEAD")
POST = ("POST",)
BOTH = (*GET, *POST)
EVERYBODY = {"owner", "edit", "contributor", "read", "share"}
ANSWERS = {"owner", "edit", "contributor"}
READS = {"owner", "edit", "read"}
PLANS = {"owner", "edit"}
OWNS = {"owner"}
SHARES = {"owner", "edit", "read", "share"}


@dataclass(frozen=True)
class Rule:
    """Which methods an address takes and whose roles reach it; ``args`` is one that exists."""

    methods: tuple[str, ...]
    roles: set[str]
    args: tuple[Any, ...] = ()


# Written out by hand, not read from the code it is held against.
RULES = {
    "hub": Rule(GET, ANSWERS),
    "profile": Rule(BOTH, PLANS),
    "targets": Rule(BOTH, PLANS),
    "component": Rule(BOTH, ANSWERS, (JOB_SECURITY,)),
    "save_answer": Rule(POST, ANSWERS, ("rest",)),
    "review": Rule(GET, PLANS),
    "finish": Rule(POST, PLANS),
    "results": Rule(GET, READS),
    "arithmetic": Rule(GET, READS),
    "continue_full": Rule(POST, PLANS),
    "what_if": Rule(GET, READS),
    "adopt": Rule(POST, PLANS),
    "plan": Rule(GET, READS),
    "add_recommended": Rule(POST, PLANS, ("rest",)),
    "new_action": Rule(BOTH, PLANS),
    "edit_action": Rule(BOTH, PLANS, ("an-action",)),
    "remove_action": Rule(POST, PLANS, ("an-action",)),
    "set_status": Rule(POST, PLANS, ("an-action",)),
    "order_action": Rule(POST, PLANS, ("an-action",)),
    "put_back_action": Rule(POST, PLANS, ("an-action",)),
    "turnover": Rule(BOTH, PLANS),
    "remove_turnover": Rule(POST, PLANS),
    "documents": Rule(GET, READS),
    "make_document": Rule(POST, PLANS),
    "make_word": Rule(POST, READS),
    "workbook": Rule(GET, READS),
    "actions_csv": Rule(GET, READS),
    "answers_csv": Rule(GET, READS),
    "calendar": Rule(GET, READS),
    "make_board_summary": Rule(POST, PLANS),
    "making": Rule(GET, READS, ("0" * 64,)),
    "download": Rule(GET, READS, ("0" * 64,)),
    "own_worksheet": Rule(GET, ANSWERS, (JOB_SECURITY,)),
    "type_back": Rule(GET, ANSWERS),
    "type_back_sheet": Rule(BOTH, ANSWERS, (JOB_SECURITY,)),
    "links": Rule(GET, OWNS),
    "new_link": Rule(POST, OWNS),
    "new_owner_link": Rule(POST, OWNS),
    "rotate_links": Rule(POST, OWNS),
    "revoke_link": Rule(POST, OWNS, ("0" * 20,)),
    "owner_email": Rule(POST, OWNS),
    "mail_link": Rule(POST, OWNS),
    "edition": Rule(GET, OWNS),
    "move": Rule(POST, OWNS),
    "decline": Rule(POST, OWNS),
    "undo_move": Rule(POST, OWNS),
    "reassess": Rule(BOTH, OWNS),
    "earlier": Rule(BOTH, OWNS),
    "take_earlier_away": Rule(BOTH, OWNS),
    "progress": Rule(GET, READS),
    "leave": Rule(BOTH, EVERYBODY),
    "delete": Rule(BOTH, OWNS),
    "export_json": Rule(GET, OWNS),
    "shared": Rule(GET, SHARES),
}
# Open to everybody, by route: which methods each takes, and one address of it.
PUBLIC = {
    "": (GET, "/"),
    "how-scoring-works/": (GET, "/how-scoring-works/"),
    "about-the-toolkit/": (GET, "/about-the-toolkit/"),
    "for-coaches/": (GET, "/for-coaches/"),
    "privacy/": (GET, "/privacy/"),
    "accessibility/": (GET, "/accessibility/"),
    "sample-plan.pdf": (GET, "/sample-plan.pdf"),
    "worksheets/": (GET, "/worksheets/"),
    "worksheets/<slug:slug>.pdf": (GET, "/worksheets/nothing.pdf"),
    "start/": (BOTH, "/start/"),
    "open/<str:secret>/": (GET, "/open/nothing/"),
    "open/mailed/<str:secret>/": (BOTH, "/open/mailed/nothing/"),
    "lost-link/": (BOTH, "/lost-link/"),
    "lost-link/asked/": (GET, "/lost-link/asked/"),
    "bring-back/": (BOTH, "/bring-back/"),
    "takeout-1.schema.json": (GET, "/takeout-1.schema.json"),
    "assessments/": (GET, "/assessments/"),
    "assessments/leave/": (POST, "/assessments/leave/"),
    "archive/": (GET, "/archive/"),
    "archive/feed/": (GET, "/archive/feed/"),
    "archive/<slug:slug>/": (GET, "/archive/the-toolkit/"),
    "archive/<slug:slug>/cite.bib": (GET, "/archive/the-toolkit/cite.bib"),
    "archive/<slug:slug>/cite.ris": (GET, "/archive/the-toolkit/cite.ris"),
    "archive/<slug:slug>/copies/<slug:sha256>/": (GET, "/archive/the-toolkit/copies/nothing/"),
    "components/<slug:slug>/": (GET, "/components/pay/"),
    "strategies/<slug:slug>/": (GET, "/strategies/raise-wage/"),
}
# Of these, the ones that tell something of this browser's assessments, or of a private link.
OF_THIS_BROWSER = {
    "assessments/",
    "lost-link/",
    "lost-link/asked/",
    "open/<str:secret>/",
    "open/mailed/<str:secret>/",
    "bring-back/",
}
# For staff: the desk, and the preview of its questions. Only signing in is open.
STAFF_ROUTES = ("admin/", "preview/")
OPEN_TO_SIGN_IN = {"admin/login/"}
# What a staff member sees who was given no permission at all.
OF_ANY_STAFF = {
    "admin/",
    "admin/jsi18n/",
    "admin/logout/",
    "admin/password_change/",
    "admin/password_change/done/",
    "admin/second-factor/",
    "admin/second-factor/set-up/",
}
SIGNS_OUT = {"admin/logout/"}
# Where the desk shows an employer's data, to those who may see it.
SHOW_AN_EMPLOYER = {
    "admin/assessment/assessment/",
    "admin/assessment/assessment/<path:object_id>/change/",
    "admin/assessment/assessment/<path:object_id>/history/",
}
# Where the address itself is a secret it does not travel on (decisions.md 25).
REFERRERS = {
    "open/<str:secret>/": {"no-referrer"},
    "open/mailed/<str:secret>/": {"strict-origin"},
}
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
NAMES = [str(pattern.name) for pattern in urls.employer_patterns]
each_address = pytest.mark.parametrize("name", NAMES)
# Keys of nothing, of something else, of another assessment's.
BAD_ARGS: dict[str, list[Any]] = {
    "component": ["nothing", "wage"],
    "save_answer": ["nothing", JOB_SECURITY, "rest-0"],
    "add_recommended": ["nothing"],
    "edit_action": ["nothing", "of-another"],
    "remove_action": ["nothing", "of-another"],
    "set_status": ["nothing", "of-another"],
    "order_action": ["nothing", "of-another"],
    "put_back_action": ["nothing", "of-another"],
    "making": ["nothing", "f" * 64],
    "download": ["nothing", "f" * 64],
    "own_worksheet": ["nothing", "wage"],
    "type_back_sheet": ["nothing", "wage"],
    "revoke_link": ["nothing", "1", "f" * 64],
}


@pytest.fixture
def bakery(edition) -> Assessment:
    """An assessment with one answer and one action, and a stranger's beside it."""
    bakery, other = factories.make_assessment(), factories.make_assessment(name="Other Firm")
    factories.make_answer(bakery, "rest", 1)
    factories.make_edition(factories.bakery_catalogue(), number=2)
    factories.make_action(bakery, key="an-action")
    factories.make_action(other, key="of-another")
    return bakery


def call(who: Client, assessment: Assessment, name: str, *args: Any, method: str = "") -> Any:
    """Call an address with the first method it takes, or with this one."""
    rule = RULES[name]
    address = reverse(f"assessment:{name}", args=[assessment.public_id, *(args or rule.args)])
    return who.generic(method or rule.methods[0], address)


def is_private(response: Any) -> bool:
    return bool(
        response["Cache-Control"] == "no-store, private"
        and response["X-Robots-Tag"] == "noindex"
        and response["Referrer-Policy"] == "same-origin"
    )


def stored() -> list[Any]:
    """Everything that a refused request might have changed."""
    return [
        list(model._default_manager.order_by("pk").values())
        for model in (Assessment, AccessLink, Action, Answer, Move, OwnerEmail)
    ]


def lists_of(route: str, name: str) -> list[str]:
    """The lists an address is in."""
    held = {
        "employer": route.startswith("a/<str:public_id>/") and name.partition(":")[2] in RULES,
        "public": route in PUBLIC,
        "staff": route.startswith(STAFF_ROUTES),
    }
    return [which for which, is_in in held.items() if is_in]


# -- every address -----------------------------------------------------------------------------


def test_every_address_is_in_exactly_one_list() -> None:
    """A new address fails here until somebody decided who may reach it."""
    found = {route: lists_of(route, name) for route, name in desk.routes()}
    assert {route: held for route, held in found.items() if len(held) != 1} == {}
    assert {*PUBLIC} <= {*found}


def test_no_two_addresses_share_a_name() -> None:
    """The lists below go by name, and a second address of that name would never be called."""
    found: dict[str, set[str]] = {}
    for route, name in desk.routes():
        found.setdefault(name, set()).add(route)
    assert {name: of for name, of in found.items() if len(of) != 1} == {}


@pytest.mark.parametrize("route", PUBLIC)
def test_a_public_address_takes_its_methods_and_tells_nothing_of_an_employer(
    route, bakery, maria
) -> None:
    methods, address = PUBLIC[route]
    assert resolve(address).route == route
    before = stored()
    for method in METHODS - {*methods} - {"OPTIONS"}:
        assert maria.generic(method, address).status_code == 405, method
    response = maria.generic(methods[0], address)
    assert response.status_code in {200, 302, 404}
    assert stored() == before
    assert response["Referrer-Policy"] in REFERRERS.get(route, {"same-origin"})
    if route in OF_THIS_BROWSER:
        assert response["Cache-Control"] == "no-store, private"
        assert response["X-Robots-Tag"] == "noindex"
    elif not response.streaming:
        assert "Maria" not in response.content.decode(errors="replace")


# -- the desk ----------------------------------------------------------------------------------


@pytest.fixture
def ada(db) -> User:
    """A superuser."""
    return account("ada")


@pytest.fixture
def at_desk(ada) -> dict[str, list[str]]:
    """The addresses of the desk, by route, each of a row that there is."""
    return desk.addresses(desk.row_in_each_table(ada))


def called(
    user: User, at_desk: dict[str, list[str]], methods: Iterable[str]
) -> Iterator[tuple[str, str, Any]]:
    """Call each address, signed in: its route, the method and the response."""
    client = browser(user)
    for route, addresses in at_desk.items():
        for address, method in product(addresses, methods):
            yield route, method, client.generic(method, address)
            if route in SIGNS_OUT:
                client = browser(user)


def tells_of(assessment: Assessment, response: Any) -> bool:
    """Whether a response holds the name or the key of an assessment."""
    said = response.content.decode(errors="replace") + str(response.headers)
    return assessment.name in said or assessment.public_id in said


@pytest.mark.parametrize("visitor", ["omar", "maria", "rita"])
def test_the_desk_is_closed_to_all_but_staff(visitor, at_desk) -> None:
    """To a stranger, an owner and a reader alike, by any method."""
    client = person(visitor, Assessment.objects.latest("pk"))
    before = stored()
    seen = {
        (route, method)
        for route, addresses in at_desk.items()
        for address, method in product(addresses, METHODS)
        if not is_refused(client.generic(method, address))
    }
    assert {route for route, _ in seen} == OPEN_TO_SIGN_IN
    assert stored() == before


def is_refused(response: Any) -> bool:
    """Whether it leads to signing in, or nowhere."""
    leads_to = response.get("Location", "").partition("?")[0]
    return response.status_code in {404, 405} or leads_to in {"/admin/", "/admin/login/"}


def test_staff_without_a_permission_see_nothing(at_desk) -> None:
    user = User.objects.create_user("new", password="x", is_staff=True)
    assessment = Assessment.objects.latest("pk")
    before = stored()
    seen = set()
    for route, _, response in called(user, at_desk, ("GET", "POST", "DELETE")):
        assert not tells_of(assessment, response)
        if response.status_code not in {302, 403, 404, 405}:
            seen.add(route)
    assert seen <= OF_ANY_STAFF | OPEN_TO_SIGN_IN
    assert stored() == before


def test_what_shows_an_employer_at_the_desk_is_on_record(ada, at_desk) -> None:
    """To somebody with every permission, at every address, each of a row that there is."""
    looks = LogEntry.objects.filter(action_flag=LOOKED)
    assessment = Assessment.objects.latest("pk")
    before = stored()
    found, shown = set(), set()
    for route, _, response in called(ada, at_desk, ["GET"]):
        if response.status_code != 404:
            found.add(route)
        if tells_of(assessment, response):
            shown.add(route)
            assert looks.exists(), route
        looks.delete()
    assert {*at_desk} - found == {"admin/(?P<url>.*)$"}
    assert shown == SHOW_AN_EMPLOYER
    assert stored() == before


@each_address
def test_staff_without_a_link_find_nothing(name, bakery, ada) -> None:
    """Whatever they may see at the desk."""
    response = call(browser(ada), bakery, name)
    assert (response.status_code, heading(response)) == (404, "Page not found")
    assert "Maria" not in words(response)


# -- employers' addresses ----------------------------------------------------------------------


def test_every_address_has_its_rule() -> None:
    assert sorted(NAMES) == sorted(RULES)


def test_every_address_with_a_key_has_bad_ones() -> None:
    assert set(BAD_ARGS) == {name for name, rule in RULES.items() if rule.args}


@each_address
def test_a_stranger_finds_nothing(name, bakery, omar) -> None:
    response = call(omar, bakery, name)
    assert (response.status_code, heading(response)) == (404, "Page not found")
    assert "This browser has no access to that assessment." in words(response)
    assert "Maria" not in words(response)
    assert is_private(response)


@each_address
def test_another_employer_finds_nothing(name, bakery) -> None:
    other = factories.make_assessment(name="Other Firm")
    owner_elsewhere = person("maria", other)
    before = stored()
    assert call(owner_elsewhere, bakery, name).status_code == 404
    assert stored() == before


@each_address
@pytest.mark.parametrize("change", ["revoked_at", "expires_at"])
def test_a_link_that_stopped_working_opens_nothing(name, change, bakery, maria) -> None:
    AccessLink.objects.filter(pk=maria.link.pk).update(**{change: timezone.now()})
    before = stored()
    response = call(maria, bakery, name)
    assert (response.status_code, heading(response)) == (404, "Page not found")
    assert "it was stopped or renewed, or the assessment was deleted" in words(response)
    assert stored() == before


def test_a_link_that_expires_tomorrow_still_opens(bakery, maria) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    AccessLink.objects.filter(pk=maria.link.pk).update(expires_at=tomorrow)
    assert heading(maria.see("hub")) == "Maria’s Bakery"
    assert maria.open().status_code == 302


@each_address
@pytest.mark.parametrize("role", sorted(EVERYBODY))
def test_a_role_reaches_what_it_may_and_nothing_else(name, role, bakery) -> None:
    who = person(ROLES[role], bakery)
    before = stored()
    response = call(who, bakery, name)
    if role in RULES[name].roles:
        assert response.status_code != 403
        assert is_private(response)
    else:
        assert (response.status_code, heading(response)) == (403, "Your link does not allow that")
        assert "Nothing was changed." in words(response)
        assert is_private(response)
        assert stored() == before


@each_address
def test_a_wrong_method_is_refused_on_a_page(name, bakery, maria) -> None:
    before = stored()
    for method in METHODS - set(RULES[name].methods):
        response = call(maria, bakery, name, method=method)
        assert response.status_code == 405
        assert response["Allow"] == ", ".join(RULES[name].methods)
        assert method == "HEAD" or heading(response) == "This page can’t be opened this way"
        assert is_private(response)
    assert stored() == before


@pytest.mark.db
@each_address
def test_a_bad_assessment_key_finds_nothing(name, bakery, maria) -> None:
    address = call_address(bakery, name)
    for key in ("x", "-", "%00", "a" * 400, "<script>", bakery.public_id.swapcase()):
        wrong = address.replace(bakery.public_id, key)
        response = maria.generic(RULES[name].methods[0], wrong)
        assert (response.status_code, heading(response)) == (404, "Page not found")


def call_address(assessment: Assessment, name: str) -> str:
    return reverse(f"assessment:{name}", args=[assessment.public_id, *RULES[name].args])


@pytest.mark.db
@pytest.mark.parametrize(("name", "arg"), [(n, a) for n, args in BAD_ARGS.items() for a in args])
def test_a_bad_key_within_finds_nothing(name, arg, bakery, maria) -> None:
    before = stored()
    response = call(maria, bakery, name, arg)
    assert (response.status_code, heading(response)) == (404, "Page not found")
    assert stored() == before


@pytest.mark.db
@pytest.mark.parametrize("name", [n for n in NAMES if RULES[n].args])
def test_a_key_with_a_null_byte_finds_nothing(name, bakery, maria) -> None:
    address = call_address(bakery, name).replace(f"/{RULES[name].args[0]}", "/%00")
    assert maria.generic(RULES[name].methods[0], address).status_code == 404


@each_address
def test_a_form_without_its_token_changes_nothing(name, bakery) -> None:
    if "POST" not in RULES[name].methods:
        return
    maria = person("maria", bakery, enforce_csrf_checks=True)
    before = stored()
    response = call(maria, bakery, name, method="POST")
    assert (response.status_code, heading(response)) == (403, "Please send that again")
    assert "Nothing was changed." in words(response)
    assert is_private(response)
    assert stored() == before


# -- a contributor -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "arg"),
    [
        ("component", "pay"),
        ("save_answer", "wage"),
        ("type_back_sheet", "pay"),
        ("own_worksheet", "pay"),
        ("own_worksheet", "all"),
    ],
)
def test_a_contributor_finds_no_other_component(name, arg, bakery, ana) -> None:
    assert call(ana, bakery, name, arg).status_code == 404


def test_a_contributor_s_page_leads_to_no_page_that_refuses_them(bakery, ana) -> None:
    page = ana.see("component", JOB_SECURITY).content.decode()
    refused = [
        name
        for name in ("profile", "review", "results", "plan", "links", "delete", "arithmetic")
        if f'href="{ana.address(name)}"' in page
    ]
    assert refused == []


# -- the exchange ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "leads_to"),
    [
        *(("owner", "hub"), ("edit", "hub"), ("contributor", "hub")),
        *(("read", "results"), ("share", "shared")),
    ],
)
def test_a_link_is_exchanged_for_a_clean_address(role, leads_to, bakery) -> None:
    who = person(ROLES[role], bakery)
    response = who.open()
    assert (response.status_code, response["Location"]) == (302, who.address(leads_to))
    assert who.secret not in response["Location"]
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex"


def test_only_the_hash_of_a_secret_is_stored(bakery) -> None:
    link, secret = make_link(bakery, role="read")
    assert len(secret) == 32  # 24 random bytes
    assert link.secret_hash == hash_secret(secret)
    row = AccessLink.objects.filter(pk=link.pk).values().get()
    assert not any(secret in str(value) for value in row.values())


def test_a_new_secret_key_breaks_no_link(bakery, maria, settings) -> None:
    settings.SECRET_KEY = "another"
    assert maria.open().status_code == 302


@pytest.mark.parametrize("change", ["revoked_at", "expires_at"])
def test_a_link_that_stopped_working_says_so(change, bakery, maria) -> None:
    AccessLink.objects.filter(pk=maria.link.pk).update(**{change: timezone.now()})
    somebody = Person(bakery)
    somebody.secret = maria.secret
    response = somebody.open()
    assert (response.status_code, heading(response)) == (404, "This link does not work")
    assert "Ask the person who shared it for a new one." in words(response)
    assert response["Referrer-Policy"] == "no-referrer"
    assert maria.secret not in response.content.decode()
    assert somebody.session.get(GRANTS) is None


@pytest.mark.db
@pytest.mark.parametrize("secret", ["x", "a" * 5000, "%00", "é", "<b>"])
def test_a_secret_that_never_was_says_the_same(secret, edition) -> None:
    response = Client().get(f"/open/{secret}/")
    assert (response.status_code, heading(response)) == (404, "This link does not work")


def test_opening_a_link_notes_the_day_only(bakery, maria) -> None:
    assert AccessLink.objects.get(pk=maria.link.pk).last_used_on == timezone.localdate()


def test_a_weaker_link_takes_no_rights_away(bakery, maria) -> None:
    _, maria.secret = make_link(bakery, role="read")
    maria.open()
    assert maria.see("links").status_code == 200


def test_a_stronger_link_adds_rights(bakery, rita) -> None:
    _, rita.secret = make_link(bakery, role="edit")
    rita.open()
    assert rita.see("hub").status_code == 200


def test_a_working_link_replaces_one_that_stopped(bakery, maria) -> None:
    AccessLink.objects.update(revoked_at=timezone.now())
    _, maria.secret = make_link(bakery, role="read")
    maria.open()
    assert maria.see("results").status_code == 200


def test_one_browser_holds_several_assessments(bakery, maria) -> None:
    other = factories.make_assessment(name="Second Shop")
    _, secret = make_link(other, role="owner")
    maria.get(reverse("assessment:open_link", args=[secret]))
    assert heading(maria.see("hub")) == "Maria’s Bakery"
    assert heading(maria.get(reverse("assessment:hub", args=[other.public_id]))) == "Second Shop"


def test_a_grant_names_a_link_of_that_assessment_only(bakery, omar) -> None:
    """A session that maps an id to somebody else's link opens nothing."""
    link, _ = make_link(factories.make_assessment(), role="owner")
    session = omar.session
    session[GRANTS] = {bakery.public_id: link.pk}
    session.save()
    omar.cookies["sessionid"] = session.session_key
    assert omar.see("hub").status_code == 404


def test_looking_writes_no_session(bakery, maria) -> None:
    for name in ("hub", "results", "plan", "review"):
        assert "sessionid" not in maria.see(name).cookies


@pytest.mark.parametrize("name", ["hub", "links", "results", "plan"])
def test_no_page_shows_a_secret_in_title_or_address(name, bakery, maria) -> None:
    page = maria.see(name)
    assert maria.secret not in page.content.decode()
    assert maria.secret not in title(page)


def test_every_role_is_known_to_the_rules() -> None:
    assert set(MAY) == EVERYBODY == set(ROLES)
