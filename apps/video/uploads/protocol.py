"""The headers of tus 1.0 (https://tus.io/protocols/resumable-upload): read, checked, never trusted."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import uuid
from dataclasses import dataclass

from django.utils.translation import gettext

from apps.common.api.parsers import why_not_storable
from apps.common.problems import ValidationProblem

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,expiration,checksum,termination,concatenation"
# The protocol's names and hashlib's are the same.
ALGORITHMS = ("sha1", "sha256", "md5")
CONTENT_TYPE = "application/offset+octet-stream"
MAX_METADATA = 4000
MAX_PARTS = 100
# What a bigint holds.
MAX_NUMBER = 2**63 - 1
NAME = re.compile(r"[\x21-\x2b\x2d-\x7e]+")
PART = re.compile(r"/v1/uploads/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?$")


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a body must come to: one of ALGORITHMS and the digest."""

    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Concatenation:
    """What an upload is in a concatenation: a part, or made of the uploads `parts`; neither for a plain one."""

    is_partial: bool = False
    parts: tuple[uuid.UUID, ...] = ()


def read_number(name: str, value: str | None) -> int:
    """A header that is a number of bytes. Raises ValidationProblem."""
    if value is None:
        raise ValidationProblem(gettext("The header %(name)s is missing.") % {"name": name})
    if not re.fullmatch(r"[0-9]{1,19}", value) or int(value) > MAX_NUMBER:
        raise ValidationProblem(
            gettext("The header %(name)s must be a number of bytes, such as 1048576.") % {"name": name}
        )
    return int(value)


def read_metadata(value: str) -> dict[str, str]:
    """Upload-Metadata: names with values in Base64, separated by commas. Raises ValidationProblem."""
    if len(value) > MAX_METADATA:
        raise ValidationProblem(gettext("The header Upload-Metadata is too long."))
    found: dict[str, str] = {}
    for pair in value.split(",") if value else ():
        name, _, encoded = pair.strip().partition(" ")
        try:
            text = base64.b64decode(encoded, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError, ValueError) as error:
            raise _unreadable_metadata() from error
        if not NAME.fullmatch(name) or name in found or why_not_storable(text):
            raise _unreadable_metadata()
        found[name] = text
    return found


def _unreadable_metadata() -> ValidationProblem:
    return ValidationProblem(
        gettext("The header Upload-Metadata cannot be read. Send each name once, with its value as Base64 of UTF-8.")
    )


def read_checksum(value: str | None) -> Checksum | None:
    """Upload-Checksum: the name of an algorithm and the digest in Base64. Raises ValidationProblem."""
    if value is None:
        return None
    algorithm, _, encoded = value.partition(" ")
    if algorithm not in ALGORITHMS:
        raise ValidationProblem(
            gettext("Checksums are accepted as %(algorithms)s.") % {"algorithms": ", ".join(ALGORITHMS)}
        )
    try:
        digest = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise ValidationProblem(gettext("The checksum must be the digest of the body in Base64."))
    return Checksum(algorithm, digest)


def read_concatenation(value: str | None) -> Concatenation:
    """Upload-Concat: `partial`, or `final;` and the addresses of the parts. Raises ValidationProblem."""
    if value is None:
        return Concatenation()
    if value == "partial":
        return Concatenation(is_partial=True)
    if not value.startswith("final;"):
        raise ValidationProblem(gettext("The header Upload-Concat must be “partial” or “final;” and the parts."))
    matches = [PART.search(address) for address in value.removeprefix("final;").split()]
    parts = tuple(uuid.UUID(match[1]) for match in matches if match)
    if not parts or len(parts) != len(matches) or len(set(parts)) != len(parts) or len(parts) > MAX_PARTS:
        raise ValidationProblem(
            gettext("Name between 1 and %(limit)s different parts by their addresses, in their order.")
            % {"limit": MAX_PARTS}
        )
    return Concatenation(parts=parts)
