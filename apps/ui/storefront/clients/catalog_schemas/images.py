"""Images of catalog, in formats and sizes."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

# Minimum width of the fallback image on a product card, in pixels.
CARD_WIDTH = 640


# Minimum width of what a player shows before it plays.
STILL_WIDTH = 960


@dataclass(frozen=True, slots=True)
class ImageSource:
    """One size of an image; `width` in pixels."""

    url: str
    width: int


@dataclass(frozen=True, slots=True)
class ImageFormat:
    """An image in one format (`image/avif`), in several sizes, the smallest first."""

    type: str
    srcset: tuple[ImageSource, ...]

    @property
    def srcset_attribute(self) -> str:
        """The value of the `srcset` attribute."""
        return srcset_attribute(self.srcset)


@dataclass(frozen=True, slots=True)
class Image:
    """An image; `width` and `height` are those of the original in pixels. `sources` are its formats, the best first."""

    url: str
    alt: str
    width: int
    height: int
    srcset: tuple[ImageSource, ...]
    sources: tuple[ImageFormat, ...] = ()

    @property
    def modern_sources(self) -> tuple[ImageFormat, ...]:
        """All formats but the fallback."""
        return self.sources[:-1]

    @property
    def srcset_attribute(self) -> str:
        """The `srcset` attribute of the fallback format."""
        return srcset_attribute(self.sources[-1].srcset if self.sources else self.srcset)

    @property
    def largest_url(self) -> str:
        """The largest file in the fallback format."""
        offered = self.sources[-1].srcset if self.sources else ()
        return short_url(offered[-1].url if offered else self.url)

    @property
    def still_url(self) -> str:
        """A WebP file that fills a player: the smallest that is at least STILL_WIDTH wide, else the largest."""
        chosen = next((source for source in self.srcset if source.width >= STILL_WIDTH), None)
        return short_url((chosen or (self.srcset[-1] if self.srcset else self)).url)

    @property
    def smallest_url(self) -> str:
        """The smallest file in the fallback format."""
        offered = self.sources[-1].srcset if self.sources else ()
        return short_url(offered[0].url if offered else self.url)

    @property
    def fallback_url(self) -> str:
        """A file in the fallback format: the smallest that is at least CARD_WIDTH wide, else the largest."""
        offered = self.sources[-1].srcset if self.sources else ()
        chosen = next((source for source in offered if source.width >= CARD_WIDTH), offered[-1] if offered else self)
        return short_url(chosen.url)


def srcset_attribute(sources: tuple[ImageSource, ...]) -> str:
    """`small.webp 320w, large.webp 640w`; a page names dozens of them, so those of our own host are paths."""
    return ", ".join(f"{short_url(source.url)} {source.width}w" for source in sources)


def short_url(url: str) -> str:
    """The path of a file on the shop's own host; other addresses as they are."""
    return url.removeprefix(settings.PUBLIC_URL)


@dataclass(frozen=True, slots=True)
class ShareImage:
    """The drawn image of a link, as JPEG."""

    content: bytes
    etag: str
