"""Cursors of paginated lists: the values of the last row seen, signed, so that only our own come back."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class CursorPosition:
    """A row's place in a list: its values of the list's order, and whether the page before it is asked for."""

    values: tuple[Any, ...]
    backwards: bool = False


def encode(position: CursorPosition, *, of: str) -> str:
    """A position (values that JSON can hold) as a cursor of the list `of`."""
    return _signer(of).sign_object([int(position.backwards), *position.values])


def decode(cursor: str, *, of: str) -> CursorPosition:
    """The position that `encode` put into a cursor of the list `of`. Raises BrokenCursor for any other text.

    Whoever passes the signature was given the cursor by us, so its values are those of a row: nothing that a client
    makes up (infinite times, half characters, huge numbers) reaches a query.
    """
    try:
        backwards, *values = _signer(of).unsign_object(cursor)
    except (signing.BadSignature, ValueError) as error:
        raise BrokenCursor from error
    return CursorPosition(tuple(values), backwards=bool(backwards))


def _signer(of: str) -> signing.Signer:
    return signing.Signer(salt=f"cursor of {of}", sep=SEPARATOR)
