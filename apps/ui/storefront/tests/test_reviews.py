"""Reviews: what their authors and their readers may do."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.common.http.client import forget_targets
from apps.ui.storefront.tests.fakes import FakeHouse

REVIEW = {"rating": "4", "title": "Good", "body": "It holds a lot."}
MINE = "/p/tall-mug/reviews/mine"
REPORT = "/p/tall-mug/reviews/01990000-0000-7000-8000-000000000009/report"


def test_a_new_review_waits_for_a_check_and_its_author_sees_so(ada: Client, house: FakeHouse) -> None:
    response = ada.post("/p/tall-mug/reviews", REVIEW, follow=True)
    text = response.content.decode()
    assert "Your review will be shown after a check." in text
    assert "It will be shown after a check." in text
    assert "Write a review" not in text


def test_only_its_author_sees_a_review_that_waits(browser: Client, ada: Client, house: FakeHouse) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    assert "It holds a lot." not in Client().get("/p/tall-mug").content.decode()


def test_an_author_changes_the_review_from_what_it_said(ada: Client, house: FakeHouse) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    house.catalog.own_review["status"] = "approved"
    text = ada.get("/p/tall-mug").content.decode()
    assert 'value="Good"' in text
    assert '<option value="4" selected>' in text
    ada.post(MINE, REVIEW | {"title": "Better"})
    assert (house.catalog.own_review["title"], house.catalog.own_review["status"]) == ("Better", "pending")


def test_an_author_takes_the_review_back_and_twice_is_once(ada: Client, house: FakeHouse) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    for _ in range(2):
        assert ada.post(f"{MINE}/delete")["Location"] == "/p/tall-mug#reviews"
    assert house.catalog.own_review is None
    assert "Write a review" in ada.get("/p/tall-mug").content.decode()


def test_who_has_not_bought_it_is_told_so_and_keeps_the_words(ada: Client, house: FakeHouse) -> None:
    house.catalog.may_review = False
    response = ada.post("/p/tall-mug/reviews", REVIEW)
    assert response.status_code == 422
    assert "You can review what you have bought here." in response.content.decode()
    assert "It holds a lot." in response.content.decode()


def test_only_buyers_are_shown_the_form(ada: Client, house: FakeHouse) -> None:
    assert "Write a review" in ada.get("/p/tall-mug").content.decode()
    house.catalog.may_review = False
    text = ada.get("/p/tall-mug").content.decode()
    assert "Write a review" not in text
    assert "Who has bought it here may review it." in text


def test_a_form_that_is_sent_twice_posts_once(ada: Client, house: FakeHouse) -> None:
    for _ in range(2):
        assert ada.post("/p/tall-mug/reviews", REVIEW)["Location"] == "/p/tall-mug#reviews"
    assert house.catalog.own_review["title"] == "Good"


def test_another_review_of_the_same_product_becomes_a_change_to_send(ada: Client, house: FakeHouse) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    response = ada.post("/p/tall-mug/reviews", REVIEW | {"title": "From the other window"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "You have reviewed this product already." in text
    assert 'value="From the other window"' in text
    assert f'action="{MINE}#reviews"' in text
    assert house.catalog.own_review["title"] == "Good"


def test_a_change_of_a_review_that_is_gone_can_be_posted_anew(ada: Client, house: FakeHouse) -> None:
    response = ada.post(MINE, REVIEW)
    assert response.status_code == 422
    text = response.content.decode()
    assert "That review is gone" in text
    assert 'action="/p/tall-mug/reviews#reviews"' in text
    assert "It holds a lot." in text


@pytest.mark.parametrize(
    ("status", "words"),
    [("pending", "Waits for a check"), ("rejected", "We do not show it."), ("approved", "Everybody can read it.")],
)
def test_an_author_sees_the_state_of_the_review(ada: Client, house: FakeHouse, status: str, words: str) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    house.catalog.own_review["status"] = status
    text = ada.get("/p/tall-mug").content.decode()
    assert words in text
    assert "Change your review" in text
    assert f'action="{MINE}/delete"' in text


def test_a_rejected_review_that_is_not_changed_stays_so_and_it_is_said(ada: Client, house: FakeHouse) -> None:
    ada.post("/p/tall-mug/reviews", REVIEW)
    house.catalog.own_review["status"] = "rejected"
    response = ada.post(MINE, REVIEW, follow=True)
    assert "Nothing in your review was changed" in response.content.decode()


def test_words_are_kept_while_catalog_is_down(ada: Client, house: FakeHouse) -> None:
    ada.get("/p/tall-mug")
    house.catalog.is_down = True
    forget_targets()
    for address in ("/p/tall-mug/reviews", MINE):
        response = ada.post(address, REVIEW)
        assert response.status_code == 503
        text = response.content.decode()
        assert "Your words are still here" in text
        assert "It holds a lot." in text
        assert f'action="{address}#reviews"' in text
        assert "What others say is out of reach" in text
    response = ada.post(REPORT, {"reason": "spam", "comment": "Buy my mugs!"})
    assert response.status_code == 503
    assert "Buy my mugs!" in response.content.decode()


def test_words_show_as_they_were_written_never_as_markup(ada: Client, house: FakeHouse) -> None:
    house.catalog.reviews[0] |= {"title": "<b>Loud</b>", "body": "One.\n\nTwo <script>."}
    text = ada.get("/p/tall-mug").content.decode()
    assert "<p>One.</p>" in text
    assert "Two &lt;script&gt;." in text
    assert "&lt;b&gt;Loud&lt;/b&gt;" in text


def test_a_link_to_older_reviews_that_is_not_whole_shows_the_newest(ada: Client, house: FakeHouse) -> None:
    text = ada.get("/p/tall-mug?reviews=broken").content.decode()
    assert "Holds a lot" in text


def test_older_reviews_lead_on_and_back(browser: Client, house: FakeHouse) -> None:
    house.catalog.next_reviews = "http://localhost:8000/api/catalog/v1/products/tall-mug/reviews?cursor=abc"
    assert 'href="?reviews=abc#reviews"' in browser.get("/p/tall-mug").content.decode()
    assert 'href="?#reviews"' in browser.get("/p/tall-mug?reviews=abc").content.decode()


def test_average_and_stars_are_told(browser: Client) -> None:
    text = browser.get("/p/tall-mug").content.decode()
    assert "<strong>4.5</strong>" in text
    assert "of 5, from 2 reviews" in text


@pytest.mark.parametrize("address", [MINE, f"{MINE}/delete", "/p/tall-mug/reviews", REPORT])
def test_no_form_is_taken_without_its_csrf_token(house: FakeHouse, address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address, REVIEW).status_code == 403
    assert not house.catalog.requests


def test_a_sign_in_that_has_ended_leads_to_a_new_one_and_back(ada: Client, house: FakeHouse) -> None:
    house.catalog.refuse("POST", "/v1/products/tall-mug/reviews", 401, "invalid-token")
    response = ada.post("/p/tall-mug/reviews", REVIEW | {"next": "/p/tall-mug"})
    assert response["Location"] == "/account/sign-in?next=%2Fp%2Ftall-mug"


def test_the_page_does_without_ones_own_review(ada: Client, house: FakeHouse) -> None:
    house.catalog.refuse("GET", "/v1/products/tall-mug/reviews/mine", 503, "unavailable")
    assert ada.get("/p/tall-mug").status_code == 200


def test_a_guest_is_not_asked_for_a_review(browser: Client, house: FakeHouse) -> None:
    browser.get("/p/tall-mug")
    assert not house.catalog.asked("GET", ".*/mine")


def test_a_reader_reports_a_review(ada: Client, house: FakeHouse) -> None:
    assert f'href="{REPORT}"' in ada.get("/p/tall-mug").content.decode()
    response = ada.post(REPORT, {"reason": "spam", "comment": "Buy my mugs!"}, follow=True)
    assert "Somebody will look at that review." in response.content.decode()
    assert house.catalog.reports == [{"reason": "spam", "comment": "Buy my mugs!"}]


@pytest.mark.parametrize("reason", ["", "because"])
def test_a_report_needs_a_reason(ada: Client, house: FakeHouse, reason: str) -> None:
    assert ada.post(REPORT, {"reason": reason}).status_code == 422
    assert house.catalog.reports == []


def test_too_many_reports_are_refused_in_words(ada: Client, house: FakeHouse) -> None:
    path = REPORT.replace("/p/tall-mug", "/v1").removesuffix("/report") + "/reports"
    house.catalog.refuse("POST", path, 429, "throttled", "Too many reports. Try again in an hour.")
    response = ada.post(REPORT, {"reason": "spam"})
    assert response.status_code == 422
    assert "Too many reports." in response.content.decode()


@pytest.mark.parametrize("address", [MINE, f"{MINE}/delete", "/p/tall-mug/reviews"])
def test_a_guest_who_sends_a_review_signs_in_first(browser: Client, house: FakeHouse, address: str) -> None:
    response = browser.post(address, REVIEW | {"next": "/p/tall-mug"})
    assert response["Location"] == "/account/sign-in?next=%2Fp%2Ftall-mug"
    assert house.catalog.own_review is None


def test_a_guest_who_reports_signs_in_first_and_comes_back(browser: Client) -> None:
    assert browser.get(REPORT)["Location"] == "/account/sign-in?next=" + REPORT.replace("/", "%2F")
