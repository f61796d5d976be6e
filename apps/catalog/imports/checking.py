"""Checking: what each row of a file would change, and what is wrong with it. Nothing of the catalogue is written."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext

from apps.catalog.imports import catalogue, cells, rules
from apps.catalog.imports.bulk import BulkRow, new_row
from apps.catalog.imports.catalogue import Snapshot, VariantState, shown_of_product
from apps.catalog.imports.cells import CLEAR, SKU, shortened, unescape
from apps.catalog.imports.checked_row import CheckedRow
from apps.catalog.imports.columns import Column, Heading
from apps.catalog.imports.decimal_marks import DecimalMarks
from apps.catalog.imports.facts import Facts
from apps.catalog.imports.models import ImportJob, ImportRow
from apps.catalog.imports.reading import Line
from apps.catalog.products.models import Product, Variant
from apps.catalog.products.slugs import slug_of
from apps.common.problems import ValidationProblem

Action = ImportRow.Action
NEEDED = ("title", "category")
# Stands for bytes that somebody read in the wrong encoding.
UNREADABLE = "\ufffd"
SLUG_LENGTH = 120


@dataclass(frozen=True, slots=True)
class FirstRow:
    """Where a product stands first in the file, what it is, and fingerprints of what is said of it there."""

    slug: str
    line: int
    is_video: bool
    said: bytes


@dataclass(slots=True)
class Memory:
    """What has to be known of all rows before: grows with the file, but only by keys (some 60 MB for 200,000 rows).

    `skus` (lines and spellings) and `products` are found in lower case.
    """

    skus: dict[str, tuple[int, str]] = field(default_factory=dict)
    barcodes: dict[str, int] = field(default_factory=dict)
    products: dict[str, FirstRow] = field(default_factory=dict)
    last_slug: str = ""


class Check:
    """Checks the lines of one file, batch by batch and in their order."""

    def __init__(
        self,
        job: ImportJob,
        heading: Heading,
        facts: Facts,
        at: datetime,
        *,
        reread: Callable[[], Iterable[Line]],
    ) -> None:
        """`reread` gives the lines below the heading once more."""
        self.job = job
        self.heading = heading
        self.columns = heading.usable
        self.facts = facts
        self.at = at
        self.memory = Memory()
        self.places = [(place, column) for place, column in enumerate(heading.columns) if column]
        self.marks = DecimalMarks(job.decimal_mark, dict(self.places), reread)
        self.product_columns = [c.name for c in self.columns.values() if c.is_of_product and c.name != "slug"]
        self.fingerprints = struct.Struct(f"{len(self.product_columns)}I")
        self.names_products = bool({"slug", "title"} & self.columns.keys())

    def check(self, lines: Iterable[Line]) -> list[BulkRow]:
        """Check these lines; returns an ImportRow for each. At most 9 queries."""
        rows = [self._said(line) for line in lines]
        snapshot = catalogue.load(
            skus=[row.sku for row in rows if row.sku],
            slugs=self._slugs(rows),
            columns=list(self.columns.values()),
            facts=self.facts,
            at=self.at,
            lock=False,
        )
        owners = self._owners_of_barcodes(rows)
        return [self._checked(row, snapshot, owners) for row in rows]

    def _said(self, line: Line) -> CheckedRow:
        cells = line.cells
        width = len(cells)
        said = {column.name: cells[place] for place, column in self.places if place < width and cells[place]}
        numbers = frozenset(column.name for place, column in self.places if place in line.numbers)
        row = CheckedRow(line=line.number, sku=plain_code(said.pop("sku", "")), said=said, numbers=numbers)
        if "slug" in said:
            said["slug"] = plain_code(said["slug"])
        for place, problem in line.problems.items():
            column = self.heading.columns[place] if place < len(self.heading.columns) else None
            row.refuse(column.name if column else "", problem)
        if any(cells[len(self.heading.columns) :]):
            named = len(self.heading.columns)
            beside = shortened(next(cell for cell in cells[named:] if cell))
            row.refuse(
                "",
                gettext("The row has %(width)s cells, the heading %(named)s; %(beside)s belongs to no column.")
                % {"width": width, "named": named, "beside": beside},
            )
        return row

    def _slugs(self, rows: Iterable[CheckedRow]) -> set[str]:
        """The products that new variants may belong to."""
        slugs = {row.said["slug"] for row in rows if "slug" in row.said}
        slugs |= {made_slug(row) for row in rows if "slug" not in row.said and "title" in row.said}
        return slugs | ({self.memory.last_slug} if self.memory.last_slug else set())

    def _owners_of_barcodes(self, rows: Iterable[CheckedRow]) -> dict[str, str]:
        barcodes = [row.said["barcode"] for row in rows if "barcode" in row.said]
        if not barcodes:
            return {}
        return dict(Variant.objects.filter(barcode__in=barcodes).values_list("barcode", "sku"))

    def _checked(self, row: CheckedRow, snapshot: Snapshot, owners: Mapping[str, str]) -> BulkRow:
        if self._is_first_of_its_sku(row):
            row.variant = snapshot.variants.get(row.sku.lower())
            if row.variant:
                self._begin_change(row, row.variant)
            else:
                self._begin_new(row, snapshot)
            self._read_cells(row)
            self._claim_barcode(row, owners)
            rules.check(row, self.columns, self.at)
        action = Action.CHANGE if row.variant else Action.CREATE
        if row.errors:
            return result(self.job, line=row.line, sku=row.sku[:40], action=Action.ERROR, errors=row.errors)
        if not row.after:
            action = Action.NOTHING
        return result(self.job, line=row.line, sku=row.sku, action=action, changes=row.changes())

    def _is_first_of_its_sku(self, row: CheckedRow) -> bool:
        if not row.sku:
            row.refuse("sku", gettext("Every row needs a SKU."))
            return False
        line, spelt = self.memory.skus.setdefault(row.sku.lower(), (row.line, row.sku))
        if line == row.line:
            return True
        sentence = gettext("The SKU %(sku)s stands in line %(line)s already.")
        if spelt != row.sku:
            sentence = gettext(
                "The SKU %(sku)s stands in line %(line)s already, written %(spelt)s; capitals make no other article."
            )
        row.refuse("sku", sentence % {"sku": row.sku[:40], "line": line, "spelt": spelt[:40]})
        return False

    def _begin_change(self, row: CheckedRow, variant: VariantState) -> None:
        product = variant.product.product
        row.product, row.slug, row.sku = variant.product, product.slug, variant.variant.sku
        row.is_video = product.kind == Product.Kind.VIDEO
        if row.said.get("slug", product.slug).lower() != product.slug.lower():
            row.refuse(
                "slug",
                gettext("%(sku)s belongs to %(slug)s; an import does not change that.")
                % {"sku": row.sku, "slug": product.slug},
            )
        row.said.pop("slug", None)
        self._repeat_product(row)

    def _begin_new(self, row: CheckedRow, snapshot: Snapshot) -> None:
        """A SKU that the shop does not have: a variant more of a product, or a new product."""
        if not SKU.fullmatch(row.sku):
            row.refuse(
                "sku", gettext("Use letters, digits, dots, dashes, underscores and plus for a new SKU, at most 40.")
            )
        continues = self.names_products and not {"slug", "title"} & row.said.keys()
        row.slug = self.memory.last_slug if continues else row.said.get("slug", "") or made_slug(row)
        row.product = snapshot.products.get(row.slug.lower())
        known = self.memory.products.get(row.slug.lower())
        if row.product or known:
            row.slug = row.product.product.slug if row.product else known.slug if known else row.slug
        if not row.slug:
            names = [name for name in NEEDED if name not in row.said]
            missing = ", ".join(names) or "slug"
            row.refuse(
                "sku",
                gettext("There is no %(sku)s. A new one needs a title, a category and a price (%(missing)s).")
                % {"sku": row.sku[:40], "missing": missing},
            )
        elif row.product and not known and "slug" not in row.said and not continues:
            message = gettext(
                "There is a product %(slug)s already. Name it in slug to add a variant, or name another slug."
            ) % {"slug": row.slug}
            row.refuse("slug", message)
        elif known and "slug" not in row.said and not continues and self._has_other_title(row, known):
            message = gettext(
                "The slug of this title is %(slug)s, as in line %(line)s for another title. Name "
                "another slug, or name this one to add a variant."
            ) % {"slug": row.slug, "line": known.line}
            row.refuse("slug", message)
            return
        elif not row.product and not known:
            for name in (name for name in NEEDED if name not in row.said):
                row.refuse(name, gettext("A new product needs this."))
        if known:
            row.is_video = known.is_video
        elif row.product:
            row.is_video = row.product.product.kind == Product.Kind.VIDEO
        else:
            row.is_video = row.said.get("kind", "").lower() == Product.Kind.VIDEO
        if not any(name.startswith("price.") and text != CLEAR for name, text in row.said.items()):
            row.refuse("price", gettext("A new SKU needs a price."))
        said_slug = row.said.pop("slug", "")
        if row.slug and not row.errors.get("slug"):
            self._name_product(row, said_slug, is_known=bool(known or row.product))
        self._repeat_product(row)

    def _has_other_title(self, row: CheckedRow, first: FirstRow) -> bool:
        """Whether a row's title is not what the first row of the product with the same slug says."""
        place = self.product_columns.index("title")
        before = self.fingerprints.unpack(first.said)[place]
        return bool(before) and before != fingerprint(row.said["title"])

    def _name_product(self, row: CheckedRow, said: str, *, is_known: bool) -> None:
        """New rows say which product they make or join."""
        if not is_known and said and (sentence := _sentence(self.columns["slug"].kind.read, said)):
            row.refuse("slug", sentence)
            return
        row.before["slug"] = row.slug if is_known else ""
        row.after["slug"] = row.slug

    def _repeat_product(self, row: CheckedRow) -> None:
        """The first row of a product says what is said of it; later ones repeat that or leave it empty."""
        said = [fingerprint(row.said[name]) if name in row.said else 0 for name in self.product_columns]
        self.memory.last_slug = row.slug
        first = self.memory.products.get(row.slug.lower())
        if first is None:
            if row.slug:
                packed = self.fingerprints.pack(*said)
                self.memory.products[row.slug.lower()] = FirstRow(row.slug, row.line, row.is_video, packed)
            return
        for name, now, before in zip(self.product_columns, said, self.fingerprints.unpack(first.said), strict=True):
            if now and now != before:
                row.refuse(
                    name,
                    gettext("Line %(line)s says something else of the product %(slug)s.")
                    % {"line": first.line, "slug": row.slug},
                )
            row.said.pop(name, None)

    def _read_cells(self, row: CheckedRow) -> None:
        for name, text in row.said.items():
            column = self.columns[name]
            before = self._before(row, column)
            if text == CLEAR:
                self._clear(row, column, before)
                continue
            try:
                row.said[name] = text = self._plain(row, column, text)
                if text == before:
                    continue
                after = column.kind.show(column.kind.read(text))
            except ValidationProblem as problem:
                row.refuse(name, with_value(text, str(problem)))
                continue
            if after == before:
                continue
            if UNREADABLE in text:
                sentence = gettext(
                    "%(character)s stands for a character that was lost. Write it again, and save as UTF-8."
                ) % {"character": UNREADABLE}
                row.refuse(name, with_value(text, sentence))
                continue
            row.before[name], row.after[name] = before, after

    def _plain(self, row: CheckedRow, column: Column, text: str) -> str:
        """A cell without the escapes and the notation of the file. Raises ValidationProblem."""
        match column.kind:
            case cells.Numeric() if column.name not in row.numbers:
                return self.marks.plain(column.name, column.kind, plain_code(text))
            case cells.Moment() | cells.Barcode() | cells.OneOf() | cells.YesNo() | cells.Slug():
                return plain_code(text)
        return unescape(text)

    def _clear(self, row: CheckedRow, column: Column, before: str) -> None:
        if not column.is_clearable:
            row.refuse(column.name, gettext("This cannot be emptied; leave the cell empty to keep what is there."))
        elif before:
            row.before[column.name], row.after[column.name] = before, ""

    def _before(self, row: CheckedRow, column: Column) -> str:
        if row.variant:
            return row.variant.shown(column, self.facts)
        if column.is_of_product and row.product:
            return shown_of_product(row.product, column, self.facts)
        return column.empty

    def _claim_barcode(self, row: CheckedRow, owners: Mapping[str, str]) -> None:
        barcode = row.after.get("barcode")
        if not barcode:
            return
        if (owner := owners.get(barcode, row.sku)) != row.sku:
            row.refuse("barcode", gettext("%(sku)s has this barcode already.") % {"sku": owner})
        elif line := self.memory.barcodes.get(barcode):
            row.refuse("barcode", gettext("Line %(line)s has this barcode already.") % {"line": line})
        self.memory.barcodes.setdefault(barcode, row.line)


def plain_code(text: str) -> str:
    """A code or number without the apostrophe by which a spreadsheet keeps it as text."""
    return unescape(text).removeprefix("'")


def fingerprint(text: str) -> int:
    """Distinguishes texts within one run; never 0, which stands for none."""
    return hash(text) & 0xFFFFFFFF or 1


def with_value(text: str, sentence: str) -> str:
    """The sentence with the value that it is about."""
    return sentence if shortened(text) in sentence else f"{shortened(text)}: {sentence}"


def made_slug(row: CheckedRow) -> str:
    """The slug that a new product gets from its title, or from its SKU when the title has no Latin letters."""
    title = row.said.get("title", "")
    if not title or title == CLEAR:
        return ""
    return slug_of(unescape(title), limit=SLUG_LENGTH) or slug_of(row.sku, limit=SLUG_LENGTH)


def _sentence(read: Callable[[str], object], text: str) -> str:
    try:
        read(text)
    except ValidationProblem as problem:
        return str(problem)
    return ""


def result(job: ImportJob, **said: Any) -> BulkRow:
    """A new ImportRow."""
    return new_row(ImportRow, job_id=job.pk, **said)


def heading_row(job: ImportJob, heading: Heading, line: int) -> list[BulkRow]:
    """The heading's own row, when something is wrong with it."""
    if not heading.errors:
        return []
    return [result(job, line=line, action=Action.ERROR, errors=heading.errors)]
