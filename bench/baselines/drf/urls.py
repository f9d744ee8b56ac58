from django.urls import include, path
from rest_framework.routers import DefaultRouter

from bench.baselines.drf import views

router = DefaultRouter()
router.register("sessions", views.SessionViewSet, basename="session")
router.register("notifications", views.NotificationViewSet, basename="notification")

urlpatterns = [
    path("api/", include(router.urls)),
    path("v1/friends/<int:user_id>/messages/", views.MessageList.as_view()),
]
