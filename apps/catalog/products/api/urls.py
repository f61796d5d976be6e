from django.urls import path

from apps.catalog.discovery.api.cached import cached
from apps.catalog.discovery.api.query import PARAMETERS
from apps.catalog.products.api import views
from apps.catalog.products.api.staff import collection_views as collections
from apps.catalog.products.api.staff import product_views as products
from apps.catalog.products.api.staff import taxonomy_views as taxonomy
from apps.catalog.products.api.staff import vocabulary_views as vocabulary

# Public reads and staff's writes share their addresses; what staff read before they write stands below `staff/`.
urlpatterns = [
    path("products", cached(products.ProductsView.as_view(), *PARAMETERS, refuses_others=True)),
    path("products/<slug:slug>", cached(products.ProductView.as_view(), "currency", "lang")),
    path("products/<slug:slug>/variants", products.VariantsView.as_view()),
    path("products/<slug:slug>/variants/<str:sku>", products.VariantView.as_view()),
    path("products/<slug:slug>/images", products.ImagesView.as_view()),
    path("products/<slug:slug>/images/order", products.ImageOrderView.as_view()),
    path("products/<slug:slug>/images/<uuid:image_id>", products.ImageView.as_view()),
    path("categories", cached(taxonomy.CategoriesView.as_view(), "lang")),
    path("categories/<path:path>", cached(taxonomy.CategoryView.as_view(), "lang")),
    path("brands", taxonomy.BrandsView.as_view()),
    path("brands/<slug:slug>", taxonomy.BrandView.as_view()),
    path("attributes", vocabulary.AttributesView.as_view()),
    path("attributes/<slug:code>", vocabulary.AttributeView.as_view()),
    path("attributes/<slug:code>/choices", vocabulary.ChoicesView.as_view()),
    path("attributes/<slug:code>/choices/<slug:slug>", vocabulary.ChoiceView.as_view()),
    path("product-types", vocabulary.ProductTypesView.as_view()),
    path("product-types/<slug:slug>", vocabulary.ProductTypeView.as_view()),
    path("collections", cached(collections.CollectionsView.as_view(), "currency", "lang")),
    path("collections/<slug:slug>", cached(collections.CollectionView.as_view(), "currency", "lang")),
    path("collections/<slug:slug>/items", collections.CollectionItemsView.as_view()),
    path("staff/products", products.StaffProductsView.as_view()),
    path("staff/products/<slug:slug>", products.StaffProductView.as_view()),
    path("staff/categories", taxonomy.StaffCategoriesView.as_view()),
    path("staff/categories/<path:path>", taxonomy.StaffCategoryView.as_view()),
    path("staff/brands", taxonomy.StaffBrandsView.as_view()),
    path("staff/brands/<slug:slug>", taxonomy.StaffBrandView.as_view()),
    path("staff/attributes", vocabulary.StaffAttributesView.as_view()),
    path("staff/attributes/<slug:code>", vocabulary.StaffAttributeView.as_view()),
    path("staff/product-types", vocabulary.StaffProductTypesView.as_view()),
    path("staff/product-types/<slug:slug>", vocabulary.StaffProductTypeView.as_view()),
    path("staff/collections", collections.StaffCollectionsView.as_view()),
    path("staff/collections/<slug:slug>", collections.StaffCollectionView.as_view()),
    path("quotes", views.QuotesView.as_view()),
]
