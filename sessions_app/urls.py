"""`/api/sessions/`"""

from core.urls import router
from sessions_app.views import BookingViewSet, MySessionsViewSet, SessionViewSet

routes = router()
routes.register("sessions", SessionViewSet, basename="session")
routes.register("sessions", BookingViewSet, basename="booking")
routes.register("sessions", MySessionsViewSet, basename="my-session")
urlpatterns = routes.urls
