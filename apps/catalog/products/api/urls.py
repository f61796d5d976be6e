from django.urls import path

from apps.catalog.products.api import views

urlpatterns = [
    path("products", views.ProductsView.as_view()),
    path("products/<slug:slug>", views.ProductView.as_view()),
    path("categories", views.CategoriesView.as_view()),
    path("categories/<path:path>", views.CategoryView.as_view()),
    path("search/suggest", views.SuggestView.as_view()),
    path("quotes", views.QuotesView.as_view()),
]
