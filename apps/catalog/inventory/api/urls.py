from django.urls import path

from apps.catalog.inventory.api import quote_views, views

urlpatterns = [
    path("quotes", quote_views.QuotesView.as_view()),
    path("reservations", views.ReservationsView.as_view()),
    path("reservations/orders/<uuid:order_id>", views.OrderReservationView.as_view()),
    path("reservations/orders/<uuid:order_id>/returns", views.OrderReturnsView.as_view()),
    path("reservations/<uuid:reservation_id>", views.ReservationView.as_view()),
    path("reservations/<uuid:reservation_id>/commit", views.CommitView.as_view()),
]
