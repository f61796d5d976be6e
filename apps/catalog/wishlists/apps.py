from django.apps import AppConfig


class WishlistsConfig(AppConfig):
    name = "apps.catalog.wishlists"
    label = "wishlists"
