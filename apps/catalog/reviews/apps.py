from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "apps.catalog.reviews"
    label = "reviews"

    def ready(self) -> None:
        from apps.catalog.products.uses import register_product_use
        from apps.catalog.reviews.selectors import is_bought_or_reviewed

        register_product_use(is_bought_or_reviewed)
