"""Writes to pages by staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from apps.catalog.pages.models import Page
from apps.catalog.products.identifiers import same_in_any_case
from apps.catalog.products.transactions import (
    Guard,
    already_taken,
    catalog_transaction,
    free_slug,
    lock_row,
    unguarded,
    write,
)
from apps.common.translated import merged_translations


def create_page(columns: Mapping[str, Any]) -> Page:
    """Create a page; its slug is made from its title unless one is given. Raises AlreadyTaken, ValidationProblem."""
    with catalog_transaction():
        written = _checked(Page(), columns)
        page = Page(**({"slug": free_slug(Page, written["title"][:70], fallback="page")} | written))
        page.save(force_insert=True)
    return page


def change_page(slug: str, columns: Mapping[str, Any], *, guard: Guard) -> Page:
    """Write these columns of a page. Raises NotFound, PreconditionFailed, AlreadyTaken, ValidationProblem."""
    with catalog_transaction():
        page = lock_row(Page, slug=slug)
        guard(page)
        written = _checked(page, columns)
        changed = {name: value for name, value in written.items() if getattr(page, name) != value}
        if changed:
            write(page, {**changed, "updated_at": timezone.now()})
    return page


def delete_page(slug: str, *, guard: Guard) -> None:
    """Raises NotFound, PreconditionFailed."""
    with catalog_transaction():
        page = lock_row(Page, slug=slug)
        guard(page)
        page.delete()


def import_pages(pages: Iterable[Mapping[str, Any]]) -> int:
    """Make or update pages by their slugs, all or none; returns how many. Raises AlreadyTaken, ValidationProblem."""
    count = 0
    with catalog_transaction():
        for columns in pages:
            if Page.objects.filter(slug=columns["slug"]).exists():
                change_page(columns["slug"], columns, guard=unguarded)
            else:
                create_page(columns)
            count += 1
    return count


def _checked(page: Page, columns: Mapping[str, Any]) -> dict[str, Any]:
    written = dict(columns)
    others = Page.objects.exclude(pk=page.pk)
    if "slug" in written and (known := same_in_any_case(others, "slug", written["slug"])):
        raise already_taken("slug", gettext("There is a page %(known)s already.") % {"known": known})
    if "translations" in written:
        written["translations"] = merged_translations(page, written["translations"])
    return written
