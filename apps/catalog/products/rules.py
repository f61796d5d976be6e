"""The rules of the catalogue, each a pure function that stands once.

REST, the admin, bulk actions, the spreadsheet import, the JSON import and seeding call these. They take facts and
return errors by field (empty when nothing is wrong), so that every caller reports them in its own way: as a problem, in
a form, in a row of a file. Nothing here queries or writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from itertools import pairwise
from typing import Protocol

from django.utils.translation import gettext

from apps.catalog.products.models import Product, Variant
from apps.common.numbers import grouped

Kind = Product.Kind
Offer = Variant.Offer
Status = Product.Status
type Errors = dict[str, str]

MAX_RENTAL_HOURS = 24 * 366
# The longest name and value of a variant's option.
OPTION_NAME, OPTION_VALUE = 60, 120


def option_errors(options: Mapping[str, str]) -> list[str]:
    """How a variant differs from the others is said shortly."""
    if all(len(name) <= OPTION_NAME and len(value) <= OPTION_VALUE for name, value in options.items()):
        return []
    limits = {"name": OPTION_NAME, "value": OPTION_VALUE}
    return [gettext("Use at most %(name)s characters for a name and %(value)s for a value.") % limits]


def offer_errors(*, kind: str, offer: str, rental_hours: int | None, title_slug: str = "") -> Errors:
    """A variant of a film says buy or rent, a rental for how many hours; goods say nothing of that.

    The database holds the same (`variant_hours_are_of_rentals`, `variant_offer_fits_kind`), since stock is counted for
    variants without an offer alone.
    """
    if kind != Kind.VIDEO:
        given = {"offer": offer, "rental_hours": rental_hours, "title_slug": title_slug}
        return {name: gettext("This is for films; leave it out for goods.") for name, value in given.items() if value}
    errors: Errors = {}
    if not offer:
        errors["offer"] = gettext("Say whether the film is bought (buy) or rented (rent).")
    elif offer == Offer.RENT and not rental_hours:
        errors["rental_hours"] = gettext("Say for how many hours it is rented.")
    elif offer == Offer.RENT and rental_hours and not 0 < rental_hours <= MAX_RENTAL_HOURS:
        errors["rental_hours"] = gettext("Use a whole number from 1 to %(limit)s.") % {
            "limit": grouped(MAX_RENTAL_HOURS)
        }
    elif offer == Offer.BUY and rental_hours:
        errors["rental_hours"] = gettext("What is bought is kept; leave the hours out.")
    return errors


def price_errors(*, currency: str, is_priced: bool) -> Errors:
    """A product that is published has a variant with a price in the shop's currency."""
    return {} if is_priced else {"price": gettext("It needs a price in %(currency)s.") % {"currency": currency}}


def title_errors(*, kind: str, title_slug: str, untitled_skus: list[str]) -> Errors:
    """A film that is published names its title in the video service, itself or by each of its variants.

    `untitled_skus` are those of its variants that name none of their own.
    """
    if kind == Kind.VIDEO and not title_slug and untitled_skus:
        return {
            "title_slug": gettext("Say which title of the video service %(sku)s lets people watch.")
            % {"sku": untitled_skus[0]}
        }
    return {}


def kind_errors(*, kind: str, wanted: str, has_variants: bool) -> Errors:
    """Stock is counted for goods and not for films, so no variant may change sides."""
    if wanted != kind and has_variants:
        return {"kind": gettext("It stays %(kind)s while there are variants.") % {"kind": kind}}
    return {}


def missing_value_errors(*, required: Collection[str], given: Collection[str]) -> Errors:
    """Before it is published, a product has a value for each attribute that its type requires; both are codes."""
    sentence = gettext("Products of this type need a value for it before they are published.")
    return {f"attributes.{code}": sentence for code in sorted(set(required) - set(given))}


def publication_start(*, status: str, starts_at: datetime | None, now: datetime) -> datetime | None:
    """When a product shows from: a published one from now on, unless it says another time."""
    return now if status == Status.PUBLISHED and starts_at is None else starts_at


def publication_errors(*, starts_at: datetime | None, ends_at: datetime | None) -> Errors:
    """A product shows from a moment until before a later one; either may be open."""
    if starts_at and ends_at and ends_at <= starts_at:
        return {"published_until": gettext("It ends before it begins; use a time after published_at.")}
    return {}


def is_on_display(*, status: str, starts_at: datetime | None, ends_at: datetime | None, at: datetime) -> bool:
    """Whether shoppers see a product at a moment. `selectors.shown_products` (SQL) and `discovery.index` (columns in
    memory) say the same of many."""
    return (
        status == Status.PUBLISHED and starts_at is not None and starts_at <= at and (ends_at is None or ends_at > at)
    )


def is_film_sold(*, is_withdrawn: bool, is_on_offer: bool) -> bool:
    """Whether a film may be bought, by what the video service reports of it. `inventory.quotes` and
    `discovery.listings` say the same in SQL."""
    return not is_withdrawn and is_on_offer


def has_begun(*, starts_at: datetime | None, at: datetime) -> bool:
    """Whether a product's time on display has begun: one that is not on display any more was withdrawn then."""
    return starts_at is not None and starts_at <= at


class Period(Protocol):
    """From `starts_at` until before `ends_at`."""

    @property
    def starts_at(self) -> datetime: ...

    @property
    def ends_at(self) -> datetime: ...


def sale_errors(*, starts_at: datetime, ends_at: datetime) -> Errors:
    """A sale lasts some time."""
    return {"ends_at": gettext("A sale ends after it starts.")} if ends_at <= starts_at else {}


def unpriced_sale_errors(*, priced: Collection[str], on_sale: Collection[str]) -> Errors:
    """A sale lowers a price, so a variant has one in each currency that it is on sale in; errors by currency."""
    return {
        currency: gettext("A sale in %(currency)s needs a price in %(currency)s.") % {"currency": currency}
        for currency in sorted(set(on_sale) - set(priced))
    }


def overlapping[P: Period](sales: Iterable[P]) -> tuple[P, P] | None:
    """Two sales of one variant in one currency at the same time, of which there may be none (the database's
    `sales_do_not_overlap`)."""
    ordered = sorted(sales, key=lambda sale: (sale.starts_at, sale.ends_at))
    return next(((one, other) for one, other in pairwise(ordered) if other.starts_at < one.ends_at), None)


def is_running(sale: Period, *, at: datetime) -> bool:
    """Whether a sale holds at a moment."""
    return sale.starts_at <= at < sale.ends_at


def sale_amount(*, regular: int, sale: int) -> int | None:
    """What a running sale makes of a price, in minor units; None where it saves nothing, as a sale never makes a price
    higher. `discovery.listings.REFRESH` says the same in SQL."""
    return sale if sale < regular else None
