from django.urls import path

from apps.payment.subscriptions.api import staff_views, views

urlpatterns = [
    path("plans", views.PlansView.as_view()),
    path("plans/<slug:code>/quote", views.PlanQuoteView.as_view()),
    path("subscription", views.SubscriptionView.as_view()),
    path("subscription/cancel", views.CancelView.as_view()),
    path("subscription/resume", views.ResumeView.as_view()),
    path("subscription/change", views.ChangeView.as_view()),
    path("subscription/payment-method", views.PaymentMethodView.as_view()),
    path("subscription/invoices/<uuid:period_id>.pdf", views.InvoiceView.as_view(), name="subscription-invoice"),
    path(
        "subscription/invoices/<uuid:period_id>/credit-notes/<str:number>.pdf",
        views.CreditNoteView.as_view(),
        name="subscription-credit-note",
    ),
    path("subscription/cancellations", views.CancellationsView.as_view()),
    path("subscriptions", staff_views.StaffSubscriptionsView.as_view()),
    path("subscriptions/<str:number>", staff_views.StaffSubscriptionView.as_view()),
    path("subscriptions/<str:number>/cancel", staff_views.StaffCancelView.as_view()),
    path("subscriptions/<str:number>/end", staff_views.StaffEndView.as_view()),
    path("subscriptions/<str:number>/extend", staff_views.StaffExtendView.as_view()),
    path("subscriptions/<str:number>/refunds", staff_views.StaffRefundsView.as_view()),
]
