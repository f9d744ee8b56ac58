"""`/api/auth/`"""

from accounts.views import AccountViewSet, SignInViewSet
from core.api.urls import router

routes = router()
routes.register("auth", SignInViewSet, basename="sign-in")
routes.register("auth", AccountViewSet, basename="account")
urlpatterns = routes.urls
