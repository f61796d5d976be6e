"""Which reviews of a product a page shows, from its query string."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

from apps.ui.storefront.clients.catalog_schemas import Rating

RATINGS = ("5", "4", "3", "2", "1")


@dataclass(frozen=True, slots=True)
class HistogramRow:
    """A number of stars, how many reviews have it, and the address of these; empty where there are none."""

    stars: int
    count: int
    query: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class ReviewFilters:
    """`rating` is "1" to "5" or empty for all; `cursor` is that of an older page. `sku` is the variant of the page."""

    rating: str = ""
    with_images: bool = False
    cursor: str = ""
    sku: str = ""

    @classmethod
    def of(cls, params: QueryDict) -> ReviewFilters:
        """The filters of a page, without its variant; what cannot be used is left out."""
        rating = params.get("rating", "")
        return cls(
            rating=rating if rating in RATINGS else "",
            with_images=params.get("images") == "1",
            cursor=params.get("reviews", "")[:500],
        )

    @property
    def is_filtered(self) -> bool:
        return bool(self.rating or self.with_images)

    def api_params(self) -> dict[str, Any]:
        """Parameters of the list of reviews."""
        images = "true" if self.with_images else ""
        return {"rating": self.rating, "with_images": images, "cursor": self.cursor}

    def query(self, **changes: Any) -> str:
        """The query string with these changes, in one form; a change of a filter starts with the newest reviews."""
        changed = replace(self, **({"cursor": ""} | changes))
        given = {"sku": changed.sku, "rating": changed.rating, "images": "1" if changed.with_images else ""}
        given["reviews"] = changed.cursor
        return urlencode({name: value for name, value in given.items() if value})

    def query_string(self) -> str:
        """The query string of this very page."""
        return self.query(cursor=self.cursor)

    def newest_query(self) -> str:
        """The query string of the newest reviews with the same filters."""
        return self.query()

    def unfiltered_query(self) -> str:
        return self.query(rating="", with_images=False)

    def images_query(self) -> str:
        """The query string with the filter by images switched."""
        return self.query(with_images=not self.with_images)

    def histogram(self, rating: Rating) -> tuple[HistogramRow, ...]:
        """The rows of the histogram, 5 stars first. The current row leads back to all reviews."""
        rows = []
        for stars, count in rating.bars:
            is_current = self.rating == str(stars)
            query = self.query(rating="" if is_current else str(stars)) if count else ""
            rows.append(HistogramRow(stars, count, query, is_current))
        return tuple(rows)
