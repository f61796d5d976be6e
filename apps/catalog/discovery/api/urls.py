from django.urls import path

from apps.catalog.discovery.api import views
from apps.catalog.discovery.api.cached import cached

urlpatterns = [
    path("search/suggest", cached(views.SuggestView.as_view(), "q", "currency", "lang")),
]
