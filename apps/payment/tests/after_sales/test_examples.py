"""The examples of the OpenAPI document are requests that work, and responses as they look."""

from __future__ import annotations

from typing import Any

import pytest
from rest_framework import serializers

from apps.common.testing.contracts import assert_matches_contract
from apps.payment.refunds.api import examples
from apps.payment.refunds.api.serializers import (
    AcceptReturnSerializer,
    DeclineReturnSerializer,
    RefundOrderSerializer,
    ReturnOrderSerializer,
)
from apps.payment.shipments.api.serializers import ShipSerializer
from apps.payment.shipments.api.views import SHIP, SHIPMENT

REQUESTS: list[tuple[Any, type[serializers.Serializer]]] = [
    (examples.REFUND_OF_UNITS, RefundOrderSerializer),
    (examples.REFUND_OF_EVERYTHING, RefundOrderSerializer),
    (examples.RETURN, ReturnOrderSerializer),
    (examples.ACCEPT, AcceptReturnSerializer),
    (examples.DECLINE, DeclineReturnSerializer),
    (SHIP, ShipSerializer),
]


@pytest.mark.parametrize(("example", "serializer"), REQUESTS)
def test_example_of_a_request_is_valid_and_has_no_other_fields(example, serializer):
    request = serializer(data=example.value)
    assert request.is_valid(), request.errors
    assert set(example.value) <= set(request.fields)


@pytest.mark.parametrize(
    ("path", "request_example", "response"),
    [
        ("refunds", examples.REFUND_OF_UNITS, examples.REFUND),
        ("returns", examples.RETURN, examples.RETURN_REQUEST),
        ("shipments", SHIP, SHIPMENT),
    ],
)
def test_example_of_a_response_is_what_the_document_says(path, request_example, response):
    assert_matches_contract(
        "payment",
        "POST",
        f"/v1/orders/SC-7K2M9QXR/{path}",
        request_json=request_example.value,
        response_json=response.value,
        status=201,
        headers={"Idempotency-Key": "k"},
    )
