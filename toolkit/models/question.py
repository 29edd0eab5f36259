"""Components, their questions, and the five levels of each."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from toolkit.catalogue import FLAGS, LEVEL_NAMES, TOP_LEVEL

from .fields import NotesField


class RetirableModel(models.Model):
    """A row named by editions: retired when no longer wanted, never deleted (decisions.md 13)."""

    slug = models.SlugField(
        max_length=80,
        unique=True,
        help_text=(
            "Its permanent short name in addresses and files: small letters, digits and hyphens. "
            "Fixed once published, and never used again for anything else."
        ),
    )
    is_retired = models.BooleanField(
        "retired",
        default=False,
        help_text="Check to take it out of use. It stays here, and what was published stays as is.",
    )
    changed_at = models.DateTimeField(auto_now=True)
    loaded_hash = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        abstract = True


class PublishedModel(RetirableModel):
    """A row whose text is frozen into editions; it can be held back (decisions.md 14)."""

    is_held_back = models.BooleanField(
        "held back",
        default=False,
        help_text=(
            "Check this while you are not done: publishing then uses its last published text, "
            "or leaves it out if it was never published."
        ),
    )

    class Meta:
        abstract = True


class Component(PublishedModel):
    """One of the eight components of the Job Quality Toolkit."""

    position = models.PositiveSmallIntegerField(help_text="Its place among the components, from 1.")
    code = models.CharField(
        max_length=8, unique=True, help_text="The letters its questions' codes begin with: RH."
    )
    title = models.CharField(max_length=80, help_text="The toolkit's own name.")
    label = models.CharField(max_length=60, help_text="The name most pages use.")
    summary = models.TextField(max_length=400)
    toolkit_says = models.TextField(max_length=800, help_text="The toolkit, in our words.")
    source = models.ForeignKey("toolkit.Resource", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title


class Question(PublishedModel):
    """One practice an employer is asked about."""

    component = models.ForeignKey(Component, models.PROTECT, related_name="questions")
    code = models.CharField(max_length=10, help_text="Shown beside the question: RH-1.")
    position = models.PositiveSmallIntegerField(
        help_text="Its place among the component's questions, from 1."
    )
    text = models.CharField(
        "question", max_length=200, help_text="At most 16 words, in everyday language."
    )
    hint = models.CharField(
        max_length=300, blank=True, help_text="One sentence that prevents a misreading."
    )
    why = models.TextField(
        "why it matters",
        max_length=500,
        help_text="Short sentences of evidence, no stronger than it; its source has each figure.",
    )
    why_source = models.ForeignKey(
        "toolkit.Resource",
        models.PROTECT,
        related_name="explains",
        verbose_name="source of why it matters",
    )
    weight = models.PositiveSmallIntegerField(
        choices=[(1, "1"), (2, "2"), (3, "3")], help_text="3 is a basic need or strong evidence."
    )
    weight_reason = models.CharField(
        "reason for the weight",
        max_length=300,
        help_text="Begins “Basic need” or “Evidence”.",
    )
    is_quick = models.BooleanField("in the quick check", default=False)
    applies_if = models.CharField(
        "asked",
        max_length=20,
        blank=True,
        help_text="Hidden only from employers who answered “no” to this.",
        choices=[(key, f"Only where {words}") for key, words in FLAGS.items()],
    )
    na_when = models.CharField(
        "does not apply when",
        max_length=200,
        blank=True,
        help_text="Without this sentence “Does not apply” is not offered.",
    )
    pulse = models.CharField("pulse statement", max_length=200, help_text="Kept, not yet shown.")
    legal_notes = NotesField(blank=True)
    meaning = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        ordering = ["component__position", "position"]
        constraints = [
            # Among those in use only: a retired question keeps its place and code, and another
            # may take them.
            models.UniqueConstraint(
                fields=["component", "position"],
                condition=Q(is_retired=False),
                name="question_position",
                violation_error_message=(
                    "Another question of this component has this position. To swap two, give one "
                    "of them a free position first."
                ),
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(is_retired=False),
                name="question_code_once",
                violation_error_message="Another question has this code.",
            ),
            models.CheckConstraint(condition=Q(weight__range=(1, 3)), name="question_weight_1_3"),
            models.CheckConstraint(condition=Q(meaning__gte=1), name="question_meaning_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.text}"


class Level(models.Model):
    """One statement of a question's ladder and the next step that leads on from it."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="levels")
    number = models.PositiveSmallIntegerField(
        choices=list(enumerate(LEVEL_NAMES)),
        validators=[MinValueValidator(0), MaxValueValidator(TOP_LEVEL)],
    )
    statement = models.CharField(max_length=200)
    next_step = models.CharField(max_length=250, blank=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["question", "number"], name="level_number_once"),
            models.CheckConstraint(
                condition=Q(number__range=(0, TOP_LEVEL)), name="level_number_0_4"
            ),
            models.CheckConstraint(
                condition=(Q(number=TOP_LEVEL) & Q(next_step=""))
                | (Q(number__lt=TOP_LEVEL) & ~Q(next_step="")),
                name="level_next_step_below_top",
                violation_error_message=(
                    "Each level below Leading needs a next step; Leading has none."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{LEVEL_NAMES[self.number]}: {self.statement}"
