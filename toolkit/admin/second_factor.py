"""The pages of the second factor: set it up, give its code, keep recovery codes, replace it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from math import ceil
from typing import Any

import django_otp
from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from django_otp.plugins.otp_static.models import StaticDevice

from toolkit import second_factor as factor
from toolkit.second_factor import CodeError, NewFactor
from toolkit.staff_session import NEW_CODES, NEW_KEY

type View = Callable[[HttpRequest], HttpResponse]
NEXT = "next"


def onward(request: HttpRequest) -> str:
    """Where whoever signs in was going, if that is an address of this site; else the desk."""
    wanted = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else reverse("admin:index")


def after_password(view: View) -> View:
    """Guard a page that comes between the password and the desk: staff only, never stored."""

    @never_cache
    @csrf_protect
    @sensitive_post_parameters()
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        if not (request.user.is_active and request.user.is_staff):
            return redirect_to_login(onward(request), reverse("admin:login"))
        return view(request)

    return guarded


class CodeForm(forms.Form):
    """One code, of the app or of the recovery codes."""

    code = forms.CharField(
        max_length=40,
        label="Code",
        error_messages={"required": "Enter the code."},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "off",
                "spellcheck": "false",
                "autofocus": True,
                "class": "vTextField",
            }
        ),
    )

    def __init__(self, *args: Any, label: str = "", help_text: str = "", **kwargs: Any) -> None:
        """``label``: what the field is called on this page; ``help_text``: what stands below it."""
        super().__init__(*args, **kwargs)
        self.fields["code"].label = label or self.fields["code"].label
        self.fields["code"].help_text = help_text
        self.wait = 0

    def refuse(self, error: CodeError) -> None:
        """Put the reason on the form; ``wait`` is then the seconds to wait, 0 for none."""
        self.add_error("code", str(error))
        self.wait = ceil(error.wait.total_seconds()) if error.wait else 0


def code_form(request: HttpRequest, label: str, help_text: str = "") -> CodeForm:
    """The form with what was sent, or an empty one."""
    data = request.POST if request.method == "POST" else None
    return CodeForm(data, label=label, help_text=help_text)


# -- signing in ------------------------------------------------------------------------------


@after_password
def enter_code(request: HttpRequest) -> HttpResponse:
    """Ask for a code after the password; the right one opens the desk."""
    user: Any = request.user
    if user.is_verified():
        return HttpResponseRedirect(onward(request))
    if not factor.has(user):
        return _to("set_up", request)
    form = code_form(request, "Code from your app, or a recovery code")
    if form.is_valid() and (device := _accepted(request, form)):
        _verified(request, device)
        return HttpResponseRedirect(onward(request))
    return _page(request, "enter_code", "Enter your code", form=form)


def _accepted(request: HttpRequest, form: CodeForm) -> Any:
    """The device that accepts the form's code; None with the reason on the form."""
    try:
        return factor.verify(request.user, form.cleaned_data["code"])
    except CodeError as error:
        form.refuse(error)
        return None


def _verified(request: HttpRequest, device: Any) -> None:
    """Let the session pass, by the key it got with the password: a second press finds it."""
    django_otp.login(request, device)
    if isinstance(device, StaticDevice):
        left = factor.of(request.user).left
        messages.warning(
            request,
            f"You used a recovery code. It will not work again; {left} of them "
            f"{'is' if left == 1 else 'are'} left. To get new codes or change phones, go to "
            "“Second factor” at the top.",
        )


@after_password
def set_up(request: HttpRequest) -> HttpResponse:
    """Show a new key; its first code makes it the second factor.

    Who has one already replaces it, and gives a code of it under ``present`` first.
    """
    user: Any = request.user
    has_one = factor.has(user)
    if has_one and not user.is_verified():
        return _to("enter_code", request)
    if NEW_CODES in request.session:  # pressed twice, or come back before they were kept
        return _to("recovery_codes", request)
    key = request.session.setdefault(NEW_KEY, factor.new_key())
    form = code_form(request, "2. The six digits the app shows now")
    present = PresentForm(request.POST or None) if has_one else None
    if form.is_valid() and (done := _set_up(request, key, form, present)):
        return done
    title = "Replace your second factor" if has_one else "Set up your second factor"
    new = NewFactor(user, key)
    required = settings.STAFF_SECOND_FACTOR
    return _page(request, "set_up", title, form=form, present=present, new=new, required=required)


class PresentForm(CodeForm):
    """A code of the second factor that is in use, beside one of the new one."""

    prefix = "present"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(
            *args, label="3. A code from the current app, or a recovery code", **kwargs
        )
        del self.fields["code"].widget.attrs["autofocus"]


def _set_up(
    request: HttpRequest, key: str, form: CodeForm, present: CodeForm | None
) -> HttpResponse | None:
    """Take the new key if its code is right, and the present code; None with the reason shown."""
    try:
        device = factor.confirmed(request.user, key, form.cleaned_data["code"])
        # Last, as it is used up by being right.
        if present and not (present.is_valid() and _accepted(request, present)):
            return None
        codes = factor.set_up(request.user, device, is_replacing=present is not None)
    except CodeError as error:
        form.refuse(error)
        return None
    request.session.pop(NEW_KEY, None)
    _verified(request, device)
    if codes:
        request.session[NEW_CODES] = codes
        return _to("recovery_codes", request)
    messages.success(request, "From now on, only codes from the new app work.")
    return HttpResponseRedirect(reverse("admin:second_factor"))


# -- at the desk -----------------------------------------------------------------------------


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """What is set up; on POST with a code make new recovery codes."""
    if not factor.has(request.user):
        return _page(request, "second_factor", "Second factor", held=None)
    if NEW_CODES in request.session:
        return _to("recovery_codes", request)
    form = code_form(request, "Code from your app, or a recovery code")
    if form.is_valid() and _accepted(request, form):
        request.session[NEW_CODES] = factor.make_recovery_codes(request.user)
        return _to("recovery_codes", request)
    held = factor.of(request.user)
    return _page(request, "second_factor", "Second factor", form=form, held=held)


@require_http_methods(["GET", "HEAD", "POST"])
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show new recovery codes until they are kept."""
    if request.method == "POST":
        request.session.pop(NEW_CODES, None)
        return HttpResponseRedirect(onward(request))
    codes = request.session.get(NEW_CODES)
    if not codes:
        return HttpResponseRedirect(reverse("admin:second_factor"))
    return _page(request, "recovery_codes", "Keep these recovery codes", codes=codes)


def _to(name: str, request: HttpRequest) -> HttpResponseRedirect:
    """Send on to another of these pages, and from there to where the person was going."""
    address = reverse(f"admin:{name}", query={NEXT: onward(request)})
    return HttpResponseRedirect(address)


def _page(request: HttpRequest, name: str, title: str, **context: Any) -> TemplateResponse:
    shown = {**admin.site.each_context(request), "title": title, NEXT: onward(request), **context}
    form = context.get("form")
    wait = max((f.wait for f in (form, context.get("present")) if f), default=0)
    page = TemplateResponse(request, f"admin/toolkit/second_factor/{name}.html", shown)
    page["Cache-Control"] = "no-store, private"
    if wait:
        page.status_code = HTTPStatus.TOO_MANY_REQUESTS
        page["Retry-After"] = str(wait)
    return page
