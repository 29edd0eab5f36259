"""Addresses of the assessment. Every employer's page stands below /a/<public id>/."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, include, path

from assessment.takeout import SCHEMA_NAME
from assessment.views import (
    action,
    component,
    delete,
    device,
    documents,
    earlier,
    edition,
    errors,
    files,
    home,
    hub,
    links,
    lost_link,
    open_mailed,
    owner_email,
    plan,
    profile,
    progress,
    reassess,
    results,
    review,
    shared,
    start,
    takeout,
    targets,
    turnover,
    type_back,
    what_if,
    worksheets,
)

app_name = "assessment"


def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """An address whose view, called with a wrong method, says so on a page."""
    return path(route, errors.explained(view), name=name)


employer_patterns = [
    page("", hub.hub, "hub"),
    page("profile/", profile.profile, "profile"),
    page("targets/", targets.targets, "targets"),
    page("questions/<slug:slug>/", component.component, "component"),
    page("answers/<slug:slug>/", component.save_answer, "save_answer"),
    page("review/", review.review, "review"),
    page("finish/", review.finish, "finish"),
    page("results/", results.results, "results"),
    page("results/arithmetic/", results.arithmetic, "arithmetic"),
    page("continue/", results.continue_full, "continue_full"),
    page("what-if/", what_if.what_if, "what_if"),
    page("what-if/adopt/", what_if.adopt, "adopt"),
    page("plan/", plan.plan, "plan"),
    page("plan/add/<slug:slug>/", plan.add_recommended, "add_recommended"),
    page("plan/new/", action.new_action, "new_action"),
    page("plan/actions/<slug:key>/", action.edit_action, "edit_action"),
    page("plan/actions/<slug:key>/remove/", action.remove_action, "remove_action"),
    page("plan/actions/<slug:key>/status/", action.set_status, "set_status"),
    page("plan/actions/<slug:key>/order/", action.order_action, "order_action"),
    page("plan/actions/<slug:key>/put-back/", action.put_back_action, "put_back_action"),
    page("turnover/", turnover.turnover, "turnover"),
    page("turnover/remove/", turnover.remove_turnover, "remove_turnover"),
    page("documents/", documents.documents, "documents"),
    page("documents/make/", documents.make_document, "make_document"),
    page("documents/plan.docx", files.word, "word"),
    page("documents/plan.xlsx", files.workbook, "workbook"),
    page("documents/actions.csv", files.actions_csv, "actions_csv"),
    page("documents/answers.csv", files.answers_csv, "answers_csv"),
    page("documents/due-dates.ics", files.calendar, "calendar"),
    page("documents/board/", documents.make_board_summary, "make_board_summary"),
    page("documents/<slug:fingerprint>.pdf", documents.download, "download"),
    page("worksheets/<slug:slug>.pdf", worksheets.own_worksheet, "own_worksheet"),
    page("type-back/", type_back.type_back, "type_back"),
    page("type-back/<slug:slug>/", type_back.type_back_sheet, "type_back_sheet"),
    page("links/", links.links, "links"),
    page("links/new/", links.new_link, "new_link"),
    page("links/rotate/", links.rotate_links, "rotate_links"),
    page("links/<int:pk>/revoke/", links.revoke_link, "revoke_link"),
    page("links/email/", owner_email.owner_email, "owner_email"),
    page("links/mail/", owner_email.mail_link, "mail_link"),
    page("edition/", edition.edition, "edition"),
    page("edition/move/", edition.move, "move"),
    page("edition/decline/", edition.decline, "decline"),
    page("edition/undo/", edition.undo_move, "undo_move"),
    page("again/", reassess.reassess, "reassess"),
    page("earlier/", earlier.earlier, "earlier"),
    page("earlier/take-away/", earlier.take_earlier_away, "take_earlier_away"),
    page("progress/", progress.progress, "progress"),
    page("leave/", device.leave_one, "leave"),
    page("delete/", delete.delete, "delete"),
    page("everything.json", takeout.export_json, "export_json"),
    page("shared/", shared.shared, "shared"),
]

urlpatterns = [
    page("", home.home, "home"),
    page("how-scoring-works/", home.how_scoring_works, "how_scoring_works"),
    page("about-the-toolkit/", home.about, "about"),
    page("for-coaches/", home.coaches, "coaches"),
    page("privacy/", home.privacy, "privacy"),
    page("accessibility/", home.accessibility, "accessibility"),
    page("sample-plan.pdf", documents.sample, "sample"),
    page("worksheets/", worksheets.worksheets, "worksheets"),
    page("worksheets/<slug:slug>.pdf", worksheets.worksheet, "worksheet"),
    page("start/", start.start, "start"),
    page("open/<str:secret>/", links.open_link, "open_link"),
    page("open/mailed/<str:secret>/", open_mailed.open_mailed, "open_mailed"),
    page("lost-link/", lost_link.lost_link, "lost_link"),
    page("lost-link/asked/", lost_link.lost_link_asked, "lost_link_asked"),
    page("bring-back/", takeout.import_json, "import_json"),
    page(SCHEMA_NAME, takeout.export_schema, "export_schema"),
    page("assessments/", device.device, "device"),
    page("assessments/leave/", device.leave_all, "leave_all"),
    path("a/<str:public_id>/", include(employer_patterns)),
]
