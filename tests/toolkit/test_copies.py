"""Captured copies: kept once under their hash, verified, handed out harmless, never lost."""

import errno
import io
import logging
import os
import re
import tempfile
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.files import File
from django.core.files.storage import InMemoryStorage, Storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.pages import heading, words
from tests.toolkit.captures import (
    HTML,
    PDF,
    VERIFIED,
    WARC,
    WARC_GZ,
    described,
    kept,
    sha,
    zipped,
)
from tests.toolkit.small import CASE, GUIDE, load_and_publish, load_small, publish
from tests.toolkit.test_admin import sign_in
from toolkit import copies
from toolkit.copies import CopyError
from toolkit.dates import moment
from toolkit.models import CopyCheck, Resource, ResourceCopy

pytestmark = pytest.mark.django_db

GOOD = {
    "captured_on": "2025-03-07",
    "captured_time": "14:22",
    "captured_from": "https://example.gov/guide.pdf",
    "capture_method": "Downloaded by hand",
    "captured_by": "A. Editor",
    "note": "All pages.",
}


@pytest.fixture(autouse=True)
def disk(settings, tmp_path: Path) -> Path:
    """The folder of the copies, with the storage of production."""
    folder = tmp_path / "copies"
    copies_on_disk = {**settings.STORAGES["copies"], **{"OPTIONS": {"location": folder}}}
    copies_on_disk["BACKEND"] = "toolkit.copy_storage.WholeFileStorage"
    settings.STORAGES = {**settings.STORAGES, "copies": copies_on_disk}
    return folder


@pytest.fixture
def guide() -> Resource:
    load_small()
    return Resource.objects.get(slug=GUIDE)


@pytest.fixture
def case(guide: Resource) -> Resource:
    return Resource.objects.get(slug=CASE)


@pytest.fixture
def editor() -> Client:
    """May add copies and change what is said of them, not remove them."""
    return sign_in("editor", r"toolkit.^(add|change|view)_")


@pytest.fixture
def owner() -> Client:
    """May remove copies as well."""
    return sign_in("owner", r"toolkit.^(add|change|view|delete)_")


def stored(disk: Path) -> dict[str, bytes]:
    """Every file in the storage by its name there."""
    files = (path for path in disk.rglob("*") if path.is_file())
    return {str(path.relative_to(disk)): path.read_bytes() for path in files}


def name_of(data: bytes) -> str:
    return f"{sha(data)[:2]}/{sha(data)[2:]}"


def upload(
    client: Client, item: Resource, data: bytes = PDF, name: str = "guide.pdf", **changes: Any
) -> Any:
    file = SimpleUploadedFile(name, data, "text/html")
    address = reverse("admin:toolkit_resourcecopy_upload", args=[item.pk])
    sent = {**GOOD, "file": file, **changes}
    return client.post(address, {k: v for k, v in sent.items() if v is not None}, follow=True)


def body(response: Any) -> bytes:
    """What a download sends, read to its end so that the file is closed."""
    return b"".join(response.streaming_content)


def errors(response: Any) -> dict[str, list[str]]:
    return {name: [*found] for name, found in response.context["form"].errors.items()}


# -- the table --------------------------------------------------------------------------------


def change(copy: ResourceCopy, **values: Any) -> None:
    with transaction.atomic():
        ResourceCopy.objects.filter(pk=copy.pk).update(**values)


@pytest.mark.db
@pytest.mark.parametrize(
    ("values", "refused"),
    [
        ({"sha256": "0" * 64}, False),
        ({"sha256": "0123456789abcdef" * 4}, False),
        ({"sha256": "0" * 63}, True),
        ({"sha256": "0" * 63 + "\n"}, True),
        ({"sha256": "A" * 64}, True),
        ({"sha256": ""}, True),
        ({"size": 1}, False),
        ({"size": 2**40}, False),
        ({"size": 0}, True),
        ({"kind": "warc-gz"}, False),
        ({"kind": "html"}, False),
        ({"kind": "exe"}, True),
        ({"state": "missing"}, False),
        ({"state": "damaged"}, False),
        ({"state": "lost"}, True),
    ],
)
def test_a_row_says_what_can_be(guide: Resource, values: dict[str, Any], refused: bool) -> None:
    copy = kept(guide)
    if refused:
        with pytest.raises(IntegrityError):
            change(copy, **values)
    else:
        change(copy, **values)


@pytest.mark.db
def test_an_item_has_a_file_once(guide: Resource, case: Resource) -> None:
    described(guide).save()
    described(guide, HTML).save()
    described(case).save()
    with pytest.raises(IntegrityError), transaction.atomic():
        described(guide).save()


@pytest.mark.db
def test_a_check_has_a_known_result(guide: Resource) -> None:
    copy = kept(guide)
    for result in ("missing", "damaged"):
        CopyCheck.objects.create(copy=copy, checked_at=VERIFIED, result=result)
    with pytest.raises(IntegrityError), transaction.atomic():
        CopyCheck.objects.create(copy=copy, checked_at=VERIFIED, result="fine")


@pytest.mark.db
def test_an_item_with_copies_cannot_be_deleted(guide: Resource) -> None:
    kept(guide)
    with pytest.raises(ProtectedError):
        guide.delete()


@pytest.mark.db
def test_copies_stand_newest_first_and_a_known_time_before_none(guide: Resource) -> None:
    for n, (day, time) in enumerate(
        [("2024-01-01", None), ("2025-01-01", None), ("2025-01-01", "08:00")]
    ):
        described(guide, PDF + bytes([n]), captured_on=day, captured_time=time).save()
    found = [copy.captured_words for copy in guide.copies.all()]
    assert found == ["January 1, 2025, 8:00 a.m. UTC", "January 1, 2025", "January 1, 2024"]


def test_who_added_a_copy_is_remembered_without_their_account(
    editor: Client, guide: Resource
) -> None:
    upload(editor, guide)
    User.objects.get(username="editor").delete()
    copy = ResourceCopy.objects.get()
    assert (copy.uploaded_by, copy.uploaded_by_name) == (None, "editor")


# -- keeping ----------------------------------------------------------------------------------


def test_a_file_lies_under_its_hash_and_nothing_else_is_left(guide: Resource, disk: Path) -> None:
    copy = kept(guide)
    assert stored(disk) == {name_of(PDF): PDF}
    assert copy.verified_at > timezone.now() - timedelta(minutes=1)
    assert [check.result for check in copy.checks.all()] == ["sound"]


def test_the_same_file_of_two_items_is_stored_once(
    guide: Resource, case: Resource, disk: Path
) -> None:
    kept(guide)
    before = (disk / name_of(PDF)).stat()
    kept(case)
    after = (disk / name_of(PDF)).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert ResourceCopy.objects.count() == 2


def test_a_file_that_does_not_match_its_name_is_not_used(guide: Resource, disk: Path) -> None:
    (disk / name_of(PDF)).parent.mkdir(parents=True)
    (disk / name_of(PDF)).write_bytes(b"half of it")
    kept(guide)
    assert stored(disk) == {name_of(PDF): PDF}


def test_what_goes_wrong_with_the_row_leaves_a_file_at_most(guide: Resource, disk: Path) -> None:
    kept(guide)
    with pytest.raises(CopyError, match="a moment ago"):
        kept(guide)
    assert stored(disk) == {name_of(PDF): PDF}
    assert ResourceCopy.objects.count() == 1


@pytest.mark.parametrize(
    ("code", "told"), [(errno.ENOSPC, "no room left"), (errno.EIO, "could not be stored")]
)
def test_a_disk_that_fails_keeps_no_row_and_no_half_file(
    guide: Resource, disk: Path, monkeypatch, caplog, code: int, told: str
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(CopyError, match=told):
        kept(guide)
    assert stored(disk) == {}
    assert not ResourceCopy.objects.exists()
    assert "could not be stored as" in caplog.text


class Killed(BaseException):
    """Stands for a process that is ended."""


def test_a_process_killed_while_writing_leaves_no_half_file_under_a_hash(
    guide: Resource, disk: Path, monkeypatch
) -> None:
    def killed(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(os, "rename", killed)
    # A process that is gone cleans nothing up.
    monkeypatch.setattr(os, "remove", lambda *_: None)
    with pytest.raises(Killed):
        kept(guide)
    (left,) = stored(disk)
    assert left.startswith("unfinished/")
    monkeypatch.undo()
    kept(guide)
    assert stored(disk)[name_of(PDF)] == PDF


class WrongName(InMemoryStorage):
    """A storage in which somebody else is always a moment faster."""

    def exists(self, name: str) -> bool:
        return False

    def _save(self, name: str, content: Any) -> str:
        save: Any = super()._save  # type: ignore[misc]  # not in the stubs
        save(name, content)  # theirs
        return str(save(f"{name}_2", content))  # ours


def test_of_two_that_store_one_file_the_first_has_the_name(guide: Resource, settings) -> None:
    here = "tests.toolkit.test_copies.WrongName"
    settings.STORAGES = {**settings.STORAGES, "copies": {"BACKEND": here}}
    kept(guide)
    assert storages["copies"].listdir(sha(PDF)[:2]) == ([], [sha(PDF)[2:]])


class Broken(InMemoryStorage):
    """A storage that takes everything and keeps something else."""

    def _save(self, name: str, content: Any) -> str:
        save: Any = super()._save  # type: ignore[misc]  # not in the stubs
        return str(save(name, io.BytesIO(b"else")))


def test_what_was_stored_is_read_back_before_it_is_named(guide: Resource, settings) -> None:
    here = "tests.toolkit.test_copies.Broken"
    settings.STORAGES = {**settings.STORAGES, "copies": {"BACKEND": here}}
    with pytest.raises(CopyError, match="could not be stored"):
        kept(guide)
    assert not ResourceCopy.objects.exists()


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_the_same_file_sent_twice_at_once_is_kept_once(disk: Path) -> None:
    load_small()
    guide = Resource.objects.get(slug=GUIDE)
    begin = threading.Barrier(4)
    outcomes: list[str] = []

    def add() -> None:
        begin.wait()
        try:
            kept(guide)
            outcomes.append("kept")
        except CopyError as error:
            outcomes.append(str(error))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [*["This same file was added to the item a moment ago."] * 3, "kept"]
    assert stored(disk) == {name_of(PDF): PDF}
    assert ResourceCopy.objects.count() == 1


# -- removing ---------------------------------------------------------------------------------


def test_the_file_goes_with_the_last_copy_that_names_it(
    guide: Resource, case: Resource, disk: Path, django_capture_on_commit_callbacks
) -> None:
    first, second = kept(guide), kept(case)
    with django_capture_on_commit_callbacks(execute=True):
        copies.remove(first)
    assert stored(disk) == {name_of(PDF): PDF}
    with django_capture_on_commit_callbacks(execute=True):
        copies.remove(second)
    assert stored(disk) == {}


def test_a_file_that_cannot_be_deleted_is_told(
    guide: Resource, monkeypatch, caplog, django_capture_on_commit_callbacks
) -> None:
    copy = kept(guide)

    def fail(_name: str) -> None:
        raise PermissionError

    monkeypatch.setattr(storages["copies"], "delete", fail)
    with django_capture_on_commit_callbacks(execute=True):
        copies.remove(copy)
    assert "could not be deleted" in caplog.text


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_a_file_removed_between_storing_and_naming_is_stored_again(disk: Path, monkeypatch) -> None:
    """Its last other copy is removed just before the new row is there."""
    load_small()
    kept(Resource.objects.get(slug=CASE))
    save = ResourceCopy.save

    def remove_first(self: ResourceCopy, **options: Any) -> None:
        monkeypatch.undo()
        (disk / name_of(PDF)).unlink()
        save(self, **options)

    monkeypatch.setattr(ResourceCopy, "save", remove_first)
    kept(Resource.objects.get(slug=GUIDE))
    assert stored(disk) == {name_of(PDF): PDF}


# -- verifying --------------------------------------------------------------------------------


def verify(capsys, **options: Any) -> tuple[list[str], bool]:
    """The lines of verify_copies, and whether it ended well."""
    try:
        call_command("verify_copies", **options)
        is_well = True
    except CommandError:
        is_well = False
    return capsys.readouterr().out.splitlines(), is_well


@pytest.mark.db
def test_sound_files_are_verified(guide: Resource, case: Resource, capsys) -> None:
    for copy in (kept(guide), kept(case), kept(case, HTML, file_name="page.html")):
        change(copy, verified_at=VERIFIED)
    lines, is_well = verify(capsys)
    assert lines == ["2 files: 2 sound, 0 missing, 0 damaged, 0 not read; 0 named by no copy."]
    assert is_well
    assert all(copy.verified_at > VERIFIED for copy in ResourceCopy.objects.all())
    assert CopyCheck.objects.filter(result="sound").count() == 4 + 3


@pytest.mark.db
def test_a_lost_file_is_told_and_one_put_back_is_sound_again(
    guide: Resource, case: Resource, disk: Path, capsys
) -> None:
    kept(guide), kept(case)
    (disk / name_of(PDF)).unlink()
    ResourceCopy.objects.update(verified_at=VERIFIED)
    lines, is_well = verify(capsys)
    name = f"missing: {name_of(PDF)}, PDF document, captured March 7, 2025 of"
    assert lines == [
        f"{name} {CASE} (guide.pdf)",
        f"{name} {GUIDE} (guide.pdf)",
        "1 files: 0 sound, 1 missing, 0 damaged, 0 not read; 0 named by no copy.",
    ]
    assert not is_well
    for copy in ResourceCopy.objects.all():
        assert (copy.state, copy.verified_at) == ("missing", VERIFIED)
    (disk / name_of(PDF)).write_bytes(PDF)
    # Recently verified or not: what is known to be lost is looked for again.
    ResourceCopy.objects.update(verified_at=timezone.now())
    assert verify(capsys, older_than=30)[1]
    assert {copy.state for copy in ResourceCopy.objects.all()} == {"sound"}
    assert [c.result for c in guide.copies.get().checks.all()] == [
        "sound",
        "missing",
        *["sound"] * 2,
    ]


@pytest.mark.parametrize("data", [PDF[:-1] + b"?", PDF[:-1], PDF + b"x", b""])
def test_a_changed_file_is_damaged(guide: Resource, disk: Path, capsys, data: bytes) -> None:
    kept(guide)
    (disk / name_of(PDF)).write_bytes(data)
    lines, is_well = verify(capsys)
    assert lines[0].startswith(f"damaged: {name_of(PDF)}, ")
    assert (is_well, guide.copies.get().state) == (False, "damaged")


def test_only_what_was_not_verified_lately_is_read(guide: Resource, capsys) -> None:
    old, new = kept(guide), kept(guide, HTML)
    change(old, verified_at=timezone.now() - timedelta(days=31))
    lines, _ = verify(capsys, older_than=30)
    assert lines == ["1 files: 1 sound, 0 missing, 0 damaged, 0 not read; 0 named by no copy."]
    assert (old.checks.count(), new.checks.count()) == (2, 1)


def test_a_run_cut_short_is_taken_up_where_it_ended(guide: Resource, monkeypatch) -> None:
    for n in range(3):
        copy = kept(guide, PDF + bytes([n]))
        change(copy, verified_at=VERIFIED + timedelta(minutes=n))
    check = copies.check
    read: list[str] = []

    def killed_at_the_third(sha256: str, size: int) -> str:
        if len(read) == 2:
            raise KeyboardInterrupt
        read.append(sha256)
        return check(sha256, size)

    monkeypatch.setattr(copies, "check", killed_at_the_third)
    with pytest.raises(KeyboardInterrupt):
        call_command("verify_copies")
    assert read == [sha(PDF + bytes([n])) for n in range(2)]
    assert copies.due()[0] == (sha(PDF + bytes([2])), len(PDF) + 1)


def test_a_storage_out_of_reach_says_nothing_of_its_files(
    guide: Resource, monkeypatch, capsys
) -> None:
    kept(guide)
    other = kept(guide, HTML)
    open_file = storages["copies"].open

    def fail(name: str, mode: str = "rb") -> Any:
        if name == name_of(PDF):
            raise TimeoutError("no answer")
        return open_file(name, mode)

    monkeypatch.setattr(storages["copies"], "open", fail)
    lines, is_well = verify(capsys)
    assert lines[0].startswith(f"not read (no answer): {name_of(PDF)}, ")
    assert lines[1].startswith("2 files: 1 sound, 0 missing, 0 damaged, 1 not read;")
    assert not is_well
    assert other.checks.count() == 2
    assert {copy.state for copy in ResourceCopy.objects.all()} == {"sound"}


def test_files_that_nobody_names_are_listed(guide: Resource, disk: Path, capsys) -> None:
    kept(guide)
    hour_ago = (timezone.now() - timedelta(hours=2)).timestamp()
    for name in ("ab/cd", "unfinished/1", "stray.txt", "lost+found/1", "ef/just-now"):
        (disk / name).parent.mkdir(parents=True, exist_ok=True)
        (disk / name).write_bytes(b"x")
        if name != "ef/just-now":
            os.utime(disk / name, (hour_ago, hour_ago))
    lines, is_well = verify(capsys)
    assert lines[:3] == [f"named by no copy: {n}" for n in ("ab/cd", "stray.txt", "unfinished/1")]
    assert lines[3].endswith("3 named by no copy.")
    assert not is_well


def test_progress_is_told_on_demand(guide: Resource, capsys) -> None:
    kept(guide), kept(guide, HTML)
    call_command("verify_copies")
    assert capsys.readouterr().err == ""
    call_command("verify_copies", verbosity=2)
    assert capsys.readouterr().err == "1 of 2 files read\n2 of 2 files read\n"


def test_nothing_kept_is_well(capsys) -> None:
    assert verify(capsys)[1]
    assert not verify(capsys, older_than=-1)[1]


class Objects(Storage):
    """As an object store is: names and bytes, no folders and no paths."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def _open(self, name: str, mode: str = "rb") -> Any:
        if name not in self.objects:
            raise FileNotFoundError(name)
        return File(io.BytesIO(self.objects[name]), name)

    def _save(self, name: str, content: Any) -> str:
        self.objects[name] = b"".join(content.chunks())
        return name

    def delete(self, name: str) -> None:
        self.objects.pop(name, None)

    def exists(self, name: str) -> bool:
        return name in self.objects

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        inside = [name for name in self.objects if path == "" or name.startswith(f"{path}/")]
        rest = [name.removeprefix(f"{path}/").partition("/") for name in inside]
        return [n for n, slash, _ in rest if slash], [n for n, slash, _ in rest if not slash]

    def get_modified_time(self, name: str) -> datetime:
        return VERIFIED


@pytest.mark.db
def test_verifying_takes_the_same_queries_per_file(guide: Resource) -> None:
    used = []
    for n in (1, 3):
        for m in range(n):
            kept(guide, PDF + bytes([n, m]))
        with CaptureQueriesContext(connection) as captured:
            call_command("verify_copies", verbosity=0)
        used.append(len(captured))
    files = [1, 4]
    assert (used[1] - used[0]) % (files[1] - files[0]) == 0


def test_any_storage_of_django_will_do(
    settings, guide: Resource, editor: Client, capsys, django_capture_on_commit_callbacks
) -> None:
    """Through the whole life of a copy."""
    here = "tests.toolkit.test_copies.Objects"
    settings.STORAGES = {**settings.STORAGES, "copies": {"BACKEND": here}}
    upload(editor, guide)
    copy = guide.copies.get()
    assert body(Client().get(copy.get_absolute_url())) == PDF
    storages["copies"].delete(name_of(PDF))
    assert not verify(capsys)[1]
    upload(editor, guide)
    assert verify(capsys)[1]
    with django_capture_on_commit_callbacks(execute=True):
        copies.remove(guide.copies.get())
    assert vars(storages["copies"]) == {"objects": {}}
    storages["copies"].save("ab/cd", File(io.BytesIO(b"x")))
    assert verify(capsys)[0][0] == "named by no copy: ab/cd"


# -- adding in the admin ----------------------------------------------------------------------


def test_an_editor_adds_a_copy_on_the_page_of_its_item(
    editor: Client, guide: Resource, disk: Path
) -> None:
    change_page = reverse("admin:toolkit_resource_change", args=[guide.pk])
    add_page = reverse("admin:toolkit_resourcecopy_upload", args=[guide.pk])
    assert "No captured copies are kept here yet." in words(editor.get(change_page))
    assert f'href="{add_page}"' in editor.get(change_page).content.decode()
    form = editor.get(add_page)
    assert (heading(form), 'enctype="multipart/form-data"' in form.content.decode()) == (
        "Add a captured copy",
        True,
    )
    assert "Upload only what may be kept and shared; see the item’s rights: Not assessed." in words(
        form
    )
    response = upload(editor, guide)
    assert response.redirect_chain == [(change_page, 302)]
    said = "PDF document, captured March 7, 2025, 2:22 p.m. UTC"
    assert f"Kept: {said} (48\xa0bytes). The archive shows it now." in response.content.decode()
    assert f"{said} , 48 bytes: sound, last verified" in words(response)
    copy = guide.copies.get()
    assert (copy.sha256, copy.size, copy.kind, copy.file_name) == (sha(PDF), 48, "pdf", "guide.pdf")
    assert {name: str(getattr(copy, name)) for name in GOOD} == {
        **GOOD,
        "captured_time": "14:22:00",
    }
    assert (copy.uploaded_by_name, copy.state) == ("editor", "sound")
    assert stored(disk) == {name_of(PDF): PDF}
    entry = LogEntry.objects.get(action_flag=1)
    assert (entry.object_id, sha(PDF) in entry.change_message) == (str(copy.pk), True)


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (HTML, "page.HTM", "html"),
        (WARC, "site.warc", "warc"),
        (WARC_GZ, "site.warc.gz", "warc-gz"),
        (zipped(), "site.wacz", "wacz"),
    ],
)
def test_every_format_can_be_added(
    editor: Client, guide: Resource, data: bytes, name: str, kind: str
) -> None:
    upload(editor, guide, data, name)
    assert guide.copies.get().kind == kind


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"", "guide.pdf", "This file is empty."),
        (b"MZ\x90\0", "guide.pdf", "This is not a PDF document,"),
        (zipped({"a": b"b"}), "site.wacz", "it holds no datapackage.json. Nothing was kept."),
        (HTML, "guide.pdf", "which should end in .html. Check that it is the right file."),
        (PDF, "page.html", "inside it is a different kind of file: PDF document"),
        (PDF + b"<html><script>alert(1)</script>", "guide.html", "PDF document"),
        (PDF, "guide", "The name is “guide”"),
        (PDF, "guide.pdf.exe", "The name is “guide.pdf.exe”"),
        (PDF * 50, "guide.pdf", "larger than 1.0\xa0KB"),
    ],
)
def test_a_file_that_cannot_be_kept_is_refused_and_nothing_typed_is_lost(
    editor: Client, guide: Resource, disk: Path, settings, data: bytes, name: str, told: str
) -> None:
    settings.COPY_MAX_BYTES = 1024
    response = upload(editor, guide, data, name)
    assert [*errors(response)] == ["file"]
    assert told in errors(response)["file"][0]
    assert "Nothing was saved yet." in words(response)
    page = response.content.decode()
    assert all(f'value="{GOOD[n]}"' in page for n in ("captured_on", "capture_method"))
    assert "All pages.</textarea>" in page
    assert stored(disk) == {}
    assert not ResourceCopy.objects.exists()


def test_a_file_of_just_the_allowed_size_is_kept(editor, guide: Resource, settings) -> None:
    settings.COPY_MAX_BYTES = len(PDF)
    upload(editor, guide)
    assert guide.copies.exists()
    assert "file" in errors(upload(editor, guide, PDF + b"x"))


def test_of_several_files_the_first_is_kept(editor: Client, guide: Resource, disk: Path) -> None:
    files = [SimpleUploadedFile("guide.pdf", data) for data in (PDF, PDF + b"x")]
    other = SimpleUploadedFile("other.pdf", b"no field of the form")
    upload(editor, guide, file=files, other=other)
    assert stored(disk) == {name_of(PDF): PDF}


def test_what_is_missing_is_asked_for(editor: Client, guide: Resource) -> None:
    response = upload(editor, guide, file=None, captured_on="", capture_method="")
    assert errors(response) == {
        "file": ["Choose the file to keep."],
        "captured_on": ["Give the day the copy was made."],
        "capture_method": ["Say in a few words how the copy was made."],
    }


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"captured_on": "2999-01-01"}, "captured_on"),
        ({"captured_on": "0202-03-07"}, "captured_on"),
        ({"captured_on": "yesterday"}, "captured_on"),
        ({"captured_time": "25:00"}, "captured_time"),
        ({"captured_from": "javascript:alert(1)"}, "captured_from"),
        ({"captured_from": "x" * 800}, "captured_from"),
        ({"note": "\0"}, "note"),
    ],
)
def test_nonsense_is_refused_and_the_file_has_to_be_chosen_again(
    editor: Client, guide: Resource, disk: Path, changes: dict[str, Any], name: str
) -> None:
    response = upload(editor, guide, **changes)
    assert [*errors(response)] == [name]
    assert "choose the file again: browsers do not keep it" in words(response)
    assert stored(disk) == {}


def test_a_time_later_today_is_in_the_future(editor: Client, guide: Resource) -> None:
    later = timezone.now() + timedelta(minutes=5)
    response = upload(
        editor, guide, captured_on=f"{later:%Y-%m-%d}", captured_time=f"{later:%H:%M:%S}"
    )
    assert errors(response) == {"captured_on": ["This is in the future. Times here are UTC."]}


def test_the_same_file_twice_is_explained(editor: Client, guide: Resource, case: Resource) -> None:
    upload(editor, guide)
    response = upload(editor, guide, name="another-name.pdf", captured_on="2025-05-05")
    assert errors(response)["file"] == [
        "This same file is already kept with this item, captured March 7, 2025, 2:22 p.m. UTC. "
        "There is nothing to add."
    ]
    upload(editor, case)
    assert ResourceCopy.objects.count() == 2


@pytest.mark.parametrize("state", ["missing", "damaged"])
def test_adding_a_lost_file_again_puts_it_back(
    editor: Client, guide: Resource, case: Resource, disk: Path, capsys, state: str
) -> None:
    kept(guide, note="First"), kept(case)
    if state == "missing":
        (disk / name_of(PDF)).unlink()
    else:
        (disk / name_of(PDF)).write_bytes(b"rotten")
    verify(capsys)
    response = upload(editor, guide, note="Second")
    assert "The file was missing or damaged and is now restored." in words(response)
    assert stored(disk) == {name_of(PDF): PDF}
    assert {copy.state for copy in ResourceCopy.objects.all()} == {"sound"}
    assert guide.copies.get().note == "First"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.pdf",
        "..\\..\\evil.pdf",
        "a\u202efdp.exe.pdf",
        'x" onload="alert(1).pdf',
        "<script>alert(1)</script>.pdf",
        "é" * 300 + ".pdf",
        "CON.pdf",
        "%00.pdf",
    ],
)
def test_a_hostile_name_names_nothing(
    editor: Client, guide: Resource, disk: Path, name: str
) -> None:
    response = upload(editor, guide, name=name)
    copy = guide.copies.get()
    assert stored(disk) == {name_of(PDF): PDF}
    assert not set(copy.file_name) & {*"/\\\r\n\u202e"}
    assert len(copy.file_name) <= 255
    assert copy.download_name == f"{GUIDE}-{sha(PDF)[:8]}.pdf"
    assert "<script>alert" not in response.content.decode()
    shown = editor.get(reverse("admin:toolkit_resourcecopy_change", args=[copy.pk]))
    assert "<script>alert" not in shown.content.decode()
    assert 'onload="alert' not in shown.content.decode()


class Endless:
    """A form of any size that is made while it is read."""

    def __init__(self, size: int) -> None:
        self.boundary = "b0und4ry"
        lines = [
            *(
                f'--b0und4ry\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n{v}'
                for n, v in GOOD.items()
            ),
            '--b0und4ry\r\nContent-Disposition: form-data; name="file"; filename="big.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n%PDF-",
        ]
        self._parts = iter(self._generate("\r\n".join(lines).encode(), size))
        self._rest = b""
        self.length = len("\r\n".join(lines)) + size + len(b"\r\n--b0und4ry--\r\n")

    def _generate(self, head: bytes, size: int) -> Iterator[bytes]:
        yield head
        piece = b"0123456789abcdef" * 4096
        for start in range(0, size, len(piece)):
            yield piece[: size - start]
        yield b"\r\n--b0und4ry--\r\n"

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and (part := next(self._parts, b"")):
            self._rest += part
        found, self._rest = self._rest[:size], self._rest[size:]
        return found

    def readline(self, size: int = -1) -> bytes:
        raise NotImplementedError  # a form is read in pieces


def send(client: Client, item: Resource, size: int) -> Any:
    """Send a file of this size, of which never more than a piece is in memory here."""
    body = Endless(size)
    return client.request(
        **{
            "PATH_INFO": reverse("admin:toolkit_resourcecopy_upload", args=[item.pk]),
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": f"multipart/form-data; boundary={body.boundary}",
            "CONTENT_LENGTH": str(body.length),
            "wsgi.input": body,
        }
    )


def test_a_large_file_streams_through_in_pieces(
    editor: Client, guide: Resource, disk: Path
) -> None:
    size = 64 * 2**20
    send(editor, guide, 1000)  # warms what Django keeps
    tracemalloc.start()
    response: Any = send(editor, guide, size)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert response.status_code == 302
    copy = guide.copies.get(size=size + 5)
    assert peak < 8 * 2**20
    tracemalloc.start()
    response = Client().get(copy.get_absolute_url())
    read = sum(len(piece) for piece in response.streaming_content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (read, response["Content-Length"]) == (copy.size, str(copy.size))
    assert peak < 8 * 2**20


def test_what_is_too_large_is_not_even_written(
    editor: Client, guide: Resource, settings, monkeypatch
) -> None:
    settings.COPY_MAX_BYTES = 2**20
    written = []

    class Counting(io.BytesIO):
        def write(self, data: Any) -> int:
            written.append(len(data))
            return len(data)

    monkeypatch.setattr(tempfile, "TemporaryFile", lambda dir: Counting())
    response = send(editor, guide, 16 * 2**20)
    assert "larger than 1.0\xa0MB" in errors(response)["file"][0]
    assert sum(written) <= 2**20


@pytest.mark.parametrize("when", ["begin", "write", "end"])
@pytest.mark.parametrize(
    ("code", "told"), [(errno.ENOSPC, "no room left"), (errno.EIO, "did not arrive")]
)
def test_a_full_disk_while_receiving_is_explained(
    editor: Client, guide: Resource, monkeypatch, when: str, code: int, told: str
) -> None:
    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            if when == "write":
                raise OSError(code, "no")
            return super().write(data)

        def seek(self, *place: int) -> int:
            if when == "end":
                raise OSError(code, "no")
            return super().seek(*place)

    def make(dir: Any) -> Full:
        if when == "begin":
            raise OSError(code, "no")
        return Full()

    monkeypatch.setattr(tempfile, "TemporaryFile", make)
    response = upload(editor, guide)
    assert told in errors(response)["file"][0]
    assert not ResourceCopy.objects.exists()


def test_a_full_disk_while_storing_keeps_what_was_typed(
    editor: Client, guide: Resource, monkeypatch
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "no")

    monkeypatch.setattr(storages["copies"], "_save", full)
    response = upload(editor, guide)
    assert errors(response) == {"file": [copies.NO_ROOM]}
    assert "All pages.</textarea>" in response.content.decode()
    assert not ResourceCopy.objects.exists()


# -- who may ----------------------------------------------------------------------------------


def test_adding_needs_its_permission(guide: Resource, disk: Path, monkeypatch) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(tempfile, "TemporaryFile", opened.append)
    viewer = sign_in("viewer", r"toolkit.^(view|change)_")
    assert upload(viewer, guide).status_code == 403
    address = reverse("admin:toolkit_resourcecopy_upload", args=[guide.pk])
    assert viewer.get(address).status_code == 403
    assert address not in viewer.get(f"/admin/toolkit/resource/{guide.pk}/change/").content.decode()
    stranger = upload(Client(), guide)
    assert stranger.redirect_chain[0][0].startswith("/admin/login/")
    assert opened == []  # not a byte of theirs was written
    assert not ResourceCopy.objects.exists()


def test_a_form_without_its_token_adds_nothing(guide: Resource, disk: Path) -> None:
    sign_in("editor", r"toolkit.^(add|change|view)_")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="editor"))
    assert upload(strict, guide).status_code == 403
    assert not ResourceCopy.objects.exists()


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_adding_takes_no_other_method(owner: Client, guide: Resource, method: str) -> None:
    address = reverse("admin:toolkit_resourcecopy_upload", args=[guide.pk])
    assert owner.generic(method, address).status_code == 405


def test_an_item_that_is_not_there_gets_no_copy(editor: Client, guide: Resource) -> None:
    guide.pk = 10**30
    assert upload(editor, guide).status_code == 404


def test_django_s_own_way_of_adding_is_closed(owner: Client) -> None:
    assert owner.get("/admin/toolkit/resourcecopy/add/").status_code == 403


def test_what_is_said_of_a_copy_can_be_mended_the_file_cannot(
    editor: Client, guide: Resource
) -> None:
    copy = kept(guide)
    address = reverse("admin:toolkit_resourcecopy_change", args=[copy.pk])
    assert f"Sound, {moment(copy.verified_at)}" in words(editor.get(address))
    sent = {**GOOD, "note": "Mended.", "sha256": "0" * 64, "size": 1, "state": "damaged"}
    editor.post(address, {**sent, "resource": 0, "kind": "html"})
    after = ResourceCopy.objects.get()
    assert (after.note, after.sha256, after.size) == ("Mended.", copy.sha256, copy.size)
    assert (after.state, after.kind, after.resource_id) == ("sound", "pdf", guide.pk)


def test_removing_needs_its_permission_and_a_confirmation(
    editor: Client, owner: Client, guide: Resource, case: Resource, disk: Path,
    django_capture_on_commit_callbacks,
) -> None:  # fmt: skip
    copy, other = kept(guide), kept(case)
    address = reverse("admin:toolkit_resourcecopy_delete", args=[copy.pk])
    assert editor.get(address).status_code == 403
    assert editor.post(address, {"post": "yes"}).status_code == 403
    asked = words(owner.get(address))
    assert "The file itself stays, because the same file is kept with: Corner bakery case" in asked
    with django_capture_on_commit_callbacks(execute=True):
        owner.post(address, {"post": "yes"})
    assert stored(disk) == {name_of(PDF): PDF}
    address = reverse("admin:toolkit_resourcecopy_delete", args=[other.pk])
    asked = words(owner.get(address))
    assert "The file is deleted for good. If the original is gone, this may be the last" in asked
    assert sha(PDF) in asked
    assert ResourceCopy.objects.count() == 1  # asking removes nothing
    with django_capture_on_commit_callbacks(execute=True):
        owner.post(address, {"post": "yes"})
    assert (stored(disk), ResourceCopy.objects.count()) == ({}, 0)
    assert LogEntry.objects.filter(action_flag=3).count() == 2
    assert owner.get(address).status_code == 302  # gone already: back to the desk, with a message


def test_an_item_with_copies_is_not_deleted_by_the_desk(owner: Client, guide: Resource) -> None:
    copy = kept(Resource.objects.get(slug=CASE))
    response = owner.post(f"/admin/toolkit/resource/{copy.resource_id}/delete/", {"post": "yes"})
    assert "would require deleting the following protected related objects" in words(response)
    assert ResourceCopy.objects.exists()


@pytest.mark.db
def test_the_list_is_searched_and_sifted_in_the_same_queries(
    editor: Client, guide: Resource, case: Resource
) -> None:
    first = kept(guide)
    address = reverse("admin:toolkit_resourcecopy_changelist")
    editor.get(address)
    used = []
    for more in ([], [HTML, WARC]):
        for data in more:
            kept(case, data)
        with CaptureQueriesContext(connection) as captured:
            response = editor.get(address)
        used.append((len(captured), len(response.context["cl"].result_list)))
    assert (used[0][0] == used[1][0], used[1][1]) == (True, 3)
    change(first, state="damaged")
    for query in (f"q={sha(PDF)[:20]}", "q=good+jobs", "state__exact=damaged", "kind__exact=pdf"):
        found = editor.get(f"{address}?{query}").context["cl"].result_list
        assert [row.pk for row in found] == [first.pk]


# -- downloading ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "ending", "content_type"),
    [
        (PDF, ".pdf", "application/pdf"),
        (HTML, ".html", "application/octet-stream"),
        (WARC, ".warc", "application/octet-stream"),
        (WARC_GZ, ".warc.gz", "application/octet-stream"),
        (zipped(), ".wacz", "application/octet-stream"),
    ],
)
def test_a_download_is_the_file_and_runs_nothing(
    client: Client, guide: Resource, data: bytes, ending: str, content_type: str
) -> None:
    copy = kept(guide, data, file_name="../evil.html")
    address = f"/archive/{GUIDE}/copies/{sha(data)}/"
    assert copy.get_absolute_url() == address
    response = client.get(address, headers={"accept-encoding": "gzip, br", "range": "bytes=0-3"})
    assert body(response) == data
    assert {name: response.get(name) for name in WANTED} == {
        "Content-Disposition": f'attachment; filename="{GUIDE}-{sha(data)[:8]}{ending}"',
        "Content-Type": content_type,
        "Content-Length": str(len(data)),
        "Content-Encoding": None,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "public, max-age=31536000, immutable, no-transform",
        "ETag": f'"{sha(data)}"',
        "Accept-Ranges": "none",
        "Vary": None,
        "Set-Cookie": None,
    }


WANTED = [
    "Content-Disposition",
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "X-Content-Type-Options",
    "Content-Security-Policy",
    "Cross-Origin-Resource-Policy",
    "Cache-Control",
    "ETag",
    "Accept-Ranges",
    "Vary",
    "Set-Cookie",
]


def test_a_large_page_is_not_compressed_but_ours_are(client: Client, guide: Resource) -> None:
    data = HTML + b" " * 100_000
    kept(guide, data)
    accepts = {"accept-encoding": "gzip"}
    response = client.get(f"/archive/{GUIDE}/copies/{sha(data)}/", headers=accepts)
    assert (response.get("Content-Encoding"), response["Content-Length"]) == (None, str(len(data)))
    assert body(response) == data
    assert client.get(f"/archive/{GUIDE}/", headers=accepts)["Content-Encoding"] == "gzip"


def test_a_look_at_the_head_opens_no_body(client: Client, guide: Resource) -> None:
    response = client.head(kept(guide).get_absolute_url())
    assert (response.status_code, response["Content-Length"]) == (200, str(len(PDF)))
    assert body(response) == b""


@pytest.mark.parametrize("tag", ['"{}"', 'W/"{}"', '"x", "{}"', "*"])
def test_a_browser_that_has_it_is_sent_nothing(client: Client, guide: Resource, tag: str) -> None:
    address = kept(guide).get_absolute_url()
    response = client.get(address, headers={"if-none-match": tag.format(sha(PDF))})
    assert (response.status_code, response.content) == (304, b"")
    assert response["Cache-Control"].startswith("public, max-age=31536000")
    assert body(client.get(address, headers={"if-none-match": '"x"'})) == PDF


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_a_copy_is_only_read(client: Client, guide: Resource, method: str) -> None:
    assert client.generic(method, kept(guide).get_absolute_url()).status_code == 405


@pytest.mark.db
@pytest.mark.parametrize(
    "address",
    [
        f"/archive/{GUIDE}/copies/{'0' * 64}/",
        f"/archive/{GUIDE}/copies/{sha(PDF).upper()}/",
        f"/archive/{GUIDE}/copies/{sha(PDF)[:8]}/",
        f"/archive/{CASE}/copies/{sha(PDF)}/",
        f"/archive/nothing/copies/{sha(PDF)}/",
        f"/archive/{GUIDE}/copies/%00/",
        f"/archive/{GUIDE}/copies/..%2f..%2fsettings/",
        f"/archive/{GUIDE}/copies/{sha(PDF)[:2]}/{sha(PDF)[2:]}/",
    ],
)
def test_nothing_else_is_handed_out(client: Client, guide: Resource, address: str) -> None:
    kept(guide)
    assert client.get(address).status_code == 404


@pytest.mark.db
def test_copies_of_a_retired_item_go_as_its_page_does(client: Client) -> None:
    load_small()
    guide, case = Resource.objects.get(slug=GUIDE), Resource.objects.get(slug=CASE)
    addresses = [kept(guide).get_absolute_url(), kept(case).get_absolute_url()]
    Resource.objects.update(is_retired=True)
    assert [client.get(address).status_code for address in addresses] == [404, 404]
    Resource.objects.update(is_retired=False)
    publish()
    Resource.objects.update(is_retired=True)
    for address in addresses:
        response = client.get(address)
        assert (response.status_code, body(response)) == (200, PDF)


@pytest.mark.parametrize(
    ("what", "status", "told"),
    [
        ("removed", 404, "The file is missing from our storage."),
        ("cut", 503, "The file cannot be read right now."),
        ("unreadable", 503, "The file cannot be read right now."),
        ("known missing", 404, "The file is missing from our storage."),
        ("known damaged", 503, "it no longer matches the SHA-256"),
    ],
)
def test_a_file_that_cannot_be_had_gets_a_page(
    client: Client,
    guide: Resource,
    disk: Path,
    caplog,
    monkeypatch,
    what: str,
    status: int,
    told: str,
) -> None:
    copy = kept(guide)
    if what == "removed":
        (disk / name_of(PDF)).unlink()
    if what == "cut":
        (disk / name_of(PDF)).write_bytes(PDF[:-1])
    if what == "unreadable":

        def refuse(*_: Any) -> None:
            raise PermissionDenied  # stands for an error of any storage

        monkeypatch.setattr(storages["copies"], "open", refuse)
    if what.startswith("known"):
        change(copy, state=what.removeprefix("known "))
    with caplog.at_level(logging.ERROR):
        response = client.get(copy.get_absolute_url())
    assert (response.status_code, heading(response)) == (
        status,
        "This copy cannot be downloaded right now",
    )
    assert told in words(response)
    assert name_of(PDF) in caplog.text or what.startswith("known")
    assert ("no-store" in response["Cache-Control"], response.get("ETag")) == (True, None)
    assert re.search(r"^default-src 'none'; script-src 'self'", response["Content-Security-Policy"])


# -- on the item's page -----------------------------------------------------------------------


def test_an_item_without_copies_says_so(client: Client, guide: Resource) -> None:
    assert "Captured copies No captured copies are kept here yet." in words(
        client.get(f"/archive/{GUIDE}/")
    )


def test_an_item_tells_all_of_its_copies(client: Client, guide: Resource) -> None:
    by = "Browsertrix 1.2"
    copy = kept(guide, captured_from="https://example.gov/g.pdf", captured_by=by, note="No cover.")
    kept(guide, zipped())
    page = words(client.get(f"/archive/{GUIDE}/"))
    verified = f"{copy.verified_at:%B} {copy.verified_at.day}, {copy.verified_at.year}"
    assert (
        "PDF document, captured March 7, 2025 Size 48 bytes "
        "Captured from https://example.gov/g.pdf How it was captured Downloaded by hand "
        f"By Browsertrix 1.2 Note No cover. SHA-256 {sha(PDF)} "
        f"Last verified {verified}: unchanged "
        "Download PDF document, captured March 7, 2025 (48 bytes)"
    ) in page
    assert "Captured from The address is not known." in page
    assert "It opens in a viewer for web archives, such as ReplayWeb.page." in page


@pytest.mark.parametrize("state", ["missing", "damaged"])
def test_a_copy_that_is_not_sound_is_not_offered(
    client: Client, guide: Resource, state: str
) -> None:
    copy = kept(guide)
    change(copy, state=state)
    response = client.get(f"/archive/{GUIDE}/")
    assert f"The file is {state}." in words(response)
    assert copy.get_absolute_url() not in response.content.decode()
    assert "unchanged" not in words(response)


def test_what_is_said_of_a_copy_is_text(client: Client, guide: Resource) -> None:
    hostile = '"><script>alert(1)</script>'
    kept(
        guide,
        captured_from="javascript:alert(1)",
        capture_method=hostile,
        captured_by=hostile,
        note=hostile,
    )
    page = client.get(f"/archive/{GUIDE}/").content.decode()
    assert "<script>alert" not in page
    assert 'href="javascript' not in page


@pytest.mark.db
def test_a_page_takes_the_same_queries_however_many_copies(client: Client) -> None:
    load_and_publish()
    guide = Resource.objects.get(slug=GUIDE)
    client.get(f"/archive/{GUIDE}/")
    used = []
    for more in ([PDF], [HTML, WARC]):
        for data in more:
            kept(guide, data)
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/archive/{GUIDE}/")
        used.append(len(captured))
    assert used[0] == used[1]


@pytest.mark.db
def test_a_download_takes_one_query(client: Client, guide: Resource) -> None:
    address = kept(guide).get_absolute_url()
    with CaptureQueriesContext(connection) as captured:
        body(client.get(address))
    assert len(captured) == 1
