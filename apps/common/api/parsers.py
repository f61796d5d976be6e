"""How request bodies are read."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser as RestJSONParser
from rest_framework.utils.json import strict_constant

from apps.common.problems import ValidationProblem

# What may be more than a database can hold: an escape of a null byte or of half a character (a whole one that is
# written in two parts matches too), or a row of digits.
SUSPICIOUS = re.compile(r"\\u(?:0000|[dD][89a-fA-F])|\d{19}")
# What a bigint column of PostgreSQL holds.
MAX_INTEGER = 2**63 - 1
# Deeper than any body that makes sense, and shallow enough for every program that walks it.
MAX_DEPTH = 50
TOO_DEEP = "The JSON is nested too deeply."


class JSONParser(RestJSONParser):
    """JSON in UTF-8 (RFC 8259) whose values a database and a response can hold; serializers say what else they may be.

    Raises ParseError for a body that is no JSON, is nested beyond any sense or holds a number that is not finite, and
    ValidationProblem that names the field for a null byte (which PostgreSQL's text cannot hold), half a character (a
    lone surrogate, which UTF-8 cannot) and an integer of more than 64 bits.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        return load_json(stream.read())


def load_json(body: bytes) -> Any:
    """What a JSON body holds; raises as JSONParser says. For views that are none of Django REST framework's."""
    try:
        text = body.decode()
        data = json.loads(text, parse_constant=strict_constant, parse_int=_integer, parse_float=_finite)
    except RecursionError as error:
        raise ParseError(TOO_DEEP) from error
    except UnicodeDecodeError as error:
        raise ParseError("The JSON is not UTF-8.") from error
    except ValueError as error:
        raise ParseError(f"The JSON cannot be used: {error}") from error
    errors = _complaints(data, is_suspicious=SUSPICIOUS.search(text) is not None)
    if errors:
        raise ValidationProblem("Some values cannot be used; see errors.", errors=errors)
    return data


def _complaints(data: Any, *, is_suspicious: bool) -> dict[str, list[str]]:
    """The fields (`lines.0.sku`) whose values cannot be stored, with the reasons. Raises ParseError beyond MAX_DEPTH.

    Without recursion: what is nested too deeply is what it must find. Values are looked at only where the text is
    suspicious.
    """
    errors: dict[str, list[str]] = {}
    waiting = [(data, "", 0)]
    while waiting:
        value, path, depth = waiting.pop()
        if depth > MAX_DEPTH:
            raise ParseError(TOO_DEEP)
        if isinstance(value, dict | list):
            pairs = value.items() if isinstance(value, dict) else enumerate(value)
            for key, item in pairs:
                if is_suspicious and isinstance(key, str) and (reason := complaint_about(key)):
                    errors[path] = [f"A name in it cannot be used: {reason}"]
                elif is_suspicious or isinstance(item, dict | list):
                    waiting.append((item, f"{path}.{key}" if path else str(key), depth + 1))
        elif isinstance(value, str):
            if reason := complaint_about(value):
                errors[path] = [reason]
        elif isinstance(value, int) and abs(value) > MAX_INTEGER:
            errors[path] = ["The number is too large."]
    return errors


def complaint_about(text: str) -> str | None:
    """Why no database can hold `text`; None when it can."""
    if "\x00" in text:
        return "Null characters are not allowed."
    try:
        text.encode()
    except UnicodeEncodeError:
        return "It holds half a character (a lone surrogate)."
    return None


def _integer(text: str) -> int:
    """Python refuses to read thousands of digits, which are all too many anyway."""
    return int(text[:40])


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number is too large.")
    return number
