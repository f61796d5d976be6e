"""Product pages, reviews and wishlists with a mouse and a keyboard, with and without JavaScript."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.test_shop import button, sign_in_page

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def errors_of(page: Page) -> list[str]:
    """What scripts of the page throw and what its policies block, from now on."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    return errors


@pytest.mark.parametrize("has_scripts", [True, False])
def test_option_changes_what_is_bought(visitor, has_scripts):
    page = visitor(java_script_enabled=has_scripts)
    errors = errors_of(page)
    page.goto("/p/stoneware-mug")
    page.get_by_role("link", name="Moss green", exact=True).click()
    expect(page.locator("#buy [name=sku]")).to_have_value("STONEWAREMUG-MOSS")
    expect(page).to_have_url(re.compile(r"/p/stoneware-mug\?sku=STONEWAREMUG-MOSS$"))
    button(page, "Add to cart").click()
    added = page.locator("dialog[open]") if has_scripts else page.locator("main:has(h1)", has_text="Your cart")
    expect(added).to_contain_text("Moss green")
    assert errors == []


def test_option_keeps_the_focus_and_the_page(visitor):
    page = visitor()
    page.goto("/p/stoneware-mug")
    page.evaluate("document.body.dataset.same = 'yes'")
    page.get_by_role("link", name="Milk white", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.locator("#offer")).to_contain_text("Item number: STONEWAREMUG-MILK")
    assert page.evaluate("document.body.dataset.same") == "yes"
    assert "Milk white" in page.evaluate("document.activeElement.textContent")


def test_image_is_enlarged_and_closed_by_keyboard(visitor):
    page = visitor()
    page.goto("/p/stoneware-mug")
    image = page.locator(".gallery-images a").first
    image.focus()
    page.keyboard.press("Enter")
    expect(page.locator("dialog img")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog")).to_be_hidden()
    expect(image).to_be_focused()


def test_price_is_seen_at_once_on_phones_and_the_button_stays_in_reach(visitor):
    page = visitor(viewport=PHONE)
    page.goto("/p/stoneware-mug")
    box = page.locator(".price").bounding_box()
    assert box["y"] + box["height"] < PHONE["height"]
    bar, added = page.locator("[data-buy-bar]"), page.locator("#buy [type=submit]")
    page.evaluate("(button) => button.scrollIntoView({block: 'center'})", added.element_handle())
    expect(bar).to_be_hidden()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    expect(bar).to_be_visible()
    bar.get_by_role("button").click()
    expect(page.locator("dialog[open]")).to_contain_text("Stoneware Mug")


def test_reviews_are_filtered_in_place(visitor):
    page = visitor()
    errors = errors_of(page)
    page.goto("/p/stoneware-mug")
    page.locator("#stars-4").click()
    expect(page).to_have_url(re.compile(r"rating=4"))
    expect(page.locator(".reviews-list > ul > li")).to_have_count(1)
    page.reload()
    expect(page.locator(".reviews-list > ul > li")).to_have_count(1)
    assert errors == []


def test_wishlist_is_shared_by_its_link(visitor):
    page, friend = visitor(), visitor()
    sign_in_page(page, "grace@example.com")
    page.goto("/p/wall-clock")
    button(page, "Add to wishlist").click()
    expect(button(page, "On your wishlist")).to_be_visible()
    page.goto("/wishlist")
    page.locator("[name=name]").fill("Grace")
    button(page, "Create link|Save name").click()
    friend.goto(page.get_by_label("Link to your wishlist").input_value())
    expect(friend.get_by_role("heading", level=1)).to_have_text("Wishlist of Grace")
    expect(friend.locator("main")).to_contain_text("Station Clock")
    button(page, "Stop sharing").click()
    expect(page.locator("main")).not_to_contain_text("Link to your wishlist")
    assert friend.reload().status == 404
    page.goto("/p/wall-clock")
    button(page, "On your wishlist").click()
    expect(button(page, "Add to wishlist")).to_be_visible()


def test_large_photo_is_made_smaller_and_sent(visitor, tmp_path: Path):
    photo = tmp_path / "photo.jpg"
    Image.effect_noise((3000, 2000), 90).convert("RGB").save(photo, quality=95)
    assert photo.stat().st_size > 2_000_000, "more than the gateway takes"
    page = visitor()
    sign_in_page(page, "ada@example.com")
    page.goto("/p/stoneware-mug/reviews/write")
    page.locator("select[name=rating]").select_option("5")
    page.locator("[name=title]").fill("With a photo")
    page.locator("input[type=file]").set_input_files(photo)
    button(page, "Submit review|Save changes").click()
    expect(page.locator(".review-images img").first).to_be_visible()
    button(page, "Delete review").click()
    expect(page.locator("main")).to_contain_text("Write a review")


def test_rails_scroll_by_buttons_where_there_is_more(visitor):
    page = visitor(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.goto("/p/brass-pen")
    page.goto("/p/stoneware-mug")
    page.goto("/")
    # That of recently viewed products comes last, once the visitor is near.
    recent = page.locator("[data-recent] [data-rail]")
    page.locator("footer").scroll_into_view_if_needed()
    expect(recent).to_be_visible()
    rail = page.locator("[data-rail].has-more").first
    back, forth = rail.locator("[data-scroll=previous]"), rail.locator("[data-scroll=next]")
    expect(back).to_be_disabled()
    forth.click()
    expect(back).to_be_enabled()
    rail.locator(".row").evaluate("(row) => { row.scrollLeft = row.scrollWidth; }")
    expect(forth).to_be_disabled()
    # Two products fit: nothing to scroll to.
    expect(recent.locator("[data-scroll]").first).to_be_hidden()
