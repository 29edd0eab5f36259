"""Issued documents: made once, the same bytes ever after, three kept, and who may have them."""

from __future__ import annotations

import json
import threading
from io import BytesIO
from urllib.parse import unquote

import pytest
from django.db import connection
from pypdf import PdfReader

from assessment import access as access_module
from assessment.access import Access
from assessment.documents import issuing, pdf, printed_plan
from assessment.models import Assessment, IssuedDocument
from assessment.models.document import KEPT
from tests import factories, pages
from tests.people import Person
from toolkit.models import Edition, Resource


class Press:
    """Stands in for printing, which takes a second: counts, and tells each document apart."""

    def __init__(self) -> None:
        self.printed = 0

    def __call__(self, document) -> pdf.RenderedPdf:
        self.printed += 1
        return pdf.RenderedPdf(content=f"%PDF {self.printed} {document.title}".encode(), pages=12)


@pytest.fixture
def press(monkeypatch) -> Press:
    press = Press()
    monkeypatch.setattr(printed_plan, "render", press)
    return press


def access_of(assessment: Assessment) -> Access:
    """The owner's access as a view would get it."""
    edition = Edition.objects.get(number=assessment.edition_number)
    return Access(
        assessment=assessment,
        role="owner",
        component="",
        link_id=0,
        fingerprint=edition.fingerprint,
        revision=edition.revision,
    )


def make(person: Person, **ticked: str) -> str:
    """Have ``person`` make a document; return the address of its download."""
    response = person.send("make_document", data=ticked)
    assert response.status_code == 302, response.content
    return str(response["Location"])


# -- making and downloading --------------------------------------------------------------------


def test_a_plan_is_made_and_downloaded(maria, bakery, press):
    address = make(maria)
    response = maria.get(address)

    (document,) = IssuedDocument.objects.all()
    assert address == maria.address("download", document.fingerprint)
    assert document.assessment == bakery
    assert document.pages == 12
    assert json.loads(document.plan)["cover"]["organization"] == "Maria’s Bakery"
    assert response.content == b"%PDF 1 Job quality action plan: Maria\xe2\x80\x99s Bakery"
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store, private"
    assert response["X-Robots-Tag"] == "noindex"


def test_the_real_press_prints_the_plan_of_the_tables(maria, bakery):
    factories.make_answer(bakery, "wage", 0)
    factories.make_action(bakery, "Post the hours", owner="Sam Lee")

    response = maria.get(make(maria))

    reader = PdfReader(BytesIO(response.content))
    words = " ".join(" ".join(p.extract_text() for p in reader.pages).split())
    assert "Maria’s Bakery" in words
    assert "Post the hours" in words
    assert "Sam Lee" in words
    assert IssuedDocument.objects.get().pages == len(reader.pages)


def test_an_unchanged_plan_is_not_printed_twice(maria, sam, press):
    first = make(maria)
    once = maria.get(first).content

    assert make(maria) == first
    assert make(sam) == first
    assert sam.get(first).content == once
    assert press.printed == 1
    assert IssuedDocument.objects.count() == 1


def test_a_document_stays_as_it_was_when_the_plan_changes(maria, bakery, press):
    first = make(maria)
    before = maria.get(first).content
    factories.make_answer(bakery, "wage", 3)

    second = make(maria)

    assert second != first
    assert maria.get(first).content == before
    assert maria.get(second).content != before
    assert press.printed == 2


def test_a_changed_template_makes_a_new_document(maria, press, monkeypatch):
    first = make(maria)
    monkeypatch.setattr(printed_plan, "TEMPLATE_VERSION", "another")

    assert make(maria) != first
    assert press.printed == 2


@pytest.mark.parametrize(
    ("ticked", "left_out"),
    [
        ({}, ["The answer to each question is left out.", "Notes are left out."]),
        ({"include_answers": "on"}, ["Notes are left out."]),
        ({"include_notes": "on"}, ["The answer to each question is left out."]),
        ({"include_answers": "on", "include_notes": "on"}, []),
    ],
)
def test_answers_and_notes_go_in_only_when_ticked(maria, bakery, press, ticked, left_out):
    factories.make_answer(bakery, "wage", 1, note="Payroll sheet.")
    factories.make_action(bakery, notes="Between us.")

    make(maria, **ticked)

    plan = IssuedDocument.objects.get().plan
    document = json.loads(plan)
    assert document["left_out"] == left_out
    assert any(c["rows"] for c in document["components"]) == ("include_answers" in ticked)
    assert ("Between us." in plan) == ("include_notes" in ticked)
    assert ("Payroll sheet." in plan) == (len(ticked) == 2)


def test_only_the_last_three_are_kept(maria, bakery, press):
    addresses = [make(maria)]
    for level in range(KEPT):
        factories.make_action(bakery, f"Action {level}")
        addresses.append(make(maria))

    assert [maria.get(a).status_code for a in addresses] == [404, 200, 200, 200]
    assert IssuedDocument.objects.count() == KEPT == 3


def test_another_assessment_s_documents_are_left_alone(maria, bakery, press):
    other = factories.make_assessment(name="Another")
    kept = issuing.issue(access_of(other), include_answers=False, include_notes=False)
    for number in range(KEPT + 1):
        factories.make_action(bakery, f"Action {number}")
        make(maria)

    assert IssuedDocument.objects.filter(pk=kept.pk).exists()


def test_documents_go_with_their_assessment(maria, bakery, press):
    make(maria)

    bakery.delete()

    assert not IssuedDocument.objects.exists()


def test_documents_are_listed_without_their_contents(maria, bakery, press, at_most):
    make(maria)
    access = access_of(bakery)

    with at_most(1):
        (document,) = issuing.issued(access)
        listed = (document.fingerprint, document.pages, document.issued_at)

    assert all(listed)
    assert document.get_deferred_fields() == {"content", "plan"}


# -- who may -----------------------------------------------------------------------------------


def test_a_reader_gets_no_document_with_notes(maria, rita, bakery, press):
    factories.make_action(bakery, notes="Between us.")
    address = make(maria, include_notes="on")
    assert maria.get(address).status_code == 200
    assert rita.get(address).status_code == 404
    assert address not in pages.html(rita.see("documents"))
    without = make(maria)
    assert rita.get(without).status_code == 200
    assert without in pages.html(rita.see("documents"))


def test_a_reader_downloads_and_makes_none(maria, rita, press):
    address = make(maria)

    assert rita.get(address).status_code == 200
    assert rita.send("make_document").status_code == 403
    assert press.printed == 1


def test_a_contributor_gets_no_document(maria, ana, press):
    address = make(maria)

    assert ana.get(address).status_code == 403
    assert ana.send("make_document").status_code == 403


def test_a_stranger_gets_nothing(maria, omar, press):
    address = make(maria)

    assert omar.get(address).status_code == 404
    assert omar.send("make_document").status_code == 404


def test_making_takes_a_form(maria, press):
    assert maria.see("make_document").status_code == 405
    assert press.printed == 0


def test_downloading_takes_no_form(maria, press):
    assert maria.post(make(maria)).status_code == 405


@pytest.mark.parametrize("fingerprint", ["0" * 64, "x"])
def test_an_unknown_document_is_not_found(maria, fingerprint):
    assert maria.see("download", fingerprint).status_code == 404


def test_another_employer_s_document_is_not_found(maria, press):
    other = factories.make_assessment(name="Another")
    theirs = issuing.issue(access_of(other), include_answers=False, include_notes=False)

    assert maria.see("download", theirs.fingerprint).status_code == 404


# -- two at once -------------------------------------------------------------------------------


def test_the_quicker_of_two_requests_wins(bakery, monkeypatch):
    """Another request stores the same plan while this one prints."""
    press = Press()

    def slow(document) -> pdf.RenderedPdf:
        monkeypatch.setattr(printed_plan, "render", press)
        quicker = issuing.issue(access_of(bakery), include_answers=False, include_notes=False)
        assert quicker.content == b"%PDF 1 Job quality action plan: Maria\xe2\x80\x99s Bakery"
        return pdf.RenderedPdf(content=b"%PDF late", pages=1)

    monkeypatch.setattr(printed_plan, "render", slow)

    document = issuing.issue(access_of(bakery), include_answers=False, include_notes=False)

    assert bytes(document.content).startswith(b"%PDF 1 ")
    assert IssuedDocument.objects.count() == 1


@pytest.mark.db
@pytest.mark.django_db(transaction=True)
def test_two_at_once_end_with_one_document(monkeypatch):
    factories.publish_bakery_edition()
    bakery = factories.make_assessment()
    both_are_printing = threading.Barrier(2, timeout=20)
    numbers = iter((1, 2))
    got: list[tuple[str, bytes]] = []

    def printing(document) -> pdf.RenderedPdf:
        both_are_printing.wait()
        return pdf.RenderedPdf(content=f"%PDF {next(numbers)}".encode(), pages=1)

    def request() -> None:
        try:
            document = issuing.issue(access_of(bakery), include_answers=False, include_notes=False)
            got.append((document.fingerprint, bytes(document.content)))
        finally:
            connection.close()

    monkeypatch.setattr(printed_plan, "render", printing)
    threads = [threading.Thread(target=request) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    document = IssuedDocument.objects.get()
    assert got == [(document.fingerprint, bytes(document.content))] * 2


# -- is it current? ----------------------------------------------------------------------------


@pytest.mark.parametrize("ticked", [(False, False), (True, False), (False, True), (True, True)])
def test_a_fresh_document_is_current(bakery, press, ticked):
    factories.make_answer(bakery, "wage", 1, note="Payroll sheet.")
    access = access_of(bakery)
    document = issuing.issue(access, include_answers=ticked[0], include_notes=ticked[1])

    assert issuing.is_current(access, document)


def test_it_is_no_longer_current_when_an_answer_changed(bakery, press):
    access = access_of(bakery)
    document = issuing.issue(access, include_answers=False, include_notes=False)

    factories.make_answer(bakery, "wage", 1)

    assert not issuing.is_current(access, document)


def test_the_page_offers_a_new_document_only_once_something_changed(maria, bakery, press):
    offer = "Make a new one above"
    assert offer not in pages.words(maria.see("documents"))
    make(maria)
    assert offer not in pages.words(maria.see("documents"))
    factories.make_answer(bakery, "wage", 1)
    assert offer in pages.words(maria.see("documents"))
    make(maria)
    assert offer not in pages.words(maria.see("documents"))


def test_a_note_makes_only_a_document_with_notes_outdated(bakery, press):
    action = factories.make_action(bakery)
    access = access_of(bakery)
    with_notes = issuing.issue(access, include_answers=False, include_notes=True)
    without = issuing.issue(access, include_answers=False, include_notes=False)

    action.notes = "Something new."
    action.save()

    assert not issuing.is_current(access, with_notes)
    assert issuing.is_current(access, without)


def test_it_is_no_longer_current_when_a_source_s_text_changed(bakery, press):
    factories.make_answer(bakery, "wage", 0)
    access = access_of(bakery)
    document = issuing.issue(access, include_answers=False, include_notes=False)

    Resource.objects.update(link_state="live", link_checked_on="2026-11-20")
    checked = issuing.is_current(access, document)
    Resource.objects.update(title="The toolkit, renamed")

    assert checked
    assert not issuing.is_current(access, document)


# -- the page ----------------------------------------------------------------------------------


def test_the_page_lists_every_document_with_what_it_is_good_for(maria, bakery):
    page = pages.words(maria.see("documents"))

    assert pages.heading(maria.see("documents")) == "Documents"
    for button in (
        "Make the PDF plan",
        "Make the board summary",
        "All worksheets",
        "Save everything as a file",
        "Make the Word file",
        "Download the Excel file",
        "Download the actions",
        "Download the answers",
        "Download the due dates",
    ):
        assert page.count(button) == 1
    assert page.count("Good for ") == 8
    assert "Your documents None yet." in page


def test_nothing_private_is_ticked_beforehand(maria, bakery):
    assert pages.sends(maria.see("documents")) == {}


def test_documents_made_so_far_are_listed(maria, bakery, press):
    address = make(maria)

    page = maria.see("documents")

    assert f'href="{address}"' in pages.html(page)
    assert "Action plan (PDF) of " in pages.words(page)
    assert "12 pages" in pages.words(page)


def test_a_reader_makes_no_pdf_and_ticks_no_notes(rita, bakery):
    page = pages.words(rita.see("documents"))

    assert "Make the PDF plan" not in page
    assert "Add the notes" not in page
    assert "Only people who work on the plan can include notes." in page
    assert "Add every answer" in page
    assert "Make the Word file" in page


@pytest.mark.parametrize(
    ("dated", "without", "said"),
    [
        (0, 0, "Your plan has no actions yet, so the calendar would be empty."),
        (0, 2, "No action has a date yet, so the calendar would be empty."),
        (2, 1, "1 of 3 actions has no date yet and is left out."),
        (1, 2, "2 of 3 actions have no date yet and are left out."),
    ],
)
def test_the_page_says_how_many_actions_the_calendar_leaves_out(
    maria, bakery, dated, without, said
):
    for number in range(dated + without):
        due_on = "2027-01-31" if number < dated else None
        factories.make_action(bakery, f"Action {number}", due_on=due_on)

    assert said in pages.words(maria.see("documents"))


def test_where_every_action_has_a_date_nothing_is_said(maria, bakery):
    factories.make_action(bakery, due_on="2027-01-31")

    assert "left out and" not in pages.words(maria.see("documents"))
    assert "calendar would be empty" not in pages.words(maria.see("documents"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_asks_as_much_for_one_as_for_three(maria, bakery, press, at_most, count):
    for number in range(count):
        factories.make_action(bakery, f"Action {number}")
        make(maria)

    # Access, three for the plan, the list; the newest one and its plan as documents hold it.
    with at_most(11):
        maria.see("documents")


def test_the_plan_page_leads_to_it(maria, bakery):
    assert f'href="{maria.address("documents")}"' in pages.html(maria.see("plan"))


# -- the name of the file ----------------------------------------------------------------------


def name_of(person: Person, address: str) -> tuple[str, str]:
    """What a plain and what a newer browser would save the download as."""
    header = person.get(address)["Content-Disposition"]
    kind, plain, encoded = header.split("; ")
    assert kind == "attachment"
    plain = plain.removeprefix('filename="').removesuffix('"')
    return plain, unquote(encoded.removeprefix("filename*=UTF-8''"))


@pytest.mark.parametrize(
    ("organization", "plain", "full"),
    [
        ("Maria’s Bakery", "Marias Bakery", "Maria’s Bakery"),
        ("Café Łódź", "Cafe odz", "Café Łódź"),
        ("مخبز", "", "مخبز"),
        ("", "", ""),
        ('a"; filename="b.exe', "a filename b.exe", "a filename b.exe"),
        ("../../etc/passwd", "etc passwd", "etc passwd"),
        ("a\r\nSet-Cookie: x=1", "a Set-Cookie x 1", "a Set-Cookie x 1"),
        ("a\u202egpj.exe", "a gpj.exe", "a gpj.exe"),
        ("W" * 120, "W" * 60, "W" * 60),
    ],
)
def test_the_file_is_named_after_the_organization_and_the_day(
    maria, bakery, press, organization, plain, full
):
    Assessment.objects.update(name=organization)
    address = make(maria)
    day = json.loads(IssuedDocument.objects.get().plan)["as_of"]

    assert name_of(maria, address) == tuple(
        " ".join(f"Job quality plan {name} {day}.pdf".split()) for name in (plain, full)
    )


def test_the_file_keeps_its_name_when_the_organization_is_renamed(maria, bakery, press):
    address = make(maria)
    before = name_of(maria, address)

    Assessment.objects.update(name="Another name")

    assert name_of(maria, address) == before


# -- the sample --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_without_a_sample_the_address_says_so(client):
    response = client.get("/sample-plan.pdf")

    assert response.status_code == 404
    assert pages.heading(response) == "There is no sample plan here yet"


def test_an_employer_s_plan_is_never_the_sample(client, maria, press):
    make(maria)

    assert client.get("/sample-plan.pdf").status_code == 404


def test_anybody_gets_the_sample_and_it_is_printed_once(client, edition, press):
    sample = factories.make_assessment(name="Harbor Street Bakery (sample)", is_sample=True)
    factories.make_answer(sample, "wage", 1, note="Payroll sheet.")

    responses = [client.get("/sample-plan.pdf") for _ in range(3)]

    assert [r.status_code for r in responses] == [200] * 3
    assert {r.content for r in responses} == {
        b"%PDF 1 Job quality action plan: Harbor Street Bakery (sample)"
    }
    assert responses[0]["Content-Type"] == "application/pdf"
    assert "Harbor Street Bakery sample" in responses[0]["Content-Disposition"]
    assert press.printed == 1
    assert "Payroll sheet." not in IssuedDocument.objects.get().plan
    assert access_module.GRANTS not in client.session


def test_the_sample_takes_no_form(client, edition):
    assert client.post("/sample-plan.pdf").status_code == 405
