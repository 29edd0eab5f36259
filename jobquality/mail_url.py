"""EMAIL_URL, one line for a mail server, as Django's MAILERS."""

from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

# Seconds: whoever waits for a page waits no longer for a mail server.
TIMEOUT = 10
# By scheme: the usual port, and how the line is encrypted.
SCHEMES: dict[str, tuple[int, dict[str, bool]]] = {
    "smtp": (25, {}),
    "smtp+tls": (587, {"use_tls": True}),
    "smtps": (465, {"use_ssl": True}),
}
BACKENDS = "django.core.mail.backends"
# Never with the value: it may hold a password.
HOW = (
    "EMAIL_URL must look like smtp+tls://user:password@mail.example.org:587 (or smtps://, or "
    "smtp:// within one machine), with special characters of user and password percent-encoded; "
    "or be console: to print mails where the site runs."
)


def mailers(url: str) -> dict[str, dict[str, Any]]:
    """MAILERS for ``url``; empty, which turns mail off, for "". Raises ImproperlyConfigured."""
    if not url:
        return {}
    if url == "console:":
        return {"default": {"BACKEND": f"{BACKENDS}.console.EmailBackend"}}
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ImproperlyConfigured(HOW) from None
    if parts.scheme not in SCHEMES or not host or parts.path.strip("/") or parts.query:
        raise ImproperlyConfigured(HOW)
    usual_port, encryption = SCHEMES[parts.scheme]
    options = {"host": host, "port": port or usual_port, "timeout": TIMEOUT, **encryption}
    if parts.username:
        options |= {
            "username": unquote(parts.username),
            "password": unquote(parts.password or ""),
        }
    return {"default": {"BACKEND": f"{BACKENDS}.smtp.EmailBackend", "OPTIONS": options}}
