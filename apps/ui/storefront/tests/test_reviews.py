"""Reviews: writing, changing and reporting them."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.common.http.client import forget_targets
from apps.ui.storefront.tests.fakes import FakePlatform, catalog

REVIEW = {"rating": "4", "title": "Good", "body": "It holds a lot."}
CHANGE = REVIEW | {"change": "1"}
WRITE = "/p/tall-mug/reviews/write"
DELETE = "/p/tall-mug/reviews/mine/delete"
REPORT = "/p/tall-mug/reviews/01990000-0000-7000-8000-000000000009/report"


def text_of(browser: Client, address: str) -> str:
    response = browser.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.content.decode()


def test_product_page_links_to_the_form_for_everybody(browser: Client) -> None:
    assert f'href="{WRITE}"' in text_of(browser, "/p/tall-mug")


def test_new_review_is_shown_to_its_author_as_pending(ada: Client, platform: FakePlatform) -> None:
    text = ada.post(WRITE, REVIEW, follow=True).content.decode()
    assert "We’ll publish your review once we’ve checked it." in text
    assert "Pending approval" in text
    assert 'value="Good"' in text


def test_pending_review_is_visible_to_its_author_only(ada: Client, platform: FakePlatform) -> None:
    ada.post(WRITE, REVIEW)
    assert "It holds a lot." in text_of(ada, WRITE)
    assert "It holds a lot." not in text_of(Client(), WRITE)
    assert "It holds a lot." not in text_of(Client(), "/p/tall-mug")


def test_review_form_starts_with_the_current_review(ada: Client, platform: FakePlatform) -> None:
    ada.post(WRITE, REVIEW)
    platform.catalog.own_review["status"] = "approved"
    text = text_of(ada, WRITE)
    assert 'value="Good"' in text
    assert '<option value="4" selected>' in text
    assert 'name="change"' in text
    ada.post(WRITE, CHANGE | {"title": "Better"})
    assert (platform.catalog.own_review["title"], platform.catalog.own_review["status"]) == ("Better", "pending")


def test_review_can_be_deleted_and_deleting_twice_is_allowed(ada: Client, platform: FakePlatform) -> None:
    ada.post(WRITE, REVIEW)
    for _ in range(2):
        assert ada.post(DELETE)["Location"] == WRITE
    assert platform.catalog.own_review is None
    assert "Submit review" in text_of(ada, WRITE)


def test_review_without_a_purchase_is_refused_and_the_text_kept(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.may_review = False
    response = ada.post(WRITE, REVIEW)
    assert response.status_code == 422
    assert "You can review what you have bought here." in response.content.decode()
    assert "It holds a lot." in response.content.decode()


def test_form_is_missing_with_a_reason_for_who_has_not_bought_the_product(ada: Client, platform: FakePlatform) -> None:
    assert "Submit review" in text_of(ada, WRITE)
    platform.catalog.may_review = False
    text = text_of(ada, WRITE)
    assert "Submit review" not in text
    assert "you haven’t bought it with this account" in text


def test_guest_is_asked_to_sign_in_and_comes_back(browser: Client) -> None:
    text = text_of(browser, WRITE)
    assert "Submit review" not in text
    assert f'href="/account/sign-in?next={WRITE}"' in text


def test_review_form_submitted_twice_posts_once(ada: Client, platform: FakePlatform) -> None:
    for _ in range(2):
        assert ada.post(WRITE, REVIEW)["Location"] == WRITE
    assert platform.catalog.own_review["title"] == "Good"


def test_second_review_of_a_product_becomes_a_change(ada: Client, platform: FakePlatform) -> None:
    ada.post(WRITE, REVIEW)
    response = ada.post(WRITE, REVIEW | {"title": "From the other window"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "You have reviewed this product already." in text
    assert 'value="From the other window"' in text
    assert 'name="change"' in text
    assert platform.catalog.own_review["title"] == "Good"


def test_change_of_a_deleted_review_can_be_posted_as_a_new_one(ada: Client, platform: FakePlatform) -> None:
    response = ada.post(WRITE, CHANGE)
    assert response.status_code == 422
    text = response.content.decode()
    assert "This review no longer exists" in text
    assert 'name="change"' not in text
    assert "It holds a lot." in text


@pytest.mark.parametrize(
    ("status", "words"),
    [("pending", "Pending approval"), ("rejected", "We didn’t publish it."), ("approved", "Everyone can see it.")],
)
def test_author_sees_the_status_of_the_review(ada: Client, platform: FakePlatform, status: str, words: str) -> None:
    ada.post(WRITE, REVIEW)
    platform.catalog.own_review["status"] = status
    text = text_of(ada, WRITE)
    assert words in text
    assert "Your review" in text
    assert f'action="{DELETE}"' in text


def test_unchanged_rejected_review_stays_rejected_with_a_message(ada: Client, platform: FakePlatform) -> None:
    ada.post(WRITE, REVIEW)
    platform.catalog.own_review["status"] = "rejected"
    response = ada.post(WRITE, CHANGE, follow=True)
    assert "Your review is unchanged" in response.content.decode()


@pytest.mark.parametrize("was_visited", [True, False])
def test_review_text_is_kept_while_catalog_is_down(ada: Client, platform: FakePlatform, was_visited: bool) -> None:
    if was_visited:
        ada.get("/p/tall-mug")
    platform.catalog.is_down = True
    forget_targets()
    for data in (REVIEW, CHANGE):
        response = ada.post(WRITE, data)
        assert response.status_code == 503
        text = response.content.decode()
        assert "Your text is still here" in text
        assert "It holds a lot." in text
        assert ('name="change"' in text) == ("change" in data)


def photo(content: bytes = b"\xff\xd8 mug", name: str = "mug.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


def test_images_are_sent_with_the_review(ada: Client, platform: FakePlatform) -> None:
    response = ada.post(WRITE, REVIEW | {"images": [photo(), photo(name="other.jpg")]}, follow=True)
    text = response.content.decode()
    assert "We’ll publish your review once we’ve checked it." in text
    assert "review-1.webp" in text
    assert "review-2.webp" in text
    first, second = platform.catalog.requests_to("POST", ".*/images")
    assert b'name="file"; filename="mug.jpg"' in first.content
    assert b"\xff\xd8 mug" in second.content


def test_image_that_is_added_later_is_moderated_again(ada: Client, platform: FakePlatform) -> None:
    ada.post(WRITE, REVIEW)
    platform.catalog.own_review["status"] = "approved"
    text = ada.post(WRITE, CHANGE | {"images": [photo()]}, follow=True).content.decode()
    assert "Pending approval" in text


def test_file_that_is_no_image_is_reported_and_the_review_saved(ada: Client, platform: FakePlatform) -> None:
    files = [photo(b"no image", "<b>.txt"), photo()]
    text = ada.post(WRITE, REVIEW | {"images": files}, follow=True).content.decode()
    assert "&lt;b&gt;.txt: This is not an image." in text
    assert platform.catalog.own_review["title"] == "Good"
    assert len(platform.catalog.own_review["images"]) == 1


def test_no_more_than_four_images_are_sent(ada: Client, platform: FakePlatform) -> None:
    ada.post(WRITE, REVIEW | {"images": [photo(name=f"{number}.jpg") for number in range(6)]})
    assert len(platform.catalog.own_review["images"]) == 4


def test_review_is_saved_when_its_image_cannot_be_sent(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.refuse("POST", "/v1/products/tall-mug/reviews/mine/images", 503, "unavailable")
    text = ada.post(WRITE, REVIEW | {"images": [photo()]}, follow=True).content.decode()
    assert "mug.jpg could not be sent." in text
    assert platform.catalog.own_review["title"] == "Good"


def test_own_image_can_be_removed_and_removing_twice_is_allowed(ada: Client, platform: FakePlatform) -> None:
    ada.post(WRITE, REVIEW | {"images": [photo()]})
    address = "/p/tall-mug/reviews/mine/images/01990000-0000-7000-8000-000000000001/delete"
    assert f'action="{address}"' in text_of(ada, WRITE)
    for _ in range(2):
        assert ada.post(address)["Location"] == WRITE
    assert platform.catalog.own_review["images"] == []


def test_report_is_kept_while_catalog_is_down(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.is_down = True
    response = ada.post(REPORT, {"reason": "spam", "comment": "Buy my mugs!"})
    assert response.status_code == 503
    assert "Buy my mugs!" in response.content.decode()


def test_title_of_a_form_with_errors_says_so(ada: Client) -> None:
    assert "<title>Error: Write a review: Tall mug" in ada.post(WRITE, {}).content.decode()
    assert "<title>Error: Report a review" in ada.post(REPORT, {}).content.decode()


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
    assert 'href="/p/tall-mug?reviews=abc#reviews"' in browser.get("/p/tall-mug").content.decode()
    assert 'href="/p/tall-mug?#reviews"' in browser.get("/p/tall-mug?reviews=abc").content.decode()


def test_reviews_are_filtered_by_stars(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.reviews.append(platform.catalog.reviews[0] | {"rating": 4, "title": "Nearly"})
    text = text_of(browser, "/p/tall-mug")
    assert 'href="/p/tall-mug?rating=4#reviews"' in text
    assert "rating=3" not in text, "nobody gave three stars"
    filtered = text_of(browser, "/p/tall-mug?rating=4")
    assert "Nearly" in filtered
    assert "Holds a lot" not in filtered
    assert '<meta name="robots" content="noindex, follow">' in filtered


def test_reviews_are_filtered_by_images(browser: Client, platform: FakePlatform) -> None:
    image = {name: value for name, value in catalog.image("photo").items() if name != "alt"}
    photo = image | {"id": "01990000-0000-7000-8000-000000000011", "alt": ""}
    platform.catalog.reviews.append(platform.catalog.reviews[0] | {"title": "On my desk", "images": [photo]})
    text = text_of(browser, "/p/tall-mug?images=1")
    assert "On my desk" in text
    assert "Holds a lot" not in text
    assert 'alt="Image 1 by Grace"' in text


def test_filters_are_kept_by_older_reviews_and_dropped_when_invalid(browser: Client, platform: FakePlatform) -> None:
    platform.catalog.next_reviews = "http://localhost:8000/api/catalog/v1/products/tall-mug/reviews?cursor=abc"
    assert "?rating=5&amp;reviews=abc#reviews" in text_of(browser, "/p/tall-mug?rating=5")
    assert "Holds a lot" in text_of(browser, "/p/tall-mug?rating=nine&images=maybe")


def test_filter_without_reviews_leads_back_to_all(browser: Client) -> None:
    text = text_of(browser, "/p/tall-mug?rating=1")
    assert "No reviews match this filter." in text


def test_average_rating_and_review_count_are_shown(browser: Client) -> None:
    text = browser.get("/p/tall-mug").content.decode()
    assert "<strong>4.5</strong>" in text
    assert "out of 5, based on 2 reviews" in text


@pytest.mark.parametrize("address", [WRITE, DELETE, REPORT])
def test_review_forms_of_another_site_are_refused(platform: FakePlatform, address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address, REVIEW, headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_text_is_kept_when_the_session_has_ended(ada: Client, platform: FakePlatform) -> None:
    platform.catalog.refuse("POST", "/v1/products/tall-mug/reviews", 401, "invalid-token")
    text = ada.post(WRITE, REVIEW).content.decode()
    assert "You’re signed out." in text
    assert "It holds a lot." in text
    assert f'href="/account/sign-in?next={WRITE}" target="_blank"' in text


def test_text_of_a_guest_is_kept(browser: Client, platform: FakePlatform) -> None:
    response = browser.post(WRITE, REVIEW)
    assert response.status_code == 422
    assert "It holds a lot." in response.content.decode()
    assert platform.catalog.own_review is None


def test_product_page_does_not_ask_for_the_own_review(ada: Client, platform: FakePlatform) -> None:
    text_of(ada, "/p/tall-mug")
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


def test_guest_who_deletes_a_review_is_redirected_to_sign_in(browser: Client) -> None:
    response = browser.post(DELETE, {"next": WRITE})
    assert response["Location"] == "/account/sign-in?next=" + WRITE.replace("/", "%2F")


def test_guest_who_reports_a_review_is_redirected_to_sign_in(browser: Client) -> None:
    assert browser.get(REPORT)["Location"] == "/account/sign-in?next=" + REPORT.replace("/", "%2F")
