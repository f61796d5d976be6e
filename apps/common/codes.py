"""Codes that people type, of vouchers and gifts: how they are written, compared and made up."""

from __future__ import annotations

import re
import secrets

from django.utils.translation import gettext

from apps.common.problems import ValidationProblem

MAX_CODE_LENGTH = 40
# Without letters that are mistaken for others (Crockford's base 32).
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# 50 random bits: at 600 attempts an hour it takes some 200 years to find one of a million codes.
RANDOM_LENGTH = 10
MAX_PREFIX_LENGTH = MAX_CODE_LENGTH - RANDOM_LENGTH - 1
# One page of the admin makes them while somebody waits.
MAX_BATCH = 10_000
CODE = re.compile(rf"\A[A-Z0-9][A-Z0-9-]{{2,{MAX_CODE_LENGTH - 1}}}\Z")
PREFIX = re.compile(rf"\A[A-Z0-9][A-Z0-9-]{{0,{MAX_PREFIX_LENGTH - 1}}}\Z")


def normalise(text: str) -> str:
    """The form in which a code is stored and compared: in capitals, without spaces around it or in it."""
    return "".join(text.split()).upper()


def is_code(text: str) -> bool:
    """Whether a normalised text can be a code: 3 to 40 letters of ASCII, digits and hyphens."""
    return CODE.match(text) is not None


def random_code(prefix: str = "") -> str:
    """`SPRING-7K2M9QXR4T`: the prefix, a hyphen and random characters."""
    unguessable = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return f"{prefix}-{unguessable}" if prefix else unguessable


def batch_prefix(text: str) -> str:
    """What the codes of a batch begin with, normalised; empty for nothing. Raises ValidationProblem."""
    prefix = normalise(text).rstrip("-")
    if prefix and not PREFIX.match(prefix):
        message = gettext("Use up to %(limit)s letters from A to Z, digits and hyphens.")
        message %= {"limit": MAX_PREFIX_LENGTH}
        raise ValidationProblem(message, errors={"prefix": [message]})
    return prefix


def random_codes(count: int, *, prefix: str = "") -> set[str]:
    """A batch of codes that nobody can guess. Raises ValidationProblem."""
    prefix = batch_prefix(prefix)
    if not 1 <= count <= MAX_BATCH:
        message = gettext("Enter a number from 1 to %(limit)s.") % {"limit": MAX_BATCH}
        raise ValidationProblem(message, errors={"count": [message]})
    codes = {random_code(prefix) for _ in range(count)}
    while len(codes) < count:
        codes.add(random_code(prefix))
    return codes
