"""What must be true of a row as a whole: kinds and offers, what may be published, sales, stock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext

from apps.catalog.imports import cells
from apps.catalog.imports.bulk import BulkRow
from apps.catalog.imports.catalogue import ShownSale
from apps.catalog.imports.checked_row import CheckedRow
from apps.catalog.imports.columns import Column, Family
from apps.catalog.products.models import Product
from apps.catalog.products.rules import (
    kind_errors,
    offer_errors,
    overlapping,
    price_errors,
    publication_errors,
    publication_start,
    sale_errors,
    title_errors,
    unpriced_sale_errors,
)

PERIOD = ("sale_starts_at", "sale_ends_at")
MOMENT = cells.Moment()


def check(row: CheckedRow, columns: Mapping[str, Column], at: datetime) -> None:
    """Refuse what cannot stand together. Cells that could not be read have their errors already."""
    after = row.after
    if row.product and "kind" in after:
        for name, sentence in kind_errors(kind=row.before["kind"], wanted=after["kind"], has_variants=True).items():
            row.refuse(name, sentence)
    if not row.variant or not {"offer", "rental_hours"}.isdisjoint(after):
        _check_offer(row)
    if not {"status", "published_at", "published_until"}.isdisjoint(after):
        _check_publication(row, at)
    if not row.variant or not {"status", "title_slug"}.isdisjoint(after):
        _check_title(row)
    for name in [name for name in after if name.startswith("stock")]:
        _check_stock(row, name)
    if any(name.startswith("sale") for name in after):
        _check_sale(row, columns, at)
    if any(name.startswith(("sale.", "price.")) for name in after):
        _check_sale_prices(row)
    currency = f"price.{settings.SHOP_CURRENCY}"
    # Whether another variant keeps its price, another row may change, so each keeps its own.
    if after.get(currency) == "" and _text(row, "status") == Product.Status.PUBLISHED:
        row.refuse(currency, gettext("A published product keeps its price in this currency."))


def _text(row: CheckedRow, name: str) -> str:
    """What a field of the product or variant will say, whether the file has its column or not."""
    if name in row.after:
        return row.after[name]
    product, variant = row.product and row.product.product, row.variant and row.variant.variant
    match name:
        case "status":
            return product.status if product else ""
        case "title_slug":
            return product.title_slug if product else ""
        case "published_at" | "published_until":
            return MOMENT.show(getattr(product, name)) if product else ""
        case "offer":
            return variant.offer if variant else ""
        case "rental_hours":
            return str(variant.rental_hours or "") if variant else ""
    return ""


def _check_offer(row: CheckedRow) -> None:
    if "offer" in row.errors or "rental_hours" in row.errors:
        return
    kind = Product.Kind.VIDEO if row.is_video else Product.Kind.GOODS
    hours = _text(row, "rental_hours")
    errors = offer_errors(kind=kind, offer=_text(row, "offer"), rental_hours=int(hours) if hours else None)
    for name, sentence in errors.items():
        row.refuse(name, sentence)


def _check_title(row: CheckedRow) -> None:
    """A film that is published, or will be, names its title in the video service."""
    if not row.is_video or _text(row, "status") != Product.Status.PUBLISHED:
        return
    untitled = set(row.product.untitled_skus if row.product else ())
    untitled |= set() if row.variant else {row.sku}
    errors = title_errors(kind=Product.Kind.VIDEO, title_slug=_text(row, "title_slug"), untitled_skus=sorted(untitled))
    for name, sentence in errors.items():
        row.refuse(name, sentence)


def _check_publication(row: CheckedRow, at: datetime) -> None:
    starts, ends = _text(row, "published_at"), _text(row, "published_until")
    is_public = _text(row, "status") == Product.Status.PUBLISHED
    given = MOMENT.read(starts) if starts else None
    begins = publication_start(status=_text(row, "status"), starts_at=given, now=at)
    errors = publication_errors(starts_at=begins, ends_at=MOMENT.read(ends) if ends else None)
    for name, sentence in errors.items():
        row.refuse(name, sentence)
    if is_public and row.after.get("published_at") == "":
        row.refuse("published_at", gettext("A published product has a time that it shows from."))
    if is_public and "status" in row.after:
        for sentence in price_errors(currency=settings.SHOP_CURRENCY, is_priced=_is_priced(row)).values():
            row.refuse("status", sentence)


def _is_priced(row: CheckedRow) -> bool:
    """Whether the product has a price in the shop's currency, by this row or already."""
    currency = settings.SHOP_CURRENCY
    if row.after.get(f"price.{currency}") or f"price.{currency}" in row.errors:
        return True
    return row.product is not None and row.product.is_priced


def _check_stock(row: CheckedRow, name: str) -> None:
    if row.is_video:
        row.refuse(name, gettext("Films have no stock."))
    elif row.variant and int(row.after[name]) < int(row.before[name] or 0) - row.variant.stock.free:
        message = gettext("%(count)s units are reserved for orders; at least that many must stay.") % {
            "count": row.variant.stock.reserved
        }
        row.refuse(name, message)


def _check_sale(row: CheckedRow, columns: Mapping[str, Column], at: datetime) -> None:
    names = [name for name in columns if columns[name].family is Family.SALE]
    if any(name in row.errors for name in (*names, *PERIOD)):
        return
    shown = row.variant.sale if row.variant else None
    starts, ends = (row.after.get(name) or (MOMENT.show(getattr(shown, name[5:])) if shown else "") for name in PERIOD)
    amounts = {columns[name].key: row.after[name] for name in names if row.after.get(name)}
    kept = {c: s for c, s in shown.rows.items() if row.after.get(f"sale.{c}") != ""} if shown else {}
    if not amounts and not kept:
        if any(name in row.after for name in PERIOD):
            row.refuse(PERIOD[0], gettext("A sale needs a price: sale.EUR."))
        return
    if not starts or not ends:
        row.refuse(
            PERIOD[0] if not starts else PERIOD[1], gettext("A sale needs the times that it starts and ends at.")
        )
        return
    starts_at, ends_at = MOMENT.read(starts), MOMENT.read(ends)
    if _stands_already(row, columns, starts_at, ends_at):
        for name in (*names, *PERIOD):
            row.before.pop(name, None)
            row.after.pop(name, None)
        return
    if errors := sale_errors(starts_at=starts_at, ends_at=ends_at):
        row.refuse(PERIOD[1], *errors.values())
    elif ends_at <= at:
        row.refuse(PERIOD[1], gettext("This sale is over already."))
    for currency in {*amounts, *kept}:
        if other := _overlapping(row, currency, starts_at, ends_at):
            message = gettext("Another sale in %(currency)s starts at %(moment)s; they would overlap.") % {
                "currency": currency,
                "moment": MOMENT.show(other.starts_at),
            }
            row.refuse(f"sale.{currency}", message)


def _check_sale_prices(row: CheckedRow) -> None:
    """A sale that runs, is scheduled or stands in the row has a price in its currency."""
    priced, on_sale = set[str](), set[str]()
    if row.variant:
        priced |= row.variant.prices.keys()
        # A row can clear the shown sale alone; later ones stay.
        shown = row.variant.sale.rows if row.variant.sale else {}
        cleared = [sale for currency, sale in shown.items() if row.after.get(f"sale.{currency}") == ""]
        on_sale |= {sale.currency for sale in row.variant.coming_sales if sale not in cleared}
    for name, text in row.after.items():
        family, _, currency = name.partition(".")
        if family == "price":
            (priced.add if text else priced.discard)(currency)
        elif family == "sale" and text:
            on_sale.add(currency)
    # A price that could not be read has its error already.
    priced |= {name.removeprefix("price.") for name in row.errors if name.startswith("price.")}
    for currency, sentence in unpriced_sale_errors(priced=priced, on_sale=on_sale).items():
        row.refuse(f"sale.{currency}" if row.after.get(f"sale.{currency}") else f"price.{currency}", sentence)


def _stands_already(row: CheckedRow, columns: Mapping[str, Column], starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the very sales that the row says are there, though another one comes first: an older export says so."""
    if row.variant is None:
        return False
    there = {(s.currency, s.amount, s.starts_at, s.ends_at) for s in row.variant.sales}
    said = {name: row.said[name] for name in row.said if name in columns and columns[name].family is Family.SALE}
    if not said or cells.CLEAR in said.values():
        return False
    wanted = {(columns[n].key, columns[n].kind.read(cells.unescape(t)), starts_at, ends_at) for n, t in said.items()}
    return wanted <= there


def _overlapping(row: CheckedRow, currency: str, starts_at: datetime, ends_at: datetime) -> BulkRow | None:
    """A sale in the way, other than the one that the row replaces."""
    if row.variant is None:
        return None
    replaced = row.variant.sale.rows.get(currency) if row.variant.sale else None
    others = (sale for sale in row.variant.sales if sale.currency == currency and sale is not replaced)
    wanted = ShownSale(starts_at, ends_at, {})
    return next((sale for sale in others if overlapping((sale, wanted))), None)
