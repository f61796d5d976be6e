"""The pages of the history, as staff use them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.catalog.history.descriptions import author_of
from apps.catalog.history.selectors import page_of_history
from apps.catalog.products.attribute_values import ensure_attribute, set_attribute_values
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Attribute, Brand, Category, Price, Product
from apps.catalog.products.pricing import set_prices
from apps.catalog.tests.backoffice.test_products_admin import signed_in, signed_in_to_look
from apps.catalog.tests.factories import make_product
from apps.common.money import Money

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    return signed_in("catalog_staff")


@pytest.fixture
def looker() -> Client:
    return signed_in_to_look(codename="view_product")


def history_of(product: Product) -> str:
    return f"/admin/products/product/{product.pk}/history/"


def revert_page(product: Product) -> str:
    return f"{history_of(product)}{page_of_history(product).moments[0].at.isoformat()}/revert/"


def lines(client: Client, address: str) -> set[tuple[str, str, str, str]]:
    """What the newest change on the page says: thing, fact, before, after."""
    response = client.get(address)
    assert response.status_code == 200, response.content[:2000]
    moment = response.context["moments"][0]
    return {(change.title, line.label, line.before, line.after) for change in moment.changes for line in change.lines}


def test_changes_are_described_in_words(staff: Client) -> None:
    product = make_product("Mug", price=1490, sku="MUG", category="home/kitchen", attributes={"Material": "Oak"})
    ensure_attribute("height", label="Height", kind=Attribute.Kind.NUMBER, unit="cm")
    with transaction.atomic():
        Product.objects.filter(pk=product.pk).update(
            category=ensure_category("garden"),
            is_featured=True,
            published_at=datetime(2030, 1, 5, 9, tzinfo=UTC),
            translations={"de": {"title": "Becher"}},
        )
        set_prices(product, {"MUG": Money(1690, "EUR")})
        set_attribute_values(product, {"material": None, "height": Decimal("12.5")})
    earlier = f"{product.published_at:%-d %b %Y, %H:%M}"
    assert lines(staff, history_of(product)) == {
        ("Product", "category", "home/kitchen", "garden"),
        ("Product", "featured", "no", "yes"),
        ("Product", "shows from", earlier, "5 Jan 2030, 09:00"),
        ("Product", "title (de)", "nothing", "Becher"),
        ("Price of MUG in EUR", "amount", "€14.90", "€16.90"),
        ("Material", "value", "Oak", ""),
        ("Height", "value", "", "12.5"),
    }


def test_of_long_texts_the_part_that_differs_is_shown(staff: Client) -> None:
    product = make_product(description="Old words. " * 200 + "The end is near.")
    Product.objects.filter(pk=product.pk).update(description="Old words. " * 200 + "The end is far.")
    ((_, label, before, after),) = lines(staff, history_of(product))
    assert label == "description"
    assert before.endswith("The end is near.")
    assert after.endswith("The end is far.")
    assert len(before) < 300


@pytest.mark.parametrize("rows", [2, 20])
def test_the_page_takes_as_many_queries_however_much_it_shows(staff: Client, rows: int) -> None:
    product = make_product("Mug", attributes={"Material": "Oak"})
    for number in range(rows):
        with transaction.atomic():
            Product.objects.filter(pk=product.pk).update(
                category=ensure_category(f"board-{number}"),
                brand=Brand.objects.create(name=f"Brand {number}", slug=f"brand-{number}"),
            )
            Price.objects.filter(variant__product=product).update(amount=1000 + number)
            set_attribute_values(product, {"material": "oak" if number % 2 else None})
    with CaptureQueriesContext(connection) as queries:
        assert staff.get(history_of(product)).status_code == 200
    # Session, user, permissions (2), the product with its images (2); moments, events; names of categories, brands,
    # variants, attributes, choices and products.
    assert len(queries) <= 16, [query["sql"][:120] for query in queries.captured_queries]
    counts.append(len(queries))
    assert len(set(counts)) == 1


counts: list[int] = []


def test_pages_are_turned(staff: Client) -> None:
    product = make_product("Mug")
    for number in range(25):
        Product.objects.filter(pk=product.pk).update(title=f"Mug {number}")
    first = staff.get(history_of(product))
    older = first.context["older"]
    second = staff.get(history_of(product), {"before": older})
    assert (len(first.context["moments"]), second.context["older"]) == (20, "")
    assert second.context["moments"][0].at < first.context["moments"][-1].at
    assert f"?before={older.replace(':', '%3A').replace('+', '%2B')}" in first.content.decode()


def test_a_change_is_taken_back_on_a_page_that_says_what_will_be(staff: Client) -> None:
    product = make_product("Mug")
    Product.objects.filter(pk=product.pk).update(title="Cup")
    page = staff.get(revert_page(product))
    assert "What will change" in page.content.decode()
    data = {"scope": "alone", "fingerprint": page.context["fingerprint"]}
    done = staff.post(revert_page(product), data, follow=True)
    product.refresh_from_db()
    assert product.title == "Mug"
    newest = done.context["moments"][0]
    assert newest.author == "catalog_staff@example.com in the admin"
    assert "Reverted the change of" in done.content.decode()


def test_a_plan_that_is_no_longer_true_is_shown_again(staff: Client) -> None:
    product = make_product("Mug")
    Product.objects.filter(pk=product.pk).update(title="Cup")
    address = revert_page(product)
    fingerprint = staff.get(address, {"scope": "since"}).context["fingerprint"]
    Product.objects.filter(pk=product.pk).update(summary="New words")
    response = staff.post(address, {"scope": "since", "fingerprint": fingerprint})
    assert "changed in the meantime" in response.content.decode()
    assert response.context["fingerprint"] != fingerprint
    product.refresh_from_db()
    assert product.title == "Cup"


def test_an_obstacle_to_reverting_is_named_and_the_button_is_missing(staff: Client) -> None:
    product = make_product("Mug")
    Product.objects.filter(pk=product.pk).update(title="Cup")
    address = revert_page(product)
    Product.objects.filter(pk=product.pk).update(title="Beaker")
    page = staff.get(address).content.decode()
    assert "title was changed again since" in page
    assert "Revert change" not in page
    assert "Restore the state before this change instead" in page


def test_staff_with_view_permission_cannot_revert(looker: Client) -> None:
    product = make_product("Mug")
    Product.objects.filter(pk=product.pk).update(title="Cup")
    page = looker.get(history_of(product))
    assert page.status_code == 200
    assert "Revert this" not in page.content.decode()
    assert looker.get(revert_page(product)).status_code == 403
    assert looker.post(revert_page(product), {"scope": "alone"}).status_code == 403


def test_a_stranger_sees_nothing() -> None:
    product = make_product("Mug")
    assert Client().get(history_of(product)).status_code == 302
    assert Client().post(revert_page(product)).status_code == 302


@pytest.mark.parametrize(
    "moment", ["yesterday", "2026-13-45T00:00:00+00:00", "2026-01-01T00:00:00", "2026-01-01T00:00:00Z"]
)
def test_invalid_moments_are_not_found(staff: Client, moment: str) -> None:
    product = make_product("Mug")
    assert staff.get(f"{history_of(product)}{moment}/revert/").status_code == 404


def test_an_absurd_page_is_not_found(staff: Client) -> None:
    assert staff.get(history_of(make_product()), {"before": "x"}).status_code == 404
    assert staff.get(f"/admin/products/product/{uuid.uuid4()}/history/").status_code == 404
    assert staff.get("/admin/products/product/none/history/").status_code == 404


def test_categories_and_brands_have_a_history_too(staff: Client) -> None:
    ensure_category("home/kitchen", name="Kitchen")
    category = Category.objects.get(full_path="home/kitchen")
    ensure_category("home/kitchen", name="Cooking")
    assert lines(staff, f"/admin/products/category/{category.pk}/history/") == {
        ("Category", "name", "Kitchen", "Cooking")
    }
    brand = Brand.objects.create(name="Norrund", slug="norrund")
    Brand.objects.update(name="Nordrund")
    assert lines(staff, f"/admin/products/brand/{brand.pk}/history/") == {("Brand", "name", "Norrund", "Nordrund")}


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"how": "admin", "who": "anna@example.com"}, "anna@example.com in the admin"),
        ({"how": "api", "who": "the service payment"}, "the service payment by the API"),
        ({"how": "import", "who": "anna@example.com", "detail": "mugs.csv"}, "anna@example.com by importing mugs.csv"),
        ({"how": "worker", "detail": "render image"}, "The shop itself (render image)"),
        ({}, "A command or the database itself"),
    ],
)
def test_authors_in_words(facts: dict[str, str], words: str) -> None:
    assert author_of(facts) == words
