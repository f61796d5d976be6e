from django.urls import path

from apps.catalog.browse.api.cached import cached
from apps.catalog.products.api import views
from apps.catalog.products.api.staff import product_views as staff

urlpatterns = [
    path("products", cached(staff.ProductsView.as_view())),
    path("products/<slug:slug>", cached(staff.ProductView.as_view())),
    path("products/<slug:slug>/variants", staff.VariantsView.as_view()),
    path("products/<slug:slug>/variants/<str:sku>", staff.VariantView.as_view()),
    path("products/<slug:slug>/images", staff.ImagesView.as_view()),
    path("products/<slug:slug>/images/order", staff.ImageOrderView.as_view()),
    path("products/<slug:slug>/images/<uuid:image_id>", staff.ImageView.as_view()),
    path("staff/products", staff.StaffProductsView.as_view()),
    path("staff/products/<slug:slug>", staff.StaffProductView.as_view()),
    path("quotes", views.QuotesView.as_view()),
]
