"""`/api/notifications/`"""

from core.api.urls import router
from notifications.views import NotificationViewSet

routes = router()
routes.register("notifications", NotificationViewSet, basename="notification")
urlpatterns = routes.urls
