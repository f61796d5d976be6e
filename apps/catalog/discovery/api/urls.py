from django.urls import path

from apps.catalog.discovery.api import sitemap, views
from apps.catalog.discovery.api.cached import cached

urlpatterns = [
    path("front-page", cached(views.FrontPageView.as_view(), "currency", "lang")),
    path("search/suggest", cached(views.SuggestView.as_view(), "q", "currency", "lang")),
    path("sitemap/products", sitemap.SitemapView.as_view()),
    path("sitemap/chunks", sitemap.SitemapChunksView.as_view()),
]
