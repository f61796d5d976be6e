"""Optimistic locking: a change names the version that its author has seen, or is refused.

An ETag begins with the product's version, which stands for its variants and images too; rows without a version are
known by the hash of their editable form. Services compare it under the row's lock, so of two writers one loses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from apps.catalog.products.transactions import Guard, unguarded
from apps.common.api.conditional import entity_tag, if_match
from apps.common.problems import PreconditionFailed

TAG = re.compile(r'"[0-9a-f]{16}"')
# Drafts are nobody's business but staff's.
PRIVATE = {"Cache-Control": "private, no-cache"}
MAY_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The product's ETag from your last read; 412 if it changed since.",
)
type Representation = Callable[[Any], dict[str, Any]]


def seen_rows(request: Request, represent: Representation) -> Guard:
    """Lets only a row pass whose ETag is in If-Match. Raises PreconditionRequired."""
    header = if_match(request, is_required=True)
    if header is None:
        return unguarded
    tags = frozenset(TAG.findall(header))

    def guard(row: Any) -> None:
        if entity_tag(represent(row)) not in tags:
            raise PreconditionFailed(gettext("Somebody changed this meanwhile. Load it again and repeat your change."))

    return guard


def staff_response(data: dict[str, Any], *, version: int | None = None, status: int = 200, at: str = "") -> Response:
    """A response for staff with its ETag; `at` is the address of what was made."""
    headers = PRIVATE | {"ETag": entity_tag(data, version=version)} | ({"Location": at} if at else {})
    return Response(data, status=status, headers=headers)
