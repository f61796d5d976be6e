"""What a JSON body may hold."""

from __future__ import annotations

import io
import json

import pytest
from rest_framework.exceptions import ParseError

from apps.common.api.parsers import JSONParser
from apps.common.problems import ValidationProblem


def parse(body: bytes):
    return JSONParser().parse(io.BytesIO(body))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"a": NaN}', "compliant"),
        (b'{"a": -Infinity}', "compliant"),
        (b'{"a": 1e400}', "too large"),
        (b'{"a": [-1e999]}', "too large"),
        (b'"\xff"', "UTF-8"),
        (b'"\x00"', "cannot be used"),
        (b"[" * 100_000, "deeply"),
        (b"[" * 3_000 + b"]" * 3_000, "deeply"),
        (b'{"a":' * 3_000 + b'"\\u0000"' + b"}" * 3_000, "deeply"),
        (b"", "cannot be used"),
        (b"{'a': 1}", "cannot be used"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
    ],
)
def test_body_that_is_no_json_is_malformed(body, reason):
    with pytest.raises(ParseError, match=reason):
        parse(body)


@pytest.mark.parametrize(
    ("body", "field", "reason"),
    [
        (b'{"a": 9223372036854775808}', "a", "too large"),
        (b'{"a": [1, -' + b"9" * 5_000 + b"]}", "a.1", "too large"),
        (b'{"a": {"b": "x\\u0000"}}', "a.b", "Null"),
        (b'{"a": {"b\\u0000": 1}}', "a", "Null"),
        (b'{"a": "\\\\\\u0000"}', "a", "Null"),
        (b'["\\ud800"]', "0", "half a character"),
        (b'{"\\uDFFF": 1}', "", "half a character"),
        (b'{"a": "\\udc00\\ud800"}', "a", "half a character"),
    ],
)
def test_a_value_that_cannot_be_stored_is_refused_by_its_field(body, field, reason):
    with pytest.raises(ValidationProblem) as caught:
        parse(body)
    assert list(caught.value.errors) == [field]
    assert reason in caught.value.errors[field][0]


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'"\\ud83c\\udfac"', "🎬"),
        (b'"\\\\u0000"', "\\u0000"),
        (b'"\\\\ud800"', "\\ud800"),
        (
            b"[9223372036854775807, -9223372036854775807, 1.5, 1e3, true, null]",
            [2**63 - 1, 1 - 2**63, 1.5, 1e3, True, None],
        ),
        ('{"ß": "ł"}'.encode(), {"ß": "ł"}),
        (b"[" * 50 + b"]" * 50, json.loads("[" * 50 + "]" * 50)),
    ],
)
def test_other_json_is_read_as_it_is(body, value):
    assert parse(body) == value
