from django.urls import path

from apps.video.playback.api import staff_views, views

urlpatterns = [
    path("library", views.LibraryView.as_view()),
    path("continue-watching", views.ContinueWatchingView.as_view()),
    path("history", views.WatchHistoryView.as_view()),
    path("history/<slug:slug>", views.WatchedFilmView.as_view()),
    path("library/<slug:slug>", views.LibraryFilmView.as_view()),
    path("titles/<slug:slug>/playback", views.TitlePlaybackView.as_view()),
    path("progress/<slug:slug>", views.ProgressView.as_view()),
    path("playback", views.PlaybackSessionsView.as_view()),
    path("playback/<uuid:session_id>", views.PlaybackSessionView.as_view()),
    path("playback/<uuid:session_id>/keys/<uuid:key_id>", views.ContentKeyView.as_view()),
    path("gift-codes/redeem", views.RedeemGiftCodeView.as_view()),
    path("entitlements", views.EntitlementsView.as_view()),
    path("staff/entitlements", staff_views.StaffEntitlementsView.as_view()),
    path("staff/entitlements/<uuid:entitlement_id>", staff_views.StaffEntitlementView.as_view()),
    path("staff/entitlements/<uuid:entitlement_id>/revoke", staff_views.RevokeView.as_view()),
    path("staff/entitlements/<uuid:entitlement_id>/reinstate", staff_views.ReinstateView.as_view()),
]
