"""Addresses of the toolkit: the archive and its strategies."""

from django.urls import path

from . import views

app_name = "toolkit"
urlpatterns = [
    path("archive/", views.archive, name="archive"),
    path("archive/feed/", views.feed, name="feed"),
    path("archive/<slug:slug>/", views.resource, name="resource"),
    path("archive/<slug:slug>/cite.bib", views.cite_bib, name="cite_bib"),
    path("archive/<slug:slug>/cite.ris", views.cite_ris, name="cite_ris"),
    path("strategies/<slug:slug>/", views.strategy, name="strategy"),
    path("preview/<slug:slug>/", views.preview, name="preview"),
]
