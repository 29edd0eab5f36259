"""Components, their questions, and the five levels of each."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from toolkit.catalogue import FLAGS, LEVEL_NAMES, TOP_LEVEL

from .fields import NotesField


class RetirableQuerySet(models.QuerySet["RetirableModel"]):
    """Rows that may be retired."""

    def in_use(self) -> RetirableQuerySet:
        """Rows that the next publishing will carry."""
        return self.filter(is_retired=False)


class RetirableModel(models.Model):
    """A row named by editions: retired when no longer wanted, never deleted (decisions.md 13)."""

    slug = models.SlugField(
        max_length=80, unique=True, help_text="Fixed once published; it is the row's public name."
    )
    is_retired = models.BooleanField(
        "retired", default=False, help_text="Left out from the next publishing on."
    )
    changed_at = models.DateTimeField(auto_now=True)
    loaded_hash = models.CharField(max_length=64, blank=True, editable=False)

    objects = RetirableQuerySet.as_manager()

    class Meta:
        abstract = True


class Component(RetirableModel):
    """One of the eight components of the Job Quality Toolkit."""

    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=8, unique=True)
    title = models.CharField(max_length=80, help_text="The toolkit's own name.")
    label = models.CharField(max_length=60, help_text="The name most pages use.")
    summary = models.TextField(max_length=400)
    toolkit_says = models.TextField(max_length=800, help_text="The toolkit, in our words.")
    source = models.ForeignKey("toolkit.Resource", models.PROTECT, related_name="+")

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title


class Question(RetirableModel):
    """One practice an employer is asked about."""

    component = models.ForeignKey(Component, models.PROTECT, related_name="questions")
    code = models.CharField(max_length=10, unique=True)
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    hint = models.CharField(max_length=300, blank=True)
    why = models.TextField("why it matters", max_length=500)
    why_source = models.ForeignKey("toolkit.Resource", models.PROTECT, related_name="explains")
    weight = models.PositiveSmallIntegerField(choices=[(1, "1"), (2, "2"), (3, "3")])
    weight_reason = models.CharField(max_length=300, help_text="Begins “Basic need” or “Evidence”.")
    is_quick = models.BooleanField("in the quick check", default=False)
    applies_if = models.CharField(
        max_length=20,
        blank=True,
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
            models.UniqueConstraint(fields=["component", "position"], name="question_position"),
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
