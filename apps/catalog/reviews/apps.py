from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReviewsConfig(AppConfig):
    name = "apps.catalog.reviews"
    label = "reviews"
    verbose_name = _("Reviews")

    def ready(self) -> None:
        from apps.catalog.products.uses import register_file_uses, register_product_use
        from apps.catalog.reviews.image_files import used_files
        from apps.catalog.reviews.selectors import is_bought_or_reviewed

        register_product_use(is_bought_or_reviewed)
        register_file_uses(used_files)
