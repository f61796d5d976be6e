"""What all writes to the catalogue share: one durable transaction, locks in one order, problems that name the field.

Lock order everywhere: categories, brands and the like (without keeping others from naming them), then products by pk,
then stock by SKU, then listings, then the taxonomy's stamp. Keys that foreign keys point at are changed after that: a
product that is committed meanwhile waits for them, so who holds them must wait for nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.text import get_text_list
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.products.identifiers import same_in_any_case
from apps.catalog.products.models import Product
from apps.catalog.products.slugs import slug_of
from apps.common.problems import Conflict, NotFound, PreconditionFailed, Problem, ValidationProblem
from apps.common.sqlstate import RACES, sqlstate_of

EXAMPLES = 5
# Leaves room for `-999999`.
SLUG_LENGTH = 110

# Raises PreconditionFailed when a row is not what the client has seen.
type Guard = Callable[[Any], None]


class AlreadyTaken(Conflict):
    slug, title = "already-taken", _("Something else has this name already")


class InUse(Conflict):
    slug, title = "in-use", _("Something else needs this")


@contextmanager
def catalog_transaction() -> Iterator[None]:
    """A durable transaction, or a part of the admin's. Raises Conflict when another one wrote what this one relied
    on."""
    try:
        with transaction.atomic(durable=not transaction.get_connection().in_atomic_block):
            yield
    except IntegrityError as error:
        if sqlstate_of(error) not in RACES:
            raise
        raise Conflict(gettext("Somebody else changed the same thing at this moment. Repeat your change.")) from error


@contextmanager
def prefix_errors(field: str) -> Iterator[None]:
    """Prefix the names in a Problem's errors: `sku` becomes `variants.0.sku`. An empty `field` leaves them."""
    try:
        yield
    except Problem as problem:
        if problem.errors is not None and field:
            problem.errors = {f"{field}.{name}" if name else field: said for name, said in problem.errors.items()}
        raise


def invalid(field: str, message: str) -> ValidationProblem:
    """The problem of one invalid field."""
    return ValidationProblem(gettext("Some values cannot be used; see errors."), errors={field: [message]})


def already_taken(field: str, message: str) -> AlreadyTaken:
    """The problem of one field whose value another row has."""
    return AlreadyTaken(message, errors={field: [message]})


def unguarded(row: Any) -> None:
    """Lets every row pass: for new rows, and for clients that send no precondition."""


def lock_product(slug: str, *, versions: Collection[int] | None, beside: Iterable[str] = ()) -> Product:
    """The product, locked with those `beside` it by pk, so that two that name each other cannot wait for each other.

    Raises NotFound, and PreconditionFailed when its version is none of `versions`.
    """
    rows = Product.objects.select_for_update().filter(slug__in={slug, *beside}).order_by("pk")
    product = next((row for row in rows if row.slug == slug), None)
    if product is None:
        raise NotFound(gettext("There is no such product."))
    require_version(product, versions)
    return product


def require_version(product: Product, versions: Collection[int] | None) -> None:
    """Raises PreconditionFailed; None stands for any version."""
    if versions is not None and product.version not in versions:
        raise PreconditionFailed(
            gettext("Somebody changed this product meanwhile. Load it again and repeat your change.")
        )


def lock_products(products: models.QuerySet[Product]) -> list[Any]:
    """Lock these products by pk; their pks."""
    return list(products.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def lock_row[M: models.Model](model: type[M], **identity: Any) -> M:
    """A brand, attribute or the like; others may go on naming it. Raises NotFound."""
    row = model._default_manager.select_for_update(no_key=True).filter(**identity).first()
    if row is None:
        raise NotFound(gettext("There is no such %(what)s.") % {"what": model._meta.verbose_name})
    return row


def write(row: models.Model, columns: Mapping[str, Any]) -> None:
    """Set and save these columns alone, so that nobody's change of another one is lost."""
    for name, value in columns.items():
        setattr(row, name, value)
    if columns:
        row.save(update_fields=list(columns))


def free_slug(model: type[models.Model], name: str, *, fallback: str, **beside: Any) -> str:
    """A slug made from `name` that no row has: `mug`, else `mug-2`, `mug-3` …"""
    stem = slug_of(name, limit=SLUG_LENGTH) or fallback
    rows = model._default_manager.filter(**beside)
    used = set(rows.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    # Slugs that somebody typed in capitals are found one by one: there are hardly any.
    while slug in used or same_in_any_case(rows, "slug", slug):
        number += 1
        slug = f"{stem}-{number}"
    return slug


def require_unused(what: str, **uses: models.QuerySet) -> None:
    """Raises InUse that says what stands in the way, with the names of a few; querysets are of names."""
    found = {name: {"count": names.count(), "examples": list(names[:EXAMPLES])} for name, names in uses.items()}
    if used := {name: use for name, use in found.items() if use["count"]}:
        by = get_text_list(
            [f"{use['count']} {uses[name].model._meta.verbose_name_plural}" for name, use in used.items()],
            gettext("and"),
        )
        raise InUse(gettext("%(what)s is used by %(by)s; change these first.") % {"what": what, "by": by}, in_use=used)
