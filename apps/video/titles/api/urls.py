from django.urls import path

from apps.video.titles.api import views

urlpatterns = [
    path("titles", views.TitlesView.as_view()),
    path("titles/<slug:slug>", views.TitleView.as_view()),
    path("titles/<slug:slug>/withdraw", views.WithdrawView.as_view()),
    path("titles/<slug:slug>/return", views.ReturnView.as_view()),
    path("titles/<slug:slug>/artwork", views.ArtworkListView.as_view()),
    path("titles/<slug:slug>/artwork/<int:artwork_id>", views.ArtworkView.as_view()),
    path("staff/titles/<slug:slug>", views.StaffTitleView.as_view()),
    path("people", views.PeopleView.as_view()),
    path("people/<slug:slug>", views.PersonView.as_view()),
    path("staff/people/<slug:slug>", views.StaffPersonView.as_view()),
]
