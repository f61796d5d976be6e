from django.urls import path

from apps.catalog.browse.api import views
from apps.catalog.browse.api.cached import cached

urlpatterns = [
    path("search/suggest", cached(views.SuggestView.as_view(), "q", "currency", "lang")),
]
