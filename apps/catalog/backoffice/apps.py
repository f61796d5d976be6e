"""The back office of the catalogue: the admin and the staff API. It has no models of its own."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate

STAFF_PERMISSIONS = [
    f"{app}.{action}_{model}"
    for app, models in {
        "products": [
            *("product", "variant", "price", "saleprice", "productimage", "productrelation", "category", "brand"),
            *("attribute", "attributechoice", "attributevalue", "producttype", "producttypeattribute"),
            *("collection", "collectionitem"),
        ],
        "inventory": ["warehouse", "stockitem", "stocklevel", "stockmovement", "reservation", "reservationline"],
        "pages": ["page"],
        "reviews": ["review", "reviewimage", "reviewreport"],
        "imports": ["importjob"],
        "discovery": ["zeroresultsearch"],
    }.items()
    for model in models
    for action in ("view", "add", "change", "delete")
]
SUPPORT_PERMISSIONS = ["reviews.view_review", "reviews.change_review", "reviews.view_reviewreport"]


class BackofficeConfig(AppConfig):
    name = "apps.catalog.backoffice"
    label = "backoffice"

    def ready(self) -> None:
        post_migrate.connect(grant_staff_permissions, dispatch_uid="catalog-staff-permissions")


def grant_staff_permissions(**_: object) -> None:
    """Catalogue staff manage everything of this service; admins of the models still guard histories. Support staff read
    reviews and decide about them."""
    from apps.common.staff.permissions import grant

    grant("catalog_staff", [*STAFF_PERMISSIONS, "jobs.view_jobfailure"])
    grant("support_staff", SUPPORT_PERMISSIONS)
