"""What all content has in common: rows that editions name are retired, never deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest
from django.utils.html import format_html

from toolkit import editions, quality
from toolkit.exporting import resource_document
from toolkit.models import Edition, Resource
from toolkit.models.question import RetirableModel

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldOpts

    # Generic for the type checker only; at run time Django's classes take no parameters.
    ContentModelAdmin = admin.ModelAdmin[Any]
    TabularInline = admin.TabularInline[Any, Any]
    InlineFormSet = BaseInlineFormSet[Any, Any, Any]
else:
    ContentModelAdmin = admin.ModelAdmin
    TabularInline = admin.TabularInline
    InlineFormSet = BaseInlineFormSet

IN_USE: tuple[str, _FieldOpts] = ("In use", {"fields": ["is_retired", "is_held_back"]})


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


class ContentAdmin(ContentModelAdmin):
    """A content row: its slug is fixed and it cannot be deleted once an edition names it."""

    save_on_top = True
    list_per_page = 50
    # Deleting is the rare exception and asked for one row at a time.
    actions = None
    after_saving = "Employers see it after the next publishing."

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
        """Long texts get a box, and no choice a cross: it would delete the row that was chosen."""
        is_text = type(db_field) is models.CharField and not db_field.choices
        if is_text and (db_field.max_length or 0) > SHORT:
            kwargs |= sentences()[models.CharField]
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and hasattr(field.widget, "can_delete_related"):
            field.widget.can_delete_related = False
        return field

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
            messages.warning(request, f"And {len(found) - MOST_OBJECTIONS} more.")

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


class OrderedRows(InlineFormSet):
    """Rows with a position; one added without a position goes to the end."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name each field for those who do not see the column above it."""
        super().add_fields(form, index)
        for field in form.fields.values():
            widget = getattr(field.widget, "widget", field.widget)
            if not widget.is_hidden and field.label:
                widget.attrs.setdefault("aria-label", str(field.label))

    def save_new(self, form: ModelForm[Any], commit: bool = True) -> Any:
        """Give a new row the next position."""
        if not form.instance.position:
            form.instance.position = max(f.instance.position for f in self.forms) + 1
        return super().save_new(form, commit)


class OrderedInline(TabularInline):
    """Rows that belong to the one being edited, in an order editors choose."""

    formset = OrderedRows
    extra = 0
