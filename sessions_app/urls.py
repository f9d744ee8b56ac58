"""`/api/sessions/`"""

from core.api.urls import router
from sessions_app.views import (
    BookingViewSet,
    MaterialFileViewSet,
    MaterialViewSet,
    MySessionsViewSet,
    SessionViewSet,
)

routes = router()
routes.register("sessions", SessionViewSet, basename="session")
routes.register("sessions", BookingViewSet, basename="booking")
routes.register("sessions", MySessionsViewSet, basename="my-session")
MATERIALS = "sessions/<id:session_id>/materials"
routes.register(MATERIALS, MaterialViewSet, basename="material")
routes.register(MATERIALS, MaterialFileViewSet, basename="stored")
urlpatterns = routes.urls
