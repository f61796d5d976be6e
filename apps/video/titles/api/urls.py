from django.urls import path

from apps.video.titles.api import views

urlpatterns = [
    path("titles", views.TitlesView.as_view()),
    path("titles/<slug:slug>", views.TitleView.as_view()),
]
