"""The assessment app."""

from django.apps import AppConfig


class AssessmentConfig(AppConfig):
    """An employer's work: answers, scores, plan, documents."""

    name = "assessment"
    verbose_name = "Assessments"

    def ready(self) -> None:
        """Tell publishing how many running assessments an edition touches."""
        from assessment.models import Assessment
        from toolkit import editions

        editions.touches.append(Assessment.objects.running_in_words)
