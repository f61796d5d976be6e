"""Cursors of paginated lists: the values of the last row seen, signed, so that only our own come back."""

from __future__ import annotations

from typing import Any

from django.core import signing

from apps.common.problems import ValidationProblem

# Stands in addresses as it is, and in no base64.
SEPARATOR = "."


class BrokenCursor(ValidationProblem):
    """A cursor that this list did not give out."""

    slug, title = "broken-cursor", "Broken cursor"

    def __init__(self) -> None:
        message = "This cursor is broken or belongs to another list; start again without it."
        super().__init__(message, errors={"cursor": [message]})


def encode(values: list[Any], *, of: str) -> str:
    """`values` (what JSON can hold) as a cursor of the list `of`."""
    return _signer(of).sign_object(values)


def decode(cursor: str, *, of: str) -> list[Any]:
    """The values that `encode` put into a cursor of the list `of`. Raises BrokenCursor for any other text.

    Whoever passes the signature was given the cursor by us, so its values are those of a row: nothing that a client
    makes up (infinite times, half characters, huge numbers) reaches a query.
    """
    try:
        return _signer(of).unsign_object(cursor)
    except (signing.BadSignature, ValueError) as error:
        raise BrokenCursor from error


def _signer(of: str) -> signing.Signer:
    return signing.Signer(salt=f"cursor of {of}", sep=SEPARATOR)
