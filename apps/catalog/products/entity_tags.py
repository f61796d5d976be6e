"""Entity tags of what the API shows: caches compare the whole tag, editors of products its version."""

from __future__ import annotations

import hashlib
from typing import Any

from rest_framework.renderers import JSONRenderer


def entity_tag(data: Any, *, version: int | None = None) -> str:
    """The tag of a response's data. A product's version stands before the hash: staff's changes depend on it alone."""
    return tag_of_body(JSONRenderer().render(data), version)


def tag_of_body(body: bytes, version: int | None) -> str:
    """The tag of a rendered response."""
    digest = hashlib.sha256(body).hexdigest()[:16]
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'
