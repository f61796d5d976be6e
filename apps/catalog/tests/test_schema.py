"""The service as its OpenAPI document says it is: examples that are right, and requests that no human thought of.

Requests are made by schemathesis from the document and sent to a running server on real PostgreSQL and Valkey, always
the same ones. Known names stand in for made-up ones half of the time, so that they get further than 404.
"""

from __future__ import annotations

import contextlib
import uuid
from typing import Any

import httpx
import pytest
import schemathesis
from django.conf import settings as django_settings
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import FlakyStrategyDefinition
from jsonschema import Draft202012Validator
from schemathesis import checks

from apps.catalog.contract import EXAMPLES
from apps.catalog.products.models import Attribute, Collection, ProductImage, ProductType, Variant
from apps.catalog.tests.factories import make_film, make_product
from apps.common.testing.tokens import access_token

STAFF_REQUESTS, ANONYMOUS_REQUESTS = 6, 2
SCENARIOS, STEPS = 12, 8
ALWAYS: dict[str, Any] = {
    "derandomize": True,
    "database": None,
    "deadline": None,
    "phases": [Phase.generate],
    "suppress_health_check": list(HealthCheck),
}
NOTHING_BREAKS = [
    checks.not_a_server_error,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
# Their responses are files.
FILES = ("get_export_csv", "get_export_xlsx")


def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


class TestExamples:
    def test_examples_match_their_schemas(self):
        described = document()
        operations = {
            operation["operationId"]: operation
            for path in described["paths"].values()
            for operation in path.values()
            if "operationId" in operation
        }
        seen, wrong = 0, []
        for name, examples in EXAMPLES.items():
            for place, example in examples.items():
                operation = operations[name]
                part = operation["requestBody"] if place == "request" else operation["responses"][place]
                schema = part["content"]["application/json"]["schema"] | {"components": described["components"]}
                errors = [error.message for error in Draft202012Validator(schema).iter_errors(example)]
                wrong += [(name, place, error) for error in errors]
                seen += 1
        assert wrong == []
        assert seen > 80

    @pytest.mark.django_db
    def test_example_requests_for_staff_are_accepted(self, as_staff):
        """In the order in which a catalogue is set up."""
        client = as_staff("catalog_staff")
        made = ["attributes", "product_types", "brands", "categories", "products", "collections"]
        attributes = [
            {"code": "width", "label": "Width", "kind": "number", "unit": "cm"},
            {"code": "handmade", "label": "Handmade", "kind": "boolean"},
        ]
        bodies = [("attributes", body) for body in attributes] + [("categories", {"name": "Home"})]
        bodies += [(name, EXAMPLES[f"post_{name}"]["request"]) for name in made]
        for name, body in bodies:
            address = f"/v1/{name.replace('_', '-')}"
            response = client.post(address, body, HTTP_IDEMPOTENCY_KEY=uuid.uuid4().hex)
            assert response.status_code == 201, (name, response.content)
            example = EXAMPLES[f"post_{name}"]["201"]
            assert response.json().keys() == example.keys(), name
        variant = EXAMPLES["post_variants"]["request"]
        body = EXAMPLES["patch_variant"]["request"]
        response = client.patch(f"/v1/products/oak-tray/variants/{variant['sku']}", body, HTTP_IF_MATCH="*")
        assert response.status_code == 200


@pytest.fixture
def service(live_server, settings) -> str:
    """The address of a running catalogue with a few things in it, on Valkey as it is in life."""
    settings.CACHES = django_settings.CACHES | {
        "default": {"BACKEND": "apps.common.cache.ForgivingRedisCache", "LOCATION": settings.REDIS_URL}
    }
    make_product("Mug", slug="mug", sku="MUG", brand="Norrund", attributes={"Material": "Oak"}, stock=50)
    make_product("Lamp", slug="lamp", sku="LAMP", status="draft")
    make_film("Metropolis", slug="metropolis")
    ProductType.objects.create(name="Mugs", slug="mugs").type_attributes.create(attribute=Attribute.objects.get())
    Collection.objects.create(title="Summer", slug="summer", is_published=True)
    ProductImage.objects.create(product=Variant.objects.get(sku="MUG").product, file="a.png", width=1, height=1)
    return live_server.url


def known_names() -> dict[str, list[str]]:
    """What stands in for names in addresses that were made up."""
    return {
        "slug": ["mug", "lamp", "metropolis", "norrund", "mugs", "summer", "oak"],
        "sku": ["MUG", "LAMP", "METROPOLIS-RENT"],
        "path": ["home", "home/kitchen"],
        "code": ["material"],
        "image_id": [str(ProductImage.objects.values_list("pk", flat=True)[0])],
    }


def loaded(address: str) -> Any:
    schema = schemathesis.openapi.from_dict(httpx.get(f"{address}/schema/?format=json", timeout=30).json())
    schema.config.update(base_url=address)
    return schema


def bearer(**claims: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {access_token(lifetime=3600, **claims)}"}


def operations_of(schema: Any) -> list[Any]:
    found = [result.ok() for result in schema.get_all_operations()]
    return [one for one in found if one.definition.raw["operationId"] not in FILES and "/internal/" not in one.path]


def fuzz(operation: Any, headers: dict[str, str], names: dict[str, list[str]], *, requests: int) -> int:
    """Send so many requests to an operation; returns how many were sent. Raises schemathesis's failures."""
    sent = 0

    @settings(max_examples=requests, **ALWAYS)
    @given(case=operation.as_strategy(), is_known=st.booleans(), choice=st.integers(0, 20))
    def send(case: Any, is_known: bool, choice: int) -> None:
        nonlocal sent
        own = dict(headers)
        if is_known:
            for name in set(case.path_parameters or ()) & names.keys():
                case.path_parameters[name] = names[name][choice % len(names[name])]
            own |= {"If-Match": "*", "Idempotency-Key": uuid.uuid4().hex}
        case.call_and_validate(headers=own, checks=NOTHING_BREAKS, timeout=30)
        sent += 1

    send()
    return sent


@pytest.mark.django_db(transaction=True)
class TestRunningService:
    @pytest.mark.parametrize(
        ("claims", "requests"),
        [
            (None, ANONYMOUS_REQUESTS),
            ({"roles": ["admin"]}, STAFF_REQUESTS),
            ({"service": "payment", "scopes": ["stock:reserve"]}, ANONYMOUS_REQUESTS),
        ],
        ids=["anonymous", "staff", "payment"],
    )
    def test_no_request_breaks_the_service_and_all_responses_match_the_schema(self, service, claims, requests):
        operations = operations_of(loaded(service))
        headers = bearer(**claims) if claims else {}
        names = known_names()
        if claims and "service" in claims:
            operations = [one for one in operations if "reservations" in one.path]
        sent = [fuzz(operation, headers, names, requests=requests) for operation in operations]
        assert len(sent) >= 3
        assert all(sent)

    def test_following_links_from_created_resources_breaks_nothing(self, service):
        schema = loaded(service)
        headers = bearer(roles=["admin"])
        responses: list[tuple[str, int]] = []

        class Machine(schema.as_state_machine()):  # type: ignore[misc]  # a class made at run time
            def get_call_kwargs(self, case: Any) -> dict[str, Any]:
                return {"headers": headers | {"Idempotency-Key": uuid.uuid4().hex}, "timeout": 30}

            def validate_response(self, response: Any, case: Any, *args: Any, **kwargs: Any) -> None:
                responses.append((case.operation.method.upper(), response.status_code))
                case.validate_response(response, checks=NOTHING_BREAKS)

        # Scenarios share a database: the same steps may find what a former scenario made, which Hypothesis ends with.
        with contextlib.suppress(FlakyStrategyDefinition):
            Machine.run(settings=settings(max_examples=SCENARIOS, stateful_step_count=STEPS, **ALWAYS))
        assert len(responses) >= SCENARIOS
        # It got somewhere: things were made, and found under their links.
        assert ("POST", 201) in responses
        assert ("GET", 200) in responses
