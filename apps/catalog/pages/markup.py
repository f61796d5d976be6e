"""Markdown as HTML that can stand in a page of the shop."""

from __future__ import annotations

from markdown_it import MarkdownIt

# HTML in the text is shown as text. Links of other schemes than web, mail and phone are shown as text too: markdown-it
# refuses `javascript:` and the like by a list of bad ones, which would let new ones through.
SCHEMES = frozenset({"http", "https", "mailto", "tel"})


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802  (markdown-it's name)
        scheme, colon, _ = url.strip().partition(":")
        is_relative = not colon or any(character in scheme for character in "/?#")
        return is_relative or scheme.lower() in SCHEMES


_markdown = _Markdown("commonmark", {"html": False}).enable("table").disable("image")


def html_of(text: str) -> str:
    """A Markdown text as HTML: CommonMark with tables, without HTML, images and unsafe links."""
    return _markdown.render(text)
