"""`make screenshots`: pictures of the running stack's pages, at 390 and 1440 px, light and dark, in English and German,
in var/screenshots/.

Some of them become docs/images/, which the README shows. Needs an installed Chromium (CHROMIUM names another one).
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from devtools.project import ROOT
from devtools.stack.config import Stack

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PAGES = {
    "home": "/",
    "shop": "/shop",
    "search-page": "/search",
    "films": "/shop/c/films",
    "filtered": "/shop?kind=goods&attr.material=steel&in_stock=true",
    "search": "/shop?q=keaton",
    "nothing-found": "/search?q=mugxyzqq&rating=4",
    "collections": "/collections",
    "collection": "/collections/film-night",
    "film": "/p/metropolis",
    "series": "/p/les-vampires",
    "goods": "/p/stoneware-mug",
    "sale": "/p/floor-cushion?sku=FLOORCUSHION-INK",
    "review": "/p/stoneware-mug/reviews/write",
    "wishlist": "/wishlist",
    "text": "/pages/shipping",
    "cart": "/cart",
    "checkout": "/checkout",
    "orders": "/orders",
    "library": "/library",
    "history": "/library/history",
    "watch": "/watch/metropolis",
    "account": "/account",
    "plans": "/plus",
    "subscription": "/account/subscription",
    "subscribe": "/account/subscription/start?plan=plus-monthly",
    "cancel-subscription": "/cancel-subscription",
    "profile": "/account/profile",
    "password": "/account/password",
    "devices": "/account/devices",
    "addresses": "/account/addresses",
    "new-address": "/account/addresses/new",
    "account-data": "/account/data",
    "find-order": "/orders/find",
    "components": "/about/components",
    "sign-in": "/account/sign-in",
    "register": "/account/register",
    "about": "/about",
    "offline": "/offline",
    "nothing": "/nothing-here",
    "docs": "/api/catalog/docs/",
}
LANGUAGES = ("en", "de")
# What the README shows: page, width, scheme.
README = {
    "home": ("home", 1440, "light"),
    "film": ("film", 1440, "light"),
    "checkout": ("checkout", 1440, "light"),
    "library": ("library", 1440, "dark"),
}


def chromium() -> str | None:
    """An installed Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return os.environ.get("CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)


def main() -> int:
    """Take all pictures; returns the exit code."""
    program = chromium()
    if program is None:
        print("No Chromium is installed: apt-get install chromium, or set CHROMIUM to its path.")
        return 1
    stack = Stack.from_environment()
    out = stack.folder("screenshots")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        for scheme in ("light", "dark"):
            for width in (390, 1440):
                for language in LANGUAGES:
                    _take(browser, stack.public_url, out, width=width, scheme=scheme, language=language)
        browser.close()
    _for_readme(out)
    print(f"Pictures are in {out} and docs/images.")
    return 0


def prefixed(path: str, language: str) -> str:
    """The page's path in this language; the API's pages have one language."""
    return path if language == LANGUAGES[0] or path.startswith("/api/") else f"/{language}{path}"


def _take(browser: Browser, url: str, out: Path, *, width: int, scheme: str, language: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]  # a literal
    page = context.new_page()
    _fill_cart(page, url)
    for name in ("sign-in", "register"):
        _shot(page, url + prefixed(PAGES[name], language), out / f"{name}-{width}-{scheme}-{language}.png")
    _sign_in(page, url)
    for name, path in PAGES.items():
        if name not in ("sign-in", "register"):
            _shot(page, url + prefixed(path, language), out / f"{name}-{width}-{scheme}-{language}.png")
    context.close()


def _fill_cart(page: Page, url: str) -> None:
    for slug in ("nosferatu", "stoneware-mug"):
        page.goto(f"{url}/p/{slug}")
        page.locator("form[action='/cart/add'] button").last.click()
        page.locator("#cart-drawer[open]").wait_for()


def _sign_in(page: Page, url: str) -> None:
    page.goto(f"{url}/account/sign-in")
    page.fill("input[name=email]", "ada@example.com")
    page.fill("input[name=password]", "streamcart-demo")
    page.locator("main form button").last.click()
    page.wait_for_load_state()


def _shot(page: Page, url: str, path: Path) -> None:
    page.goto(url)
    page.evaluate("document.querySelectorAll('img').forEach((image) => { image.loading = 'eager'; })")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, full_page=True)


def _for_readme(out: Path) -> None:
    target = ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    for name, (page, width, scheme) in README.items():
        with Image.open(out / f"{page}-{width}-{scheme}-{LANGUAGES[0]}.png") as picture:
            shown = picture.convert("RGB").crop((0, 0, picture.width, min(picture.height, 1100)))
            shown.resize((960, round(shown.height * 960 / shown.width))).save(target / f"{name}.webp", quality=80)


if __name__ == "__main__":
    sys.exit(main())
