"""`/api/auth/unsubscribe/`"""

from core.api.urls import router
from mail.views import MailViewSet

routes = router()
routes.register("auth", MailViewSet, basename="mails")
urlpatterns = routes.urls
