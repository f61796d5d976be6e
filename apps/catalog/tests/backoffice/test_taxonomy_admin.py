"""Categories, brands, collections, attributes and product types as catalogue staff edit them: by the admin's forms."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.text import slugify

from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import (
    Attribute,
    AttributeChoice,
    AttributeValue,
    Brand,
    Category,
    Collection,
    CollectionItem,
    Product,
    ProductType,
)
from apps.catalog.products.services.categories import Side, place_category
from apps.catalog.tests.backoffice.test_products_admin import (
    delete,
    errors,
    form_of,
    send,
    signed_in,
    signed_in_to_look,
)
from apps.catalog.tests.factories import make_product
from apps.common.problems import Conflict

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    return signed_in("catalog_staff")


@pytest.fixture
def looker() -> Client:
    return signed_in_to_look(codename__startswith="view_")


def page(row: Any) -> str:
    return f"/admin/products/{row._meta.model_name}/{row.pk}/change/"


def add_page(model: Any) -> str:
    return f"/admin/products/{model._meta.model_name}/add/"


def tree() -> list[str]:
    return list(Category.objects.order_by("path").values_list("full_path", flat=True))


def rows(prefix: str, data: dict[str, Any], *new: dict[str, Any]) -> dict[str, Any]:
    """`data` with further rows of an inline."""
    first = int(data[f"{prefix}-TOTAL_FORMS"])
    added = {f"{prefix}-{first + place}-{name}": value for place, row in enumerate(new) for name, value in row.items()}
    return data | added | {f"{prefix}-TOTAL_FORMS": first + len(new)}


class TestCategories:
    def test_category_with_german_texts_is_shown_in_german(self, staff, api_client):
        home = ensure_category("home")
        data = form_of(staff, add_page(Category)) | {
            "name": "Mugs",
            "parent": home.pk,
            "de_name": " Becher ",
            "seo_title": "All mugs",
        }
        send(staff, add_page(Category), data)
        made = Category.objects.get(full_path="home/mugs")
        assert (made.translations, made.seo_title) == ({"de": {"name": "Becher"}}, "All mugs")
        shown = api_client.get("/v1/categories?lang=de").json()
        assert "Becher" in str(shown)

    def test_a_moved_one_takes_what_is_below_along(self, staff):
        ensure_category("home/kitchen/mugs")
        garden = ensure_category("garden")
        kitchen = Category.objects.get(full_path="home/kitchen")
        send(staff, page(kitchen), form_of(staff, page(kitchen)) | {"parent": garden.pk})
        assert tree() == ["home", "garden", "garden/kitchen", "garden/kitchen/mugs"]

    def test_category_can_move_to_the_top(self, staff):
        kitchen = ensure_category("home/kitchen")
        send(staff, page(kitchen), form_of(staff, page(kitchen)) | {"parent": ""})
        assert tree() == ["home", "kitchen"]

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({"name": ""}, "required"),
            ({"slug": "not a slug"}, "slug"),
            ({"slug": ""}, "required"),
            ({"slug": "garden", "parent": ""}, "There is a category garden already"),
            ({"de_name": "x" * 121}, "at most 120"),
            ({"name": "x" * 121}, "at most 120"),
        ],
    )
    def test_bad_values_are_refused_with_a_sentence(self, staff, change, sentence):
        ensure_category("garden")
        kitchen = ensure_category("home/kitchen")
        said = errors(staff, page(kitchen), form_of(staff, page(kitchen)) | change)
        assert sentence in said
        assert tree() == ["garden", "home", "home/kitchen"]

    def test_a_category_cannot_hang_below_itself(self, staff):
        kitchen = ensure_category("home/kitchen")
        home = Category.objects.get(full_path="home")
        assert "below itself" in errors(staff, page(home), form_of(staff, page(home)) | {"parent": kitchen.pk})

    def test_the_tree_does_not_grow_too_deep(self, staff):
        deep = ensure_category("a/b/c/d/e")
        said = errors(staff, add_page(Category), {"name": "F", "parent": deep.pk})
        assert "five levels" in said

    def test_a_save_over_a_newer_state_is_refused_and_writes_nothing(self, staff):
        kitchen = ensure_category("home/kitchen")
        stale = form_of(staff, page(kitchen))
        send(staff, page(kitchen), stale | {"name": "Cooking", "slug": "kitchen"})
        assert "Somebody changed this meanwhile" in errors(staff, page(kitchen), stale | {"name": "Kitchenware"})
        assert Category.objects.get(pk=kitchen.pk).name == "Cooking"

    def test_a_renamed_category_is_found_at_once(self, staff, api_client):
        make_product("Mug", category="home/kitchen")
        kitchen = Category.objects.get(full_path="home/kitchen")
        send(staff, page(kitchen), form_of(staff, page(kitchen)) | {"name": "Crockery"})
        assert len(api_client.get("/v1/products?q=crockery").json()["results"]) == 1

    def test_category_with_products_cannot_be_deleted_and_says_why(self, staff):
        make_product(category="home/kitchen")
        kitchen = Category.objects.get(full_path="home/kitchen")
        assert "used by 1 products" in delete(staff, f"/admin/products/category/{kitchen.pk}/delete/")
        assert Category.objects.filter(pk=kitchen.pk).exists()

    def test_an_empty_leaf_can_be_deleted_and_a_category_with_subcategories_cannot(self, staff):
        kitchen = ensure_category("home/kitchen")
        home = Category.objects.get(full_path="home")
        assert staff.post(f"/admin/products/category/{home.pk}/delete/", {"post": "yes"}).status_code == 403
        delete(staff, f"/admin/products/category/{kitchen.pk}/delete/")
        assert tree() == ["home"]
        assert Category.objects.get().is_leaf()


class TestTheOrderOfTheTree:
    @pytest.fixture
    def three(self) -> list[Category]:
        return [ensure_category(f"home/{name}") for name in ("a", "b", "c")]

    def place(self, client: Client, category: Category, side: str, neighbour: Category) -> int:
        return client.post(
            f"/admin/products/category/{category.pk}/place/{side}/{neighbour.pk}/", {}, follow=True
        ).status_code

    def test_a_button_moves_a_category_and_a_second_click_changes_nothing(self, staff, three):
        a, _, c = three
        ensure_category("home/c/deep")
        for _ in range(2):
            assert self.place(staff, c, "before", a) == 200
            assert tree() == ["home", "home/c", "home/c/deep", "home/a", "home/b"]
        assert Category.objects.find_problems() == ([], [], [], [], [])

    def test_a_category_can_be_moved_down(self, staff, three):
        a, b, _ = three
        for _ in range(2):
            self.place(staff, a, "behind", b)
            assert tree() == ["home", "home/b", "home/a", "home/c"]

    def test_the_list_offers_the_neighbours(self, staff, three):
        shown = staff.get("/admin/products/category/").content.decode()
        a, b, c = (row.pk for row in three)
        for address in (f"{b}/place/before/{a}", f"{b}/place/behind/{c}", f"{a}/place/behind/{b}"):
            assert f"/admin/products/category/{address}/" in shown
        assert f"category/{a}/place/before" not in shown

    def test_shoppers_see_the_new_order(self, staff, three, api_client):
        a, _, c = three
        self.place(staff, c, "before", a)
        [home] = api_client.get("/v1/categories").json()["results"]
        assert [child["path"] for child in home["children"]] == ["home/c", "home/a", "home/b"]

    def test_category_of_another_parent_is_no_neighbour(self, staff, three):
        home = Category.objects.get(full_path="home")
        with pytest.raises(Conflict):
            place_category(three[0].pk, neighbour=home.pk, side=Side.BEFORE)
        assert self.place(staff, three[0], "sideways", three[1]) == 200
        assert tree() == ["home", "home/a", "home/b", "home/c"]

    def test_moving_requires_a_post_and_change_permission(self, staff, looker, three):
        address = f"/admin/products/category/{three[0].pk}/place/behind/{three[1].pk}/"
        assert staff.get(address).status_code == 405
        assert looker.post(address).status_code == 403
        assert "/place/" not in looker.get("/admin/products/category/").content.decode()


class TestBrands:
    def test_brand_is_created_with_its_slug_and_german_texts(self, staff):
        send(staff, add_page(Brand), {"name": "Nörrund", "de_description": "Aus Holz"})
        made = Brand.objects.get()
        assert (made.slug, made.translations) == ("norrund", {"de": {"description": "Aus Holz"}})

    def test_a_renamed_brand_is_found_by_its_new_name(self, staff, api_client):
        make_product("Mug", brand="Alder")
        brand = Brand.objects.get()
        send(staff, page(brand), form_of(staff, page(brand)) | {"name": "Rowan", "slug": "rowan"})
        assert len(api_client.get("/v1/products?q=rowan").json()["results"]) == 1

    def test_a_name_that_is_taken_is_refused(self, staff):
        Brand.objects.create(name="Alder", slug="alder")
        assert "already exists" in errors(staff, add_page(Brand), {"name": "Alder", "slug": "other"})

    def test_brand_with_products_cannot_be_deleted_and_says_why(self, staff):
        make_product(brand="Alder")
        brand = Brand.objects.get()
        assert "used by 1 products" in delete(staff, f"/admin/products/brand/{brand.pk}/delete/")
        assert Brand.objects.exists()

    def test_emptied_german_texts_are_removed(self, staff):
        brand = Brand.objects.create(name="Alder", slug="alder", translations={"de": {"description": "Erle"}})
        data = form_of(staff, page(brand))
        assert data["de_description"] == "Erle"
        send(staff, page(brand), data | {"de_description": ""})
        brand.refresh_from_db()
        assert brand.translations == {}


class TestAttributes:
    def test_attribute_is_created_with_its_choices_in_two_languages(self, staff):
        data = rows(
            "choices",
            form_of(staff, add_page(Attribute)) | {"label": "Material", "code": "material", "kind": "choice"},
            {"label": "Oak", "de_label": "Eiche", "position": 1},
            {"label": "Ash", "position": 0},
        )
        send(staff, add_page(Attribute), data | {"de_label": "Werkstoff"})
        made = Attribute.objects.get()
        assert made.translations == {"de": {"label": "Werkstoff"}}
        choices = made.choices.order_by("position").values_list("slug", "translations")
        assert list(choices) == [("ash", {}), ("oak", {"de": {"label": "Eiche"}})]

    def test_choices_are_added_renamed_ordered_and_taken_away_at_once(self, staff, api_client):
        product = make_product("Mug", attributes={"Material": "Oak"})
        attribute = Attribute.objects.get()
        ensure_choices(attribute, ["Ash", "Elm"])
        data = form_of(staff, page(attribute)) | {
            "choices-0-label": "Oak wood",
            "choices-0-slug": "oak-wood",
            "choices-0-position": 5,
            "choices-1-DELETE": "on",
        }
        send(staff, page(attribute), rows("choices", data, {"label": "Birch", "position": 2}))
        assert list(attribute.choices.order_by("position").values_list("slug", flat=True)) == [
            *("elm", "birch", "oak-wood")
        ]
        assert AttributeValue.objects.get(product=product).key == "oak-wood"
        assert len(api_client.get("/v1/products?attr.material=oak-wood").json()["results"]) == 1
        assert product.version < Product.objects.get().version

    def test_a_choice_in_use_cannot_be_removed_and_nothing_else_is_written(self, staff):
        make_product("Mug", attributes={"Material": "Oak"})
        attribute = Attribute.objects.get()
        data = form_of(staff, page(attribute)) | {"label": "Wood", "choices-0-DELETE": "on"}
        assert "used by 1 products" in errors(staff, page(attribute), data) or "protected" in errors(
            staff, page(attribute), data
        )
        attribute.refresh_from_db()
        assert attribute.label == "Material"
        assert AttributeChoice.objects.count() == 1

    def test_the_kind_of_an_attribute_with_values_cannot_change(self, staff):
        make_product("Mug", attributes={"Material": "Oak"})
        attribute = Attribute.objects.get()
        assert "used by 1 products" in errors(
            staff, page(attribute), form_of(staff, page(attribute)) | {"kind": "text"}
        )

    def test_only_kind_choice_has_choices_and_only_kind_number_a_unit(self, staff):
        data = form_of(staff, add_page(Attribute)) | {"label": "Height", "code": "height", "kind": "number"}
        assert "only attributes of the kind choice" in errors(
            staff, add_page(Attribute), rows("choices", data, {"label": "High"})
        )
        attribute = ensure_attribute("care", label="Care", kind="text")
        assert "Only numbers" in errors(staff, page(attribute), form_of(staff, page(attribute)) | {"unit": "cm"})
        assert Attribute.objects.count() == 1

    def test_two_choices_of_one_slug_are_refused_by_name(self, staff):
        attribute = ensure_attribute("material", label="Material")
        ensure_choices(attribute, ["Oak"])
        said = errors(staff, page(attribute), rows("choices", form_of(staff, page(attribute)), {"label": "oak"}))
        assert "has a choice oak already" in said

    def test_a_choice_added_meanwhile_is_not_overwritten(self, staff):
        attribute = ensure_attribute("material", label="Material")
        stale = form_of(staff, page(attribute))
        ensure_choices(attribute, ["Oak"])
        assert "Somebody changed this meanwhile" in errors(staff, page(attribute), stale | {"label": "Wood"})

    def test_attribute_without_values_can_be_deleted(self, staff):
        attribute = ensure_attribute("material", label="Material")
        delete(staff, f"/admin/products/attribute/{attribute.pk}/delete/")
        assert not Attribute.objects.exists()


class TestProductTypes:
    def test_product_type_is_created_with_attributes_in_their_order(self, staff):
        material = ensure_attribute("material", label="Material")
        height = ensure_attribute("height", label="Height", kind="number")
        data = rows(
            "type_attributes",
            form_of(staff, add_page(ProductType)) | {"name": "Mug", "tax_class": "reduced"},
            {"attribute": material.pk, "position": 1},
            {"attribute": height.pk, "position": 0, "is_required": "on"},
        )
        send(staff, add_page(ProductType), data)
        made = ProductType.objects.get()
        asked = made.type_attributes.order_by("position").values_list("attribute__code", "is_required")
        assert (made.slug, made.tax_class) == ("mug", "reduced")
        assert list(asked) == [("height", True), ("material", False)]

    def test_attributes_can_be_removed_and_reordered(self, staff):
        made = ProductType.objects.create(name="Mug", slug="mug")
        for place, code in enumerate(("a", "b", "c")):
            attribute = ensure_attribute(code, label=code)
            made.type_attributes.create(attribute=attribute, position=place)
        data = form_of(staff, page(made)) | {"type_attributes-0-DELETE": "on", "type_attributes-1-position": 9}
        send(staff, page(made), data)
        asked = made.type_attributes.order_by("position").values_list("attribute__code", flat=True)
        assert list(asked) == ["c", "b"]

    def test_the_same_attribute_twice_is_refused(self, staff):
        material = ensure_attribute("material", label="Material")
        data = rows(
            "type_attributes",
            form_of(staff, add_page(ProductType)) | {"name": "Mug"},
            {"attribute": material.pk, "position": 0},
            {"attribute": material.pk, "position": 1},
        )
        assert "duplicate" in errors(staff, add_page(ProductType), data)

    def test_product_type_with_products_cannot_be_deleted_and_says_why(self, staff):
        made = ProductType.objects.create(name="Mug", slug="mug")
        make_product(product_type=made)
        assert "used by 1 products" in delete(staff, f"/admin/products/producttype/{made.pk}/delete/")


class TestCollections:
    def test_products_are_shown_in_the_order_of_their_positions(self, staff, api_client):
        one, two, three = (make_product(title) for title in ("One", "Two", "Three"))
        data = rows(
            "items",
            form_of(staff, add_page(Collection)) | {"title": "Summer", "is_published": "on"},
            {"product": one.pk, "position": 2},
            {"product": two.pk, "position": 1},
            {"product": three.pk, "position": ""},
        )
        send(staff, add_page(Collection), data | {"de_title": "Sommer"})
        found = api_client.get("/v1/products?collection=summer").json()["results"]
        assert [item["title"] for item in found] == ["Two", "One", "Three"]
        assert Collection.objects.get().translations == {"de": {"title": "Sommer"}}

    def test_items_can_be_moved_removed_and_added(self, staff):
        products = [make_product(title) for title in ("One", "Two", "Three")]
        made = Collection.objects.create(title="Summer", slug="summer")
        for place, product in enumerate(products):
            CollectionItem.objects.create(collection=made, product=product, position=place)
        four = make_product("Four")
        data = form_of(staff, page(made)) | {"items-0-position": 7, "items-1-DELETE": "on"}
        send(staff, page(made), rows("items", data, {"product": four.pk, "position": 8}))
        titles = made.items.order_by("position").values_list("product__title", flat=True)
        assert list(titles) == ["Three", "One", "Four"]

    def test_the_same_product_twice_is_refused(self, staff):
        product = make_product()
        row = {"product": product.pk, "position": 0}
        data = rows("items", form_of(staff, add_page(Collection)) | {"title": "Summer"}, row, row)
        assert "duplicate" in errors(staff, add_page(Collection), data)
        assert not Collection.objects.exists()

    def test_a_rule_is_written_with_plain_fields_and_shows_what_it_finds(self, staff):
        make_product("Oak mug", brand="Norrund", attributes={"Material": "Oak"}, price=1250)
        make_product("Dear oak mug", brand="Norrund", attributes={"Material": "Oak"}, price=9900)
        ensure_attribute("height", label="Height", kind="number")
        data = form_of(staff, add_page(Collection)) | {
            "title": "Oak",
            "kind": "rule",
            "rule_brand": "norrund",
            "rule_max_price": "20.00",
            "rule_in_stock": "on",
            "rule_attributes": "material: Oak, Ash\n",
        }
        send(staff, add_page(Collection), data)
        made = Collection.objects.get()
        assert made.rule == {
            "brand": "norrund",
            "max_price": "2000",
            "in_stock": "true",
            "attr.material": "oak,ash",
        }
        shown = staff.get(page(made)).content.decode()
        assert "1 product: Oak mug" in shown
        send(staff, page(made), form_of(staff, page(made)) | {"rule_attributes": "material: oak\nheight: 10..40"})
        made.refresh_from_db()
        assert made.rule == {
            "brand": "norrund",
            "max_price": "2000",
            "in_stock": "true",
            "attr.material": "oak",
            "attr.height": "10..40",
        }

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            ({}, "Name at least one filter"),
            ({"rule_attributes": "colour: red"}, "no such attribute"),
            ({"rule_attributes": "height: tall"}, "range such as 10..40"),
            ({"rule_attributes": "height"}, "a name, a colon"),
            ({"rule_attributes": "height: 1\nheight: 2"}, "is listed twice"),
            ({"rule_attributes": "height: 9..1"}, "ends before it begins"),
            ({"rule_min_price": "12.505"}, "decimal places"),
            ({"rule_min_price": "-1"}, "greater than or equal"),
            ({"rule_min_price": "9", "rule_max_price": "8"}, "ends before it begins"),
            ({"rule_category": "nowhere"}, "valid choice"),
            ({"rule_rating": "9"}, "valid choice"),
        ],
    )
    def test_a_bad_rule_is_refused_with_a_sentence(self, staff, change, sentence):
        ensure_attribute("height", label="Height", kind="number")
        data = form_of(staff, add_page(Collection)) | {"title": "Oak", "kind": "rule"} | change
        assert sentence in errors(staff, add_page(Collection), data)
        assert not Collection.objects.exists()

    def test_a_category_that_is_gone_is_kept_in_a_rule_and_named(self, staff):
        made = Collection.objects.create(title="Old", slug="old", kind="rule", rule={"category": "attic"})
        assert "attic (deleted)" in staff.get(page(made)).content.decode()
        send(staff, page(made), form_of(staff, page(made)) | {"title": "Older"})
        made.refresh_from_db()
        assert (made.title, made.rule) == ("Older", {"category": "attic"})

    def test_collection_loses_its_items_when_it_gets_a_rule_and_the_rule_when_it_is_manual(self, staff):
        product = make_product(brand="Alder")
        made = Collection.objects.create(title="Summer", slug="summer")
        CollectionItem.objects.create(collection=made, product=product)
        send(staff, page(made), form_of(staff, page(made)) | {"kind": "rule", "rule_brand": "alder"})
        made.refresh_from_db()
        assert (made.rule, made.items.count()) == ({"brand": "alder"}, 0)
        data = form_of(staff, page(made)) | {"kind": "manual"}
        send(staff, page(made), rows("items", data, {"product": product.pk, "position": 0}))
        made.refresh_from_db()
        assert (made.rule, made.items.count()) == ({}, 1)

    def test_items_that_another_editor_added_meanwhile_are_not_lost(self, staff):
        made = Collection.objects.create(title="Summer", slug="summer")
        stale = form_of(staff, page(made))
        CollectionItem.objects.create(collection=made, product=make_product("Theirs"))
        data = rows("items", stale, {"product": make_product("Mine").pk, "position": 0})
        assert "Somebody changed this meanwhile" in errors(staff, page(made), data)
        assert made.items.get().product.title == "Theirs"

    def test_a_deleted_collection_is_gone_from_the_shop(self, staff, api_client):
        made = Collection.objects.create(title="Summer", slug="summer", is_published=True)
        delete(staff, f"/admin/products/collection/{made.pk}/delete/")
        assert api_client.get("/v1/products?collection=summer").status_code == 404


class TestPages:
    @pytest.mark.parametrize("model", [Category, Brand, Attribute, ProductType, Collection])
    def test_lists_have_a_fixed_number_of_queries(self, staff, model):
        staff.get(f"/admin/products/{model._meta.model_name}/")
        counts = []
        for rows_wanted in (2, 20):
            for number in range(model.objects.count(), rows_wanted):
                _make(model, number)
            with CaptureQueriesContext(connection) as queries:
                assert staff.get(f"/admin/products/{model._meta.model_name}/").status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 9, counts

    @pytest.mark.parametrize("model", [Attribute, ProductType, Collection])
    def test_forms_have_a_fixed_number_of_queries(self, staff, model):
        made = _make(model, 0)
        staff.get(page(made))
        counts = []
        for parts in (2, 20):
            _fill(made, parts)
            with CaptureQueriesContext(connection) as queries:
                assert staff.get(page(made)).status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 12, counts

    @pytest.mark.parametrize("model", [Category, Brand, Attribute, ProductType, Collection])
    def test_staff_with_view_permission_see_the_page_and_cannot_save(self, looker, model):
        made = _make(model, 0)
        if "translations" in {field.name for field in model._meta.fields}:
            name = model.TRANSLATABLE[0]
            model.objects.filter(pk=made.pk).update(translations={"de": {name: "Auf Deutsch"}})
            assert "Auf Deutsch" in looker.get(page(made)).content.decode()
        response = looker.get(page(made))
        assert response.status_code == 200
        assert 'name="_save"' not in response.content.decode()
        assert looker.post(page(made), {"name": "Mine"}).status_code == 403

    @pytest.mark.parametrize("model", [Category, Brand, Attribute, ProductType, Collection])
    def test_each_model_has_a_history_page(self, staff, model):
        made = _make(model, 0)
        assert staff.get(f"/admin/products/{model._meta.model_name}/{made.pk}/history/").status_code == 200


def _make(model: Any, number: int) -> Any:
    name = f"{model.__name__} {number}"
    slug = slugify(name)
    if model is Category:
        return ensure_category(slug)
    if model is Attribute:
        return ensure_attribute(slug, label=name)
    return model.objects.create(slug=slug, **{"title" if model is Collection else "name": name})


def _fill(row: Any, parts: int) -> None:
    """Give it this many choices, attributes or products."""
    for number in range(parts):
        if isinstance(row, Attribute):
            ensure_choices(row, [f"Choice {number}"])
        elif isinstance(row, ProductType):
            attribute = ensure_attribute(f"asked-{number}", label=f"Asked {number}")
            row.type_attributes.get_or_create(attribute=attribute, defaults={"position": number})
        elif row.items.count() <= number:
            CollectionItem.objects.create(collection=row, product=make_product(), position=number)
