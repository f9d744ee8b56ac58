"""Views load objects, call a service and return the answer."""

from friendships.views.friends import FriendViewSet
from friendships.views.messages import MessageViewSet
from friendships.views.people import PersonViewSet
from friendships.views.requests import RequestViewSet

__all__ = ["FriendViewSet", "MessageViewSet", "PersonViewSet", "RequestViewSet"]
