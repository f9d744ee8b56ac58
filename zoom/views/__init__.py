"""The views: each fetches the row, calls the service and returns the result."""

from zoom.views.sessions import OneOnOneViewSet
from zoom.views.stand_in import stand_in_room
from zoom.views.webhook import WebhookViewSet

__all__ = ["OneOnOneViewSet", "WebhookViewSet", "stand_in_room"]
