"""Content as files from the desk: taken out, changed, checked in a dry run, brought back."""

import re
import threading
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.pages import sends
from tests.toolkit.small import (
    GUIDE,
    content,
    load_and_publish,
    load_small,
    publish,
    question,
    resource,
    small_documents,
    strategy,
)
from tests.toolkit.test_admin import EDITS, Form, sign_in, text
from toolkit import content_zip, dry_run, roles
from toolkit.content_files import FOLDERS
from toolkit.content_zip import pack
from toolkit.exporting import export_content, export_files, to_yaml
from toolkit.importing import load
from toolkit.models import Change, Component, Edition, Level, Question, Resource, Strategy, Upload

pytestmark = pytest.mark.django_db

EXPORT = "/admin/toolkit/export/"
IMPORT = "/admin/toolkit/import/"
type Documents = dict[str, list[dict[str, Any]]]


@pytest.fixture
def editor() -> Client:
    return sign_in("editor", EDITS)


@pytest.fixture
def documents() -> Documents:
    """What is loaded; tests change what they need and upload it again."""
    load_small()
    return small_documents()


def zipped(documents: Documents) -> bytes:
    return pack(
        {
            f"{FOLDERS[noun]}/{document['slug']}.yaml": to_yaml(document).encode()
            for noun, found in documents.items()
            for document in found
        }
    )


def upload(client: Client, data: bytes, name: str = "content.zip", **options: Any) -> Any:
    return client.post(IMPORT, {"file": SimpleUploadedFile(name, data)}, **options)


def shown(client: Client, documents: Documents) -> Any:
    """The dry run of these documents."""
    response = upload(client, zipped(documents), follow=True)
    assert response.redirect_chain, text(response)
    return response


def confirm(client: Client, response: Any, **ticks: Any) -> Any:
    """Press the button of a dry run that is on the screen."""
    address = response.request["PATH_INFO"]
    return client.post(address, {**sends(response), "load": "Import this", **ticks}, follow=True)


def state() -> list[Any]:
    """All that an import may write."""
    found = [list(model.objects.order_by("pk").values_list()) for model in (Level, Question)]
    return [*found, export_files(), *Strategy.objects.values_list("slug", "loaded_hash")]


# -- Export ----------------------------------------------------------------------------------


def test_the_export_is_the_files_that_the_command_writes(
    editor: Client, documents: Documents, tmp_path: Any
) -> None:
    response = editor.get(EXPORT)
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == (
        f'attachment; filename="jobquality-content-{timezone.now():%Y-%m-%d}.zip"'
    )
    export_content(tmp_path)
    with zipfile.ZipFile(BytesIO(response.content)) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    written = {str(f.relative_to(tmp_path)): f.read_bytes() for f in tmp_path.rglob("*.yaml")}
    assert found == written
    assert len(found) == 7
    assert editor.get(EXPORT).content == response.content


@pytest.mark.db
def test_exported_and_imported_anew_everything_is_the_same_to_the_byte(editor: Client) -> None:
    load_and_publish()  # the real content: test_loading.py
    first = editor.get(EXPORT).content
    assert "Nothing to import" in text(upload(editor, first, follow=True))
    Strategy.objects.all().delete()
    Question.objects.all().delete()
    Resource.objects.update(is_retired=True)
    response = upload(editor, first, follow=True)
    values = {**sends(response), "load": "Import", "replace_all": "on"}
    editor.post(response.request["PATH_INFO"], values)
    assert editor.get(EXPORT).content == first


# -- The dry run -----------------------------------------------------------------------------


def test_the_dry_run_shows_what_would_change_and_changes_nothing(
    editor: Client, documents: Documents
) -> None:
    publish()
    Strategy.objects.filter(slug="plan-raises").update(title="As staff say")
    documents["component"][0]["questions"][0]["hint"] = "Base pay only."
    documents["resource"][0]["original_url"] = "https://example.org/"
    documents["strategy"].append(strategy("more-pay", "wage"))
    del documents["strategy"][2]
    before = state()
    page = shown(editor, documents)
    words = text(page)
    for said in [
        "1 row added. 2 rows changed. 3 rows left as they are: the file says the same. "
        "1 row kept because staff changed it since the last import, except where you check a box "
        "below. "
        "1 row left alone: not in the file.",
        "Importing does not publish anything.",
        "Strategy: More pay (more-pay)",
        "PAY-1 What about wage? The hint changed. – Base pay only.",
        "Resource: Good jobs guide (good-jobs-guide)",
        "– https://example.org/",
        "Replace with what the file says: strategy Plan raises (plan-raises) "
        "What changes Now In the file The title changed. As staff say Plan raises",
        "Strategy: Offer leave (offer-leave)",
    ]:
        assert said in words
    assert state() == before
    assert Edition.objects.count() == 1


@pytest.mark.db
def test_what_was_shown_is_loaded_and_nothing_is_published(
    editor: Client, documents: Documents
) -> None:
    publish()
    documents["component"][0]["questions"][0]["levels"][1] = "Begun."
    documents["resource"].append(resource("more", 3))
    page = confirm(editor, shown(editor, documents))
    assert "Imported content.zip: 1 added, 1 changed, 0 kept as staff left them." in text(page)
    assert "Nothing was published." in text(page)
    assert Level.objects.get(question__slug="wage", number=1).statement == "Begun."
    assert Resource.objects.get(slug="more").number == 3
    assert [e.label for e in Edition.objects.all()] == ["1.0"]
    assert not Upload.objects.exists()
    made = Change.objects.of("question", "wage")[0]
    assert (made.who, made.how) == ("editor", "loaded"), "and the dry run left no trace"
    assert Change.objects.filter(made_by_name="editor").count() == 2


def test_some_of_the_files_leave_the_rest_alone(editor: Client, documents: Documents) -> None:
    changed = {**documents["strategy"][0], "title": "Set a fair wage"}
    response = upload(editor, to_yaml(changed).encode(), "set-a-wage.yaml", follow=True)
    assert "1 row changed" in text(response)
    assert "6 rows left alone: not in the file." in text(response)
    confirm(editor, response)
    assert Strategy.objects.get(slug="set-a-wage").title == "Set a fair wage"
    assert Strategy.objects.filter(is_retired=False).count() == 3


def test_nothing_new_is_said_to_be_nothing(editor: Client, documents: Documents) -> None:
    response = shown(editor, documents)
    assert "Nothing to import: everything in the file is already here." in text(response)
    assert 'name="load"' not in response.content.decode()


def test_rows_changed_by_staff_are_replaced_only_where_ticked(
    editor: Client, documents: Documents
) -> None:
    Strategy.objects.filter(slug__in=["set-a-wage", "plan-raises"]).update(title="As staff say")
    page = shown(editor, documents)
    assert "2 rows kept because staff changed them" in text(page)
    page = confirm(editor, page, replace="strategy plan-raises")
    assert "0 added, 1 changed, 1 kept" in text(page)
    assert Strategy.objects.get(slug="plan-raises").title == "Plan raises"
    assert Strategy.objects.get(slug="set-a-wage").title == "As staff say"
    confirm(editor, shown(editor, documents), replace_all="on")
    assert Strategy.objects.get(slug="set-a-wage").title == "Set a wage"


def test_a_retired_row_comes_back_only_if_ticked(editor: Client, documents: Documents) -> None:
    Strategy.objects.filter(slug="plan-raises").update(is_retired=True)
    page = shown(editor, documents)
    assert "It is retired. Replacing it brings it back into use" in text(page)
    confirm(editor, page)
    assert Strategy.objects.get(slug="plan-raises").is_retired
    confirm(editor, shown(editor, documents), replace="strategy plan-raises")
    assert not Strategy.objects.get(slug="plan-raises").is_retired


def test_ticks_that_cannot_be_loaded_are_explained_and_can_be_mended(
    editor: Client, documents: Documents
) -> None:
    Component.objects.filter(slug="benefits").update(summary="As staff say.")
    documents["component"][1]["questions"].append(question("meals", "BN-2", "benefits"))
    documents["strategy"].append(strategy("share-meals", "meals"))
    page = shown(editor, documents)
    assert "“meals” is not in the tables: its component was changed by staff" in text(page)
    before = state()
    page = confirm(editor, page)
    assert "Nothing was imported. See below why, and what to check." in text(page)
    assert state() == before
    address = page.request["PATH_INFO"]
    ticked = {**sends(page), "replace": "component benefits", "work_out": "Check again"}
    page = editor.post(address, ticked)
    assert "is not in the tables" not in text(page)
    assert sends(page)["replace"] == "component benefits"
    confirm(editor, page)
    assert Question.objects.get(slug="meals").component.slug == "benefits"


def test_the_meaning_that_publishing_raised_is_no_difference(
    editor: Client, documents: Documents
) -> None:
    Question.objects.filter(slug="wage").update(meaning=4)
    documents["component"][0]["questions"][0]["hint"] = "Base pay only."
    words = text(shown(editor, documents))
    assert "The hint changed." in words
    assert "meaning changed" not in words
    confirm(editor, shown(editor, documents))
    assert Question.objects.get(slug="wage").meaning == 4


# -- Between the dry run and the confirmation ------------------------------------------------


@pytest.mark.db
def test_if_the_tables_moved_on_the_dry_run_is_shown_again(
    editor: Client, documents: Documents
) -> None:
    documents["strategy"][0]["title"] = "As the file says"
    page = shown(editor, documents)
    Strategy.objects.filter(slug="set-a-wage").update(title="As staff say")
    page = confirm(editor, page)
    assert "someone has changed the content since this was shown" in text(page)
    assert "As staff say As the file says" in text(page)
    assert Strategy.objects.get(slug="set-a-wage").title == "As staff say"
    confirm(editor, page, replace_all="on")
    assert Strategy.objects.get(slug="set-a-wage").title == "As the file says"


def test_if_it_can_no_longer_be_loaded_the_reasons_are_shown(
    editor: Client, documents: Documents
) -> None:
    more = {"strategy": [strategy("more-pay", "wage")]}
    page = shown(editor, more)
    Question.objects.filter(slug="wage").update(is_retired=True)
    page = confirm(editor, page)
    assert "Unknown question “wage”." in text(page)
    assert not Strategy.objects.filter(slug="more-pay").exists()


def test_a_second_press_does_nothing_more(editor: Client, documents: Documents) -> None:
    documents["strategy"][0]["title"] = "Once"
    page = shown(editor, documents)
    confirm(editor, page)
    Strategy.objects.filter(slug="set-a-wage").update(title="And then by staff")
    again = confirm(editor, page)
    assert "That file is no longer waiting." in text(again)
    assert Strategy.objects.get(slug="set-a-wage").title == "And then by staff"


def test_in_two_tabs_the_later_upload_counts(editor: Client, documents: Documents) -> None:
    documents["strategy"][0]["title"] = "First"
    first = shown(editor, documents)
    documents["strategy"][0]["title"] = "Second"
    second = shown(editor, documents)
    assert "That file is no longer waiting." in text(confirm(editor, first))
    assert Strategy.objects.get(slug="set-a-wage").title == "Set a wage"
    confirm(editor, second)
    assert Strategy.objects.get(slug="set-a-wage").title == "Second"


def test_a_discarded_file_leaves_nothing(editor: Client, documents: Documents) -> None:
    documents["strategy"][0]["title"] = "Never"
    page = shown(editor, documents)
    values = {**sends(page), "discard": "Discard"}
    page = editor.post(page.request["PATH_INFO"], values, follow=True)
    assert "Discarded content.zip. Nothing was changed." in text(page)
    assert not Upload.objects.exists()
    assert Strategy.objects.get(slug="set-a-wage").title == "Set a wage"


def test_what_nobody_came_back_for_is_thrown_away(editor: Client, documents: Documents) -> None:
    documents["strategy"][0]["title"] = "Too late"
    page = shown(editor, documents)
    Upload.objects.update(uploaded_at=timezone.now() - timedelta(hours=2, minutes=1))
    assert "That file is no longer waiting." in text(confirm(editor, page))
    assert Strategy.objects.get(slug="set-a-wage").title == "Set a wage"
    shown(sign_in("other", EDITS), documents)
    assert [u.by.get_username() for u in Upload.objects.all()] == ["other"]


@pytest.mark.db
def test_one_upload_waits_for_each_person() -> None:
    one, other = User.objects.create_user("one"), User.objects.create_user("other")
    Upload.objects.create(by=one, name="a.zip", sha256="0" * 64, data=b"a")
    Upload.objects.create(by=other, name="a.zip", sha256="0" * 64, data=b"a")
    with pytest.raises(IntegrityError), transaction.atomic():
        Upload.objects.create(by=one, name="b.zip", sha256="1" * 64, data=b"b")
    one.delete()
    assert bytes(Upload.objects.get().data) == b"a"


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_a_file_uploaded_twice_at_once_waits_once() -> None:
    user = User.objects.create_user("editor")
    barrier = threading.Barrier(2)
    failed: list[Exception] = []

    def press() -> None:
        barrier.wait()
        try:
            Upload.objects.keep(user, name="a.zip", sha256="0" * 64, data=b"a")
        except IntegrityError as error:
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (failed, Upload.objects.count()) == ([], 1)


def test_nobody_sees_or_confirms_what_another_uploaded(
    editor: Client, documents: Documents
) -> None:
    documents["strategy"][0]["title"] = "By the other"
    page = shown(editor, documents)
    other = sign_in("other", EDITS)
    assert other.get(page.request["PATH_INFO"]).status_code == 302
    assert "That file is no longer waiting." in text(confirm(other, page))
    assert Upload.objects.get().by == User.objects.get(username="editor")


def test_a_forged_fingerprint_loads_nothing(editor: Client, documents: Documents) -> None:
    documents["strategy"][0]["title"] = "Unseen"
    page = shown(editor, documents)
    page = confirm(editor, page, fingerprint="0" * 64)
    assert "someone has changed the content since this was shown" in text(page)
    assert Strategy.objects.get(slug="set-a-wage").title == "Set a wage"


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_two_who_confirm_at_once_do_not_overwrite_each_other() -> None:
    load_small()
    done = []
    barrier = threading.Barrier(2)

    def race(data: bytes, fingerprint: str) -> None:
        barrier.wait()
        try:
            dry_run.load_confirmed("content.zip", data, fingerprint=fingerprint)
            done.append("loaded")
        except dry_run.MovedOnError:
            done.append("moved on")
        finally:
            connections.close_all()

    threads = []
    for title in ("First", "Second"):
        documents = small_documents()
        documents["strategy"][0]["title"] = title
        data = zipped(documents)
        run = dry_run.dry_run("content.zip", data)
        threads.append(threading.Thread(target=race, args=[data, run.fingerprint]))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == ["loaded", "moved on"]


# -- Broken files ----------------------------------------------------------------------------


def test_a_broken_file_is_refused_whole_with_every_problem(
    editor: Client, documents: Documents
) -> None:
    documents["strategy"][0] |= {"days": "soon", "title": "Would have been changed"}
    documents["strategy"][1]["efort"] = "low"
    del documents["component"][0]["questions"][1]["why"]
    before = state()
    page = upload(editor, zipped(documents))
    words = text(page)
    assert "content.zip was refused: 3 problems, nothing was changed" in words
    lines = to_yaml(documents["component"][0]).splitlines()
    second = next(n for n, line in enumerate(lines, 1) if "slug: raises" in line)
    for said in [
        f"components/pay.yaml Line {second}, questions[2].why: missing",
        "strategies/set-a-wage.yaml Line 10, days: expected a whole number, found text",
        "strategies/plan-raises.yaml Line 26, efort: unknown key",
    ]:
        assert said in words
    assert state() == before
    assert not Upload.objects.exists()


@pytest.mark.usefixtures("any_wording")
def test_what_does_not_fit_its_column_is_found_by_the_dry_run(
    editor: Client, documents: Documents
) -> None:
    documents["component"][0]["questions"][0]["levels"][2] = "x" * 201
    documents["resource"][0]["facts"][0]["source"] = "x" * 301
    long, fact = (
        next(n for n, line in enumerate(to_yaml(documents[noun][0]).splitlines(), 1) if at in line)
        for noun, at in (("component", "xxx"), ("resource", "    source: "))
    )
    words = text(upload(editor, zipped(documents)))
    assert f"components/pay.yaml Line {long}, questions[1].levels[3]: Ensure this value" in words
    assert f"archive/{GUIDE}.yaml Line {fact}, facts[1].source: Ensure this value" in words


def test_a_row_kept_as_staff_left_it_is_checked_all_the_same(
    editor: Client, documents: Documents
) -> None:
    Strategy.objects.filter(slug="set-a-wage").update(title="As staff say")
    documents["strategy"][0]["title"] = "x" * 121
    assert "Line 3, title: Ensure this value" in text(upload(editor, zipped(documents)))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("content.zip", b"PK\x03\x04 not quite", "not a zip that can be read"),
        ("notes.docx", b"hello", "neither a .zip nor a .yaml file"),
        ("pay.yaml", b"a: &x 1\n", "anchors, aliases and tags"),
        ("pay.yaml", b"\xff\xfe\x00", "not saved as UTF-8"),
        ("content.zip", pack({"../../evil.yaml": b"a: 1"}), "this path leads out of the zip"),
        ("<b>.yaml", b"a: 1", "a file is named for its slug"),
        ("pay.yaml", b"", "The file is empty."),
    ],
)
def test_hostile_files_are_refused_with_a_reason(
    *, editor: Client, documents: Documents, name: str, data: bytes, said: str
) -> None:
    response = upload(editor, data, name)
    assert response.status_code == 200
    assert said in text(response)
    assert "<b>.yaml" not in response.content.decode()
    assert not Upload.objects.exists()


def test_a_file_that_is_too_large_is_not_even_read(editor: Client) -> None:
    response = upload(editor, b"x" * (content_zip.LARGEST_UPLOAD + 1))
    assert "The file is larger than 3 MB. Content files are never that large." in text(response)


def test_no_file_is_asked_for(editor: Client) -> None:
    assert "This field is required." in text(editor.post(IMPORT, {}))


@pytest.mark.usefixtures("any_wording")
def test_hostile_text_in_a_sound_file_is_only_text(editor: Client, documents: Documents) -> None:
    documents["strategy"][0]["title"] = "<script>alert(1)</script>"
    page = shown(editor, documents)
    assert "<script>alert" not in page.content.decode()
    assert "&lt;script&gt;alert(1)" in page.content.decode()


def test_a_great_many_problems_are_cut(editor: Client, documents: Documents) -> None:
    broken = pack({f"strategies/s{n}.yaml": b"- a\n" for n in range(250)})
    words = text(upload(editor, broken))
    assert "250 problems" in words
    assert "And 50 more." in words


# -- Who may ---------------------------------------------------------------------------------


def test_who_may_export_and_import(editor: Client) -> None:
    viewer = sign_in("viewer", "toolkit.^view_")
    half = sign_in("half", "toolkit.^(add|change|view)_(question|strategy|component)$")
    auditor = sign_in("auditor", "assessment.^view_answers$")
    token = reverse("admin:toolkit_dry_run", args=["0" * 64])
    for address in (EXPORT, IMPORT, token):
        assert Client().get(address).status_code == 302
        assert auditor.get(address).status_code == 403
        assert half.get(address).status_code == 403
    assert viewer.get(EXPORT).status_code == 200
    assert viewer.get(IMPORT).status_code == 403
    assert upload(viewer, b"a: 1").status_code == 403
    assert viewer.post(token, {"load": "x"}).status_code == 403
    assert editor.get(IMPORT).status_code == 200


def test_the_groups_may_do_what_their_names_say() -> None:
    for name, may_import in ((roles.EDITOR, 200), (roles.AUDITOR, 403)):
        roles.set_up(name)
        user = User.objects.create_user(name, is_staff=True)
        user.groups.add(Group.objects.get(name=name))
        client = Client()
        client.force_login(user)
        assert client.get(EXPORT).status_code == 200
        assert client.get("/admin/toolkit/attention/").status_code == 200
        assert client.get(IMPORT).status_code == may_import


def test_methods_and_unknown_uploads(editor: Client) -> None:
    assert editor.post(EXPORT).status_code == 405
    assert editor.put(IMPORT).status_code == 405
    token = reverse("admin:toolkit_dry_run", args=["nonsense"])
    assert editor.put(token).status_code == 405
    assert editor.get(token, follow=True).redirect_chain == [(IMPORT, 302)]
    # PostgreSQL takes no NUL, not even to look for one.
    assert editor.get(f"{IMPORT}%00/").status_code == 404


def test_a_forged_form_is_refused() -> None:
    sign_in("editor", EDITS)
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="editor"))
    assert upload(strict, b"a: 1").status_code == 403


def test_the_ways_there_are_shown_to_who_may(editor: Client) -> None:
    links = Form(editor.get("/admin/").content.decode()).links
    assert (links["Export"], links["Import"]) == (EXPORT, IMPORT)
    viewer = sign_in("viewer", "toolkit.^view_")
    assert "Import" not in Form(viewer.get("/admin/").content.decode()).links


def test_the_pages_keep_the_content_security_policy(editor: Client, documents: Documents) -> None:
    documents["strategy"][0]["title"] = "Changed"
    for page in (editor.get(IMPORT), upload(editor, b"a: 1", "x.yaml"), shown(editor, documents)):
        found = Form(page.content.decode())
        assert found.inline == []
        assert len(found.headings) == 1


def test_a_dry_run_takes_the_same_queries_however_much_is_the_same(
    editor: Client, documents: Documents
) -> None:
    documents["strategy"][0]["title"] = "Changed"
    address = shown(editor, documents).request["PATH_INFO"]
    with CaptureQueriesContext(connection) as few:
        editor.get(address)
    for n in range(3):
        documents["strategy"].append(strategy(f"more-{n}", "wage"))
    load(content({**documents, "strategy": documents["strategy"][1:]}))
    with CaptureQueriesContext(connection) as many:
        editor.get(address)
    assert len(many) == len(few)


def test_only_the_hash_of_an_upload_stands_in_its_address(
    editor: Client, documents: Documents
) -> None:
    documents["strategy"][0]["title"] = "Changed"
    page = shown(editor, documents)
    assert re.fullmatch(rf"{IMPORT}[0-9a-f]{{64}}/", page.request["PATH_INFO"])
    assert Upload.objects.get().sha256 in page.request["PATH_INFO"]
