"""Reviews: what their authors and their readers may do."""

from __future__ import annotations

import pytest
from django.test import Client

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
    house.catalog.refuse(
        "POST", "/v1/products/tall-mug/reviews", 403, "purchase-required", "You can review what you buy."
    )
    response = ada.post("/p/tall-mug/reviews", REVIEW)
    assert response.status_code == 422
    assert "You can review what you buy." in response.content.decode()
    assert "It holds a lot." in response.content.decode()


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
