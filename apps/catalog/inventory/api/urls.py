from django.urls import path

from apps.catalog.inventory.api import stock_views, views

urlpatterns = [
    path("reservations", views.ReservationsView.as_view()),
    path("reservations/orders/<uuid:order_id>", views.OrderReservationView.as_view()),
    path("reservations/<uuid:reservation_id>", views.ReservationView.as_view()),
    path("reservations/<uuid:reservation_id>/commit", views.CommitView.as_view()),
    path("warehouses", stock_views.WarehousesView.as_view()),
    path("warehouses/<slug:code>", stock_views.WarehouseView.as_view()),
    path("stock", stock_views.StockView.as_view()),
    path("stock/transfers", stock_views.TransfersView.as_view()),
    path("stock/<str:sku>", stock_views.StockItemView.as_view()),
    path("stock/<str:sku>/policy", stock_views.StockPolicyView.as_view()),
    path("stock/<str:sku>/adjustments", stock_views.AdjustmentsView.as_view()),
    path("stock/<str:sku>/movements", stock_views.MovementsView.as_view()),
]
