from django.urls import path

from apps.auth.tokens.api import views

urlpatterns = [
    path("tokens", views.SignInView.as_view()),
    path("tokens/refresh", views.RefreshView.as_view()),
    path("tokens/revoke", views.RevokeView.as_view()),
    path("tokens/service", views.ServiceTokenView.as_view()),
    path("me/sessions", views.SessionsView.as_view()),
    path("me/sessions/<uuid:session_id>", views.SessionView.as_view()),
]
