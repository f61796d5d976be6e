"""Views of addresses that shoppers read and staff write: each is put together from a view of either app."""

from __future__ import annotations

from apps.catalog.backoffice.api import collection_views, product_views, taxonomy_views
from apps.catalog.discovery.api import views as public


class ProductsView(product_views.ProductsWrites, public.ProductsView):
    pass


class ProductView(product_views.ProductWrites, public.ProductView):
    pass


class CategoriesView(taxonomy_views.CategoriesWrites, public.CategoriesView):
    pass


class CategoryView(taxonomy_views.CategoryWrites, public.CategoryView):
    pass


class CollectionsView(collection_views.CollectionsWrites, public.CollectionsView):
    pass


class CollectionView(collection_views.CollectionWrites, public.CollectionView):
    pass
