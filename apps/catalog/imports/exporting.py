"""Writing products as a file that imports read: batch after batch, so that 100,000 products need no more memory than
one batch, and importing the file again changes nothing.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone

from apps.catalog.imports import catalogue, notation, workbook_writing
from apps.catalog.imports.cells import Numeric, escape
from apps.catalog.imports.columns import Column, all_columns
from apps.catalog.imports.facts import load_facts
from apps.catalog.imports.models import ImportJob
from apps.catalog.products.models import Price, Product, SalePrice

BATCH = 500
BOM = "\ufeff"
CONTENT_TYPES = {
    ImportJob.Format.CSV: "text/csv; charset=utf-8",
    ImportJob.Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Which products: by status, kind, category's path (and all below it), brand's slug, and words of title or SKU."""

    status: str = ""
    kind: str = ""
    category: str = ""
    brand: str = ""
    q: str = ""

    def products(self) -> QuerySet[Product]:
        products = Product.objects.all()
        if self.status:
            products = products.filter(status=self.status)
        if self.kind:
            products = products.filter(kind=self.kind)
        if self.category:
            below = Q(category__full_path__startswith=f"{self.category}/")
            products = products.filter(below | Q(category__full_path=self.category))
        if self.brand:
            products = products.filter(brand__slug=self.brand)
        for word in self.q.split():
            named = Q(title__icontains=word) | Q(slug__icontains=word)
            products = products.filter(named | Q(variants__sku__istartswith=word)).distinct()
        return products


def export_response(products: QuerySet[Product], form: str) -> StreamingHttpResponse:
    """A streaming response with the file of these products."""
    name = f"products-{timezone.now():%Y-%m-%d}.{form}"
    return StreamingHttpResponse(
        export(products, form),
        content_type=CONTENT_TYPES[ImportJob.Format(form)],
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"},
    )


def export(products: QuerySet[Product], form: str) -> Iterator[bytes]:
    """The file in units. Products come in the order in which they were made, each with its variants in theirs.

    A product without variants has no row.
    """
    facts = load_facts()
    currencies = Price.objects.order_by("currency").values_list("currency", flat=True).distinct()
    on_sale = SalePrice.objects.order_by("currency").values_list("currency", flat=True).distinct()
    columns = all_columns(facts, currencies, on_sale)
    rows = _rows(products, columns)
    numeric = {place for place, column in enumerate(columns) if isinstance(column.kind, Numeric)}
    if form == ImportJob.Format.XLSX:
        return workbook_writing.write_rows(rows, numeric=frozenset(numeric))
    # In a workbook a number is a number; in a text file 1.234 would be a thousand and more in many countries.
    return _csv(
        [notation.unambiguous(text) if place in numeric else text for place, text in enumerate(row)] for row in rows
    )


def _rows(products: QuerySet[Product], columns: list[Column]) -> Iterator[list[str]]:
    """The heading, then a row a variant: 7 queries for each batch of products."""
    yield [column.name for column in columns]
    facts = load_facts()
    chosen = Product.objects.filter(pk__in=products.order_by().values("pk")).order_by("pk")
    last = uuid.UUID(int=0)
    while ids := list(chosen.filter(pk__gt=last).values_list("pk", flat=True)[:BATCH]):
        last = ids[-1]
        snapshot = catalogue.load_products(
            Product.objects.filter(pk__in=ids), columns=columns, facts=facts, at=timezone.now()
        )
        states = sorted(snapshot.variants.values(), key=lambda state: state.product.product.pk)
        for state in states:
            yield [escape(state.shown(column, facts)) for column in columns]


def _csv(rows: Iterable[list[str]]) -> Iterator[bytes]:
    """Rows as CSV, in chunks; starts with a byte order mark, by which Excel recognises UTF-8."""
    buffer = io.StringIO()
    buffer.write(BOM)
    writer = csv.writer(buffer)
    for row in rows:
        writer.writerow(row)
        if buffer.tell() > 64 * 1024:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()
