from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from apps.common import lifecycle


class DiscoveryConfig(AppConfig):
    name = "apps.catalog.discovery"
    label = "discovery"
    verbose_name = _("Searches")

    def ready(self) -> None:
        from apps.catalog.discovery import listings
        from apps.catalog.discovery.index import index
        from apps.catalog.products import changes
        from apps.catalog.products.changes import Order

        changes.products_changed.subscribe(Order.READ_MODEL, listings.refresh_changed)
        changes.listed_data_changed.subscribe(Order.READ_MODEL, listings.refresh)
        changes.sales_counted.subscribe(Order.READ_MODEL, listings.refresh_sales)
        changes.availability_changed.subscribe(Order.READ_MODEL, listings.refresh_stock)
        changes.taxonomy_changed.subscribe(Order.READ_MODEL, listings.refresh_taxonomy)
        # In this order: what is listed needs the configurations.
        post_migrate.connect(make_search_configurations, sender=self, dispatch_uid="catalog-search-configurations")
        post_migrate.connect(list_unlisted, sender=self, dispatch_uid="catalog-list-unlisted")
        lifecycle.before_requests(index.load)


def make_search_configurations(**_: object) -> None:
    """Each language of the shop has a text search configuration."""
    from apps.catalog.discovery import search_configurations

    search_configurations.make_missing()


def list_unlisted(**_: object) -> None:
    """Create the listings of products that have none."""
    from apps.catalog.discovery import listings, postings
    from apps.catalog.products.models import Product

    if Product.objects.filter(listing=None).exists():
        for _done in listings.refresh_all():
            pass
        postings.pack()
