"""Pages of text that staff write in catalog."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TextPageLink:
    """A page of text, by the slug of its address and its title."""

    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class TextPageLinks:
    """The pages of text, in the order of the footer."""

    results: tuple[TextPageLink, ...]


@dataclass(frozen=True, slots=True)
class TextPage:
    """A page of text; `body_html` is safe HTML."""

    slug: str
    title: str
    body_html: str
    updated_at: datetime
