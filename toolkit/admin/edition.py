"""Editions: for reading only, and the page that publishes the next one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from toolkit import catalogue as cat
from toolkit import editions
from toolkit.differences import Difference, in_short
from toolkit.editions import PublishError
from toolkit.history import MODELS
from toolkit.models import Edition

from .bounded import ReadOnly


@dataclass(frozen=True)
class Draft:
    """What publishing now would do: problems, or the changes to the live edition."""

    live: Edition | None
    fingerprint: str
    problems: list[cat.Problem]
    remarks: list[cat.Problem]
    changes: list[Difference]

    @classmethod
    def now(cls) -> Draft:
        """The draft as the tables have it at this moment."""
        catalogue, live = editions.draft_catalogue(), editions.live_edition()
        return cls(
            live=live,
            fingerprint=cat.fingerprint(cat.text_of(catalogue)),
            problems=editions.draft_problems(catalogue),
            remarks=editions.draft_remarks(catalogue),
            changes=editions.differences(editions.catalogue_for(live) if live else None, catalogue),
        )

    @property
    def reworded(self) -> list[str]:
        """Slugs of the questions for which the publisher is asked whether they mean the same."""
        return list(dict.fromkeys(d.slug for d in self.changes if d.needs_same_meaning))

    @property
    def may_be_correction(self) -> bool:
        """Whether it is a correction if every reworded question means the same."""
        return self.live is not None and editions.is_correction(self.changes, self.reworded)

    def label(self, same_meaning: Collection[str]) -> str:
        """What it will be called: “1.2”."""
        number, revision = editions.next_number(self.live, self.changes, same_meaning)
        return f"{number}.{revision}"


@dataclass
class Item:
    """One row with what was found about it, for the page."""

    noun: str
    slug: str
    title: str
    address: str = ""
    lines: list[Any] = field(default_factory=list)
    is_reworded: bool = False
    is_same_meaning: bool = False


# Said once it is published: of a new edition, and of a correction.
FROM_NOW_ON = (
    "New assessments start on it from now on.",
    "Every assessment on this edition shows the corrected wording from now on.",
)


class PublishForm(forms.Form):
    """What the publisher confirms, and why the edition is made."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)
    label = forms.CharField(widget=forms.HiddenInput)
    note = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "cols": 80}),
        label="What changed, in a sentence or two",
        help_text="Kept with the edition for anyone who asks later.",
    )


def addresses(named: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, str]]:
    """Address of the admin page and name of each row, by (noun, slug)."""
    wanted: dict[str, set[str]] = {}
    for noun, slug in named:
        wanted.setdefault(noun, set()).add(slug)
    return {
        (noun, row.slug): (reverse(f"admin:toolkit_{noun}_change", args=[row.pk]), str(row))
        for noun, slugs in wanted.items()
        for row in MODELS[noun]._default_manager.filter(slug__in=slugs)
    }


def items(found: Iterable[Any]) -> list[Item]:
    """Problems or differences, gathered by the row they are about, in the order found."""
    found = list(found)
    pages = addresses((f.noun, f.slug) for f in found)
    gathered: dict[tuple[str, str], Item] = {}
    for line in found:
        key = line.noun, line.slug
        address, name = pages.get(key, ("", line.slug))
        item = gathered.setdefault(key, Item(line.noun, line.slug, name, address))
        item.lines.append(line)
        item.is_reworded |= getattr(line, "needs_same_meaning", False)
    return list(gathered.values())


@admin.register(Edition)
class EditionAdmin(ReadOnly, admin.ModelAdmin[Any]):
    """What was published, and assessments were answered on; publishing is the one way to more."""

    change_list_template = "admin/toolkit/edition/change_list.html"
    list_display = ["name", "published_at", "publisher", "note"]
    list_select_related = ["published_by"]
    search_fields = ["note"]
    search_help_text = "Search in notes."
    fields = ("name", "published_at", "publisher", "note", "changes", "mark")
    readonly_fields = fields
    actions = None

    def get_urls(self) -> list[URLPattern]:
        """Editions' addresses, with the page that publishes."""
        publish = self.admin_site.admin_view(self.publish_view)
        return [path("publish/", publish, name="toolkit_edition_publish"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        """Editions without their documents, which are long."""
        return super().get_queryset(request).defer("document")

    @admin.display(description="edition", ordering="number")
    def name(self, edition: Edition) -> str:
        """Number and revision, and which of the two kinds it is."""
        return f"{edition.label} {'correction' if edition.revision else 'edition'}"

    @admin.display(description="published by", ordering="published_by__username")
    def publisher(self, edition: Edition) -> str:
        """Who published it; no link, as whoever works here may not open staff accounts."""
        return str(edition.published_by or "No one at the desk")

    @admin.display(description="fingerprint of its text (SHA-256)")
    def mark(self, edition: Edition) -> str:
        """What proves that two copies of an edition are the same to the letter."""
        return edition.fingerprint

    @admin.display(description="what changed")
    def changes(self, edition: Edition) -> SafeString | str:
        """The changes from the edition before, in plain words."""
        earlier = Q(number__lt=edition.number) | Q(
            number=edition.number, revision__lt=edition.revision
        )
        before = Edition.objects.filter(earlier).newest_first().first()
        if before is None:
            return "The first edition."
        found = editions.differences(
            editions.catalogue_for(before), editions.catalogue_for(edition)
        )
        lines = ((d.title, d.what, d.before, d.after) for d in found)
        return format_html(
            "<ul>{}</ul>",
            format_html_join("", "<li>{}: {} <del>{}</del> <ins>{}</ins></li>", lines),
        )

    def publish_view(self, request: HttpRequest) -> HttpResponse:
        """Show the problems or the changes; on POST publish exactly what was shown."""
        if not request.user.has_perm("toolkit.publish_edition"):
            raise PermissionDenied
        draft = Draft.now()
        if request.method != "POST":
            return self.publish_page(request, draft, PublishForm(), ())
        form = PublishForm(request.POST)
        same_meaning = {*request.POST.getlist("same_meaning")} & {*draft.reworded}
        if "publish" in request.POST and form.is_valid():
            if self.publish(request, draft, form, same_meaning):
                return HttpResponseRedirect(reverse("admin:toolkit_edition_changelist"))
            draft = Draft.now()
        elif "publish" not in request.POST:
            # Only the number was asked for: keep what was typed, complain of nothing.
            form = PublishForm(initial={"note": request.POST.get("note", "")})
        return self.publish_page(request, draft, form, same_meaning)

    def publish(
        self, request: HttpRequest, draft: Draft, form: PublishForm, same_meaning: set[str]
    ) -> bool:
        """Publish what was confirmed, or say why not; whether it was published."""
        confirmed = form.cleaned_data
        if not self.is_as_shown(request, draft, form, same_meaning):
            return False
        try:
            edition = editions.publish(
                fingerprint=confirmed["fingerprint"],
                note=confirmed["note"],
                by=request.user,  # type: ignore[arg-type]
                same_meaning=same_meaning,
            )
        except PublishError as error:
            for reason in error.reasons:
                messages.error(request, f"Not published: {reason}")
            return False
        self.log_addition(request, edition, f"Published: {edition.note}")
        messages.success(request, f"Published as {edition}. {FROM_NOW_ON[bool(edition.revision)]}")
        return True

    def is_as_shown(
        self, request: HttpRequest, draft: Draft, form: PublishForm, same_meaning: set[str]
    ) -> bool:
        """Whether it becomes what its publisher was told; if not, it says so."""
        confirmed = form.cleaned_data
        label = draft.label(same_meaning)
        if confirmed["fingerprint"] == draft.fingerprint and confirmed["label"] != label:
            messages.warning(
                request,
                f"Not published yet: with these choices it becomes {label}, "
                f"not {confirmed['label']}. Look again and confirm.",
            )
            return False
        return True

    def publish_page(
        self,
        request: HttpRequest,
        draft: Draft,
        form: PublishForm,
        same_meaning: Collection[str],
    ) -> TemplateResponse:
        """The page with the problems, the changes, or word that there is nothing to publish."""
        changes = items(draft.changes)
        for item in changes:
            item.is_same_meaning = item.slug in same_meaning
        label = draft.label(same_meaning)
        context = {
            **self.admin_site.each_context(request),
            "title": "Publish the toolkit",
            "opts": self.opts,
            "draft": draft,
            "form": form,
            "problems": items(draft.problems),
            "remarks": items(draft.remarks),
            "changes": changes,
            "in_short": in_short(draft.changes),
            "label": label,
            "is_correction": not label.endswith(".0"),
            "touches": [touch() for touch in editions.touches],
        }
        return TemplateResponse(request, "admin/toolkit/edition/publish.html", context)
