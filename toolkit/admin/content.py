"""What all content has in common: rows that editions name are retired, never deleted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db import models, transaction
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import smart_split

from toolkit import editions, history, quality
from toolkit.exporting import resource_document
from toolkit.models import Change, Edition, Resource
from toolkit.models.question import RetirableModel

from .history import HistoryAdmin, when

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldOpts, _FieldsetSpec

IN_USE: tuple[str, _FieldOpts] = ("In use", {"fields": ["is_retired", "is_held_back"]})


# A row's key as it stands in an address; no key is longer, and no database takes one that is.
KEY = re.compile(r"[0-9]{1,18}")
# Words of a search that count; the rest would only slow it down.
MOST_WORDS = 12
# Longest text that is typed into a field of one line.
SHORT = 100


# A row just begun may lack much; the first few tell enough.
MOST_OBJECTIONS = 5


def objections(row: RetirableModel) -> list[str]:
    """What is wrong with a row as it is saved now, in the words of the page that publishes.

    Of a row that is retired or held back nothing, as publishing takes its published text.
    """
    if isinstance(row, Resource):
        stored = Resource.objects.get(pk=row.pk)
        return [p.message for p in quality.resource_problems(resource_document(stored))]
    if row.is_retired or getattr(row, "is_held_back", False):
        return []
    found = editions.draft_problems(editions.draft_catalogue())
    mine = (row._meta.model_name, row.slug)
    return [f"Cannot be published yet. {p.message}" for p in found if (p.noun, p.slug) == mine]


class SentenceField(forms.CharField):
    """One line of prose in a box that wraps it; line breaks that slip in become spaces."""

    def to_python(self, value: Any) -> str:
        """Make white space single."""
        return " ".join((super().to_python(value) or "").split())


def sentences(rows: int = 2, cols: int = 80) -> dict[Any, dict[str, Any]]:
    """The ``formfield_overrides`` that show short texts in a box of this size."""
    widget = forms.Textarea(attrs={"rows": rows, "cols": cols})
    return {models.CharField: {"form_class": SentenceField, "widget": widget}}


def _without_cross(field: Any) -> Any:
    """Offer no cross beside a choice: it would delete the row that was chosen."""
    if field is not None and hasattr(field.widget, "can_delete_related"):
        field.widget.can_delete_related = False
    return field


class Unlogged(forms.CharField):
    """A field of the form alone: that it was filled in is no change of the row."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Never."""
        return False


class Tick(forms.CheckboxInput):
    """A box that sends ``sends`` when ticked, and is drawn without its tick each time."""

    def __init__(self, sends: str) -> None:
        super().__init__(check_test=lambda value: False)
        self.sends = sends

    def format_value(self, value: Any) -> str:
        """Draw what a tick sends, whatever was sent last."""
        return self.sends


class ContentForm(ModelForm[Any]):
    """A row's form that does not save over what somebody else saved meanwhile.

    ``seen``: the mark of the row as the form was drawn; ``save_over``: that of the row somebody
    knowingly saves over. The admin draws both in the first fieldset (``ContentAdmin``).
    """

    seen = Unlogged(required=False, widget=forms.HiddenInput)
    save_over = Unlogged(
        required=False,
        widget=forms.HiddenInput,
        label="Save mine over it",
        help_text="Theirs stays in the history and can be brought back. Lines they added stay.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.present = self._mark()
            self.initial["seen"] = self.present

    def _mark(self) -> str:
        slugs = type(self.instance)._default_manager.values_list("slug", flat=True)
        return history.mark(self.noun, slugs.get(pk=self.instance.pk))

    @property
    def noun(self) -> str:
        """What the history calls the row."""
        return str(self.instance._meta.model_name)

    def clean(self) -> dict[str, Any] | None:
        """Refuse to save over a newer version, unless told to."""
        cleaned = super().clean()
        agreed = {self.cleaned_data.get("seen"), self.cleaned_data.get("save_over")}
        if self.instance.pk and self.present not in agreed:
            self.fields["save_over"].widget = Tick(self.present)
            self.add_error(None, self._conflict())
        return cleaned

    def _conflict(self) -> SafeString:
        """Who saved what this form has not seen, and when, with the way to the history."""
        row = type(self.instance)._default_manager.get(pk=self.instance.pk)
        newest = Change.objects.of(self.noun, row.slug).first()
        is_theirs = newest and not history.differences_to_present(self.noun, row.slug)
        saved = f"{newest.who} saved it on {when(newest)}" if newest and is_theirs else "it changed"
        return format_html(
            "Not saved: after you opened this page, {}. Nothing is lost: what you typed is "
            'below, and <a href="{}" target="_blank">the history (opens in a new tab)</a> shows '
            "what they changed. To keep theirs, leave this page without saving. To replace it "
            "with yours, check “Save mine over it” and save again.",
            saved,
            reverse(f"admin:toolkit_{self.noun}_history", args=[row.pk]),
        )


class ContentAdmin(HistoryAdmin):
    """A content row: its slug is fixed and it cannot be deleted once an edition names it."""

    form = ContentForm
    save_on_top = True
    list_per_page = 50
    # Deleting is the rare exception and asked for one row at a time.
    actions = None
    after_saving = "Employers see it after the next publication."

    def is_published(self, row: RetirableModel | None) -> bool:
        """Whether an edition names the row (decisions.md 13)."""
        if row is None or row.pk is None:
            return False
        # Django asks several times for one page, and the row may hold a slug just typed in.
        if not hasattr(row, "_is_published"):
            slug = type(row)._default_manager.values_list("slug", flat=True).get(pk=row.pk)
            named = Edition.objects.naming(self.opts.model_name or "", slug)
            row._is_published = named.exists()  # type: ignore[attr-defined]
        return bool(row._is_published)  # type: ignore[attr-defined]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form; of two who save at once the second waits, and is told of the first."""
        if request.method != "POST" or object_id is None:
            return super().changeform_view(request, object_id, form_url, extra_context)
        with transaction.atomic():
            rows = self.model._default_manager.select_for_update().order_by()
            if KEY.fullmatch(object_id):
                list(rows.filter(pk=object_id).values_list("pk"))
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_fieldsets(
        self, request: HttpRequest, obj: RetirableModel | None = None
    ) -> _FieldsetSpec:
        """The fieldsets; what tells of a newer version stands first, hidden until there is one."""
        first, *rest = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return [first, *rest]
        title, options = first
        fields = ["save_over", "seen", *options["fields"]]
        return [(title, {**options, "fields": fields}), *rest]

    def get_readonly_fields(
        self, request: HttpRequest, obj: RetirableModel | None = None
    ) -> list[Any]:
        """The slug is for reading only once it is published."""
        names = [*super().get_readonly_fields(request, obj)]
        return [*names, "slug"] if self.is_published(obj) else names

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: RetirableModel | None = None
    ) -> dict[str, Any]:
        """A slug is suggested for new rows only."""
        return {} if obj else {**super().get_prepopulated_fields(request, obj)}

    def has_delete_permission(
        self, request: HttpRequest, obj: RetirableModel | None = None
    ) -> bool:
        """Never what an edition names: it can only be retired."""
        return super().has_delete_permission(request, obj) and not self.is_published(obj)

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Long texts get a box, and no choice a cross."""
        is_text = type(db_field) is models.CharField and not db_field.choices
        if is_text and (db_field.max_length or 0) > SHORT:
            kwargs |= sentences()[models.CharField]
        return _without_cross(super().formfield_for_dbfield(db_field, request, **kwargs))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Rows that hold every word, wherever: one in a level, another in a strategy.

        Django by itself would want all of them in the same level.
        """
        for word in [*smart_split(search_term)][:MOST_WORDS]:
            every_row = self.model._default_manager.order_by()
            holding, _ = super().get_search_results(request, every_row, word)
            queryset = queryset.filter(pk__in=holding.values("pk"))
        return queryset, False

    @admin.display(description="status")
    def status(self, row: RetirableModel) -> str:
        """Whether the next publishing takes it."""
        if row.is_retired:
            return "Retired"
        return "Held back" if getattr(row, "is_held_back", False) else "In use"

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save, and say at once what the next publishing would refuse about this row."""
        super().save_related(request, form, formsets, change)
        found = objections(form.instance)
        for message in found[:MOST_OBJECTIONS]:
            messages.warning(request, message)
        if len(found) > MOST_OBJECTIONS:
            messages.warning(
                request,
                format_html(
                    'And {} more. <a href="{}">What needs attention</a> lists them all.',
                    len(found) - MOST_OBJECTIONS,
                    reverse("admin:toolkit_attention"),
                ),
            )

    def message_user(
        self,
        request: HttpRequest,
        message: Any,
        level: int | str = messages.INFO,
        extra_tags: str = "",
        fail_silently: bool = False,
    ) -> None:
        """Say after each saving when employers will see it."""
        if level == messages.SUCCESS:
            message = format_html("{} {}", message, self.after_saving)
        super().message_user(request, message, level, extra_tags, fail_silently)


class OrderedRows(BaseInlineFormSet[Any, Any, Any]):
    """Rows with a position; one added without a position goes to the end."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.management_form.is_valid():
            self._take_lost_rows_for_new()

    def _take_lost_rows_for_new(self) -> None:
        """Treat rows that were deleted while somebody typed as rows to be added.

        Django refuses a row that is gone, and “Save mine over it” could never be done.
        """
        assert self.model is not None
        assert isinstance(self.data, QueryDict)
        key = self.model._meta.pk.name
        present = {str(pk) for pk in self.get_queryset().values_list("pk", flat=True)}
        rows = [self.add_prefix(n) for n in range(self.total_form_count())]
        known, added = rows[: self.initial_form_count()], rows[self.initial_form_count() :]
        lost = [row for row in known if self.data.get(f"{row}-{key}") not in present]
        if not lost:
            return
        kept = [row for row in known if row not in lost]
        data = self.data.copy()
        for new, row in zip(rows, [*kept, *lost, *added], strict=True):
            for name in [n for n in self.data if n.startswith(f"{row}-")]:
                values = [""] if row in lost and name == f"{row}-{key}" else self.data.getlist(name)
                data.setlist(f"{new}{name.removeprefix(row)}", values)
        data[f"{self.prefix}-INITIAL_FORMS"] = str(len(kept))
        self.data = data
        del self.management_form

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name each field for those who do not see the column above it."""
        super().add_fields(form, index)
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)
            # Of several boxes each has its own label, which a common one would replace.
            is_one = not isinstance(widget, forms.CheckboxSelectMultiple)
            if is_one and not widget.is_hidden and field.label:
                widget.attrs.setdefault("aria-label", str(field.label))

    def save_new(self, form: ModelForm[Any], commit: bool = True) -> Any:
        """Give a new row the next position."""
        if not form.instance.position:
            form.instance.position = max(f.instance.position for f in self.forms) + 1
        return super().save_new(form, commit)


class OrderedInline(admin.TabularInline[Any, Any]):
    """Rows that belong to the one being edited, in an order editors choose."""

    formset = OrderedRows
    extra = 0

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """No choice gets a cross."""
        return _without_cross(super().formfield_for_dbfield(db_field, request, **kwargs))
