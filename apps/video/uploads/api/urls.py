from django.urls import path

from apps.video.uploads.api import direct_views, views

urlpatterns = [
    path("uploads", views.UploadsView.as_view(), name="uploads"),
    path("uploads/<uuid:upload_id>", views.UploadView.as_view(), name="upload"),
    path("direct-uploads", direct_views.DirectUploadsView.as_view(), name="direct-uploads"),
    path("direct-uploads/<uuid:upload_id>", direct_views.DirectUploadView.as_view()),
    path("direct-uploads/<uuid:upload_id>/complete", direct_views.CompleteDirectUploadView.as_view()),
]
