"""The headers that keep a browser out of trouble, on every kind of response."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from whitenoise.middleware import WhiteNoiseMiddleware

from assessment.urls import employer_patterns
from jobquality.headers import NEVER_USED
from tests.browser.addresses import POSTED, names
from tests.people import Person
from toolkit.views.copy import COPY_HEADERS

pytestmark = pytest.mark.django_db
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "object-src 'none'"
)
EVERYWHERE = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{name}=()" for name in NEVER_USED),
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
NONCE = re.compile(r" 'nonce-[\w-]+'")


def secured(response: Any) -> dict[str, str]:
    """What a response says of these; a nonce, new on each page of the desk, is left out."""
    found = {name: response.headers.get(name, "") for name in EVERYWHERE}
    return found | {"Content-Security-Policy": NONCE.sub("", found["Content-Security-Policy"])}


@pytest.fixture(autouse=True)
def secure(settings) -> None:
    """As deployed, behind https."""
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    settings.SECURE_HSTS_PRELOAD = True


def get(client: Client, address: str) -> Any:
    return client.get(address, secure=True)


def public() -> list[str]:
    """Every address that anybody can open without a key."""
    bare = [n for n in names() if ":" in n and n not in POSTED]
    found = []
    for name in bare:
        try:
            found.append(reverse(name))
        except Exception:  # noqa: S112 (an address that needs a key)
            continue
    return found


def test_every_public_address_bears_them(edition, client) -> None:
    addresses = public()
    assert len(addresses) > 12
    for address in addresses:
        assert secured(get(client, address)) == EVERYWHERE, address


def test_every_page_and_file_of_an_employer_bears_them(edition, maria: Person) -> None:
    args = {"component": ["pay"], "own_worksheet": ["pay"], "type_back_sheet": ["pay"]} | {
        "making": ["0" * 64]
    }
    seen = set()
    for pattern in employer_patterns:
        name = str(pattern.name)
        if f"assessment:{name}" in POSTED or name in {"edit_action", "download"}:
            continue
        response = get(maria, maria.address(name, *args.get(name, [])))
        seen.add(response.status_code)
        assert secured(response) == EVERYWHERE, name
    assert seen <= {200, 302, 404}
    assert 200 in seen


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/nothing/", 404),
        ("/a/nothing/", 404),
        ("/a/nothing", 301),  # to the slash
        ("/static/nothing.css", 404),
        ("/admin/", 302),
        ("/admin/login/", 200),
        ("/admin/toolkit/question/", 302),
        ("/admin/jsi18n/", 302),
    ],
)
def test_what_leads_nowhere_bears_them(edition, client, address, status) -> None:
    response = get(client, address)
    assert response.status_code == status
    assert secured(response) == EVERYWHERE


def test_a_redirect_to_https_bears_them(client, settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = client.get("/")
    assert (response.status_code, response["Location"]) == (301, "https://testserver/")
    # Over plain http a browser must not believe it.
    assert secured(response) == EVERYWHERE | {"Strict-Transport-Security": ""}


def test_refusals_bear_them(edition, maria: Person) -> None:
    checked = Client(enforce_csrf_checks=True)
    home = reverse("assessment:start")
    refused = {
        403: checked.post(home, secure=True),
        405: maria.post(maria.address("hub"), secure=True),
        422: maria.post(home, secure=True),
        400: maria.post(home, {"name": "x" * 2_000_000}, secure=True),
    }
    for status, response in refused.items():
        assert (response.status_code, secured(response)) == (status, EVERYWHERE)


def test_a_failure_of_ours_bears_them(edition, client, monkeypatch) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr("toolkit.editions.live_edition", lambda: 1 / 0)
    response = get(client, reverse("assessment:start"))
    assert (response.status_code, secured(response)) == (500, EVERYWHERE)


def test_the_private_link_alone_sends_no_address_on(edition, maria: Person) -> None:
    response = get(maria, reverse("assessment:open_link", args=[maria.secret]))
    assert response.status_code == 302
    assert secured(response) == EVERYWHERE | {"Referrer-Policy": "no-referrer"}


def test_the_desk_bears_them(edition, admin_client: Client) -> None:
    from django.contrib import admin

    addresses = ["/admin/", "/admin/password_change/", "/admin/jsi18n/"]
    for model in admin.site._registry:
        where = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        addresses += [reverse(f"{where}_changelist"), reverse(f"{where}_add")]
    for address in addresses:
        response = get(admin_client, address)
        assert response.status_code in {200, 403}, address
        assert secured(response) == EVERYWHERE, address
        assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("site.css", "text/css"),
        ("answers.js", "text/javascript"),
        ("img/mark.svg", "image/svg+xml"),
        ("fonts/public-sans-400.woff2", "font/woff2"),
        ("admin/css/base.css", "text/css"),
    ],
)
def test_static_files_bear_them(client, settings, tmp_path: Path, name, kind) -> None:
    """An SVG picture opened by itself is a page, and runs nothing."""
    settings.WHITENOISE_USE_FINDERS = True
    response = get(Client(), f"/static/{name}")
    assert (response.status_code, response["Content-Type"].partition(";")[0]) == (200, kind)
    assert secured(response) == EVERYWHERE
    response.close()


def test_a_captured_copy_is_bound_more_tightly_still() -> None:
    ours = {n: v for n, v in COPY_HEADERS.items() if n in EVERYWHERE}
    assert ours == {
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }


def test_nothing_stands_before_them() -> None:
    """What an outer middleware answers by itself would bear none."""
    names = [name.rpartition(".")[2] for name in settings.MIDDLEWARE]
    security = names.index("SecurityMiddleware")
    assert names[0] == "HeadersMiddleware"
    # Probes of health and metrics are answered before it: in plain text, and not over https.
    assert set(names[1:security]) == {
        "ContentSecurityPolicyMiddleware",
        "XFrameOptionsMiddleware",
        "HealthMiddleware",
        "MetricsMiddleware",
        "RequestLogMiddleware",
    }
    assert names[security + 1] == WhiteNoiseMiddleware.__name__
