"""What a film's page says of the people behind it, and for whom it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.common.countries import countries_by_name
from apps.common.languages import current_language
from apps.ui.storefront.clients.catalog_schemas import Product
from apps.ui.storefront.clients.video import AgeRating, Credit, Title

# In the order of the page.
ROLES: dict[str, str | Promise] = {
    "director": _("Director"),
    "writer": _("Screenplay"),
    "cast": _("Cast"),
    "producer": _("Producer"),
    "camera": _("Camera"),
    "composer": _("Music"),
    "editor": _("Editing"),
}


@dataclass(frozen=True, slots=True)
class CreditGroup:
    """Everybody with one role."""

    label: str | Promise
    credits: tuple[Credit, ...]


def credit_groups(title: Title | None) -> tuple[CreditGroup, ...]:
    """The people of a film by role; none while the video service is away."""
    people = title.credits if title else ()
    groups = (
        CreditGroup(label, tuple(credit for credit in people if credit.role == role)) for role, label in ROLES.items()
    )
    return tuple(group for group in groups if group.credits)


def watch_countries(product: Product) -> tuple[str, ...]:
    """Names of the countries in which a film may be watched, in order; none when that is everywhere."""
    codes = product.film.available_countries if product.film else ()
    return tuple(name for _, name in countries_by_name(codes, current_language()))


def shown_ratings(title: Title | None, country: str) -> tuple[AgeRating, ...]:
    """The rating of the shopper's country; those of all others where it has none."""
    ratings = title.age_ratings if title else ()
    return tuple(rating for rating in ratings if rating.country == country) or ratings
