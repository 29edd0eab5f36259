"""Addresses of the toolkit: components, strategies, the archive."""

from django.urls import path

from . import views

app_name = "toolkit"
urlpatterns = [
    path("archive/", views.archive, name="archive"),
    path("archive/<slug:slug>/", views.resource, name="resource"),
    path("components/<slug:slug>/", views.component, name="component"),
    path("archive/<slug:slug>/copies/<slug:sha256>/", views.copy, name="copy"),
    path("strategies/<slug:slug>/", views.strategy, name="strategy"),
    path("preview/<slug:slug>/", views.preview, name="preview"),
]
