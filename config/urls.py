"""Every address the server has."""

from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView

from core.docs import RedocView, SchemaView, SwaggerView
from core.urls import for_sockets_only, nothing_here
from operations.exposing import metrics
from operations.health import HealthViewSet

urlpatterns = [
    path("", RedirectView.as_view(url="/api/docs/")),
    path("healthz", HealthViewSet.as_view({"get": "alive"})),
    path("readyz", HealthViewSet.as_view({"get": "ready"})),
    path("metrics", metrics),
    path("admin", RedirectView.as_view(url="/admin/")),
    path("admin/", admin.site.urls),
    path("api/", include("accounts.urls")),
    path("api/", include("sessions_app.urls")),
    path("api/", include("notifications.urls")),
    path("v1/", include("friendships.urls")),
    path("v1/", include("zoom.urls")),
    path("api/schema/", SchemaView.as_view(), name="schema"),
    path("api/docs/", SwaggerView.as_view(url_name="schema")),
    path("api/redoc/", RedocView.as_view(url_name="schema")),
    path("ws/", for_sockets_only),  # config.asgi serves the sockets
    re_path("", nothing_here),
]
