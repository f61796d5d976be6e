"""Markdown as HTML that can stand in a page of the shop."""

from __future__ import annotations

from markdown_it import MarkdownIt

# HTML in the text is shown as text. Links of other schemes than web, mail and phone are shown as text too: markdown-it
# refuses `javascript:` and the like by a list of bad ones, which would let new ones through.
SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def _is_safe(address: str) -> bool:
    scheme, colon, _ = address.strip().partition(":")
    is_relative = not colon or any(character in scheme for character in "/?#")
    return is_relative or scheme.lower() in SCHEMES


_markdown = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")
_markdown.validateLink = _is_safe  # type: ignore[method-assign]  # how markdown-it is configured


def html_of(text: str) -> str:
    """A Markdown text as HTML: CommonMark with tables, without HTML, images and unsafe links."""
    return _markdown.render(text)
