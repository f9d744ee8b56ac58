"""`/v1/friends/` and `/v1/users/`"""

from core.api.urls import router
from friendships.views import FriendViewSet, MessageViewSet, PersonViewSet, RequestViewSet

routes = router()
routes.register("friends/requests", RequestViewSet, basename="friend-request")
routes.register("friends", FriendViewSet, basename="friend")
routes.register("friends", MessageViewSet, basename="message")
routes.register("users", PersonViewSet, basename="person")
urlpatterns = routes.urls
