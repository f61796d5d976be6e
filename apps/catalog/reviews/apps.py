from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "apps.catalog.reviews"
    label = "reviews"
