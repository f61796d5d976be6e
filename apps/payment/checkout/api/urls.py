from django.urls import path

from apps.payment.checkout.api import views

urlpatterns = [
    path("orders", views.OrdersView.as_view()),
    path("orders/access", views.OrderAccessView.as_view()),
    path("orders/claim", views.OrderClaimView.as_view()),
    path("orders/<str:number>", views.OrderView.as_view()),
    path("orders/<str:number>/cancel", views.OrderCancelView.as_view()),
    path("order-totals", views.OrderTotalsView.as_view()),
    path("shipping-countries", views.ShippingCountriesView.as_view()),
    path("shipping-methods", views.ShippingMethodsView.as_view()),
    path("webhooks/<slug:provider>", views.WebhookView.as_view()),
]
