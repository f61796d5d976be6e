"""Reviews by buyers: posting, changing, reading, and the rating that follows."""

from __future__ import annotations

import contextlib
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.catalog.products.models import Product
from apps.catalog.reviews import moderation, services
from apps.catalog.reviews.models import Purchase, Review
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.reviews.helpers import approve, buy, rating, review_of
from apps.common.problems import NotFound
from apps.common.testing.contracts import assert_matches_contract
from apps.common.testing.idempotency import repeated_posts_are_carried_out_once

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = {"rating": 5, "title": "Lovely", "body": "Holds a lot of tea."}


@pytest.fixture
def mug() -> Product:
    return make_product("Mug")


class TestPosting:
    def test_a_buyers_review_waits_and_shows_and_counts_when_it_is_approved(self, as_user, api_client, mug):
        buy(mug, user_id := uuid.uuid4())
        address = f"/v1/products/{mug.slug}/reviews"
        response = as_user(user_id).post(address, GOOD)
        assert response.status_code == 201
        assert_matches_contract(
            "catalog", "POST", address, request_json=GOOD, response_json=response.json(), status=201
        )
        assert (response.json()["author_name"], response.json()["verified_purchase"]) == ("Ada", True)
        assert response.json()["status"] == "pending"
        assert api_client.get(address).json()["results"] == []
        assert rating(mug) == (0.0, 0)
        approve(response.json()["id"])
        response = api_client.get(address)
        assert [review["title"] for review in response.json()["results"]] == ["Lovely"]
        assert response["Cache-Control"] == "public, no-cache"
        assert response["ETag"]
        assert_matches_contract("catalog", "GET", address, response_json=response.json())
        assert rating(mug) == (5.0, 1)
        assert mug.rating_histogram == [0, 0, 0, 0, 1]

    def test_only_buyers_of_the_product_may_review(self, as_user, mug):
        buy(make_product("Lamp"), user_id := uuid.uuid4())
        response = as_user(user_id).post(f"/v1/products/{mug.slug}/reviews", GOOD)
        assert (response.status_code, response.json()["type"]) == (403, "/problems/purchase-required")

    def test_a_second_review_is_refused(self, as_user, mug):
        buy(mug, user_id := uuid.uuid4())
        client = as_user(user_id)
        client.post(f"/v1/products/{mug.slug}/reviews", GOOD)
        response = client.post(f"/v1/products/{mug.slug}/reviews", GOOD | {"rating": 1})
        assert (response.status_code, response.json()["type"]) == (409, "/problems/already-reviewed")
        assert [review.rating for review in Review.objects.all()] == [5]

    def test_strangers_and_services_cannot_review(self, api_client, as_service, mug):
        address = f"/v1/products/{mug.slug}/reviews"
        assert api_client.post(address, GOOD).status_code == 401
        assert as_service("payment", "stock:reserve").post(address, GOOD).status_code == 403

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"rating": 0}, "rating"),
            ({"rating": 6}, "rating"),
            ({"rating": 4.5}, "rating"),
            ({"rating": None}, "rating"),
            ({"title": ""}, "title"),
            ({"title": "x" * 121}, "title"),
            ({"body": "x" * 4001}, "body"),
            ({"body": "a\x00b"}, "body"),
        ],
    )
    def test_a_bad_value_is_a_problem_that_names_the_field(self, as_user, mug, change, field):
        buy(mug, user_id := uuid.uuid4())
        response = as_user(user_id).post(f"/v1/products/{mug.slug}/reviews", GOOD | change)
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])

    def test_a_very_long_name_is_cut(self, as_user, mug):
        buy(mug, user_id := uuid.uuid4())
        response = as_user(user_id, name="A" * 150).post(f"/v1/products/{mug.slug}/reviews", GOOD)
        assert response.json()["author_name"] == "A" * 80

    def test_a_review_cannot_be_posted_for_another_user(self, as_user, mug):
        buy(mug, user_id := uuid.uuid4())
        forged = GOOD | {"author_name": "The Queen", "verified_purchase": False, "id": str(uuid.uuid4())}
        assert as_user(user_id).post(f"/v1/products/{mug.slug}/reviews", forged).json()["author_name"] == "Ada"

    def test_reviews_of_a_product_that_is_not_on_sale_are_not_found(self, as_user, api_client):
        draft = make_product(status=Product.Status.DRAFT)
        assert api_client.get(f"/v1/products/{draft.slug}/reviews").status_code == 404
        assert as_user().post(f"/v1/products/{draft.slug}/reviews", GOOD).status_code == 404


class TestOwnReview:
    @pytest.fixture
    def mine(self, as_user, mug):
        """The author's client, and the address of the review."""
        buy(mug, user_id := uuid.uuid4())
        client = as_user(user_id)
        approve(client.post(f"/v1/products/{mug.slug}/reviews", GOOD).json()["id"])
        return client, f"/v1/products/{mug.slug}/reviews/mine"

    def test_the_author_sees_the_review_in_every_state(self, mine, mug):
        client, address = mine
        for status in Review.Status.values:
            Review.objects.update(status=status)
            body = client.get(address).json()
            assert (body["title"], body["status"]) == ("Lovely", status)
            assert_matches_contract("catalog", "GET", address, response_json=body)
        Product.objects.update(status=Product.Status.ARCHIVED)
        assert client.get(address).status_code == 200
        assert client.get(address)["Cache-Control"] == "private, no-store"

    def test_a_change_waits_for_approval_again(self, mine, mug, api_client):
        client, address = mine
        body = client.patch(address, {"rating": 2, "body": "It leaks."}).json()
        assert (body["rating"], body["title"], body["status"]) == (2, "Lovely", "pending")
        assert_matches_contract("catalog", "PATCH", address, request_json={"rating": 2}, response_json=body)
        assert rating(mug) == (0.0, 0)
        assert api_client.get(f"/v1/products/{mug.slug}/reviews").json()["results"] == []
        review = Review.objects.get()
        assert (review.moderated_by, review.moderated_at) == ("", None)

    def test_saving_the_same_text_keeps_the_review_published(self, mine, mug):
        client, address = mine
        assert client.patch(address, GOOD).json()["status"] == "approved"
        assert client.patch(address, {}).json()["status"] == "approved"
        assert rating(mug) == (5.0, 1)

    def test_a_review_can_be_deleted_and_posted_again(self, mine, mug):
        client, address = mine
        assert client.delete(address).status_code == 204
        assert rating(mug) == (0.0, 0)
        assert [client.delete(address).status_code, client.get(address).status_code] == [404, 404]
        assert client.post(f"/v1/products/{mug.slug}/reviews", GOOD).status_code == 201

    @pytest.mark.parametrize("change", [{"rating": 0}, {"title": ""}, {"title": "x" * 121}, {"body": None}])
    def test_a_bad_value_is_a_problem_that_names_the_field(self, mine, change):
        client, address = mine
        response = client.patch(address, change)
        assert (response.status_code, list(response.json()["errors"])) == (400, list(change))

    def test_the_response_without_a_review_says_whether_the_user_may_write_one(self, as_user, mug):
        buy(mug, user_id := uuid.uuid4())
        for client, may_review in ((as_user(user_id), True), (as_user(), False)):
            response = client.get(f"/v1/products/{mug.slug}/reviews/mine")
            body = response.json()
            assert (response.status_code, body["type"], body["may_review"]) == (
                404,
                "/problems/not-reviewed",
                may_review,
            )

    def test_the_review_of_another_user_cannot_be_read_or_changed(self, mine, as_user, api_client):
        _, address = mine
        stranger = as_user()
        responses = [stranger.get(address), stranger.patch(address, {"rating": 1}), stranger.delete(address)]
        assert [response.status_code for response in responses] == [404] * 3
        assert api_client.get(address).status_code == 401
        assert Review.objects.get().rating == 5


def at_once(number: int, call) -> list:
    """Results of `call(0)`, `call(1)` …, all at the same time."""
    barrier = threading.Barrier(number, timeout=30)

    def run(index: int):
        try:
            connection.ensure_connection()
            barrier.wait()
            return call(index)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=number) as pool:
        return list(pool.map(run, range(number)))


class TestAtOnce:
    def test_many_simultaneous_approvals_all_count(self, mug):
        reviews = [review_of(mug, stars=1 + number % 5, status="pending") for number in range(16)]
        at_once(16, lambda number: approve(reviews[number].pk))
        ratings = [1 + number % 5 for number in range(16)]
        assert rating(mug) == (round(sum(ratings) / 16, 2), 16)
        assert mug.rating_histogram == [4, 3, 3, 3, 3]

    def test_approving_changing_and_reporting_at_once_end_in_a_true_rating(self, mug):
        users = [uuid.uuid4() for _ in range(4)]
        reviews = [review_of(mug, stars=4, user_id=user_id) for user_id in users]

        def act(number: int) -> None:
            review, kind = reviews[number % 4], number // 4
            if kind == 0:
                services.change_review(mug.slug, user_id=users[number % 4], fields={"rating": 2})
            elif kind == 1:
                moderation.moderate(review.pk, Review.Status.APPROVED, by="eve@example.com")
            else:
                with contextlib.suppress(NotFound):
                    moderation.report_review(review.pk, user_id=uuid.uuid4(), reason="spam", comment="")

        at_once(12, act)
        shown = list(Review.objects.filter(status="approved").values_list("rating", flat=True))
        assert rating(mug) == (round(sum(shown) / len(shown), 2) if shown else 0.0, len(shown))

    def test_a_double_click_posts_once(self, mug):
        Purchase.objects.create(product=mug, user_id=(user_id := uuid.uuid4()), order_number="SC-1")

        def post(_: int) -> str:
            try:
                services.post_review(mug, user_id=user_id, author_name="A", rating=4, title="T", body="")
            except services.AlreadyReviewed:
                return "refused"
            return "posted"

        assert sorted(at_once(8, post)) == ["posted"] + ["refused"] * 7
        assert Review.objects.count() == 1


class TestList:
    def test_pages_hold_every_review_once(self, api_client, mug):
        moment = timezone.now()
        for number in range(7):
            services.import_review(mug, author_name=f"{number}", rating=4, title="T", body="", created_at=moment)
        address, seen = f"/v1/products/{mug.slug}/reviews?limit=3", []
        while address:
            body = api_client.get(address).json()
            seen += [review["id"] for review in body["results"]]
            address = body["next"]
        assert len(seen) == len(set(seen)) == 7

    def test_the_number_of_queries_does_not_grow(self, api_client, mug):
        counts = []
        for _ in range(2):
            for _ in range(10):
                name = uuid.uuid4().hex
                services.import_review(mug, author_name=name, rating=4, title="T", body="", created_at=timezone.now())
            with CaptureQueriesContext(connection) as captured:
                api_client.get(f"/v1/products/{mug.slug}/reviews")
            counts.append(len(captured))
        assert counts == [3, 3]

    @pytest.mark.parametrize(
        ("sort", "ratings"), [("newest", [3, 1, 5, 1, 5]), ("highest", [5, 5, 3, 1, 1]), ("lowest", [1, 1, 3, 5, 5])]
    )
    def test_pages_in_every_order_hold_each_review_once(self, api_client, mug, sort, ratings):
        for stars in (5, 1, 5, 1, 3):
            review_of(mug, stars=stars)
        address, seen = f"/v1/products/{mug.slug}/reviews?limit=2&sort={sort}", []
        while address:
            body = api_client.get(address).json()
            seen += body["results"]
            address = body["next"]
        assert [review["rating"] for review in seen] == ratings
        assert len({review["id"] for review in seen}) == 5

    def test_only_reviews_with_so_many_stars(self, api_client, mug):
        for stars in (5, 1, 5):
            review_of(mug, stars=stars)
        body = api_client.get(f"/v1/products/{mug.slug}/reviews?rating=5&limit=1").json()
        assert [review["rating"] for review in body["results"]] == [5]
        assert [review["rating"] for review in api_client.get(body["next"]).json()["results"]] == [5]

    @pytest.mark.parametrize(
        "query",
        ["rating=0", "rating=6", "rating=x", "sort=best", "stars=5", "cursor=x", "limit=0", "sort=highest&sort="],
    )
    def test_an_invalid_query_is_a_problem_that_names_its_parameter(self, api_client, mug, query):
        response = api_client.get(f"/v1/products/{mug.slug}/reviews?{query}")
        assert (response.status_code, list(response.json()["errors"])) == (400, [query.split("=")[0]])

    def test_a_cursor_of_another_order_is_a_problem_or_a_page(self, api_client, mug):
        for stars in (5, 1, 5):
            review_of(mug, stars=stars)
        address = api_client.get(f"/v1/products/{mug.slug}/reviews?limit=1").json()["next"]
        assert api_client.get(address + "&sort=highest").status_code == 400


@pytest.mark.django_db(transaction=True)
def test_a_review_or_a_report_that_is_sent_again_gets_the_first_response(as_user):
    mug = make_product("Mug")
    buy(mug, user_id := uuid.uuid4())
    client = as_user(user_id)
    other = review_of(make_product("Lamp"))

    def post_to(path):
        return lambda key, body: client.post(path, body, headers={"Idempotency-Key": key})

    review = {"rating": 5, "title": "Good", "body": "Very."}
    repeated_posts_are_carried_out_once(
        post_to(f"/v1/products/{mug.slug}/reviews"), review, other=review | {"rating": 1}
    )
    assert Review.objects.filter(user_id=user_id).count() == 1
    report = {"reason": "spam"}
    repeated_posts_are_carried_out_once(
        post_to(f"/v1/reviews/{other.pk}/reports"), report, other={"reason": "offensive"}
    )


def test_a_review_that_two_imports_bring_at_once_is_there_once(mug):
    bring = partial(
        services.import_review, mug, author_name="Ada", rating=4, title="Good", body="", created_at=timezone.now()
    )
    assert sorted(at_once(6, lambda number: bring())) == [False] * 5 + [True]
    assert Review.objects.count() == 1
