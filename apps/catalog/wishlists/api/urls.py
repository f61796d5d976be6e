from django.urls import path

from apps.catalog.wishlists.api import views

urlpatterns = [
    path("wishlist", views.WishlistView.as_view()),
    path("wishlist/share", views.WishlistShareView.as_view()),
    path("wishlist/<slug:slug>", views.WishlistItemView.as_view()),
    path("wishlists/<str:token>", views.SharedWishlistView.as_view()),
]
