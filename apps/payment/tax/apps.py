from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate


class TaxConfig(AppConfig):
    name = "apps.payment.tax"
    label = "tax"

    def ready(self) -> None:
        post_migrate.connect(load_rates, sender=self, dispatch_uid="tax-rates")


def load_rates(*, using: str, **_: object) -> None:
    """With each migration, because a release may bring new rates; not with one that takes the table away."""
    from apps.payment.tax.loading import load_release_rates
    from apps.payment.tax.models import TaxRate

    if TaxRate._meta.db_table in connections[using].introspection.table_names():
        load_release_rates()
