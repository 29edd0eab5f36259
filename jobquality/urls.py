"""Root addresses of the site.

/health/live, /health/ready and /metrics are answered before these: health.py, metrics.py.
"""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("toolkit.urls")),
    path("", include("assessment.urls")),
]

handler400 = "assessment.views.errors.bad_request"
handler403 = "assessment.views.errors.permission_denied"
handler404 = "assessment.views.errors.not_found"
handler500 = "assessment.views.errors.server_error"
