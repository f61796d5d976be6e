"""Requests that nobody thought of, made from the four documents: no response is a 500 or undocumented."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings

from tests.attack.documents import ALWAYS, AS_DESCRIBED, SERVICES, operations

pytestmark = pytest.mark.attack

REQUESTS = {"nobody": 2, "customer": 3, "staff": 4}


@pytest.fixture
def headers_of(sign_in, newcomer):
    """A customer of one's own, since some requests change the account."""
    return {"nobody": dict, "customer": lambda: newcomer[1], "staff": lambda: sign_in("admin@example.com")}


def send(operation: Any, headers: dict[str, str], *, requests: int) -> list[Exception]:
    """Send so many requests; returns what was wrong."""
    wrong: list[Exception] = []

    @settings(max_examples=requests, **ALWAYS)
    @given(case=operation.as_strategy())
    def run(case: Any) -> None:
        try:
            case.call_and_validate(headers=headers, checks=AS_DESCRIBED, timeout=30)
        except Exception as error:  # noqa: BLE001  (collected, so that one run shows all)
            wrong.append(error)

    run()
    return wrong


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("who", REQUESTS)
def test_responses_are_what_the_document_says_whatever_is_sent(stack, headers_of, service, who):
    headers, found = headers_of[who](), operations(service, stack.url)
    assert len(found) > 10
    wrong = {
        operation.label: [str(error)[:600] for error in errors]
        for operation in found
        if (errors := send(operation, headers, requests=REQUESTS[who]))
    }
    assert wrong == {}
