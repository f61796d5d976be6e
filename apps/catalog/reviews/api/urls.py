from django.urls import path

from apps.catalog.reviews.api.views import ReviewsView

urlpatterns = [path("products/<slug:slug>/reviews", ReviewsView.as_view())]
