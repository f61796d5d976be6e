"""Uses of products, variants and files of pictures, checked before one is deleted.

The apps above `products` register their checks in their `AppConfig.ready`; nothing here knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from apps.catalog.products.models import Product, Variant

type VariantUses = Callable[[Sequence[Variant]], dict[str, int]]
type ProductUse = Callable[[Product], bool]
type FileUses = Callable[[Collection[str]], set[str]]

_of_variants: list[VariantUses] = []
_of_products: list[ProductUse] = []
_of_files: list[FileUses] = []


def register_variant_uses(count: VariantUses) -> None:
    """`count` returns how many of what need the variants, by name. It locks the rows so that the count stays true."""
    _of_variants.append(count)


def register_product_use(is_used: ProductUse) -> None:
    """`is_used` says whether something needs a product beside its variants."""
    _of_products.append(is_used)


def register_file_uses(used: FileUses) -> None:
    """`used` returns those of the files that must be kept although no picture names them."""
    _of_files.append(used)


def count_variant_uses(variants: Sequence[Variant]) -> dict[str, int]:
    """What needs one of these variants, by name, without zeros."""
    counts = {name: number for count in _of_variants for name, number in count(variants).items()}
    return {name: number for name, number in counts.items() if number}


def is_product_used(product: Product) -> bool:
    """Whether anything needs the product or one of its variants."""
    return bool(count_variant_uses(list(product.variants.all()))) or any(is_used(product) for is_used in _of_products)


def used_files(names: Collection[str]) -> set[str]:
    """Those of the files that something beside the pictures needs."""
    return set().union(*(used(names) for used in _of_files))
