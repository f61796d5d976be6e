from django.urls import path

from apps.catalog.inventory.api import views

urlpatterns = [
    path("reservations", views.ReservationsView.as_view()),
    path("reservations/<uuid:reservation_id>", views.ReservationView.as_view()),
    path("reservations/<uuid:reservation_id>/commit", views.CommitView.as_view()),
]
