"""Options of a product, such as colour and size: which variant a page shows, and where each choice leads.

Every choice is a link to the product with the variant that it leads to, so that options work without JavaScript and a
variant can be shared by its address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext

from apps.ui.storefront.clients.catalog_schemas import Image, Option, Product, Variant


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of an option. `url` shows the variant that it leads to, which cannot be bought unless `is_buyable`."""

    label: str
    url: str
    is_current: bool
    is_buyable: bool


@dataclass(frozen=True, slots=True)
class OptionGroup:
    """An option with its choices."""

    label: str
    choices: tuple[Choice, ...]

    @property
    def current(self) -> str:
        """Label of the current choice."""
        return next((choice.label for choice in self.choices if choice.is_current), "")


def default_variant(product: Product) -> Variant | None:
    """The variant that is shown at first: the first one that can be bought, else the first one."""
    return next((variant for variant in product.variants if variant.is_buyable), next(iter(product.variants), None))


def selected_variant(product: Product, sku: str) -> Variant | None:
    """The variant with this SKU, else the default one."""
    return next((variant for variant in product.variants if variant.sku == sku), default_variant(product))


def variant_url(product: Product, variant: Variant) -> str:
    """The product page that shows this variant; the default one has the address of the product."""
    url = reverse("product", args=[product.slug])
    return url if variant == default_variant(product) else f"{url}?{urlencode({'sku': variant.sku})}"


def option_groups(product: Product, selected: Variant | None) -> tuple[OptionGroup, ...]:
    """The options to choose from; none for a product with one variant."""
    if selected is None or len(product.variants) < 2:
        return ()
    options = {variant.sku: _options(variant) for variant in product.variants}
    names = dict.fromkeys(option.name for own in options.values() for option in own)
    groups = (_group(product, selected, options, name) for name in names)
    return tuple(group for group in groups if len(group.choices) > 1)


def gallery(product: Product, selected: Variant | None) -> tuple[Image, ...]:
    """The product's images, that of the selected variant first."""
    own = selected.image if selected else None
    if own is None:
        return product.images
    return (own, *(image for image in product.images if image.url != own.url))


def _options(variant: Variant) -> tuple[Option, ...]:
    """The variant's options; its name where staff gave it none."""
    return variant.options or (Option("name", gettext("Version"), variant.sku, variant.name or variant.sku),)


def _group(product: Product, selected: Variant, options: dict[str, tuple[Option, ...]], name: str) -> OptionGroup:
    found = [option for own in options.values() for option in own if option.name == name]
    labels = {option.value: option.value_label for option in found}
    current = _value(options[selected.sku], name)
    choices = []
    for value, label in labels.items():
        offering = [variant for variant in product.variants if _value(options[variant.sku], name) == value]
        target = selected if value == current else _nearest(offering, selected, options)
        choices.append(Choice(label, variant_url(product, target), value == current, target.is_buyable))
    return OptionGroup(found[0].label, tuple(choices))


def _nearest(variants: Sequence[Variant], selected: Variant, options: dict[str, tuple[Option, ...]]) -> Variant:
    """The variant that differs least from the selected one; of equals, one that can be bought."""
    wanted = {(option.name, option.value) for option in options[selected.sku]}

    def rank(variant: Variant) -> tuple[int, bool]:
        return len(wanted & {(option.name, option.value) for option in options[variant.sku]}), variant.is_buyable

    return max(variants, key=rank)


def _value(options: tuple[Option, ...], name: str) -> str | None:
    return next((option.value for option in options if option.name == name), None)
