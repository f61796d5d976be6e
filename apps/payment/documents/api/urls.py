from django.urls import path

from apps.payment.documents.api import views

urlpatterns = [
    path("orders/<str:number>/invoice.pdf", views.InvoiceView.as_view()),
    path("orders/<str:number>/documents/<str:document>.pdf", views.DocumentView.as_view(), name="order-document"),
]
