from django.urls import path

from apps.payment.carts.api import views

urlpatterns = [
    path("carts", views.CartsView.as_view()),
    path("carts/<uuid:cart_id>", views.CartView.as_view()),
    path("carts/<uuid:cart_id>/lines", views.CartLinesView.as_view()),
    path("carts/<uuid:cart_id>/lines/<str:sku>", views.CartLineView.as_view()),
    path("carts/<uuid:cart_id>/voucher", views.CartVoucherView.as_view()),
    path("carts/<uuid:cart_id>/merge", views.CartMergeView.as_view()),
]
