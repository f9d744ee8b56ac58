"""`/v1/sessions/`, Zoom's webhook, and the stand-in room of a development server."""

from django.urls import path

from core.api.urls import router
from zoom.views import OneOnOneViewSet, WebhookViewSet, stand_in_room

routes = router()
routes.register("sessions", OneOnOneViewSet, basename="one-on-one")
routes.register("zoom", WebhookViewSet, basename="zoom")
urlpatterns = [
    *routes.urls,
    path("stand-in-room/<slug:room>/", stand_in_room, name="stand-in-room"),
]
