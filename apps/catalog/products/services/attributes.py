"""Writes to what products are described by: attributes, their choices, and product types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext

from apps.catalog.products.attribute_values import key_of
from apps.catalog.products.category_tree import record_common_change
from apps.catalog.products.changes import taxonomy_changed
from apps.catalog.products.identifiers import same_in_any_case
from apps.catalog.products.models import (
    Attribute,
    AttributeChoice,
    AttributeValue,
    Product,
    ProductType,
    ProductTypeAttribute,
)
from apps.catalog.products.transactions import (
    Guard,
    InUse,
    already_taken,
    catalog_transaction,
    free_slug,
    invalid,
    lock_products,
    lock_row,
    prefix_errors,
    require_unused,
    unguarded,
    write,
)
from apps.common.problems import Conflict, NotFound, ValidationProblem
from apps.common.translated import merged_translations

MAX_CHOICES = 1_000
Kind = Attribute.Kind


@dataclass(frozen=True, slots=True)
class TypeAttribute:
    """An attribute of a product type (its code), and whether published products need a value."""

    code: str
    is_required: bool = False


def create_attribute(columns: Mapping[str, Any], choices: Sequence[Mapping[str, Any]]) -> Attribute:
    """An attribute with its choices. Raises AlreadyTaken, ValidationProblem."""
    with catalog_transaction():
        if known := same_in_any_case(Attribute.objects.all(), "code", columns["code"]):
            raise already_taken("code", gettext("There is an attribute %(known)s already.") % {"known": known})
        _require_unit_fits(columns.get("kind", Kind.CHOICE), columns.get("unit", ""))
        taxonomy_changed.announce()
        attribute = Attribute(**_translated(Attribute(), columns))
        attribute.save(force_insert=True)
        for place, choice in enumerate(choices):
            with prefix_errors(f"choices.{place}"):
                _add_choice(attribute, choice)
    return attribute


def change_attribute(code: str, columns: Mapping[str, Any], *, guard: Guard) -> Attribute:
    """Change an attribute; its kind only while no product has a value. Raises NotFound, PreconditionFailed, InUse,
    ValidationProblem."""
    with catalog_transaction():
        attribute = lock_row(Attribute, code=code)
        guard(attribute)
        kind = columns.get("kind", attribute.kind)
        if kind != attribute.kind:
            require_unused(gettext("The attribute %(name)s") % {"name": code}, products=_products_with(attribute))
            if kind != Kind.CHOICE and attribute.choices.exists():
                raise InUse(gettext("The attribute has choices; take them away before it is of another kind."))
        _require_unit_fits(kind, columns.get("unit", attribute.unit))
        taxonomy_changed.announce()
        write(attribute, _translated(attribute, columns))
    return attribute


@dataclass(frozen=True, slots=True)
class ChoiceEdits:
    """What becomes of an attribute's choices; they are known by their slugs before the change."""

    added: Sequence[Mapping[str, Any]] = ()
    changed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    removed: Sequence[str] = ()


def save_attribute(code: str, columns: Mapping[str, Any], choices: ChoiceEdits, *, guard: Guard) -> Attribute:
    """Change an attribute and its choices at once. Raises what the single changes raise, naming `choices.<slug>`."""
    with catalog_transaction():
        attribute = lock_row(Attribute, code=code)
        guard(attribute)
        # Products before the taxonomy's stamp, which the first change takes.
        chosen = AttributeValue.objects.filter(choice__attribute=attribute, choice__slug__in=choices.changed)
        lock_products(Product.objects.filter(pk__in=chosen.values("product")))
        for slug in choices.removed:
            with prefix_errors(f"choices.{slug}"):
                delete_choice(code, slug, guard=unguarded)
        attribute = change_attribute(code, columns, guard=unguarded)
        for slug, changes in choices.changed.items():
            with prefix_errors(f"choices.{slug}"):
                change_choice(attribute.code, slug, changes, guard=unguarded)
        for added in choices.added:
            with prefix_errors(f"choices.{added['label']}"):
                add_choice(attribute.code, added)
    return attribute


def _require_unit_fits(kind: str, unit: str) -> None:
    if unit and kind != Kind.NUMBER:
        raise invalid("unit", gettext("Only numbers have a unit."))


def delete_attribute(code: str, *, guard: Guard) -> None:
    """Raises NotFound, PreconditionFailed, InUse while products have a value or product types use it."""
    with catalog_transaction():
        attribute = lock_row(Attribute, code=code)
        guard(attribute)
        types = ProductType.objects.filter(type_attributes__attribute=attribute)
        require_unused(
            gettext("The attribute %(name)s") % {"name": code},
            products=_products_with(attribute),
            product_types=types.order_by("slug").values_list("slug", flat=True),
        )
        taxonomy_changed.announce()
        attribute.delete()


def _products_with(attribute: Attribute) -> Any:
    """Slugs of the products with a value of the attribute."""
    with_value = AttributeValue.objects.filter(attribute=attribute).values("product")
    return Product.objects.filter(pk__in=with_value).order_by("slug").values_list("slug", flat=True)


def add_choice(code: str, columns: Mapping[str, Any]) -> AttributeChoice:
    """Raises NotFound, AlreadyTaken, Conflict for attributes that are not chosen, ValidationProblem."""
    with catalog_transaction():
        attribute = lock_row(Attribute, code=code)
        taxonomy_changed.announce()
        return _add_choice(attribute, columns)


def _add_choice(attribute: Attribute, columns: Mapping[str, Any]) -> AttributeChoice:
    if attribute.kind != Kind.CHOICE:
        raise Conflict(
            gettext("%(code)s is a %(kind)s; only attributes of the kind choice have choices.")
            % {"code": attribute.code, "kind": attribute.get_kind_display()}
        )
    count = attribute.choices.count()
    if count >= MAX_CHOICES:
        raise Conflict(gettext("An attribute has at most %(limit)s choices.") % {"limit": MAX_CHOICES})
    fields: dict[str, Any] = {"slug": key_of(columns["label"]), "position": min(count, 32_767)} | dict(columns)
    _require_choice_free(attribute, fields["slug"])
    choice = AttributeChoice(attribute=attribute, **_translated(AttributeChoice(), fields))
    choice.save(force_insert=True)
    return choice


def change_choice(code: str, slug: str, columns: Mapping[str, Any], *, guard: Guard) -> AttributeChoice:
    """Change a choice; products with it show and are found by its label at once.

    Raises NotFound, PreconditionFailed, AlreadyTaken, ValidationProblem.
    """
    with catalog_transaction():
        attribute = lock_row(Attribute, code=code)
        guard(attribute)
        choice = _choice(attribute, slug)
        written = _translated(choice, columns)
        if written.get("slug", slug).lower() != slug.lower():
            _require_choice_free(attribute, written["slug"])
        products = Product.objects.filter(pk__in=AttributeValue.objects.filter(choice=choice).values("product"))
        is_said = any(getattr(choice, name) != value for name, value in written.items() if name != "position")
        if is_said:
            lock_products(products)
        taxonomy_changed.announce()
        write(choice, written)
        if is_said:
            AttributeValue.objects.filter(choice=choice).update(key=choice.slug)
            record_common_change(products)
    return choice


def delete_choice(code: str, slug: str, *, guard: Guard) -> None:
    """Raises NotFound, PreconditionFailed, InUse while products chose it."""
    with catalog_transaction():
        attribute = lock_row(Attribute, code=code)
        guard(attribute)
        choice = _choice(attribute, slug)
        chosen = Product.objects.filter(pk__in=AttributeValue.objects.filter(choice=choice).values("product"))
        require_unused(
            gettext("The choice %(name)s") % {"name": slug},
            products=chosen.order_by("slug").values_list("slug", flat=True),
        )
        taxonomy_changed.announce()
        choice.delete()


def _choice(attribute: Attribute, slug: str) -> AttributeChoice:
    choice = attribute.choices.filter(slug=slug).first()
    if choice is None:
        raise NotFound(gettext("There is no such choice."))
    return choice


def _require_choice_free(attribute: Attribute, slug: str) -> None:
    if known := same_in_any_case(attribute.choices.all(), "slug", slug):
        raise already_taken(
            "slug", gettext("%(code)s has a choice %(known)s already.") % {"code": attribute.code, "known": known}
        )


def create_product_type(columns: Mapping[str, Any], type_attributes: Sequence[TypeAttribute]) -> ProductType:
    """Create a product type; its slug is made from its name unless one is given. Raises AlreadyTaken,
    ValidationProblem."""
    with catalog_transaction():
        _require_type_free(ProductType(), columns)
        slug = free_slug(ProductType, columns["name"][:70], fallback="type")
        product_type = ProductType(**({"slug": slug} | dict(columns)))
        taxonomy_changed.announce()
        product_type.save(force_insert=True)
        _replace_type_attributes(product_type, type_attributes)
    return product_type


def change_product_type(
    slug: str, columns: Mapping[str, Any], type_attributes: Sequence[TypeAttribute] | None, *, guard: Guard
) -> ProductType:
    """Change a product type. `type_attributes` replace its attributes, in this order; None keeps them. Published
    products stay published.

    Raises NotFound, PreconditionFailed, AlreadyTaken, ValidationProblem.
    """
    with catalog_transaction():
        product_type = lock_row(ProductType, slug=slug)
        guard(product_type)
        _require_type_free(product_type, columns)
        taxonomy_changed.announce()
        write(product_type, columns)
        if type_attributes is not None:
            _replace_type_attributes(product_type, type_attributes)
    return product_type


def delete_product_type(slug: str, *, guard: Guard) -> None:
    """Raises NotFound, PreconditionFailed, InUse while products are of this type."""
    with catalog_transaction():
        product_type = lock_row(ProductType, slug=slug)
        guard(product_type)
        products = product_type.products.order_by("slug").values_list("slug", flat=True)
        require_unused(gettext("The product type %(name)s") % {"name": slug}, products=products)
        taxonomy_changed.announce()
        product_type.delete()


def _require_type_free(product_type: ProductType, columns: Mapping[str, Any]) -> None:
    for name in ("name", "slug"):
        others = ProductType.objects.exclude(pk=product_type.pk)
        if columns.get(name) and (known := same_in_any_case(others, name, columns[name])):
            raise already_taken(name, gettext("There is a product type %(known)s already.") % {"known": known})


def _replace_type_attributes(product_type: ProductType, type_attributes: Sequence[TypeAttribute]) -> None:
    codes = [item.code for item in type_attributes]
    known = {attribute.code: attribute for attribute in Attribute.objects.filter(code__in=codes)}
    errors = {
        f"attributes.{place}.code": [gettext("There is no attribute %(code)s.") % {"code": item.code}]
        for place, item in enumerate(type_attributes)
        if item.code not in known
    }
    if errors:
        raise ValidationProblem(gettext("Some attributes are unknown; see errors."), errors=errors)
    ProductTypeAttribute.objects.filter(product_type=product_type).delete()
    ProductTypeAttribute.objects.bulk_create(
        ProductTypeAttribute(
            product_type=product_type, attribute=known[item.code], is_required=item.is_required, position=position
        )
        for position, item in enumerate(type_attributes)
    )


def _translated(row: Attribute | AttributeChoice, columns: Mapping[str, Any]) -> dict[str, Any]:
    written = dict(columns)
    if "translations" in written:
        written["translations"] = merged_translations(row, written["translations"])
    return written
