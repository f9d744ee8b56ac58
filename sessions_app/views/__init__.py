"""The views: each fetches the session, calls a service and answers."""

from sessions_app.views.bookings import BookingViewSet
from sessions_app.views.materials import MaterialFileViewSet, MaterialViewSet
from sessions_app.views.mine import MySessionsViewSet
from sessions_app.views.sessions import SessionViewSet

__all__ = [
    "BookingViewSet",
    "MaterialFileViewSet",
    "MaterialViewSet",
    "MySessionsViewSet",
    "SessionViewSet",
]
