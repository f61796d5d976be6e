from django.urls import path

from apps.payment.shipments.api import views

urlpatterns = [path("orders/<str:number>/shipments", views.OrderShipmentsView.as_view())]
