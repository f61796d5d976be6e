from django.urls import path

from apps.auth.lifecycle.api import views

urlpatterns = [
    path("users", views.RegisterView.as_view()),
    path("users/verify-email", views.VerifyEmailView.as_view()),
    path("users/resend-verification", views.ResendVerificationView.as_view()),
    path("password/change", views.PasswordChangeView.as_view()),
    path("password/reset", views.PasswordResetView.as_view()),
    path("password/reset/confirm", views.PasswordResetConfirmView.as_view()),
    path("me", views.MeView.as_view()),
    path("me/export", views.ExportView.as_view()),
    path("me/addresses", views.AddressesView.as_view()),
    path("me/addresses/<uuid:address_id>", views.AddressView.as_view()),
]
