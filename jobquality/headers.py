"""Headers that every response bears: pages, files, redirects, refusals, the desk."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What a page of ours never asks a browser for, so that nothing that gets into one can. Copying a
# private link (clipboard-write) is the one thing we do use.
NEVER_USED = (
    *("accelerometer", "autoplay", "browsing-topics", "camera", "clipboard-read"),
    *("display-capture", "encrypted-media", "fullscreen", "geolocation", "gyroscope", "hid"),
    *("idle-detection", "local-fonts", "magnetometer", "microphone", "midi", "payment"),
    *("picture-in-picture", "screen-wake-lock", "serial", "usb", "window-management"),
    "xr-spatial-tracking",
)
HEADERS = {
    "Permissions-Policy": ", ".join(f"{name}=()" for name in NEVER_USED),
    # No other site's page reads or embeds anything of ours.
    "Cross-Origin-Resource-Policy": "same-origin",
}


class HeadersMiddleware:
    """Set what no middleware of Django sets. The package for it would be longer than this list."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """The response with the headers."""
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response
