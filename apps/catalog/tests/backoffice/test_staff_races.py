"""Staff who make the same thing at the same moment: one makes it, the others get a conflict, nobody meets an error."""

from __future__ import annotations

from collections import Counter

import pytest

from apps.catalog.products.attribute_values import ensure_attribute
from apps.catalog.products.models import (
    Attribute,
    AttributeChoice,
    Brand,
    Category,
    Collection,
    Product,
    ProductType,
    Variant,
)
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.products.helpers import at_once, writing_anything

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, ROUNDS = 6, 3
CASES = {
    "brand": ("/v1/brands", {"name": "Norrund", "slug": "norrund"}, Brand),
    "attribute": ("/v1/attributes", {"code": "colour", "label": "Colour", "kind": "choice"}, Attribute),
    "choice": ("/v1/attributes/material/choices", {"slug": "oak", "label": "Oak"}, AttributeChoice),
    "product type": ("/v1/product-types", {"name": "Mugs", "slug": "mugs"}, ProductType),
    "collection": ("/v1/collections", {"title": "Summer", "slug": "summer"}, Collection),
    "category": ("/v1/categories", {"name": "Garden", "slug": "garden"}, Category),
    "product": ("/v1/products", {"title": "Lamp", "slug": "lamp", "category": "home/kitchen"}, Product),
    "variant": (
        "/v1/products/mug-{number}/variants",
        {"sku": "NEW-1", "prices": [{"amount": 100, "currency": "EUR"}]},
        Variant,
    ),
}


@pytest.fixture
def everything() -> None:
    """What the new ones hang on."""
    for number in range(WRITERS):
        make_product(f"Mug {number}", slug=f"mug-{number}", sku=f"MUG-{number}", stock=None)
    ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE)


@pytest.mark.parametrize("case", CASES)
def test_of_several_simultaneous_creations_one_succeeds_and_the_others_conflict(as_staff, everything, case):
    address, body, model = CASES[case]
    for _ in range(ROUNDS):
        before = set(model.objects.values_list("pk", flat=True))

        def make(number: int) -> tuple[int, str]:
            response = writing_anything(as_staff("catalog_staff")).post(address.format(number=number), body)
            return response.status_code, response.json().get("type", "")

        statuses = Counter(status for status, _ in at_once(WRITERS, make))
        assert statuses == {201: 1, 409: WRITERS - 1}
        made = model.objects.exclude(pk__in=before)
        assert made.count() == 1
        made.delete()
