from django.urls import path

from apps.payment.payments.api import views

urlpatterns = [
    path("payment-options", views.PaymentOptionsView.as_view()),
    path("payment-methods", views.PaymentMethodsView.as_view()),
    path("sandbox/challenges/<str:reference>", views.SandboxChallengeView.as_view()),
]
