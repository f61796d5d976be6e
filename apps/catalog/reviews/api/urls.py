from django.urls import path

from apps.catalog.reviews.api import views

urlpatterns = [
    path("products/<slug:slug>/reviews", views.ReviewsView.as_view()),
    path("products/<slug:slug>/reviews/mine", views.OwnReviewView.as_view()),
    path("products/<slug:slug>/reviews/mine/images", views.OwnReviewImagesView.as_view()),
    path("products/<slug:slug>/reviews/mine/images/<uuid:image_id>", views.OwnReviewImageView.as_view()),
    path("reviews/<uuid:review_id>/reports", views.ReportsView.as_view()),
]
