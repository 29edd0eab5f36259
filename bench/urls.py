"""The site's addresses and the two floors (decisions.md 32), behind the same middleware."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path

from jobquality.urls import handler400, handler403, handler404, handler500, urlpatterns

FORM = (
    "<!doctype html><title>Floor</title><form method=post>"
    '<input type=hidden name=csrfmiddlewaretoken value="%s"><button>Send</button></form>'
)


def floor_page(request: HttpRequest) -> HttpResponse:
    """A bare GET: the session is read, a CSRF form is sent."""
    request.session.get("grants")
    return HttpResponse(FORM % get_token(request))


def floor_save(request: HttpRequest) -> HttpResponse:
    """A bare POST: session and CSRF checked, one committed INSERT."""
    request.session.get("grants")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO bench_floor (note) VALUES (%s)", [request.POST.get("note", "")])
    return HttpResponse("{}", content_type="application/json")


urlpatterns = [
    path("floor/page/", floor_page),
    path("floor/save/", floor_save),
    *urlpatterns,
]

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
