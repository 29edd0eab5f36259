"""Addresses of the toolkit: components, strategies, the archive."""

from django.urls import path

from .views import archive, component, copy, preview, resource, strategy

app_name = "toolkit"
urlpatterns = [
    path("archive/", archive.archive, name="archive"),
    path("archive/feed/", archive.feed, name="feed"),
    path("archive/<slug:slug>/", resource.resource, name="resource"),
    path("archive/<slug:slug>/cite.bib", resource.cite_bib, name="cite_bib"),
    path("archive/<slug:slug>/cite.ris", resource.cite_ris, name="cite_ris"),
    path("archive/<slug:slug>/copies/<slug:sha256>/", copy.copy, name="copy"),
    path("components/<slug:slug>/", component.component, name="component"),
    path("strategies/<slug:slug>/", strategy.strategy, name="strategy"),
    path("preview/<slug:slug>/", preview.preview, name="preview"),
]
