from django.urls import include, path

from apps.payment.payments.api import views

urlpatterns = [
    path("payment-options", views.PaymentOptionsView.as_view()),
    path("payment-methods", views.PaymentMethodsView.as_view()),
    path("payment-methods/setup", views.CardSetupView.as_view()),
    path("payment-methods/<str:method_id>", views.PaymentMethodView.as_view()),
    path("sandbox/", include("apps.payment.payments.providers.sandbox.urls")),
]
