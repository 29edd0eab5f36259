"""Addresses of the assessment. Every employer's page stands below /a/<public id>/."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, include, path

from assessment.takeout import SCHEMA_NAME
from assessment.views import (
    component,
    delete,
    device,
    documents,
    edition,
    errors,
    home,
    hub,
    links,
    plan,
    profile,
    results,
    review,
    shared,
    start,
    takeout,
)

app_name = "assessment"


def page(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """An address whose view, called with a wrong method, says so on a page."""
    return path(route, errors.explained(view), name=name)


employer_patterns = [
    page("", hub.hub, "hub"),
    page("profile/", profile.profile, "profile"),
    page("questions/<slug:slug>/", component.component, "component"),
    page("answers/<slug:slug>/", component.save_answer, "save_answer"),
    page("review/", review.review, "review"),
    page("finish/", review.finish, "finish"),
    page("results/", results.results, "results"),
    page("results/arithmetic/", results.arithmetic, "arithmetic"),
    page("continue/", results.continue_full, "continue_full"),
    page("plan/", plan.plan, "plan"),
    page("plan/add/<slug:slug>/", plan.add_recommended, "add_recommended"),
    page("plan/new/", plan.new_action, "new_action"),
    page("plan/actions/<slug:key>/", plan.edit_action, "edit_action"),
    page("plan/actions/<slug:key>/remove/", plan.remove_action, "remove_action"),
    page("documents/", documents.make_document, "make_document"),
    page("documents/<slug:fingerprint>.pdf", documents.download, "download"),
    page("links/", links.links, "links"),
    page("links/new/", links.new_link, "new_link"),
    page("links/rotate/", links.rotate_links, "rotate_links"),
    page("links/<int:pk>/revoke/", links.revoke_link, "revoke_link"),
    page("edition/", edition.edition, "edition"),
    page("edition/move/", edition.move, "move"),
    page("edition/decline/", edition.decline, "decline"),
    page("edition/undo/", edition.undo_move, "undo_move"),
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
    page("start/", start.start, "start"),
    page("open/<str:secret>/", links.open_link, "open_link"),
    page("bring-back/", takeout.import_json, "import_json"),
    page(SCHEMA_NAME, takeout.export_schema, "export_schema"),
    page("assessments/", device.device, "device"),
    page("assessments/leave/", device.leave_all, "leave_all"),
    path("a/<str:public_id>/", include(employer_patterns)),
]
