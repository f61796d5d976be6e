"""Writing a batch of checked rows in the caller's transaction: in bulk, with what every change of a product brings.

Lock order, as everywhere: products, then stock, then listings. New rows are inserted in the order of their slugs and
SKUs, so that two imports of the same new products cannot wait for each other.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter, itemgetter
from typing import Any, cast

from django.db.models import F, Max, Model
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.imports import bulk, catalogue, stock
from apps.catalog.imports.bulk import BulkRow, new_row
from apps.catalog.imports.catalogue import ProductState, Snapshot, VariantState, shown_of_product
from apps.catalog.imports.columns import Column, Family, find_column
from apps.catalog.imports.facts import Facts
from apps.catalog.imports.models import ImportRow
from apps.catalog.imports.stock import Author
from apps.catalog.products import publication
from apps.catalog.products.changes import products_changed
from apps.catalog.products.models import AttributeValue, Price, Product, SalePrice, Variant
from apps.catalog.products.publication import change_of
from apps.catalog.products.rules import publication_start
from apps.common.model_fields import concrete_field
from apps.common.problems import Conflict

Status = Product.Status
PERIOD = {"sale_starts_at": "starts_at", "sale_ends_at": "ends_at"}


class CatalogueChanged(Conflict):
    slug, title = "import-overtaken", _("The catalogue changed after the file was checked")


@dataclass(slots=True)
class Plan:
    """The rows that a batch writes."""

    new_products: dict[str, BulkRow] = field(default_factory=dict)
    changed_products: dict[uuid.UUID, BulkRow] = field(default_factory=dict)
    product_fields: set[str] = field(default_factory=set)
    former_status: dict[uuid.UUID, str] = field(default_factory=dict)
    touched: dict[uuid.UUID, BulkRow] = field(default_factory=dict)
    new_variants: list[BulkRow] = field(default_factory=list)
    changed_variants: dict[uuid.UUID, BulkRow] = field(default_factory=dict)
    variant_fields: set[str] = field(default_factory=set)
    new_prices: list[BulkRow] = field(default_factory=list)
    prices: list[dict[str, Any]] = field(default_factory=list)
    removed_prices: list[int] = field(default_factory=list)
    sales: list[BulkRow] = field(default_factory=list)
    removed_sales: list[int] = field(default_factory=list)
    attribute_values: list[BulkRow] = field(default_factory=list)
    removed_attribute_values: list[int] = field(default_factory=list)
    counts: dict[uuid.UUID, dict[str, int]] = field(default_factory=dict)


def write_rows(rows: Collection[ImportRow], facts: Facts, author: Author) -> None:
    """Do what the check announced. Raises CatalogueChanged when the catalogue says something else by now."""
    columns = _columns(rows, facts)
    snapshot = catalogue.load(
        skus=[row.sku for row in rows],
        slugs={row.changes["slug"][1] for row in rows if "slug" in row.changes},
        columns=list(columns.values()),
        facts=facts,
        at=author.checked_at,
        lock=True,
    )
    plan = _Planner(columns, snapshot, facts, author).plan(rows)
    _save(plan, facts, author)
    _require_sellable(plan)
    _announce(plan)


def _columns(rows: Iterable[ImportRow], facts: Facts) -> dict[str, Column]:
    columns: dict[str, Column] = {}
    for row in rows:
        for name in row.changes:
            if name not in columns:
                column = find_column(name, facts)
                if column is None:
                    raise CatalogueChanged(
                        gettext("Line %(line)s: what %(name)s stands for is no longer there.")
                        % {"line": row.line, "name": name}
                    )
                columns[name] = column
    return columns


class _Planner:
    """Turns rows into what is written, and makes sure that they still mean what the check said."""

    def __init__(self, columns: dict[str, Column], snapshot: Snapshot, facts: Facts, author: Author) -> None:
        self.columns = columns
        self.snapshot = snapshot
        self.facts = facts
        self.author = author
        self.now = timezone.now()
        self.made = Plan()
        self.places: dict[uuid.UUID, int] = {}

    def plan(self, rows: Collection[ImportRow]) -> Plan:
        self.places = self._last_places(rows)
        for row in rows:
            if row.action == ImportRow.Action.CREATE:
                self._create(row)
            else:
                self._change(row)
        return self.made

    def _last_places(self, rows: Iterable[ImportRow]) -> dict[uuid.UUID, int]:
        """The last position of variants, by product, of existing products that get new variants."""
        slugs = [row.changes["slug"][1] for row in rows if row.action == ImportRow.Action.CREATE]
        known = self.snapshot.products
        joined = [known[slug.lower()].product.pk for slug in slugs if slug.lower() in known]
        if not joined:
            return {}
        return dict(
            Variant.objects.filter(product__in=joined).values_list("product_id").annotate(Max("position")).order_by()
        )

    def _create(self, row: ImportRow) -> None:
        if row.sku.lower() in self.snapshot.variants:
            raise CatalogueChanged(
                gettext("Line %(line)s: somebody made %(sku)s after the file was checked.")
                % {"line": row.line, "sku": row.sku}
            )
        was_free, slug = row.changes["slug"][0] == "", row.changes["slug"][1]
        state = self.snapshot.products.get(slug.lower())
        if was_free:
            if state:
                raise CatalogueChanged(
                    gettext("Line %(line)s: somebody made a product %(slug)s after the file was checked.")
                    % {"line": row.line, "slug": slug}
                )
            product = new_row(Product, slug=slug)
            self.made.new_products[slug.lower()] = self.made.touched[product.pk] = product
            self._set_product(product, row, ProductState(product))
        elif state:
            product = state.product
            self._set_product(product, row, state)
        elif slug.lower() in self.made.new_products:
            product = self.made.new_products[slug.lower()]
        else:
            raise CatalogueChanged(
                gettext("Line %(line)s: the product %(slug)s is no longer there.") % {"line": row.line, "slug": slug}
            )
        place = self.places[product.pk] = self.places.get(product.pk, -1) + 1
        variant = new_row(Variant, product_id=product.pk, sku=row.sku, position=min(place, 32_767))
        self.made.new_variants.append(variant)
        self._set_variant(VariantState(variant, ProductState(product), self.author.checked_at), row, is_new=True)

    def _change(self, row: ImportRow) -> None:
        state = self.snapshot.variants.get(row.sku.lower())
        if state is None:
            raise CatalogueChanged(
                gettext("Line %(line)s: %(sku)s is no longer there.") % {"line": row.line, "sku": row.sku}
            )
        self._set_product(state.product.product, row, state.product)
        self._set_variant(state, row, is_new=False)

    def _set_product(self, product: BulkRow, row: ImportRow, state: ProductState) -> None:
        made = self.made
        is_new = product.slug.lower() in made.new_products
        names = [name for name in row.changes if name != "slug" and self.columns[name].is_of_product]
        if not is_new:
            for name in names:
                self._require(row, name, shown_of_product(state, self.columns[name], self.facts))
            if any(self.columns[name].family is not Family.STOCK for name in row.changes):
                made.touched[product.pk] = product
            made.former_status.setdefault(product.pk, product.status)
        for name in names:
            column, after = self.columns[name], row.changes[name][1]
            if column.family is Family.ATTRIBUTE:
                known = self.facts.attributes[column.key]
                made.removed_attribute_values += [
                    value.pk for value in state.attribute_values.get(known.attribute.pk, ())
                ]
                made.attribute_values += known.rows(product.pk, after)
                continue
            name = _set_field(Product, product, column, after)
            if not is_new:
                made.product_fields.add(name)
                made.changed_products[product.pk] = product
        begins = publication_start(status=product.status, starts_at=product.published_at, now=self.now)
        if begins != product.published_at:
            product.published_at = begins
            if not is_new:
                made.product_fields.add("published_at")

    def _set_variant(self, state: VariantState, row: ImportRow, *, is_new: bool) -> None:
        made, variant = self.made, state.variant
        names = [name for name in row.changes if name != "slug" and not self.columns[name].is_of_product]
        if is_new and state.product.product.kind != Product.Kind.VIDEO:
            made.counts[variant.pk] = {}
        sale: dict[str, str] = {}
        for name in names:
            column, after = self.columns[name], row.changes[name][1]
            # Units are sold all the time; a count is a count.
            if not is_new and column.family is not Family.STOCK:
                self._require(row, name, state.shown(column, self.facts))
            match column.family:
                case Family.PRICE:
                    self._set_price(state, column, after, is_new=is_new)
                case Family.SALE | Family.SALE_PERIOD:
                    sale[name] = after
                case Family.STOCK:
                    if is_new:
                        made.counts[variant.pk][column.key] = column.kind.read(after)
                case _:
                    name = _set_field(Variant, variant, column, after)
                    if not is_new:
                        made.variant_fields.add(name)
                        made.changed_variants[variant.pk] = variant
        if sale:
            self._set_sale(state, sale)

    def _require(self, row: ImportRow, name: str, now: str) -> None:
        before = row.changes[name][0]
        if now != before:
            words = gettext("%(name)s of %(sku)s is %(now)s now; it was %(before)s when the file was checked.") % {
                "name": name,
                "sku": row.sku,
                "now": repr(now[:60]),
                "before": repr(before[:60]),
            }
            raise CatalogueChanged(gettext("Line %(line)s: %(reason)s") % {"line": row.line, "reason": words})

    def _set_price(self, state: VariantState, column: Column, after: str, *, is_new: bool) -> None:
        said = {"variant_id": state.variant.pk, "currency": column.key}
        if after and is_new:
            self.made.new_prices.append(new_row(Price, amount=column.kind.read(after), **said))
        elif after:
            self.made.prices.append({"amount": column.kind.read(after), **said})
        elif column.key in state.prices:
            self.made.removed_prices.append(state.prices[column.key].pk)

    def _set_sale(self, state: VariantState, said: dict[str, str]) -> None:
        """The shown sale makes room for what it becomes; others stay."""
        shown = state.sale
        period: dict[str, Any] = {}
        for name, key in PERIOD.items():
            period[key] = self.columns[name].kind.read(said[name]) if name in said else getattr(shown, key, None)
        amounts = {currency: sale.amount for currency, sale in shown.rows.items()} if shown else {}
        for name, after in said.items():
            column = self.columns[name]
            if column.family is Family.SALE:
                amounts[column.key] = column.kind.read(after) if after else None
        self.made.removed_sales += [sale.pk for sale in shown.rows.values()] if shown else []
        self.made.sales += [
            new_row(SalePrice, variant_id=state.variant.pk, currency=currency, amount=amount, **period)
            for currency, amount in amounts.items()
            if amount is not None
        ]


def _set_field(model: type[Model], row: BulkRow, column: Column, after: str) -> str:
    """Set a value on the row; returns the name of its attribute."""
    if column.family is Family.TRANSLATION:
        language, _, name = column.key.partition(".")
        texts = {key: text for key, text in row.translations.get(language, {}).items() if key != name}
        texts |= {name: after} if after else {}
        others = {code: other for code, other in row.translations.items() if code != language}
        row.translations = others | ({language: texts} if texts else {})
        return "translations"
    nothing = _nothing(model, column.key)
    setattr(row, column.key, column.kind.read(after) if after else nothing)
    return column.key


@cache
def _nothing(model: type[Model], name: str) -> Any:
    model_field = concrete_field(model, name.removesuffix("_id") if name.endswith("_id") else name)
    return None if model_field.null else model_field.get_default()


def _save(plan: Plan, facts: Facts, author: Author) -> None:
    """Write the plan in lock order: 2 statements for each table that changes, whatever the number of rows."""
    bulk.insert(Product, sorted(plan.new_products.values(), key=attrgetter("slug")))
    _change_products(plan)
    bulk.insert(Variant, sorted(plan.new_variants, key=attrgetter("sku")))
    bulk.update(Variant, plan.variant_fields, sorted(plan.changed_variants.values(), key=attrgetter("sku")))
    _remove(Price, plan.removed_prices)
    bulk.insert(Price, plan.new_prices)
    prices = sorted(plan.prices, key=itemgetter("variant_id", "currency"))
    bulk.upsert(Price, prices, key=("variant_id", "currency"))
    _remove(SalePrice, plan.removed_sales)
    bulk.insert(SalePrice, plan.sales)
    _remove(AttributeValue, plan.removed_attribute_values)
    bulk.insert(AttributeValue, plan.attribute_values)
    if plan.counts:
        stock.open_counts(plan.counts, facts, author)


def _remove(model: type[Model], ids: list[int]) -> None:
    if ids:
        model._default_manager.filter(pk__in=ids).delete()


def _change_products(plan: Plan) -> None:
    now = timezone.now()
    changed = [plan.changed_products[pk] for pk in sorted(plan.changed_products)]
    for product in changed:
        product.version += 1
        product.updated_at = now
    bulk.update(Product, plan.product_fields | {"version", "updated_at"}, changed)
    new = {product.pk for product in plan.new_products.values()}
    if others := sorted(plan.touched.keys() - plan.changed_products.keys() - new):
        Product.objects.filter(pk__in=others).update(version=F("version") + 1, updated_at=now)


def _require_sellable(plan: Plan) -> None:
    """All that is published may be: what no row can see, and what changed since the check. Raises CatalogueChanged."""
    published = [product for product in plan.touched.values() if product.status == Status.PUBLISHED]
    if not published:
        return
    # Rows with all that publication reads of a product; to load 1,000 products again takes a tenth of the write.
    products = cast("list[Product]", sorted(published, key=attrgetter("pk")))
    try:
        publication.require_sellable(products)
        became = [product for product in products if plan.former_status.get(product.pk) != Status.PUBLISHED]
        publication.require_described(became)
    except publication.NotSellable as problem:
        raise CatalogueChanged(problem.explanation) from problem


def _announce(plan: Plan) -> None:
    """What `publication.record_changes` announces; stock of new variants is open already."""
    touched = plan.touched.values()
    products_changed.announce([change_of(product, plan.former_status.get(product.pk)) for product in touched])
