"""The archive: what was published, by whom, where it was, and how sure we are."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from toolkit import provenance
from toolkit.catalogue import SIZES
from toolkit.resource_document import Fact
from toolkit.search import component_slugs, part_ends, search_text

from .fields import LinesField, PicksField
from .question import RetirableModel

KINDS = [
    ("toolkit", "Toolkit"),
    ("guide", "Guide"),
    ("framework", "Framework"),
    ("checklist", "Checklist"),
    ("tool", "Tool"),
    ("report", "Report"),
    ("brief", "Brief"),
    ("article", "Article"),
    ("case-study", "Case study"),
    ("case-collection", "Collection of cases"),
    ("profile", "Profile"),
    ("event", "Event recording"),
    ("collection", "Collection"),
]
PRECISIONS = [
    ("day", "to the day"),
    ("month", "to the month"),
    ("year", "to the year"),
    ("circa", "approximate"),
    ("unknown", "unknown"),
]
VERIFICATIONS = [(value, label) for value, (label, _) in provenance.VERIFICATIONS.items()]
BASES = [(value, label) for value, (label, _) in provenance.BASES.items()]
LINK_STATES = [
    ("not-checked", "Not checked"),
    ("live", "Working"),
    ("moved", "Moved"),
    ("changed", "Shows something else"),
    ("refused", "Blocked our check"),
    ("unreachable", "Not reached"),
    ("gone", "Gone"),
    ("not-public", "Not a public web address"),
]
# Addresses below /archive/ that are no item's page.
RESERVED_SLUGS = {"feed"}
RELATIONS = [
    ("part-of", "Part of"),
    ("companion-of", "Companion of"),
    ("version-of", "Version of"),
    ("cited-by", "Cited by"),
]


def values(choices: list[tuple[str, str]]) -> list[str]:
    """The stored values of a list of choices."""
    return [value for value, _ in choices]


class Resource(RetirableModel):
    """One archive item with its provenance (Dublin Core and DataRefuge fields)."""

    number = models.PositiveIntegerField(
        unique=True, help_text="Its number in the archive: the next free one."
    )
    title = models.CharField(max_length=250, help_text="As printed on the item.")
    is_title_ours = models.BooleanField(
        "title is ours",
        default=False,
        help_text="We did not see the printed title; it is shown in brackets, with a note.",
    )
    kind = models.CharField(max_length=20, choices=KINDS)
    organization = models.CharField(max_length=250)
    creators = models.CharField(max_length=500, blank=True, help_text="Authors, if named.")
    collector = models.CharField(max_length=250, blank=True, help_text="Who keeps the copy.")
    published = models.CharField(
        max_length=10,
        blank=True,
        help_text="2022, 2022-09 or 2022-09-07, as precise as known.",
        validators=[
            RegexValidator(
                r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$",
                "Write the date as 2022, 2022-09 or 2022-09-07.",
            )
        ],
    )
    date_precision = models.CharField(max_length=8, choices=PRECISIONS, default="unknown")
    date_note = models.CharField(max_length=300, blank=True)
    summary = models.TextField(max_length=1000)
    components = models.ManyToManyField(
        "toolkit.Component", through="ResourceComponent", related_name="resources"
    )
    employer = models.CharField(
        max_length=120, blank=True, help_text="Only for a case study of a named employer."
    )
    sectors = LinesField(blank=True, help_text="NAICS two-digit codes, one per line.")
    employer_sizes = PicksField(blank=True, picks=[(s, s) for s in SIZES])
    original_url = models.URLField(
        "original address", max_length=500, blank=True, help_text="Empty means unknown."
    )
    archived_url = models.URLField("archived address", max_length=700, blank=True)
    verification = models.CharField(max_length=16, choices=VERIFICATIONS)
    verification_note = models.CharField(max_length=500, blank=True)
    is_federal = models.BooleanField("federal", default=False)
    is_preserved = models.BooleanField(
        "of the preserved federal collection",
        default=False,
        help_text="Carries the standing caution of that collection.",
    )
    caution = models.TextField(
        max_length=1000, blank=True, help_text="What a reader must know before relying on it."
    )
    rights = models.CharField(max_length=300, default="Not assessed.")
    description_source = models.CharField(
        max_length=300, help_text="Who wrote the summary, and from what."
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)
    link_state = models.CharField(max_length=12, choices=LINK_STATES, default="not-checked")
    link_checked_on = models.DateField(null=True, blank=True)
    component_slugs = models.CharField(max_length=700, editable=False, default="")
    title_end = models.PositiveIntegerField(editable=False, default=0)
    organization_end = models.PositiveIntegerField(editable=False, default=0)
    summary_end = models.PositiveIntegerField(editable=False, default=0)
    # The longest column stands last: what is counted is read without it.
    search_text = models.TextField(editable=False, default="")

    # What save() makes of this and other rows, for the archive search.
    PART_ENDS = ("title_end", "organization_end", "summary_end")
    DERIVED = ("search_text", *PART_ENDS, "component_slugs")

    class Meta:
        ordering = ["number"]
        indexes = [
            models.Index(fields=["added_at", "number"], name="resource_newest"),
            # All that the archive's list counts, so that it need not read the texts
            # (finding.py). Whether an item is retired stands last: in front it would
            # tempt SQLite to look up every text by this index.
            models.Index(
                fields=[
                    "kind",
                    "verification",
                    "link_state",
                    "is_federal",
                    "is_preserved",
                    "published",
                    "component_slugs",
                    "organization",
                    "number",
                    "is_retired",
                ],
                name="resource_counted",
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=values(KINDS)), name="resource_kind_known"),
            models.CheckConstraint(
                condition=Q(verification__in=values(VERIFICATIONS)),
                name="resource_verification_known",
            ),
            models.CheckConstraint(
                condition=(Q(published="") & Q(date_precision="unknown"))
                | (~Q(published="") & ~Q(date_precision="unknown")),
                name="resource_date_with_precision",
                violation_error_message="A date needs its precision, and a precision its date.",
            ),
            models.CheckConstraint(
                condition=Q(link_state="not-checked", link_checked_on=None)
                | (~Q(link_state="not-checked") & Q(link_checked_on__isnull=False)),
                name="resource_link_checked_with_day",
            ),
            models.CheckConstraint(
                condition=Q(link_state__in=values(LINK_STATES)), name="resource_link_state_known"
            ),
        ]

    def __str__(self) -> str:
        return self.shown_title

    def clean(self) -> None:
        """Refuse a slug whose page another address of the archive would hide."""
        if self.slug in RESERVED_SLUGS:
            message = f"“{self.slug}” is an address of the archive itself; choose another slug."
            raise ValidationError({"slug": message})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with what the archive search reads of other rows.

        Facts and components are rows of their own: whoever changes them saves the item once more,
        with ``update_fields=Resource.DERIVED`` or without. Another original address has not been
        checked: what was found of the old one is no longer shown.
        """
        names = kwargs.get("update_fields")
        if names is None and self.pk and self._has_other_address():
            self.link_state, self.link_checked_on = "not-checked", None
        if names is None or not set(self.DERIVED).isdisjoint(names):
            self.derive()
            if names is not None:
                kwargs["update_fields"] = {*names, *self.DERIVED}
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Make what the archive search reads, from the item and its stored facts and components.

        To count components from their own rows took a fifth of the time of a broad search.
        """
        facts = self.facts.all() if self.pk else []
        self.search_text = search_text(
            self.title,
            self.organization,
            self.summary,
            [Fact(f.text, f.source, f.basis) for f in facts],
        )
        self.title_end, self.organization_end, self.summary_end = part_ends(self.search_text)
        slugs = self.components.values_list("slug", flat=True) if self.pk else []
        self.component_slugs = component_slugs(slugs)

    def _has_other_address(self) -> bool:
        """Whether the original address is not the one that is stored."""
        stored = type(self).objects.filter(pk=self.pk).values_list("original_url", flat=True)
        return [*stored] not in ([], [self.original_url])

    def get_absolute_url(self) -> str:
        """Its page in the archive."""
        return reverse("toolkit:resource", args=[self.slug])

    @property
    def shown_title(self) -> str:
        """The title; one that is ours stands in brackets."""
        return f"[{self.title}]" if self.is_title_ours else self.title

    @property
    def year(self) -> str:
        """The year it came out, or nothing."""
        return self.published[:4]


class ResourceComponent(models.Model):
    """A component an archive item speaks to; the first is its main one."""

    resource = models.ForeignKey(Resource, models.CASCADE)
    component = models.ForeignKey("toolkit.Component", models.PROTECT)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "component"
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "component"], name="resource_component_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.component)


class ResourceFact(models.Model):
    """One thing an archive item says, and how directly we know it."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="facts")
    position = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(max_length=800)
    source = models.CharField("where it was seen", max_length=300)
    basis = models.CharField(max_length=10, choices=BASES, default="direct")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "fact"
        constraints = [
            models.CheckConstraint(condition=Q(basis__in=values(BASES)), name="fact_basis_known")
        ]

    def __str__(self) -> str:
        return self.text


class ResourceAddress(models.Model):
    """A further address of an archive item: a copy, a list page, a launch text."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="other_urls")
    position = models.PositiveSmallIntegerField(default=0)
    url = models.URLField("address", max_length=500)
    note = models.CharField(max_length=250)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "other address"
        verbose_name_plural = "other addresses"

    def __str__(self) -> str:
        return self.url


class ResourceRelation(models.Model):
    """How one archive item relates to another (Dublin Core relation)."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="relations")
    position = models.PositiveSmallIntegerField(default=0)
    relation = models.CharField(max_length=14, choices=RELATIONS)
    other = models.ForeignKey(Resource, models.PROTECT, related_name="related_from")

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = "relation"

    def __str__(self) -> str:
        return f"{self.get_relation_display()} {self.other}"
