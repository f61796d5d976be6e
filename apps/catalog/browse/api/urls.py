from django.urls import path

from apps.catalog.browse.api import views
from apps.catalog.browse.api.cached import cached

urlpatterns = [
    path("products", cached(views.ProductsView.as_view())),
    path("categories", cached(views.CategoriesView.as_view())),
    path("categories/<path:path>", cached(views.CategoryView.as_view())),
    path("collections", cached(views.CollectionsView.as_view())),
    path("collections/<slug:slug>", cached(views.CollectionView.as_view())),
    path("search/suggest", cached(views.SuggestView.as_view())),
]
