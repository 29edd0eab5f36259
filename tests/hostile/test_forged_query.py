"""Filters of the desk that no page links to: each list answers, whatever is asked of it."""

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client
from django.urls import reverse

from tests.pages import heading
from tests.toolkit.small import load_and_publish
from toolkit.models import Question

pytestmark = [pytest.mark.django_db, pytest.mark.db]
HUGE = "9" * 30
QUESTIONS = "admin:toolkit_question_changelist"


def lists() -> list[tuple[str, type[models.Model]]]:
    names = [(m._meta.app_label, m._meta.model_name, m) for m in admin.site._registry]
    return [(f"admin:{app}_{name}_changelist", model) for app, name, model in names]


@pytest.mark.parametrize(("name", "model"), lists(), ids=[name for name, _ in lists()])
def test_no_list_fails_for_a_forged_filter(admin_client: Client, name, model) -> None:
    key = model._meta.pk.name
    fields = [f.name for f in model._meta.fields[:3]]
    asked = [{f"{key}__in": HUGE}, {f"{key}__gte": HUGE}, {f"{key}__regex": "("}, {"p": HUGE}]
    asked += [{field: value} for field in fields for value in ("x\0", HUGE)]
    times = [f.name for f in model._meta.fields if isinstance(f, models.DateTimeField)]
    asked += [{f"{name}__year": HUGE} for name in times[:1]]
    asked += [{"q": "\0"}, {"o": "1.-9.x"}, {"_to_field": "nothing"}, {"nothing__x": "1"}]
    statuses = {admin_client.get(reverse(name), query).status_code for query in asked}
    assert statuses <= {200, 302, 400}


def test_what_cannot_be_read_is_said(admin_client: Client) -> None:
    load_and_publish()
    response = admin_client.get(reverse(QUESTIONS), {"text__regex": "("})
    assert (response.status_code, heading(response)) == (400, "We could not read that")


def test_a_filter_that_can_be_read_still_filters(admin_client: Client) -> None:
    load_and_publish()
    page = admin_client.get(reverse(QUESTIONS), {"slug__regex": "^wa"})
    assert [q.slug for q in page.context["cl"].result_list] == ["wage"]
    assert Question.objects.count() > 1


def test_a_failure_of_ours_stays_one(admin_client: Client, monkeypatch) -> None:
    def failing(*_: object) -> None:
        raise OverflowError

    monkeypatch.setattr("toolkit.admin.question.QuestionAdmin.get_queryset", failing)
    with pytest.raises(OverflowError):
        admin_client.get(reverse(QUESTIONS))
