"""`/api/sessions/`"""

from core.urls import router
from sessions_app.views import SessionViewSet

routes = router()
routes.register("sessions", SessionViewSet, basename="session")
urlpatterns = routes.urls
