"""The rates of a release, written into the database after migrations."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from apps.payment.tax.models import TaxRate
from apps.payment.tax.rates import RATES, Rate

KEY = ("country", "region", "tax_class", "valid_from")


def load_release_rates() -> None:
    """Make the rows of the release those of this one; rows of staff stay as they are. Repeating it changes nothing."""
    wanted = {_key(rate): rate for rate in RATES}
    with transaction.atomic():
        known = TaxRate.objects.select_for_update().filter(is_of_release=True)
        gone = Q(pk__in=[])
        for row in known:
            rate = wanted.pop(_key(row), None)
            if rate is None:
                gone |= Q(pk=row.pk)
            elif (row.rate, row.source) != (rate.rate, rate.source):
                TaxRate.objects.filter(pk=row.pk).update(rate=rate.rate, source=rate.source)
        TaxRate.objects.filter(gone).delete()
        # Two replicas that migrate at once write the same rows.
        TaxRate.objects.bulk_create(map(_row, wanted.values()), ignore_conflicts=True)


def _key(rate: Rate | TaxRate) -> tuple[object, ...]:
    return tuple(getattr(rate, name) for name in KEY)


def _row(rate: Rate) -> TaxRate:
    return TaxRate(
        **{name: getattr(rate, name) for name in KEY}, rate=rate.rate, source=rate.source, is_of_release=True
    )
