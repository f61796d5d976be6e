"""Slugs that keep what a name says, and identifiers that are one however they are capitalised."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices, set_attribute_values
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Attribute, Brand, Collection, Product, Variant
from apps.catalog.products.services import attributes, brands, categories, collections
from apps.catalog.products.services.products import ProductEdit, create_product
from apps.catalog.products.services.variants import VariantEdit, add_variant
from apps.catalog.products.slugs import slug_of
from apps.catalog.products.transactions import AlreadyTaken
from apps.catalog.tests.backoffice.test_products_admin import form_of, signed_in
from apps.catalog.tests.factories import make_product
from apps.common.problems import ValidationProblem

pytestmark = pytest.mark.django_db
NEW_VARIANT = {"sku": "cup-1", "price": "39.90", "weight_grams": 900, "position": 1, "options": ""}


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Große Straßenkarte Łódź Smørrebrød", "grosse-strassenkarte-lodz-smorrebrod"),
        ("Maß", "mass"),
        ("Ma", "ma"),
        ("Æsir & œuvre", "aesir-oeuvre"),
        ("Blåbærsyltetøj", "blabaersyltetoj"),
        ("Café crème", "cafe-creme"),
        ("Москва", "moskva"),
        ("Ελλάδα", "ellada"),
        ("한국어", "hangugeo"),
        ("Tea 😀", "tea-grinning"),
        ("--", ""),
    ],
)
def test_a_slug_says_in_latin_letters_what_the_name_says(name, slug):
    assert slug_of(name, limit=120) == slug


@pytest.mark.parametrize("name", ["東京の地図", "مرحبا", "שלום", "ภาษาไทย", "हिन्दी"])
def test_scripts_without_latin_letters_get_a_slug_that_an_address_can_hold(name):
    slug = slug_of(name, limit=120)
    assert slug.isascii()
    assert any(letter.isalpha() for letter in slug)


def test_slugs_of_all_models_follow_one_rule():
    ensure_category("maps")
    name, slug = "Große Łódź", "grosse-lodz"
    product = create_product(ProductEdit(columns={"title": name}, references={"category": "maps"}))
    attribute = attributes.create_attribute({"code": "style", "label": "Style", "kind": "choice"}, [{"label": name}])
    made = [
        product.slug,
        brands.create_brand({"name": name}).slug,
        categories.create_category({"name": name}).slug,
        collections.create_collection({"title": name}, []).slug,
        attributes.create_product_type({"name": name}, []).slug,
        attribute.choices.get().slug,
    ]
    assert made == [slug] * len(made)


class TestCapitals:
    def test_a_sku_in_other_capitals_is_refused_with_the_spelling_that_is_there(self):
        product = make_product("Mug", sku="MUG-1")
        with pytest.raises(AlreadyTaken) as refused:
            add_variant(product.slug, VariantEdit(sku="mug-1"), versions=None)
        assert refused.value.errors == {"sku": ["There is a variant MUG-1 already."]}

    def test_a_request_does_not_hold_a_sku_in_two_spellings(self):
        ensure_category("home")
        edits = (VariantEdit(sku="cup-1"), VariantEdit(sku="CUP-1"))
        edit = ProductEdit(columns={"title": "Cup"}, references={"category": "home"}, variants=edits)
        with pytest.raises(ValidationProblem) as refused:
            create_product(edit)
        assert set(refused.value.errors) == {"variants.0.sku", "variants.1.sku"}

    def test_the_database_refuses_what_two_writers_would_make_at_once(self):
        product = make_product("Mug", slug="mug", sku="MUG-1", brand="Elm")
        copies = [
            lambda: Variant.objects.create(product=product, sku="mug-1"),
            lambda: Product.objects.create(title="Mug", slug="MUG", category=product.category),
            lambda: Brand.objects.create(name="ELM", slug="elm-2"),
        ]
        for copy in copies:
            with pytest.raises(IntegrityError), transaction.atomic():
                copy()

    def test_a_form_says_so_in_a_sentence(self):
        from django.core.exceptions import ValidationError

        product = make_product("Mug", sku="MUG-1")
        with pytest.raises(ValidationError, match="There is a variant with this SKU already"):
            Variant(product=product, sku="mug-1").full_clean()

    @pytest.mark.parametrize(
        ("make", "sentence"),
        [
            (lambda: brands.create_brand({"name": "ELM"}), "There is a brand Elm already."),
            (lambda: brands.create_brand({"name": "Oak", "slug": "Elm"}), "There is a brand elm already."),
            (lambda: categories.create_category({"name": "x", "slug": "Home"}), "There is a category home already."),
            (
                lambda: create_product(
                    ProductEdit(columns={"title": "x", "slug": "Mug"}, references={"category": "home"})
                ),
                "There is a product mug already.",
            ),
            (
                lambda: collections.create_collection({"title": "x", "slug": "Summer"}, []),
                "There is a collection summer already.",
            ),
            (
                lambda: attributes.create_attribute({"code": "Style", "label": "x"}, []),
                "There is an attribute style already.",
            ),
        ],
    )
    def test_other_identifiers_are_one_in_any_case_too(self, make, sentence):
        make_product("Mug", slug="mug", sku="MUG-1", brand="Elm", category="home")
        Collection.objects.create(slug="summer", title="Summer")
        ensure_attribute("style", label="Style")
        with pytest.raises(AlreadyTaken, match=sentence):
            make()

    def test_a_made_slug_steps_aside_for_one_in_capitals(self):
        make_product("Mug", slug="MUG", category="home")
        made = create_product(ProductEdit(columns={"title": "Mug"}, references={"category": "home"}))
        assert made.slug == "mug-2"

    def test_a_path_in_other_capitals_is_the_category_that_is_there(self):
        assert ensure_category("Home/Kitchen") == ensure_category("home/kitchen")

    def test_two_spellings_on_one_page_of_the_admin_are_refused(self):
        staff = signed_in("catalog_staff")
        product = make_product("Mug", sku="MUG-1")
        address = f"/admin/products/product/{product.pk}/change/"
        data = form_of(staff, address)
        new = {f"variants-1-{name}": value for name, value in NEW_VARIANT.items()}
        page = staff.post(address, data | new | {"variants-TOTAL_FORMS": 2, "variants-0-sku": "CUP-1"})
        assert "cup-1 and CUP-1 are the same SKU" in page.content.decode()
        assert list(product.variants.values_list("sku", flat=True)) == ["MUG-1"]


def test_a_choice_from_before_is_still_known_by_its_label():
    attribute = ensure_attribute("colour", label="Colour", kind=Attribute.Kind.CHOICE)
    (white,) = ensure_choices(attribute, ["Weiß"])
    attribute.choices.update(slug="wei")
    product = make_product("Mug")
    set_attribute_values(product, {"colour": "Weiß"})
    assert product.attribute_values.get().choice_id == white.pk
