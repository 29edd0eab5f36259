"""The commands that fill a fresh site: a sample employer, and a local staff login."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from assessment.models import AccessLink, Action, Answer, Assessment
from tests import factories
from tests.pages import heading, words

pytestmark = pytest.mark.django_db


def said(name: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command(name, stdout=out)
    return out.getvalue()


# -- create_sample -----------------------------------------------------------------------------


@pytest.fixture
def sample(real_edition) -> Assessment:
    said("create_sample")
    return Assessment.objects.get()


def test_the_sample_answers_every_question_and_says_it_is_one(sample) -> None:
    assert sample.is_sample
    assert sample.name == "Harbor Street Bakery (sample)"
    assert set(Answer.objects.values_list("question", flat=True)) == set(
        factories.real_catalogue().questions
    )
    states = {"level": 0, "na": 0, "not sure": 0}
    for answer in Answer.objects.all():
        state = "level" if answer.level is not None else "na" if answer.choice else "not sure"
        states[state] += 1
    assert states == {"level": 46, "na": 1, "not sure": 1}


def test_the_sample_has_a_plan_with_names_and_days(sample) -> None:
    actions = list(Action.objects.all())
    assert len(actions) == 5
    today = timezone.localdate()
    furthest = today + timedelta(days=400)
    assert all(a.owner and a.due_on and today < a.due_on <= furthest for a in actions)
    assert all(a.question in factories.real_catalogue().questions for a in actions)
    assert [a.status for a in actions] == ["under-way", *["not-started"] * 4]


def test_the_sample_s_link_opens_it(real_edition) -> None:
    (path,) = re.findall(r"/open/\S+/", said("create_sample"))
    page = Client().get(path, follow=True)
    assert heading(page) == "Harbor Street Bakery (sample)"
    assert "47 of 48 answered." in words(page)


@pytest.mark.db
def test_a_second_run_keeps_the_sample_and_renews_the_link(sample) -> None:
    answers = list(Answer.objects.order_by("pk").values())
    first = AccessLink.objects.get(role="edit")
    (path,) = re.findall(r"/open/\S+/", said("create_sample"))
    assert list(Answer.objects.order_by("pk").values()) == answers
    assert Assessment.objects.get() == sample
    assert AccessLink.objects.get(role="edit").secret_hash != first.secret_hash
    assert heading(Client().get(path, follow=True)) == "Harbor Street Bakery (sample)"


def test_an_employer_s_own_assessment_is_no_sample(real_edition) -> None:
    factories.make_assessment()
    said("create_sample")
    assert Assessment.objects.filter(is_sample=True).count() == 1


def test_before_the_first_publishing_it_says_what_to_do(db) -> None:
    with pytest.raises(CommandError, match="load_content --publish-if-empty"):
        said("create_sample")
    assert not Assessment.objects.exists()


def test_the_results_of_the_sample_fill_every_part_of_the_page(sample) -> None:
    link = AccessLink.objects.get(role="owner")
    client = Client()
    session = client.session
    session["grants"] = {sample.public_id: link.pk}
    session.save()
    client.cookies["sessionid"] = session.session_key or ""
    page = words(client.get(f"/a/{sample.public_id}/results/"))
    parts = [
        "Basic needs first",
        "Does not apply to you",
        "What you can build on",
        "Start this month",
    ]
    parts += ["Worth planning for", "Not now", "Find out"]
    assert [part for part in parts if part not in page] == []


# -- ensure_staff_login ------------------------------------------------------------------------


def test_no_login_is_made_without_debug(settings, django_user_model) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="only for local use"):
        said("ensure_staff_login")
    assert not django_user_model.objects.exists()


def test_the_login_is_made_once_with_a_password_of_its_own(settings, django_user_model) -> None:
    settings.DEBUG = True
    first = said("ensure_staff_login")
    (password,) = re.findall(r"editor / (\S+) \(shown this once\)", first)
    assert len(password) >= 16
    user = django_user_model.objects.get()
    assert (user.username, user.is_staff, user.is_superuser) == ("editor", True, True)
    assert user.check_password(password)

    second = said("ensure_staff_login")
    assert password not in second
    assert "editor" in second
    for output in (first, second):
        assert "manage.py changepassword editor" in output
    assert django_user_model.objects.get().password == user.password


def test_two_sites_get_different_passwords(settings, django_user_model) -> None:
    settings.DEBUG = True
    passwords = set()
    for _ in range(2):
        passwords |= set(re.findall(r"editor / (\S+)", said("ensure_staff_login")))
        django_user_model.objects.all().delete()
    assert len(passwords) == 2
