"""URLs of the staff API. URLs that shoppers read as well are in `apps.catalog.urls`."""

from django.urls import path

from apps.catalog.backoffice.api import attribute_views as attributes
from apps.catalog.backoffice.api import collection_views as collections
from apps.catalog.backoffice.api import import_views as imports
from apps.catalog.backoffice.api import product_views as products
from apps.catalog.backoffice.api import review_views as reviews
from apps.catalog.backoffice.api import stock_views as stock
from apps.catalog.backoffice.api import taxonomy_views as taxonomy

urlpatterns = [
    path("products/<slug:slug>/variants", products.VariantsView.as_view()),
    path("products/<slug:slug>/variants/<str:sku>", products.VariantView.as_view()),
    path("products/<slug:slug>/images", products.ImagesView.as_view()),
    path("products/<slug:slug>/images/order", products.ImageOrderView.as_view()),
    path("products/<slug:slug>/images/<uuid:image_id>", products.ImageView.as_view()),
    path("brands", taxonomy.BrandsView.as_view()),
    path("brands/<slug:slug>", taxonomy.BrandView.as_view()),
    path("attributes", attributes.AttributesView.as_view()),
    path("attributes/<slug:code>", attributes.AttributeView.as_view()),
    path("attributes/<slug:code>/choices", attributes.ChoicesView.as_view()),
    path("attributes/<slug:code>/choices/<slug:slug>", attributes.ChoiceView.as_view()),
    path("product-types", attributes.ProductTypesView.as_view()),
    path("product-types/<slug:slug>", attributes.ProductTypeView.as_view()),
    path("collections/<slug:slug>/items", collections.CollectionItemsView.as_view()),
    path("staff/products", products.StaffProductsView.as_view()),
    path("staff/products/<slug:slug>", products.StaffProductView.as_view()),
    path("staff/categories", taxonomy.StaffCategoriesView.as_view()),
    path("staff/categories/<path:path>", taxonomy.StaffCategoryView.as_view()),
    path("staff/brands", taxonomy.StaffBrandsView.as_view()),
    path("staff/brands/<slug:slug>", taxonomy.StaffBrandView.as_view()),
    path("staff/attributes", attributes.StaffAttributesView.as_view()),
    path("staff/attributes/<slug:code>", attributes.StaffAttributeView.as_view()),
    path("staff/product-types", attributes.StaffProductTypesView.as_view()),
    path("staff/product-types/<slug:slug>", attributes.StaffProductTypeView.as_view()),
    path("staff/collections", collections.StaffCollectionsView.as_view()),
    path("staff/collections/<slug:slug>", collections.StaffCollectionView.as_view()),
    path("warehouses", stock.WarehousesView.as_view()),
    path("warehouses/<slug:code>", stock.WarehouseView.as_view()),
    path("stock", stock.StockView.as_view()),
    path("stock/transfers", stock.TransfersView.as_view()),
    path("stock/<str:sku>", stock.StockItemView.as_view()),
    path("stock/<str:sku>/policy", stock.StockPolicyView.as_view()),
    path("stock/<str:sku>/adjustments", stock.AdjustmentsView.as_view()),
    path("stock/<str:sku>/movements", stock.MovementsView.as_view()),
    path("reviews", reviews.QueueView.as_view()),
    path("reviews/<uuid:review_id>", reviews.QueuedReviewView.as_view()),
    path("reviews/<uuid:review_id>/approve", reviews.ApproveView.as_view()),
    path("reviews/<uuid:review_id>/reject", reviews.RejectView.as_view()),
    path("imports", imports.ImportsView.as_view(), name="imports"),
    path("imports/<uuid:job_id>", imports.ImportView.as_view(), name="import"),
    path("imports/<uuid:job_id>/rows", imports.RowsView.as_view()),
    path("imports/<uuid:job_id>/apply", imports.ApplyView.as_view()),
    path("exports/products.csv", imports.ExportCsvView.as_view()),
    path("exports/products.xlsx", imports.ExportXlsxView.as_view()),
]
