"""Conditional requests (RFC 9110, section 13): a change names the version that its author has seen, or is refused."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from apps.common.problems import PreconditionFailed, Problem

IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag that you have seen, or * to write whatever stands there. 428 without, 412 when it is stale.",
)
ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 201], required=True, description="For the next If-Match."
)


# Any of a list; a weak one (a proxy that compressed the response made it so) names the version as well.
VERSION_TAG = re.compile(r'"(\d{1,10})-[0-9a-f]{16}"')


class PreconditionRequired(Problem):
    status, slug, title = 428, "precondition-required", "Say which version you have seen"


def if_match(request: Request, *, is_required: bool) -> str | None:
    """The If-Match header; None where any version will do (`*`, or no header where none is required).

    Raises PreconditionRequired.
    """
    header = request.headers.get("If-Match")
    if header is None and is_required:
        message = "Send If-Match with the ETag of what you have read, or * for whatever stands there."
        raise PreconditionRequired(message, errors={"If-Match": [message]})
    return None if header is None or header.strip() == "*" else header


def seen_versions(request: Request, *, is_required: bool = True) -> frozenset[int] | None:
    """The versions in If-Match of a row whose ETag begins with one; None when any will do.

    Raises PreconditionRequired, PreconditionFailed when none is such an ETag.
    """
    header = if_match(request, is_required=is_required)
    if header is None:
        return None
    versions = frozenset(int(number) for number in VERSION_TAG.findall(header))
    if not versions:
        raise PreconditionFailed(gettext("This ETag belongs to something else. Load it again and repeat your change."))
    return versions


def entity_tag(data: Any, *, version: int | None = None) -> str:
    """The ETag of a JSON representation: a hash, after the row's version where it has one.

    Edits depend on the version alone, caches on all of it.
    """
    return entity_tag_of_body(JSONRenderer().render(data), version=version)


def entity_tag_of_body(body: bytes, *, version: int | None = None) -> str:
    """The ETag of a representation that is rendered already."""
    digest = hashlib.sha256(body).hexdigest()[:16]
    return f'"{digest}"' if version is None else f'"{version}-{digest}"'
