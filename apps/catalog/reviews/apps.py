from django.apps import AppConfig
from django.db.models.signals import post_migrate

SUPPORT_PERMISSIONS = ["reviews.view_review", "reviews.change_review", "reviews.view_reviewreport"]


class ReviewsConfig(AppConfig):
    name = "apps.catalog.reviews"
    label = "reviews"

    def ready(self) -> None:
        post_migrate.connect(grant_support_permissions, dispatch_uid="catalog-support-permissions")


def grant_support_permissions(**_: object) -> None:
    """Support staff read reviews and decide about them; catalogue staff may, too (`products.apps`)."""
    from apps.common.staff.permissions import grant

    grant("support_staff", SUPPORT_PERMISSIONS)
