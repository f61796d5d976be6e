"""Reviews: writing, changing and reporting them."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.common.http.client import forget_targets
from apps.ui.storefront.tests.fakes import FakePlatform

REVIEW = {"rating": "4", "title": "Good", "body": "It holds a lot."}
OWN_REVIEW = "/p/tall-mug/reviews/mine"
REPORT = "/p/tall-mug/reviews/01990000-0000-7000-8000-000000000009/report"


def test_new_review_is_shown_to_its_author_as_pending(ada: Client, platform: FakePlatform) -> None:
    response = ada.post("/p/tall-mug/reviews", REVIEW, follow=True)
    text = response.content.decode()
    assert "We’ll publish your review once we’ve checked it." in text
    assert "We’ll publish it once we’ve checked it." in text
    assert "Write a review" not in text


def test_pending_review_is_visible_to_its_author_only(browser: Client, ada: Client, platform: FakePlatform) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    assert "It holds a lot." not in Client().get("/p/tall-mug").content.decode()


def test_review_form_starts_with_the_current_review(ada: Client, platform: FakePlatform) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    platform.catalog.own_review["status"] = "approved"
    text = ada.get("/p/tall-mug").content.decode()
    assert 'value="Good"' in text
    assert '<option value="4" selected>' in text
    ada.post(OWN_REVIEW, REVIEW | {"title": "Better"})
    assert (platform.catalog.own_review["title"], platform.catalog.own_review["status"]) == ("Better", "pending")


def test_review_can_be_deleted_and_deleting_twice_is_allowed(ada: Client, platform: FakePlatform) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    for _ in range(2):
        assert ada.post(f"{OWN_REVIEW}/delete")["Location"] == "/p/tall-mug#reviews"
    assert platform.catalog.own_review is None
    assert "Write a review" in ada.get("/p/tall-mug").content.decode()


def test_review_without_a_purchase_is_refused_and_the_text_kept(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.may_review = False
    response = ada.post("/p/tall-mug/reviews", REVIEW)
    assert response.status_code == 422
    assert "You can review what you have bought here." in response.content.decode()
    assert "It holds a lot." in response.content.decode()


def test_review_form_is_shown_to_buyers_only(ada: Client, platform: FakePlatform) -> None:
    assert "Write a review" in ada.get("/p/tall-mug").content.decode()
    platform.catalog.may_review = False
    text = ada.get("/p/tall-mug").content.decode()
    assert "Write a review" not in text
    assert "Only verified buyers can review." in text


def test_review_form_submitted_twice_posts_once(ada: Client, platform: FakePlatform) -> None:
    for _ in range(2):
        assert ada.post("/p/tall-mug/reviews", REVIEW)["Location"] == "/p/tall-mug#reviews"
    assert platform.catalog.own_review["title"] == "Good"


def test_second_review_of_a_product_becomes_a_change(ada: Client, platform: FakePlatform) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    response = ada.post("/p/tall-mug/reviews", REVIEW | {"title": "From the other window"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "You have reviewed this product already." in text
    assert 'value="From the other window"' in text
    assert f'action="{OWN_REVIEW}#reviews"' in text
    assert platform.catalog.own_review["title"] == "Good"


def test_change_of_a_deleted_review_can_be_posted_as_a_new_one(ada: Client, platform: FakePlatform) -> None:
    response = ada.post(OWN_REVIEW, REVIEW)
    assert response.status_code == 422
    text = response.content.decode()
    assert "This review no longer exists" in text
    assert 'action="/p/tall-mug/reviews#reviews"' in text
    assert "It holds a lot." in text


@pytest.mark.parametrize(
    ("status", "words"),
    [("pending", "Pending approval"), ("rejected", "We didn’t publish it."), ("approved", "Everyone can see it.")],
)
def test_author_sees_the_status_of_the_review(ada: Client, platform: FakePlatform, status: str, words: str) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    platform.catalog.own_review["status"] = status
    text = ada.get("/p/tall-mug").content.decode()
    assert words in text
    assert "Edit your review" in text
    assert f'action="{OWN_REVIEW}/delete"' in text


def test_unchanged_rejected_review_stays_rejected_with_a_message(ada: Client, platform: FakePlatform) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    platform.catalog.own_review["status"] = "rejected"
    response = ada.post(OWN_REVIEW, REVIEW, follow=True)
    assert "Your review is unchanged" in response.content.decode()


def test_review_text_is_kept_while_catalog_is_down(ada: Client, platform: FakePlatform) -> None:
    ada.get("/p/tall-mug")
    platform.catalog.is_down = True
    forget_targets()
    for address in ("/p/tall-mug/reviews", OWN_REVIEW):
        response = ada.post(address, REVIEW)
        assert response.status_code == 503
        text = response.content.decode()
        assert "Your text is still here" in text
        assert "It holds a lot." in text
        assert f'action="{address}#reviews"' in text
    response = ada.post(REPORT, {"reason": "spam", "comment": "Buy my mugs!"})
    assert response.status_code == 503
    assert "Buy my mugs!" in response.content.decode()


def test_review_text_is_escaped(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.reviews[0] |= {"title": "<b>Loud</b>", "body": "One.\n\nTwo <script>."}
    text = ada.get("/p/tall-mug").content.decode()
    assert "<p>One.</p>" in text
    assert "Two &lt;script&gt;." in text
    assert "&lt;b&gt;Loud&lt;/b&gt;" in text


def test_broken_cursor_shows_the_newest_reviews(ada: Client, platform: FakePlatform) -> None:
    text = ada.get("/p/tall-mug?reviews=broken").content.decode()
    assert "Holds a lot" in text


def test_reviews_are_paginated(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.next_reviews = "http://localhost:8000/api/catalog/v1/products/tall-mug/reviews?cursor=abc"
    assert 'href="?reviews=abc#reviews"' in browser.get("/p/tall-mug").content.decode()
    assert 'href="?#reviews"' in browser.get("/p/tall-mug?reviews=abc").content.decode()


def test_average_rating_and_review_count_are_shown(browser: Client) -> None:
    text = browser.get("/p/tall-mug").content.decode()
    assert "<strong>4.5</strong>" in text
    assert "out of 5, based on 2 reviews" in text


@pytest.mark.parametrize("address", [OWN_REVIEW, f"{OWN_REVIEW}/delete", "/p/tall-mug/reviews", REPORT])
def test_review_forms_of_another_site_are_refused(platform: FakePlatform, address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address, REVIEW, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_ended_session_redirects_to_sign_in_and_back(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.refuse("POST", "/v1/products/tall-mug/reviews", 401, "invalid-token")
    response = ada.post("/p/tall-mug/reviews", REVIEW | {"next": "/p/tall-mug"})
    assert response["Location"] == "/account/sign-in?next=%2Fp%2Ftall-mug"


def test_product_page_works_without_the_own_review(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.refuse("GET", "/v1/products/tall-mug/reviews/mine", 503, "unavailable")
    assert ada.get("/p/tall-mug").status_code == 200


def test_own_review_of_a_guest_is_not_requested(browser: Client, platform: FakePlatform) -> None:
    browser.get("/p/tall-mug")
    assert not platform.catalog.requests_to("GET", ".*/mine")


def test_customer_can_report_a_review(ada: Client, platform: FakePlatform) -> None:
    assert f'href="{REPORT}"' in ada.get("/p/tall-mug").content.decode()
    response = ada.post(REPORT, {"reason": "spam", "comment": "Buy my mugs!"}, follow=True)
    assert "We’ll look at this review." in response.content.decode()
    assert platform.catalog.reports == [{"reason": "spam", "comment": "Buy my mugs!"}]


@pytest.mark.parametrize("reason", ["", "because"])
def test_report_needs_a_valid_reason(ada: Client, platform: FakePlatform, reason: str) -> None:
    assert ada.post(REPORT, {"reason": reason}).status_code == 422
    assert platform.catalog.reports == []


def test_too_many_reports_show_the_refusal(ada: Client, platform: FakePlatform) -> None:
    path = REPORT.replace("/p/tall-mug", "/v1").removesuffix("/report") + "/reports"
    platform.catalog.refuse("POST", path, 429, "throttled", "Too many reports. Try again in an hour.")
    response = ada.post(REPORT, {"reason": "spam"})
    assert response.status_code == 422
    assert "Too many reports." in response.content.decode()


@pytest.mark.parametrize("address", [OWN_REVIEW, f"{OWN_REVIEW}/delete", "/p/tall-mug/reviews"])
def test_guest_who_submits_a_review_is_redirected_to_sign_in(
    browser: Client, platform: FakePlatform, address: str
) -> None:
    response = browser.post(address, REVIEW | {"next": "/p/tall-mug"})
    assert response["Location"] == "/account/sign-in?next=%2Fp%2Ftall-mug"
    assert platform.catalog.own_review is None


def test_guest_who_reports_a_review_is_redirected_to_sign_in(browser: Client) -> None:
    assert browser.get(REPORT)["Location"] == "/account/sign-in?next=" + REPORT.replace("/", "%2F")
