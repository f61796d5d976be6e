from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import timezone
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from apps.common.idempotency import idempotent, optionally_idempotent, services
from apps.common.idempotency.models import IdempotencyRecord
from apps.common.idempotency.sealing import ResponseLost, seal, unseal
from apps.common.idempotency.tasks import purge_idempotency_keys
from apps.common.problems import Conflict, Problem, ServiceUnavailable
from apps.common.testing.idempotency import repeated_posts_are_carried_out_once
from apps.common.testing.tokens import access_token

pytestmark = pytest.mark.django_db(transaction=True)


class Declined(Problem):
    status, slug, title = 402, "card-declined", "The card was declined"


class Orders:
    """A view that counts how often its work is done; `work` is what it does."""

    def __init__(self, decorator: Callable = idempotent) -> None:
        self.runs = 0
        self.keys: list[str] = []
        self.work: Callable[[], Response] = self.create
        orders = self

        class View(APIView):
            permission_classes = [AllowAny]

            @decorator
            def post(self, request: Any) -> Response:
                orders.runs += 1
                orders.keys.append(getattr(request, "idempotency_key", ""))
                return orders.work()

        self.view = View.as_view()

    def create(self) -> Response:
        return Response({"number": f"SC-{self.runs}"}, status=201, headers={"Location": "/x"})

    def post(self, key: str | None = "k-1", *, body: Any = None, path: str = "/v1/orders", **headers: str) -> Response:
        if key is not None:
            headers["Idempotency-Key"] = key
        data = {"cart": "c"} if body is None else body
        response = self.view(APIRequestFactory().post(path, data, format="json", headers=headers))
        return response.render()


@pytest.fixture
def orders() -> Orders:
    return Orders()


def raising(error: Exception) -> Callable[[], Response]:
    def work() -> Response:
        raise error

    return work


def test_the_same_request_gets_the_first_response_and_is_done_once(orders):
    first, second = orders.post(), orders.post()
    assert orders.runs == 1
    assert (first.status_code, first.content) == (second.status_code, second.content) == (201, b'{"number":"SC-1"}')
    assert second["Location"] == "/x"
    assert second["Content-Type"] == first["Content-Type"]
    assert second["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first


def test_another_key_does_the_work_again(orders):
    orders.post("k-1")
    assert orders.post("k-2").data == {"number": "SC-2"}
    assert orders.keys == ["k-1", "k-2"]


@pytest.mark.parametrize("change", [{"body": {"cart": "d"}}, {"path": "/v1/refunds"}, {"path": "/v1/orders?x=1"}])
def test_a_key_with_another_request_is_refused(orders, change):
    orders.post()
    response = orders.post(**change)
    assert response.status_code == 422
    assert response.data["type"] == "/problems/idempotency-key-reused"
    assert orders.runs == 1


@pytest.mark.parametrize("key", [None, "", "two words", "k" * 256, "schlüssel", "k\x7f"])
def test_a_missing_or_malformed_key_is_refused(orders, key):
    response = orders.post(key)
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert list(response.data["errors"]) == ["Idempotency-Key"]
    assert orders.runs == 0


def test_the_longest_key_works(orders):
    assert orders.post("k" * 255).status_code == 201


def test_keys_of_different_clients_never_meet(orders):
    ada = {"Authorization": f"Bearer {access_token('019a0000-0000-7000-8000-00000000000a')}"}
    grace = {"Authorization": f"Bearer {access_token('019a0000-0000-7000-8000-00000000000b')}"}
    for headers in (ada, grace, {"X-Cart-Secret": "one"}, {"X-Cart-Secret": "two"}, {}):
        assert orders.post(**headers).status_code == 201
    assert orders.runs == 5
    orders.post(**ada)
    orders.post(**{"X-Cart-Secret": "two"})
    assert orders.runs == 5


def test_no_secret_of_a_client_is_stored_in_the_scope(orders):
    orders.post(**{"X-Cart-Secret": "very-secret"})
    assert "very-secret" not in IdempotencyRecord.objects.get().scope


def test_a_refusal_is_a_response_like_any_other(orders):
    orders.work = raising(Declined("Your bank said no.", decline_code="generic"))
    first, second = orders.post(), orders.post()
    assert orders.runs == 1
    assert (first.status_code, first.data) == (second.status_code, second.data)
    assert second.data["decline_code"] == "generic"
    assert second["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "work",
    [
        raising(ServiceUnavailable("The catalog is away.")),
        raising(services.RequestInProgress("Another one works.")),
        lambda: Response({}, 500),
        lambda: Response({}, 429),
        lambda: Response({}, 401),
    ],
)
def test_not_now_is_not_kept_so_the_same_key_may_try_again(orders, work):
    later, orders.work = orders.work, work
    assert orders.post().status_code >= 400
    orders.work = later
    assert orders.post().status_code == 201
    assert orders.runs == 2


def test_a_conflict_of_the_business_is_kept(orders):
    orders.work = raising(Conflict("Only 2 left."))
    orders.post()
    orders.post()
    assert orders.runs == 1


def test_a_bug_frees_the_key_and_stays_a_bug(orders):
    later, orders.work = orders.work, raising(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        orders.post()
    orders.work = later
    assert orders.post().status_code == 201


def test_a_response_without_a_body_is_replayed(orders):
    orders.work = lambda: Response(status=204)
    assert [orders.post().status_code, orders.post().status_code, orders.runs] == [204, 204, 1]


def test_no_transaction_is_open_while_the_work_is_done(orders):
    later = orders.work
    in_transaction: list[bool] = []

    def look() -> Response:
        in_transaction.append(connection.in_atomic_block)
        return later()

    orders.work = look
    orders.post()
    assert in_transaction == [False]


def die(orders: Orders) -> None:
    """Leave the key as a process does that is killed in the middle of the work."""

    class Killed(BaseException):
        """Not an Exception: nothing gets to clean up."""

    later, orders.work = orders.work, raising(Killed())  # type: ignore[arg-type]  # any exception will do
    with pytest.raises(Killed):
        orders.post()
    orders.work = later


def test_a_key_whose_worker_died_is_locked_for_a_while_and_then_worked_on_again(orders):
    die(orders)
    response = orders.post()
    assert response.status_code == 409
    assert response.data["type"] == "/problems/request-in-progress"
    assert 1 <= int(response["Retry-After"]) <= 5

    IdempotencyRecord.objects.update(locked_until=timezone.now())
    assert orders.post().status_code == 201
    assert orders.keys == ["k-1", "k-1"]


def test_a_worker_that_lost_its_claim_does_not_overwrite_the_response():
    facts = {"scope": "subject:a", "key": "k-1", "fingerprint": "f"}
    slow = services.claim_key(**facts)
    IdempotencyRecord.objects.update(locked_until=timezone.now())
    quick = services.claim_key(**facts)
    assert isinstance(slow, services.Claim)
    assert isinstance(quick, services.Claim)
    stored = services.StoredResponse(status=201, headers={}, body='{"by": "quick"}')
    assert services.store_response(quick, stored)
    assert not services.store_response(slow, services.StoredResponse(status=201, headers={}, body='{"by": "slow"}'))
    services.release_key(slow)
    assert services.claim_key(**facts) == stored


def test_an_outdated_key_is_as_good_as_new(orders):
    orders.post()
    IdempotencyRecord.objects.update(created_at=timezone.now() - services.KEPT_FOR - timedelta(seconds=1))
    assert orders.post(body={"cart": "other"}).data == {"number": "SC-2"}


def test_purging_keeps_what_has_not_expired(orders):
    orders.post("old")
    IdempotencyRecord.objects.update(created_at=timezone.now() - services.KEPT_FOR - timedelta(seconds=1))
    orders.post("young")
    assert purge_idempotency_keys() == 1
    assert [record.key for record in IdempotencyRecord.objects.all()] == ["young"]


def in_threads(number: int, function: Callable[[], Response]) -> tuple[list[Response], list[threading.Thread]]:
    """Start together; the list fills with the responses."""
    responses: list[Response] = []
    start = threading.Barrier(number)

    def run() -> None:
        try:
            start.wait(20)
            responses.append(function())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    return responses, threads


def test_eight_at_once_do_the_work_once(orders):
    responses, threads = in_threads(8, orders.post)
    for thread in threads:
        thread.join(30)
    assert len(responses) == 8
    assert orders.runs == 1
    assert {response.status_code for response in responses} <= {201, 409}
    bodies = {response.content for response in responses if response.status_code == 201}
    assert bodies == {b'{"number":"SC-1"}'}


def test_while_one_works_the_others_get_a_conflict_and_later_its_response(orders):
    is_working, may_finish = threading.Event(), threading.Event()
    later = orders.work

    def slowly() -> Response:
        is_working.set()
        assert may_finish.wait(20)
        return later()

    orders.work = slowly
    first, working = in_threads(1, orders.post)
    assert is_working.wait(20)
    others, threads = in_threads(7, orders.post)
    for thread in threads:
        thread.join(30)
    assert [response.status_code for response in others] == [409] * 7
    may_finish.set()
    working[0].join(30)
    assert first[0].status_code == 201
    assert orders.post().content == first[0].content
    assert orders.runs == 1


class TestOptionally:
    """The decorator for what may be created without a key."""

    @pytest.fixture
    def things(self) -> Orders:
        return Orders(optionally_idempotent)

    def test_without_a_key_the_work_is_done_each_time(self, things):
        assert [things.post(None).data["number"] for _ in range(2)] == ["SC-1", "SC-2"]
        assert not IdempotencyRecord.objects.exists()

    def test_with_a_key_it_is_done_once(self, things):
        repeated_posts_are_carried_out_once(lambda key, body: things.post(key, body=body), {"a": 1}, other={"a": 2})
        assert things.runs == 1

    @pytest.mark.parametrize("key", ["", "two words", "k" * 256])
    def test_a_malformed_key_is_refused_rather_than_ignored(self, things, key):
        assert things.post(key).status_code == 400
        assert things.runs == 0

    def test_a_stranger_needs_a_key_that_nobody_else_has(self, things):
        """Two people behind one address must not meet: a response may hold the secret of a cart."""
        assert things.post("1").status_code == 400
        assert things.runs == 0
        for headers in ({"X-Cart-Secret": "one"}, {"Authorization": f"Bearer {access_token()}"}):
            assert things.post("1", **headers).status_code == 201

    def test_neither_request_nor_response_can_be_read_from_the_database(self, things, settings):
        """A plain hash of a card or a password is found by trying."""
        key, body = "k" * 16, {"number": "4242424242424242"}
        things.post(key, body=body)
        known = IdempotencyRecord.objects.get()
        assert "SC-1" not in str(IdempotencyRecord.objects.values().get())
        IdempotencyRecord.objects.all().delete()
        settings.SECRET_KEY = "another key"
        things.post(key, body=body)
        assert IdempotencyRecord.objects.get().fingerprint != known.fingerprint

    def test_responses_outlive_a_rotation_of_the_services_key(self, settings):
        sealed = seal('{"secret": "x"}')
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
        assert unseal(sealed) == '{"secret": "x"}'
        settings.SECRET_KEY_FALLBACKS = []
        with pytest.raises(ResponseLost):
            unseal(sealed)


@pytest.mark.parametrize(("decorator", "is_required"), [(idempotent, True), (optionally_idempotent, False)])
def test_the_key_is_in_the_openapi_document(decorator, is_required):
    from django.urls import path
    from drf_spectacular.generators import SchemaGenerator

    class View(APIView):
        permission_classes = [AllowAny]

        @decorator
        def post(self, request: Any) -> Response: ...

    document = SchemaGenerator(patterns=[path("v1/orders", View.as_view())]).get_schema(public=True)
    parameter = document["paths"]["/v1/orders"]["post"]["parameters"][0]
    assert (parameter["name"], parameter["in"]) == ("Idempotency-Key", "header")
    assert parameter.get("required", False) is is_required
