"""Pages as shoppers read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext

from apps.catalog.pages.markup import html_of
from apps.catalog.pages.models import Page
from apps.common.problems import NotFound
from apps.common.translated import text


@dataclass(frozen=True, slots=True)
class PageLink:
    """An entry of the footer."""

    slug: str
    title: str
    position: int


@dataclass(frozen=True, slots=True)
class ShownPage:
    """A page in one language; `body_html` can stand in a document as it is."""

    slug: str
    title: str
    body_html: str
    updated_at: datetime


def published_pages(language: str) -> list[PageLink]:
    """The published pages in the order of the footer. 1 query."""
    rows = Page.objects.filter(is_published=True).defer("body").order_by("position", "slug")
    return [PageLink(page.slug, text(page, "title", language), page.position) for page in rows]


def published_page(slug: str, language: str) -> ShownPage:
    """One published page. Raises NotFound."""
    page = Page.objects.filter(slug=slug, is_published=True).first()
    if page is None:
        raise NotFound(gettext("There is no such page."))
    return ShownPage(page.slug, text(page, "title", language), html_of(text(page, "body", language)), page.updated_at)
