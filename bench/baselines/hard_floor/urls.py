from django.urls import path

from bench.baselines.hard_floor import views

urlpatterns = [
    path("api/sessions/", views.sessions),
    path("api/sessions/my_sessions/", views.my_sessions),
    path("api/sessions/<int:pk>/", views.session),
    path("api/sessions/<int:pk>/join/", views.join),
    path("api/notifications/", views.notifications),
    path("v1/friends/<int:pk>/messages/", views.messages),
]
