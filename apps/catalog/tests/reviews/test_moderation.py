"""Decisions of staff, by API and admin, and reports of customers."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.catalog.backoffice.apps import grant_staff_permissions
from apps.catalog.products.models import Product
from apps.catalog.reviews import moderation, services
from apps.catalog.reviews.api.views import ReportThrottle
from apps.catalog.reviews.models import Review, ReviewReport
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.reviews.helpers import approve, rating, review_of
from apps.common.problems import PreconditionFailed
from apps.common.staff.models import StaffUser
from apps.common.testing.contracts import assert_matches_contract

pytestmark = pytest.mark.django_db(transaction=True)
SPAM = {"reason": "spam", "comment": "Sells watches."}


@pytest.fixture
def mug() -> Product:
    return make_product("Mug")


class TestDecisions:
    def test_a_rejected_review_does_not_show_and_does_not_count(self, api_client, mug):
        review_of(mug, stars=5)
        bad = review_of(mug, stars=1)
        moderation.moderate(bad.pk, Review.Status.REJECTED, by="eve@example.com")
        assert rating(mug) == (5.0, 1)
        assert len(api_client.get(f"/v1/products/{mug.slug}/reviews").json()["results"]) == 1
        approve(bad.pk)
        assert (rating(mug), mug.rating_histogram) == ((3.0, 2), [1, 0, 0, 0, 1])

    def test_the_moderator_and_the_time_are_recorded(self, mug):
        review = approve(review_of(mug, status="pending").pk)
        assert review.moderated_by == "eve@example.com"
        assert review.moderated_at is not None

    def test_a_review_that_changed_since_it_was_read_is_not_approved(self, mug):
        review = review_of(mug, status="pending", user_id=(user_id := uuid.uuid4()))
        seen = moderation.revision(review)
        services.change_review(mug.slug, user_id=user_id, fields={"body": "Buy watches"})
        with pytest.raises(PreconditionFailed):
            moderation.moderate(review.pk, Review.Status.APPROVED, by="eve@example.com", seen=seen)
        assert Review.objects.get().status == "pending"


class TestStaffApi:
    @pytest.mark.parametrize("role", ["catalog_staff", "support_staff", "admin"])
    def test_staff_work_through_the_queue(self, as_staff, mug, role):
        first, second = review_of(mug, status="pending"), review_of(mug, status="pending")
        review_of(mug)
        client = as_staff(role)
        queue = client.get("/v1/reviews?status=pending").json()
        assert [review["id"] for review in queue["results"]] == [str(first.pk), str(second.pk)]
        assert queue["results"][0]["product"] == {"slug": mug.slug, "title": "Mug"}
        assert_matches_contract("catalog", "GET", "/v1/reviews?status=pending", response_json=queue)
        response = client.post(f"/v1/reviews/{first.pk}/approve")
        assert (response.status_code, response.json()["status"]) == (200, "approved")
        assert_matches_contract("catalog", "POST", f"/v1/reviews/{first.pk}/approve", response_json=response.json())
        assert client.post(f"/v1/reviews/{second.pk}/reject").json()["status"] == "rejected"
        assert client.get("/v1/reviews?status=pending").json()["results"] == []
        assert len(client.get(f"/v1/reviews?product={mug.slug}").json()["results"]) == 3
        assert rating(mug) == (5.0, 2)

    def test_an_old_etag_is_refused(self, as_staff, mug):
        review = review_of(mug, status="pending", user_id=(user_id := uuid.uuid4()))
        client, address = as_staff("support_staff"), f"/v1/reviews/{review.pk}"
        etag = client.get(address)["ETag"]
        services.change_review(mug.slug, user_id=user_id, fields={"rating": 1})
        for header in (etag, '"nonsense"'):
            response = client.post(f"{address}/approve", headers={"If-Match": header})
            assert (response.status_code, response.json()["type"]) == (412, "/problems/precondition-failed")
        fresh = client.get(address)["ETag"]
        assert client.post(f"{address}/approve", headers={"If-Match": fresh}).status_code == 200

    def test_customers_and_strangers_may_not(self, as_user, as_service, api_client, mug):
        review = review_of(mug)
        for client, code in ((as_user(), 403), (as_service("payment"), 403), (api_client, 401)):
            responses = [client.get("/v1/reviews"), client.get(f"/v1/reviews/{review.pk}")]
            responses += [client.post(f"/v1/reviews/{review.pk}/{verb}") for verb in ("approve", "reject")]
            assert [response.status_code for response in responses] == [code] * 4

    @pytest.mark.parametrize("query", ["status=lost", "state=pending", "cursor=x"])
    def test_an_invalid_query_is_a_problem_that_names_its_parameter(self, as_staff, query):
        response = as_staff("support_staff").get(f"/v1/reviews?{query}")
        assert (response.status_code, list(response.json()["errors"])) == (400, [query.split("=")[0]])

    def test_an_unknown_review_is_not_found(self, as_staff):
        client, address = as_staff("support_staff"), f"/v1/reviews/{uuid.uuid4()}"
        responses = [client.get(address), client.post(f"{address}/approve"), client.post(f"{address}/reports", SPAM)]
        assert [response.status_code for response in responses] == [404] * 3

    def test_the_number_of_queries_does_not_grow(self, as_staff, mug):
        client, counts = as_staff("support_staff"), []
        for rows in (2, 18):
            for _ in range(rows):
                moderation.report_review(review_of(make_product()).pk, user_id=uuid.uuid4(), **SPAM)
            with CaptureQueriesContext(connection) as captured:
                assert client.get("/v1/reviews").status_code == 200
            counts.append(len(captured))
        assert counts == [2, 2]


class TestReports:
    def test_a_person_can_report_a_review_once(self, as_user, mug):
        review = review_of(mug)
        client, address = as_user(uuid.uuid4()), f"/v1/reviews/{review.pk}/reports"
        first, second = client.post(address, SPAM), client.post(address, {"reason": "offensive"})
        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert (first.json()["reason"], first.json()["comment"]) == ("spam", "Sells watches.")
        assert_matches_contract("catalog", "POST", address, request_json=SPAM, response_json=first.json(), status=201)
        review.refresh_from_db()
        assert (review.report_count, ReviewReport.objects.count()) == (1, 1)

    def test_three_people_send_a_review_back_to_the_queue(self, as_user, as_staff, api_client, mug):
        review = review_of(mug)
        for _ in range(3):
            assert rating(mug) == (5.0, 1)
            last = as_user(uuid.uuid4())
            assert last.post(f"/v1/reviews/{review.pk}/reports", SPAM).status_code == 201
        assert rating(mug) == (0.0, 0)
        assert api_client.get(f"/v1/products/{mug.slug}/reviews").json()["results"] == []
        # Said again, the response is the same; others do not learn of a review that does not show.
        assert last.post(f"/v1/reviews/{review.pk}/reports", SPAM).status_code == 200
        assert as_user(uuid.uuid4()).post(f"/v1/reviews/{review.pk}/reports", SPAM).status_code == 404
        body = as_staff("support_staff").get(f"/v1/reviews/{review.pk}").json()
        assert (body["status"], body["report_count"], len(body["reports"])) == ("pending", 3, 3)

    def test_a_decision_closes_the_reports_before_it(self, mug):
        review = review_of(mug)
        for _ in range(3):
            moderation.report_review(review.pk, user_id=uuid.uuid4(), **SPAM)
        approve(review.pk)
        moderation.report_review(review.pk, user_id=uuid.uuid4(), **SPAM)
        review.refresh_from_db()
        assert (review.status, review.report_count) == ("approved", 1)

    def test_authors_cannot_report_their_own_review(self, as_user, mug):
        review = review_of(mug, user_id=(user_id := uuid.uuid4()))
        response = as_user(user_id).post(f"/v1/reviews/{review.pk}/reports", SPAM)
        assert (response.status_code, response.json()["type"]) == (403, "/problems/own-review")

    def test_strangers_may_not(self, api_client, mug):
        assert api_client.post(f"/v1/reviews/{review_of(mug).pk}/reports", SPAM).status_code == 401

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"reason": "dull"}, "reason"), ({"reason": ""}, "reason"), ({"comment": "x" * 501}, "comment")],
    )
    def test_a_bad_value_is_a_problem_that_names_the_field(self, as_user, mug, change, field):
        response = as_user().post(f"/v1/reviews/{review_of(mug).pk}/reports", SPAM | change)
        assert (response.status_code, list(response.json()["errors"])) == (400, [field])

    def test_many_reports_of_one_person_are_throttled(self, as_user, mug, monkeypatch):
        monkeypatch.setattr(ReportThrottle, "rate", "2/hour")
        client = as_user(uuid.uuid4())
        responses = [client.post(f"/v1/reviews/{review_of(mug).pk}/reports", SPAM) for _ in range(3)]
        assert [response.status_code for response in responses] == [201, 201, 429]
        assert 0 < int(responses[-1]["Retry-After"]) <= 3600
        assert as_user(uuid.uuid4()).post(f"/v1/reviews/{review_of(mug).pk}/reports", SPAM).status_code == 201


QUEUE = "/admin/reviews/review/"


class TestAdmin:
    @pytest.fixture(params=["catalog_staff", "support_staff"])
    def staff(self, request) -> Client:
        grant_staff_permissions()
        user = StaffUser.objects.create(id=uuid.uuid4(), email="eve@example.com", is_staff=True)
        user.groups.add(Group.objects.get_or_create(name=request.param)[0])
        client = Client()
        client.force_login(user, backend="apps.common.staff.backends.AuthServiceBackend")
        return client

    def shown(self, client: Client, query: str = "") -> list[str]:
        response = client.get(QUEUE + query)
        assert response.status_code == 200
        return [review.title for review in response.context["cl"].result_list]

    def test_pending_reviews_are_listed_first_and_tabs_lead_to_the_others(self, staff, mug):
        for status in Review.Status.values:
            review_of(mug, status=status, title=status)
        moderation.report_review(Review.objects.get(status="approved").pk, user_id=uuid.uuid4(), **SPAM)
        assert self.shown(staff) == ["pending"]
        assert self.shown(staff, "?state=reported") == ["approved"]
        assert self.shown(staff, "?state=rejected") == ["rejected"]
        assert len(self.shown(staff, "?state=all")) == 3
        text = staff.get(QUEUE).content.decode()
        assert all(label in text for label in ("Pending", "Reported", "Approved", "Rejected"))

    def test_many_reviews_can_be_approved_at_once(self, staff, mug):
        reviews = [review_of(mug, status="pending", stars=stars) for stars in (1, 5)]
        data = {"action": "approve", "_selected_action": [str(review.pk) for review in reviews]}
        assert "2 reviews approved" in staff.post(QUEUE, data, follow=True).content.decode()
        assert rating(mug) == (3.0, 2)
        assert {review.moderated_by for review in Review.objects.all()} == {"eve@example.com"}
        staff.post(f"{QUEUE}?state=approved", data | {"action": "reject"})
        assert rating(mug) == (0.0, 0)

    def decide(self, client: Client, review: Review, button: str, **changes: str) -> str:
        address = reverse("admin:reviews_review_change", args=[review.pk])
        page = client.get(address)
        form = page.context["adminform"].form
        management = page.context["inline_admin_formsets"][0].formset.management_form
        data = {field.html_name: field.value() for field in [*form, *management]}
        response = client.post(address, data | {f"reviews_review_{button}": "1"} | changes, follow=True)
        assert response.status_code == 200
        return response.content.decode()

    def test_a_review_is_shown_with_its_reports_and_can_be_rejected(self, staff, mug):
        review = review_of(mug, body="Buy my watches")
        moderation.report_review(review.pk, user_id=uuid.uuid4(), **SPAM)
        page = staff.get(reverse("admin:reviews_review_change", args=[review.pk])).content.decode()
        assert "Buy my watches" in page
        assert "Sells watches." in page
        assert 'name="_save"' not in page
        assert "1 review rejected" in self.decide(staff, review, "reject_one")
        review.refresh_from_db()
        assert (review.status, review.moderated_by) == ("rejected", "eve@example.com")
        assert rating(mug) == (0.0, 0)
        history = staff.get(reverse("admin:reviews_review_history", args=[review.pk])).content.decode()
        assert "Rejected." in history

    def test_staff_cannot_rewrite_reviews(self, staff, mug):
        review = review_of(mug, status="pending")
        self.decide(staff, review, "approve_one", body="Best ever", rating="5", author_name="Eve")
        kept = Review.objects.get()
        assert (kept.body, kept.author_name, kept.status) == (review.body, "Ada", "approved")
        for verb in ("delete", "add"):
            address = f"{QUEUE}add/" if verb == "add" else f"{QUEUE}{review.pk}/delete/"
            assert staff.post(address, {"post": "yes"}).status_code == 403

    def test_a_review_that_changed_since_it_was_read_is_not_approved(self, staff, mug):
        review = review_of(mug, status="pending", user_id=(user_id := uuid.uuid4()))
        seen = moderation.revision(review)
        services.change_review(mug.slug, user_id=user_id, fields={"body": "Buy watches"})
        assert "changed meanwhile" in self.decide(staff, review, "approve_one", revision=seen)
        assert Review.objects.get().status == "pending"

    def test_the_list_takes_the_same_number_of_queries_for_any_number_of_reviews(self, staff, mug):
        counts = []
        for rows in (2, 18):
            for _ in range(rows):
                review_of(make_product(), status="pending")
            with CaptureQueriesContext(connection) as captured:
                self.shown(staff)
            counts.append(len(captured))
            assert all("LIMIT" in query["sql"] for query in captured if "COUNT(" in query["sql"])
        assert counts[0] == counts[1] < 12
