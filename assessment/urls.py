"""Addresses of the assessment. Every employer's page stands below /a/<public id>/."""

from django.urls import include, path

from assessment.views import (
    component,
    delete,
    device,
    documents,
    home,
    hub,
    links,
    plan,
    profile,
    results,
    review,
    start,
)

app_name = "assessment"

employer_patterns = [
    path("", hub.hub, name="hub"),
    path("profile/", profile.profile, name="profile"),
    path("questions/<slug:slug>/", component.component, name="component"),
    path("answers/<slug:slug>/", component.save_answer, name="save_answer"),
    path("review/", review.review, name="review"),
    path("finish/", review.finish, name="finish"),
    path("results/", results.results, name="results"),
    path("results/arithmetic/", results.arithmetic, name="arithmetic"),
    path("continue/", results.continue_full, name="continue_full"),
    path("plan/", plan.plan, name="plan"),
    path("plan/add/<slug:slug>/", plan.add_recommended, name="add_recommended"),
    path("plan/new/", plan.new_action, name="new_action"),
    path("plan/actions/<str:key>/", plan.edit_action, name="edit_action"),
    path("plan/actions/<str:key>/remove/", plan.remove_action, name="remove_action"),
    path("documents/", documents.make_document, name="make_document"),
    path("documents/<slug:fingerprint>.pdf", documents.download, name="download"),
    path("links/", links.links, name="links"),
    path("links/new/", links.new_link, name="new_link"),
    path("links/rotate/", links.rotate_links, name="rotate_links"),
    path("links/<int:pk>/revoke/", links.revoke_link, name="revoke_link"),
    path("leave/", device.leave_one, name="leave"),
    path("delete/", delete.delete, name="delete"),
]

urlpatterns = [
    path("", home.home, name="home"),
    path("how-scoring-works/", home.how_scoring_works, name="how_scoring_works"),
    path("about-the-toolkit/", home.about, name="about"),
    path("for-coaches/", home.coaches, name="coaches"),
    path("privacy/", home.privacy, name="privacy"),
    path("accessibility/", home.accessibility, name="accessibility"),
    path("sample-plan.pdf", documents.sample, name="sample"),
    path("start/", start.start, name="start"),
    path("open/<str:secret>/", links.open_link, name="open_link"),
    path("assessments/", device.device, name="device"),
    path("assessments/leave/", device.leave_all, name="leave_all"),
    path("a/<str:public_id>/", include(employer_patterns)),
]
