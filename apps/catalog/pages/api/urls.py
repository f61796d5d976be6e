from django.urls import path

from apps.catalog.pages.api import views

urlpatterns = [
    path("pages", views.PagesView.as_view()),
    path("pages/<slug:slug>", views.PageView.as_view()),
]
