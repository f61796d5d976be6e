from django.urls import path

from apps.catalog.reviews.api import views

urlpatterns = [
    path("products/<slug:slug>/reviews", views.ReviewsView.as_view()),
    path("products/<slug:slug>/reviews/mine", views.OwnReviewView.as_view()),
    path("reviews", views.QueueView.as_view()),
    path("reviews/<uuid:review_id>", views.QueuedReviewView.as_view()),
    path("reviews/<uuid:review_id>/reports", views.ReportsView.as_view()),
    path("reviews/<uuid:review_id>/approve", views.ApproveView.as_view()),
    path("reviews/<uuid:review_id>/reject", views.RejectView.as_view()),
]
