from django.urls import path

from apps.catalog.imports.api import views

urlpatterns = [
    path("imports", views.ImportsView.as_view(), name="imports"),
    path("imports/<uuid:job_id>", views.ImportView.as_view(), name="import"),
    path("imports/<uuid:job_id>/rows", views.RowsView.as_view()),
    path("imports/<uuid:job_id>/apply", views.ApplyView.as_view()),
    path("exports/products.csv", views.ExportCsvView.as_view()),
    path("exports/products.xlsx", views.ExportXlsxView.as_view()),
]
