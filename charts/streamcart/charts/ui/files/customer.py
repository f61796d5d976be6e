"""A customer who shops at the storefront as a browser does: forms, cookies and redirects, without JavaScript.

    python customer.py                                        one guest buys the cheapest goods in stock: `helm test`
    python customer.py --visitors 4 --pause 2 --buy-share 30  visits without end: the virtual customers

Reads UI_URL. Payment is by the sandbox's test card. The single purchase ends with 1 and a sentence when a step fails;
an empty shop is no failure. Virtual customers log a JSON line for each failure and, every minute, how visits ended.
"""

import argparse
import collections
import http.cookies
import json
import os
import pathlib
import random
import re
import signal
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
from html.parser import HTMLParser

import httpx

CARD = {"card-number": "4242424242424242", "card-expiry": "12/40", "card-cvc": "123"}
ADDRESS = {
    "to-name": "Virtual Customer",
    "to-line1": "Teststraße 1",
    "to-city": "Berlin",
    "to-postal_code": "10115",
    "to-country": "DE",
}
CHANCE = random.Random()  # noqa: S311  (it chooses products, not secrets)
MAX_REDIRECTS = 5
# What a page is asked for before the visit counts as failed.
TIMEOUT_SECONDS = 30
REPORT_SECONDS = 60
# Touched after each visit; the pod's liveness probe looks at its age.
ALIVE = pathlib.Path(tempfile.gettempdir()) / "alive"


class ShopError(Exception):
    """A page did not come as it should."""


class Refusal(Exception):
    """The shop declined with a sentence: out of stock, no payments taken."""


class Form:
    """A form as the page has it: `fields` is what a browser would send, `choices` the enabled radio buttons."""

    def __init__(self, action):
        self.action = action
        self.fields = {}
        self.choices = collections.defaultdict(list)
        self.has_button = False

    def add_input(self, attributes):
        name, value = attributes.get("name"), attributes.get("value") or ""
        kind = attributes.get("type", "text")
        if not name or "disabled" in attributes or kind == "submit":
            return
        if kind == "radio":
            self.choices[name].append(value)
        if kind not in ("radio", "checkbox") or "checked" in attributes:
            self.fields[name] = value


class Page(HTMLParser):
    """What a visitor finds on a page: where it leads and what can be sent."""

    def __init__(self, path, text):
        super().__init__()
        self.path, self.text = path, text
        self.links, self.forms = [], []
        self.form = self.select = None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        form = self.form
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        elif tag == "form":
            self.form = Form(attributes.get("action") or self.path)
            self.forms.append(self.form)
        elif tag == "input" and form:
            form.add_input(attributes)
        elif tag == "select":
            self.select = attributes.get("name")
        elif tag == "option" and form and self.select and "selected" in attributes:
            form.fields[self.select] = attributes.get("value", "")
        elif tag == "button" and form:
            form.has_button |= attributes.get("type", "submit") == "submit"

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None

    def form_with(self, field):
        """The form that has this field, or None."""
        return next((form for form in self.forms if field in form.fields or field in form.choices), None)

    def links_below(self, prefix):
        """Distinct links that begin with this, in the page's order."""
        return list(dict.fromkeys(link for link in self.links if link.startswith(prefix)))

    def sentence(self):
        """The first notice that the page shows, without its markup."""
        notice = r'class="[^"]*(?:notice-error|error-summary)[^"]*"[^>]*>(.*?)</(?:div|li)>'
        found = re.search(notice, self.text, re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split()) if found else "no reason given"


class Browser:
    """One visitor's browser. Cookies are kept by name alone: inside the cluster there is no TLS for secure ones."""

    def __init__(self, client):
        self.client = client
        self.cookies = {}
        # Limits count by address, and all visitors of a pod have one: each gets another of the range for benchmarks
        # (RFC 2544), as the gateway would report it.
        self.address = f"198.18.{CHANCE.randrange(256)}.{CHANCE.randrange(1, 255)}"

    def get(self, path):
        return self._request("GET", path)

    def submit(self, form, **values):
        return self._request("POST", form.action, form.fields | values)

    def _request(self, method, path, data=None):
        for _ in range(MAX_REDIRECTS):
            headers = {"X-Forwarded-For": self.address, "User-Agent": "StreamCart virtual customer"}
            if self.cookies:
                headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            response = self.client.request(method, path, data=data, headers=headers)
            self._keep_cookies(response)
            if not response.is_redirect:
                break
            parts = urllib.parse.urlsplit(response.headers["Location"])
            method, data, path = "GET", None, urllib.parse.urlunsplit(("", "", parts.path, parts.query, ""))
        # 409 and 422 bring the form back with a sentence.
        if response.status_code not in (200, 402, 409, 422):
            request_id = response.headers.get("X-Request-ID", "")
            raise ShopError(f"{method} {path} returned {response.status_code} (request {request_id})")
        return Page(path, response.text)

    def _keep_cookies(self, response):
        for header in response.headers.get_list("Set-Cookie"):
            for name, morsel in http.cookies.SimpleCookie(header).items():
                if morsel["max-age"] == "0" or not morsel.value:
                    self.cookies.pop(name, None)
                else:
                    # As it was sent, quotes included.
                    self.cookies[name] = morsel.coded_value


def add_to_cart(browser, product):
    """The SKU that is in the cart now, or None for a product that is sold out."""
    form = product.form_with("sku")
    # A sold-out product has a form without a button.
    if form is None or not form.has_button:
        return None
    sku = CHANCE.choice(form.choices["sku"]) if "sku" in form.choices else form.fields["sku"]
    cart = browser.submit(form, sku=sku)
    if "/checkout" not in cart.links:
        raise Refusal(cart.sentence())
    return sku


def check_out(browser):
    """The number of the paid order, or None when the shop asks for an account first."""
    page = browser.get("/checkout")
    form = page.form_with("card-number")
    if form is None:
        if "sign-in" in page.path:
            return None
        raise Refusal(page.sentence())
    email = f"customer-{uuid.uuid4().hex[:12]}@streamcart.example"
    wanted = {"contact-email": email} | ADDRESS | CARD
    page = browser.submit(form, step="pay", **{name: value for name, value in wanted.items() if name in form.fields})
    placed = re.fullmatch(r"/orders/([\w-]+)", page.path)
    if not placed:
        raise Refusal(page.sentence())
    state = re.search(r"state-(\w+)", page.text)
    if state is None or state[1] != "paid":
        raise ShopError(f"Order {placed[1]} is {state[1] if state else 'without a state'}, not paid.")
    return placed[1]


def register(browser):
    """Open an account. Its address is made up, so nobody reads the mail that confirms it."""
    page = browser.get("/account/register")
    form = page.form_with("password")
    email = f"customer-{uuid.uuid4().hex[:12]}@streamcart.example"
    page = browser.submit(form, name="Virtual Customer", email=email, password=uuid.uuid4().hex)
    if not page.path.endswith("/check-mail"):
        raise Refusal(page.sentence())


def visit(browser, buy_share, pause):
    """One visit, and how it ended: looked, sold_out, abandoned, registered or bought."""
    page = browser.get("/")
    for _ in range(CHANCE.randint(1, 5)):
        pause()
        page = browser.get(next_path(page))
    if CHANCE.randrange(100) >= buy_share:
        return "looked"
    products = page.links_below("/p/") or browser.get("/shop").links_below("/p/")
    put = []
    for path in CHANCE.sample(products, min(len(products), CHANCE.randint(1, 3))):
        pause()
        put.append(add_to_cart(browser, browser.get(path)))
    if not any(put):
        return "sold_out"
    pause()
    if CHANCE.randrange(100) < 25:
        return "abandoned"
    if check_out(browser):
        return "bought"
    # A film lives in an account's library.
    register(browser)
    return "registered"


def next_path(page):
    """Where a visitor goes from here: mostly to a product, else to a list or a search."""
    products = page.links_below("/p/")
    lists = page.links_below("/shop") + page.links_below("/collections")
    dice = CHANCE.random()
    if products and dice < 0.6:
        return CHANCE.choice(products)
    if products and dice < 0.75:
        word = CHANCE.choice(products).removeprefix("/p/").partition("?")[0].split("-")[0]
        return f"/search?q={urllib.parse.quote(word)}"
    return CHANCE.choice(lists or ["/shop"])


def buy_once(browser):
    """The sentence that `helm test` prints."""
    browser.get("/")
    listing = browser.get("/shop?kind=goods&in_stock=true&sort=price")
    for path in listing.links_below("/p/"):
        if sku := add_to_cart(browser, browser.get(path)):
            return f"Bought {sku}: order {check_out(browser)} is paid."
    return "The shop responds; there is nothing in stock to buy."


class Visitors:
    """Virtual customers in threads, and the count of how their visits ended."""

    def __init__(self, url, options):
        self.url, self.options = url, options
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.counts = collections.Counter()

    def run(self):
        """Until SIGTERM; a visit that is under way is left at its next step."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopped.set())
        threads = [threading.Thread(target=self.visit_on, daemon=True) for _ in range(self.options.visitors)]
        for thread in threads:
            thread.start()
        started = time.monotonic()
        while not self.stopped.wait(REPORT_SECONDS):
            started = self.report(started)
        for thread in threads:
            thread.join(timeout=5)
        self.report(started)

    def report(self, since):
        """Log what was counted and begin again; the time from which the next report counts."""
        with self.lock:
            counts, self.counts = self.counts, collections.Counter()
        log(
            "info",
            "visits",
            seconds=round(time.monotonic() - since),
            total=counts.total(),
            **dict(sorted(counts.items())),
        )
        return time.monotonic()

    def visit_on(self):
        while not self.stopped.is_set():
            with httpx.Client(base_url=self.url, timeout=TIMEOUT_SECONDS) as client:
                outcome = self.outcome(Browser(client))
            with self.lock:
                self.counts[outcome] += 1
            ALIVE.touch()
            self.pause()

    def outcome(self, browser):
        try:
            return visit(browser, self.options.buy_share, self.pause)
        except Refusal as refusal:
            log("info", "refused", reason=str(refusal))
            return "refused"
        except Exception as error:  # noqa: BLE001  (a page that nobody foresaw must not end the thread unseen)
            log("error", "visit failed", error=f"{type(error).__name__}: {error}")
            return "failed"

    def pause(self):
        """Pause between two pages: 0.5 to 1.5 times the average."""
        self.stopped.wait(self.options.pause * CHANCE.uniform(0.5, 1.5))


def log(level, event, **fields):
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(json.dumps({"timestamp": now, "level": level, "event": event} | fields, ensure_ascii=False), flush=True)


def main():
    parser = argparse.ArgumentParser(description="Buy something, or visit without end.")
    parser.add_argument("--visitors", type=int, default=0, help="visitors at a time; 0 buys once")
    parser.add_argument("--pause", type=float, default=2, help="seconds between two pages, on average")
    parser.add_argument("--buy-share", type=int, default=30, help="visits in a hundred that fill a cart")
    options = parser.parse_args()
    url = os.environ["UI_URL"]
    if options.visitors:
        Visitors(url, options).run()
        return
    try:
        with httpx.Client(base_url=url, timeout=TIMEOUT_SECONDS) as client:
            print(buy_once(Browser(client)))
    except (ShopError, Refusal, httpx.HTTPError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
