from django.urls import path

from apps.video.encoding.api import views

urlpatterns = [
    path("titles/<slug:slug>/encodings", views.TitleEncodingsView.as_view()),
    path("encodings/<uuid:encoding_id>", views.EncodingView.as_view()),
    path("encodings/<uuid:encoding_id>/cancel", views.EncodingCancelView.as_view()),
    path("encodings/<uuid:encoding_id>/retry", views.EncodingRetryView.as_view()),
    path("encodings/<uuid:encoding_id>/renditions/<slug:name>", views.RenditionEncodingsView.as_view()),
]
