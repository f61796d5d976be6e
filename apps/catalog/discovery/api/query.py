"""The query string of the product list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext
from rest_framework import serializers
from rest_framework.request import Request

from apps.catalog.discovery.filters import SORTS, ProductFilters
from apps.catalog.discovery.index import index
from apps.catalog.discovery.selection import SortKey
from apps.catalog.products.collection_rules import MAX_ATTRIBUTES, MAX_PRICE, read_attribute
from apps.catalog.products.models import Product
from apps.catalog.products.selectors import shop_currency
from apps.catalog.products.translations import requested_language
from apps.common.api import cursors
from apps.common.api.pagination import read_limit
from apps.common.api.serializers import CurrencyField
from apps.common.numbers import whole_number
from apps.common.problems import ValidationProblem

PAGING = frozenset({"limit", "cursor", "page", "lang"})


# As many as a carousel or a page of a wishlist shows.
MAX_SLUGS = 50
# What a list by slugs can be asked for besides.
BESIDE_SLUGS = frozenset({"slugs", "currency", "lang"})

# Products that pages by number reach; what stands before such a page is sorted for it.
MAX_NUMBERED = 10_000


class ProductQuerySerializer(serializers.Serializer):
    """The filters of the product list; `attr.<name>` filters come on top."""

    q = serializers.CharField(required=False, allow_blank=True, max_length=200, help_text="Full-text search.")
    category = serializers.CharField(required=False, allow_blank=True, max_length=400, help_text="`home/kitchen`.")
    kind = serializers.ChoiceField(choices=Product.Kind.choices, required=False, allow_blank=True)
    brand = serializers.CharField(required=False, allow_blank=True, max_length=120, help_text="A brand's slug.")
    collection = serializers.CharField(required=False, allow_blank=True, max_length=120, help_text="Its slug.")
    min_price = serializers.IntegerField(required=False, min_value=0, max_value=MAX_PRICE, help_text="Minor units.")
    max_price = serializers.IntegerField(required=False, min_value=0, max_value=MAX_PRICE, help_text="Minor units.")
    in_stock = serializers.BooleanField(
        required=False, default=False, help_text="Only products that can be ordered now."
    )
    rating = serializers.IntegerField(required=False, min_value=1, max_value=5, help_text="Minimum average rating.")
    featured = serializers.BooleanField(required=False, default=False)
    sort = serializers.ChoiceField(choices=SORTS, required=False, allow_blank=True)
    facets = serializers.BooleanField(required=False, default=False, help_text="Add `facets` to the response.")
    slugs = serializers.CharField(
        required=False,
        max_length=MAX_SLUGS * 121,
        help_text=f"These products and no others, in this order: at most {MAX_SLUGS} slugs with commas between. "
        "What is not on display is left out. Goes with `currency` and `lang` alone.",
    )
    currency = CurrencyField(
        required=False, default=shop_currency, help_text="Only products with a price in this currency, such as EUR."
    )

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        low, high = data.get("min_price"), data.get("max_price")
        if len(_slugs(data)) > MAX_SLUGS:
            raise serializers.ValidationError(
                {"slugs": [gettext("At most %(limit)s products are listed by their slugs.") % {"limit": MAX_SLUGS}]}
            )
        if low is not None and high is not None and low > high:
            raise serializers.ValidationError({"max_price": [gettext("The highest price is below the lowest one.")]})
        return data


# One for all requests: its making takes longer than its work.
CHECKER = ProductQuerySerializer()
CURRENCY = CurrencyField()
# Every parameter of the list; `attr.` stands for one an attribute.
PARAMETERS = (*CHECKER.fields, *sorted(PAGING), "attr.")


@dataclass(frozen=True, slots=True)
class ProductQuery:
    """The parsed query of a list request."""

    filters: ProductFilters
    sort: str
    language: str
    limit: int
    with_facets: bool
    after: SortKey | None
    backwards: bool
    skip: int
    # The products to list in this order, None for all under the filters.
    slugs: tuple[str, ...] | None


def read_query(request: Request) -> ProductQuery:
    """Raises ValidationProblem or DRF's ValidationError for what cannot be used."""
    given = request.query_params.dict()
    if unknown := sorted(name for name in given.keys() - CHECKER.fields.keys() - PAGING if name[:5] != "attr."):
        raise serializers.ValidationError({name: [gettext("There is no such filter.")] for name in unknown})
    if "slugs" in given and (others := sorted(given.keys() - BESIDE_SLUGS)):
        raise serializers.ValidationError({name: [gettext("It does not go with `slugs`.")] for name in others})
    values = dict(CHECKER.run_validation(given))
    slugs = _slugs(values) if "slugs" in given else None
    values.pop("slugs", None)
    sort, with_facets = values.pop("sort", ""), values.pop("facets")
    backwards, after = read_cursor(request.query_params.get("cursor"), sort)
    limit = read_limit(request.query_params.get("limit"))
    return ProductQuery(
        filters=ProductFilters(**values, attributes=_attributes(request)),
        sort=sort,
        language=read_language(request),
        limit=limit,
        with_facets=with_facets,
        after=after,
        backwards=backwards,
        skip=_skipped(request, limit),
        slugs=slugs,
    )


def _slugs(values: dict[str, Any]) -> tuple[str, ...]:
    """Each once, in their order."""
    return tuple(dict.fromkeys(slug for slug in values.get("slugs", "").split(",") if slug))


def _skipped(request: Request, limit: int) -> int:
    """How many products stand before page `?page=`. Raises ValidationProblem for a number that cannot be asked for."""
    given = request.query_params.get("page", "")
    if not given:
        return 0
    number = whole_number(given, at_most=MAX_NUMBERED // limit)
    if not number or request.query_params.get("cursor"):
        message = gettext("Give a page from 1 to %(limit)s, without a cursor; cursors lead further.") % {
            "limit": MAX_NUMBERED // limit
        }
        raise ValidationProblem(gettext("The page cannot be used; see errors."), errors={"page": [message]})
    return (number - 1) * limit


def read_language(request: Request) -> str:
    """`?lang=de`, else what the browser accepts. Raises ValidationProblem for a language that the shop lacks."""
    return requested_language(
        asked=request.query_params.get("lang", ""), accepted=request.headers.get("Accept-Language", "")
    )


def read_currency(request: Request) -> str:
    """`?currency=EUR`, else the shop's."""
    return CURRENCY.run_validation(request.query_params.get("currency") or shop_currency())


def _attributes(request: Request) -> dict[str, Any]:
    given = {name.removeprefix("attr."): values for name, values in request.query_params.lists() if name[:5] == "attr."}
    if len(given) > MAX_ATTRIBUTES or any(len("".join(values)) > 1_000 for values in given.values()):
        message = gettext("At most %(limit)s attribute filters of modest length, please.") % {"limit": MAX_ATTRIBUTES}
        raise ValidationProblem(message, errors={"attr": [message]})
    if not given:
        return {}
    with index.fresh():
        kinds = index.taxonomy.kinds
    errors: dict[str, list[str]] = {}
    found: dict[str, Any] = {}
    for code, values in given.items():
        try:
            if code not in kinds:
                raise ValidationProblem(gettext("There is no such attribute."))
            found[code] = read_attribute(kinds[code], values)
        except ValidationProblem as problem:
            errors[f"attr.{code}"] = [str(problem)]
    if errors:
        raise ValidationProblem(gettext("Some filters cannot be used; see errors."), errors=errors)
    return found


def write_cursor(key: SortKey | None, sort: str, *, backwards: bool) -> str | None:
    """A cursor to continue from this sort key, opaque to clients."""
    if key is None:
        return None
    position = cursors.CursorPosition(tuple(key), backwards=backwards)
    return cursors.encode(position, of=_list_name(sort))


def read_cursor(cursor: str | None, sort: str) -> tuple[bool, SortKey | None]:
    """Whether to page backwards, and from which sort key. Raises BrokenCursor, also for a cursor of another sort."""
    if not cursor:
        return False, None
    position = cursors.decode(cursor, of=_list_name(sort))
    return position.backwards, SortKey(*position.values)


def _list_name(sort: str) -> str:
    return f"products by {sort}"
