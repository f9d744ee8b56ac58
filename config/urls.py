"""All addresses of the server."""

from collections.abc import Callable

from django.contrib import admin
from django.http.response import HttpResponseBase
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from core.api.urls import for_sockets_only, nothing_here
from core.http.docs import RedocView, SchemaView, SwaggerView
from operations.health import HealthViewSet
from operations.metrics_view import metrics


def redirect_to(url: str) -> Callable[..., HttpResponseBase]:
    """Return a redirect for GET and HEAD; a POST gets a 405, not a message about cookies."""
    return csrf_exempt(require_safe(RedirectView.as_view(url=url)))


# Without the admin's redirect to a row's public page, which no row has: matching its pattern
# (`r/<path:…>/<path:…>/`) takes time that is quadratic in the length of the address.
admin_urls, admin_app, admin_name = admin.site.urls
admin_urls = [each for each in admin_urls if getattr(each, "name", "") != "view_on_site"]

urlpatterns = [
    path("", redirect_to("/api/docs/")),
    path("healthz", HealthViewSet.as_view({"get": "alive"})),
    path("readyz", HealthViewSet.as_view({"get": "ready"})),
    path("metrics", metrics),
    path("admin", redirect_to("/admin/")),
    path("admin/", (admin_urls, admin_app, admin_name)),
    path("api/", include("accounts.urls")),
    path("api/", include("mail.urls")),
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
