from django.urls import path

from apps.catalog.browse.api.cached import cached
from apps.catalog.products.api import views

urlpatterns = [
    path("products/<slug:slug>", cached(views.ProductView.as_view())),
    path("quotes", views.QuotesView.as_view()),
]
