"""What payment and auth report: who bought, who was paid back, who is gone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from apps.catalog.products.models import Product
from apps.catalog.reviews import moderation
from apps.catalog.reviews.consumers import take_purchase_back
from apps.catalog.reviews.models import Purchase, Review, ReviewReport
from apps.catalog.tests.factories import make_product, sku_of
from apps.catalog.tests.reviews.helpers import buy, line, rating, review_of
from apps.common.erasure.models import DeletedAccount
from apps.common.erasure.tasks import repeat_erasures
from apps.common.outbox import Event
from apps.common.outbox.testing import deliver

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def mug() -> Product:
    return make_product("Mug")


class TestEvents:
    def test_a_paid_order_counts_sales_and_remembers_the_buyer(self, mug):
        buy(mug, user_id := uuid.uuid4(), quantity=3)
        mug.refresh_from_db()
        assert mug.sales_count == 3
        assert Purchase.objects.get().user_id == user_id

    def test_a_guests_order_counts_too(self, mug):
        buy(mug, None, quantity=2)
        mug.refresh_from_db()
        assert mug.sales_count == 2
        assert Purchase.objects.get().user_id is None

    def test_an_order_event_delivered_twice_counts_once(self, mug):
        """A feed may be replayed from the start."""
        for _ in range(2):
            buy(mug, uuid.uuid4(), number="SC-1", quantity=3)
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
        buy(mug, user_id := uuid.uuid4())
        other = review_of(make_product("Lamp"))
        moderation.report_review(other.pk, user_id=user_id, reason="spam", comment="")
        review_of(mug, user_id=user_id)
        for _ in range(2):
            deliver("auth", "user.deleted", subject=str(user_id), data={"user_id": str(user_id)})
        [review] = api_client.get(f"/v1/products/{mug.slug}/reviews").json()["results"]
        assert review["author_name"] == "A former customer"
        assert not Review.objects.filter(user_id=user_id).exists()
        assert not Purchase.objects.filter(user_id=user_id).exists()
        assert [report.user_id for report in ReviewReport.objects.all()] == [None]
        assert rating(mug) == (5.0, 1)

    def test_a_purchase_reported_after_the_account_is_gone_counts_without_the_person(self, mug):
        user_id = uuid.uuid4()
        deliver("auth", "user.deleted", subject=str(user_id), data={"user_id": str(user_id)})
        buy(mug, user_id)
        assert [purchase.user_id for purchase in Purchase.objects.all()] == [None]
        mug.refresh_from_db()
        assert mug.sales_count == 1

    def test_a_deleted_account_reviews_no_more_and_a_review_under_way_loses_its_author(self, as_user, mug):
        buy(mug, user_id := uuid.uuid4())
        client = as_user(user_id)
        deliver("auth", "user.deleted", subject=str(user_id), data={"user_id": str(user_id)})
        body = {"rating": 5, "title": "Late", "body": "Very"}
        assert client.post(f"/v1/products/{mug.slug}/reviews", body).status_code == 401

        late = review_of(mug, user_id=user_id)
        DeletedAccount.objects.update(next_pass_at=timezone.now())
        assert repeat_erasures() == 1
        late.refresh_from_db()
        assert (late.user_id, late.author_name) == (None, "A former customer")


class TestReturns:
    def refund(self, number: str, *lines: dict[str, Any], **data: Any) -> Event:
        return deliver(
            "payment", "order.refunded", subject=number, data={"order_number": number, "lines": list(lines)} | data
        )

    def test_a_refund_takes_the_sales_back_and_the_right_to_review(self, as_user, mug):
        number = buy(mug, user_id := uuid.uuid4(), quantity=3)
        self.refund(number, line(mug, 3))
        mug.refresh_from_db()
        assert mug.sales_count == 0
        response = as_user(user_id).post(f"/v1/products/{mug.slug}/reviews", {"rating": 1, "title": "No"})
        assert response.json()["type"] == "/problems/purchase-required"

    def test_a_buyer_who_keeps_some_units_may_review(self, mug):
        number = buy(mug, user_id := uuid.uuid4(), quantity=3)
        review = review_of(mug, user_id=user_id)
        self.refund(number, line(mug, 1), line(mug, 1))
        mug.refresh_from_db()
        review.refresh_from_db()
        assert (mug.sales_count, Purchase.objects.get().quantity, review.is_verified) == (1, 1, True)

    def test_a_review_stays_but_is_no_longer_that_of_a_buyer(self, mug):
        number = buy(mug, user_id := uuid.uuid4())
        review = review_of(mug, user_id=user_id)
        self.refund(number, line(mug))
        review.refresh_from_db()
        assert (review.is_verified, review.status) == (False, "approved")
        assert rating(mug) == (5.0, 1)
        buy(mug, user_id)
        review.refresh_from_db()
        assert review.is_verified

    def test_another_purchase_still_stands(self, mug):
        number = buy(mug, user_id := uuid.uuid4())
        buy(mug, user_id)
        review = review_of(mug, user_id=user_id)
        self.refund(number, line(mug))
        review.refresh_from_db()
        assert review.is_verified

    def test_events_delivered_again_take_back_nothing_more(self, mug):
        number = buy(mug, uuid.uuid4(), quantity=3)
        event = self.refund(number, line(mug, 1))
        with transaction.atomic():
            take_purchase_back(event)
        buy(mug, None, number=number, quantity=3)
        mug.refresh_from_db()
        assert (mug.sales_count, Purchase.objects.get().quantity) == (2, 2)

    def test_a_refund_without_lines_is_of_the_whole_order(self, mug):
        number = buy(mug, uuid.uuid4(), quantity=3)
        deliver("payment", "order.refunded", subject=number, data={"order_number": number})
        assert Purchase.objects.get().quantity == 0

    def test_a_refund_of_more_than_was_sold_takes_what_was_sold(self, mug):
        number = buy(mug, uuid.uuid4(), quantity=2)
        self.refund(number, line(mug, 9))
        mug.refresh_from_db()
        assert (mug.sales_count, Purchase.objects.get().quantity) == (0, 0)

    def test_a_cancelled_order_is_taken_back_whole_and_an_unpaid_one_is_nothing(self, mug):
        number = buy(mug, uuid.uuid4(), quantity=2)
        for cancelled in (number, "SC-UNPAID"):
            data = {"order_number": cancelled, "user_id": None, "lines": [line(mug, 2)]}
            deliver("payment", "order.cancelled", subject=cancelled, data=data)
        assert [purchase.quantity for purchase in Purchase.objects.all()] == [0]
