from django.urls import path

from apps.payment.subscriptions.api import views

urlpatterns = [
    path("plans", views.PlansView.as_view()),
    path("subscription", views.SubscriptionView.as_view()),
    path("subscription/cancel", views.CancelView.as_view()),
    path("subscription/resume", views.ResumeView.as_view()),
    path("subscription/change", views.ChangeView.as_view()),
    path("subscription/payment-method", views.PaymentMethodView.as_view()),
    path("subscription/invoices/<uuid:period_id>.pdf", views.InvoiceView.as_view(), name="subscription-invoice"),
    path("subscription/cancellations", views.CancellationsView.as_view()),
    path("subscriptions", views.StaffSubscriptionsView.as_view()),
    path("subscriptions/<str:number>", views.StaffSubscriptionView.as_view()),
    path("subscriptions/<str:number>/cancel", views.StaffCancelView.as_view()),
    path("subscriptions/<str:number>/end", views.StaffEndView.as_view()),
    path("subscriptions/<str:number>/extend", views.StaffExtendView.as_view()),
]
