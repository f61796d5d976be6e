from django.urls import path

from apps.payment.payments.providers.sandbox import views

urlpatterns = [
    path("challenges/<str:reference>", views.SandboxChallengeView.as_view()),
    path("disputes/<str:reference>", views.SandboxDisputeView.as_view()),
]
