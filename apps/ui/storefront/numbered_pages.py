"""The numbers below a list: every page can be reached by its own address, which crawlers need."""

from __future__ import annotations

from dataclasses import dataclass

from apps.ui.storefront.filters import MAX_PAGE, PAGE_SIZE, FilterState

# Pages that are shown before and after the current one.
NEIGHBOURS = 2


@dataclass(frozen=True, slots=True)
class PageLink:
    """A page's number and URL; a gap between numbers has no URL."""

    number: int
    url: str = ""
    is_current: bool = False


@dataclass(frozen=True, slots=True)
class NumberedPages:
    """The current page's number, and links to others; URLs are empty where there is no such page."""

    number: int
    links: tuple[PageLink, ...]
    previous_url: str
    next_url: str

    @classmethod
    def of(cls, total: int, state: FilterState) -> NumberedPages:
        """The pages of `total` products."""
        last = min(max(1, -(-total // PAGE_SIZE)), MAX_PAGE)
        number = min(state.page, last)

        def url(page: int) -> str:
            return "?" + state.query_string(page=str(page) if page > 1 else "") if 1 <= page <= last else ""

        shown = sorted({1, last, *range(max(1, number - NEIGHBOURS), min(last, number + NEIGHBOURS) + 1)})
        links: list[PageLink] = []
        for page in shown:
            if links and page - links[-1].number > 1:
                links.append(PageLink(page - 1))
            links.append(PageLink(page, url(page), is_current=page == number))
        return cls(number, tuple(links), url(number - 1), url(number + 1))
