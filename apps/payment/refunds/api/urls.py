from django.urls import path

from apps.payment.refunds.api import views

urlpatterns = [
    path("orders/<str:number>/refunds", views.OrderRefundsView.as_view()),
    path("orders/<str:number>/returns", views.OrderReturnsView.as_view()),
    path("orders/<str:number>/returns/<uuid:request_id>/accept", views.OrderReturnAcceptView.as_view()),
    path("orders/<str:number>/returns/<uuid:request_id>/decline", views.OrderReturnDeclineView.as_view()),
]
