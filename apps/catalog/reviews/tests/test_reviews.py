"""Reviews by buyers, ratings, and what payment and auth tell."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.catalog.products.models import Product
from apps.catalog.reviews import services
from apps.catalog.reviews.models import Purchase, Review
from apps.catalog.tests.factories import make_product, sku_of
from apps.common.outbox.testing import deliver
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = {"rating": 5, "title": "Lovely", "body": "Holds a lot of tea."}


@pytest.fixture
def mug() -> Product:
    return make_product("Mug")


def paid(product: Product, user_id: uuid.UUID | None, *, number: str = "", quantity: int = 1) -> None:
    """What payment tells when an order is paid."""
    line = {"sku": sku_of(product), "kind": "goods", "quantity": quantity, "slug": product.slug}
    data = {
        "order_number": number or f"SC-{uuid.uuid4().hex[:8]}",
        "user_id": user_id and str(user_id),
        "lines": [line],
    }
    deliver("payment", "order.paid", subject=data["order_number"], data=data)


def rating(product: Product) -> tuple[float, int]:
    product.refresh_from_db()
    return float(product.rating_average), product.rating_count


class TestPosting:
    def test_a_buyer_reviews_and_the_rating_follows(self, as_user, api_client, mug):
        user_id = uuid.uuid4()
        paid(mug, user_id)
        address = f"/v1/products/{mug.slug}/reviews"
        answer = as_user(user_id).post(address, GOOD)
        assert answer.status_code == 201
        assert_matches_contract("catalog", "POST", address, request_json=GOOD, response_json=answer.json(), status=201)
        assert (answer.json()["author_name"], answer.json()["verified_purchase"]) == ("Ada", True)
        body = api_client.get(address).json()
        assert [review["title"] for review in body["results"]] == ["Lovely"]
        assert_matches_contract("catalog", "GET", address, response_json=body)
        rating = api_client.get(f"/v1/products/{mug.slug}").json()["rating"]
        assert rating == {"average": 5.0, "count": 1, "histogram": [0, 0, 0, 0, 1]}

    def test_who_has_not_bought_it_may_not(self, as_user, mug):
        paid(make_product("Lamp"), user_id := uuid.uuid4())
        answer = as_user(user_id).post(f"/v1/products/{mug.slug}/reviews", GOOD)
        assert (answer.status_code, answer.json()["type"]) == (403, "/problems/purchase-required")

    def test_a_second_review_is_refused(self, as_user, mug):
        paid(mug, user_id := uuid.uuid4())
        client = as_user(user_id)
        client.post(f"/v1/products/{mug.slug}/reviews", GOOD)
        answer = client.post(f"/v1/products/{mug.slug}/reviews", GOOD | {"rating": 1})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/already-reviewed")
        assert rating(mug) == (5.0, 1)

    def test_strangers_and_services_may_not(self, api_client, as_service, mug):
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
        paid(mug, user_id := uuid.uuid4())
        answer = as_user(user_id).post(f"/v1/products/{mug.slug}/reviews", GOOD | change)
        assert (answer.status_code, list(answer.json()["errors"])) == (400, [field])

    def test_a_very_long_name_is_cut(self, as_user, mug):
        paid(mug, user_id := uuid.uuid4())
        answer = as_user(user_id, name="A" * 150).post(f"/v1/products/{mug.slug}/reviews", GOOD)
        assert answer.json()["author_name"] == "A" * 80

    def test_a_review_cannot_be_given_to_somebody_else(self, as_user, mug):
        paid(mug, user_id := uuid.uuid4())
        forged = GOOD | {"author_name": "The Queen", "verified_purchase": False, "id": str(uuid.uuid4())}
        assert as_user(user_id).post(f"/v1/products/{mug.slug}/reviews", forged).json()["author_name"] == "Ada"

    def test_reviews_of_what_is_not_on_sale_are_not_found(self, as_user, api_client):
        draft = make_product(status=Product.Status.DRAFT)
        assert api_client.get(f"/v1/products/{draft.slug}/reviews").status_code == 404
        assert as_user().post(f"/v1/products/{draft.slug}/reviews", GOOD).status_code == 404


class TestRating:
    def test_many_reviews_at_once_all_count(self, mug):
        users = [uuid.uuid4() for _ in range(16)]
        for user_id in users:
            Purchase.objects.create(product=mug, user_id=user_id, order_number=str(user_id)[:32])
        barrier = threading.Barrier(len(users), timeout=30)

        def post(number: int) -> None:
            try:
                connection.ensure_connection()
                barrier.wait()
                services.post_review(
                    mug, user_id=users[number], author_name="A", rating=1 + number % 5, title="T", body=""
                )
            finally:
                connection.close()

        with ThreadPoolExecutor(max_workers=len(users)) as pool:
            list(pool.map(post, range(len(users))))
        ratings = [1 + number % 5 for number in range(16)]
        assert rating(mug) == (round(sum(ratings) / 16, 2), 16)

    def test_a_double_click_posts_once(self, mug):
        Purchase.objects.create(product=mug, user_id=(user_id := uuid.uuid4()), order_number="SC-1")
        barrier = threading.Barrier(8, timeout=30)

        def post(_: int) -> str:
            try:
                connection.ensure_connection()
                barrier.wait()
                services.post_review(mug, user_id=user_id, author_name="A", rating=4, title="T", body="")
            except services.AlreadyReviewed:
                return "refused"
            finally:
                connection.close()
            return "posted"

        with ThreadPoolExecutor(max_workers=8) as pool:
            assert sorted(pool.map(post, range(8))) == ["posted"] + ["refused"] * 7
        assert rating(mug) == (4.0, 1)

    def test_a_hidden_review_does_not_show_and_does_not_count(self, api_client, mug):
        for stars in (5, 1):
            services.import_review(
                mug, author_name=f"{stars}", rating=stars, title="T", body="", created_at=timezone.now()
            )
        services.moderate(Review.objects.get(rating=1), Review.Status.REJECTED, by="staff@example.com")
        assert rating(mug) == (5.0, 1)
        assert len(api_client.get(f"/v1/products/{mug.slug}/reviews").json()["results"]) == 1
        services.moderate(Review.objects.get(rating=1), Review.Status.APPROVED, by="staff@example.com")
        assert rating(mug) == (3.0, 2)


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
        assert counts == [2, 2]


class TestEvents:
    def test_a_paid_order_counts_sales_and_remembers_the_buyer(self, mug):
        paid(mug, user_id := uuid.uuid4(), quantity=3)
        mug.refresh_from_db()
        assert mug.sales_count == 3
        assert Purchase.objects.get().user_id == user_id

    def test_a_guests_order_counts_too(self, mug):
        paid(mug, None, quantity=2)
        mug.refresh_from_db()
        assert mug.sales_count == 2
        assert Purchase.objects.get().user_id is None

    def test_an_order_told_twice_counts_once(self, mug):
        """A feed may be replayed from the start."""
        for _ in range(2):
            paid(mug, uuid.uuid4(), number="SC-1", quantity=3)
        mug.refresh_from_db()
        assert (mug.sales_count, Purchase.objects.count()) == (3, 1)

    def test_lines_of_products_that_are_gone_are_left_out(self, mug):
        gone = {"sku": "X", "kind": "goods", "quantity": 1, "slug": "gone"}
        here = {"sku": sku_of(mug), "kind": "goods", "quantity": 1, "slug": mug.slug}
        deliver(
            "payment", "order.paid", subject="1", data={"order_number": "1", "user_id": None, "lines": [gone, here]}
        )
        mug.refresh_from_db()
        assert mug.sales_count == 1

    def test_a_deleted_account_leaves_its_reviews_without_its_name(self, as_user, api_client, mug):
        paid(mug, user_id := uuid.uuid4())
        as_user(user_id).post(f"/v1/products/{mug.slug}/reviews", GOOD)
        for _ in range(2):
            deliver("auth", "user.deleted", subject=str(user_id), data={"user_id": str(user_id)})
        [review] = api_client.get(f"/v1/products/{mug.slug}/reviews").json()["results"]
        assert review["author_name"] == "A former customer"
        assert not Review.objects.filter(user_id=user_id).exists()
        assert not Purchase.objects.filter(user_id=user_id).exists()
        assert rating(mug) == (5.0, 1)
