"""catalog in memory: two films, three goods, a page of text, reviews, wishlists."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import httpx

from apps.ui.storefront.tests.fakes.routing import FakeService, body_of, in_currency, money, ok, problem, route

STAMP = "2026-01-02T10:00:00Z"
MATERIAL = {
    "name": "material",
    "label": "Material",
    "kind": "choice",
    "unit": "",
    "choices": [{"value": "stoneware", "label": "Stoneware", "count": 2}, {"value": "oak", "label": "Oak", "count": 1}],
    "min": None,
    "max": None,
}
HEIGHT = {
    "name": "height",
    "label": "Height",
    "kind": "number",
    "unit": "cm",
    "choices": [],
    "min": 4.0,
    "max": 46.5,
}
PAGES = {"shipping": "Shipping", "returns": "Returns", "imprint": "Imprint"}
COLLECTION = {
    "slug": "for-evenings",
    "title": "For evenings",
    "description": "Warm and soft.",
    "product_count": 3,
    "image": None,
}


def image(name: str, *, width: int = 800, height: int = 800) -> dict[str, Any]:
    url = f"http://localhost:8000/media/catalog/{name}.webp"
    srcset = [{"url": url, "width": 320}, {"url": url, "width": 640}]
    sources = [{"type": f"image/{form}", "srcset": srcset} for form in ("avif", "webp", "jpeg")]
    whole = {"url": url, "alt": f"Picture of {name}", "width": width, "height": height}
    return whole | {"srcset": srcset, "sources": sources}


def variant(sku: str, name: str, amount: int, **more: Any) -> dict[str, Any]:
    base = {
        "availability": "in_stock",
        "available": 12,
        "available_on": None,
        "barcode": None,
        "offer": None,
        "image": None,
        "lowest_price_30_days": None,
        "options": [],
        "regular_price": None,
        "rental_hours": None,
        "sale_ends_at": None,
        "title_slug": None,
        "weight_grams": 400,
    }
    return {"sku": sku, "name": name, "price": money(amount)} | base | more


def suggestion(
    kind: str, text: str, *, slug: str = "", path: str = "", product: dict[str, Any] | None = None
) -> dict[str, Any]:
    about = product or {}
    more = {name: about.get(name) for name in ("image", "price", "price_from", "year")}
    return {"kind": kind, "text": text, "slug": slug, "path": path, "product_kind": about.get("kind")} | more


def film(slug: str, title: str, year: int) -> dict[str, Any]:
    digital = {"availability": "digital", "available": None}
    return product(
        slug,
        title,
        kind="video",
        category={"path": "films", "name": "Films"},
        image=image(slug, width=1000, height=1500),
        year=year,
        title_slug=slug,
        attributes=[
            {"name": "director", "label": "Director", "value": "F. W. Murnau", "kind": "choice", "unit": ""},
            {"name": "cast", "label": "Cast", "value": "Max Schreck, Greta Schröder", "kind": "text", "unit": ""},
        ],
        variants=[
            variant(f"{slug}-buy", "Buy", 699, offer="buy", **digital),
            variant(f"{slug}-rent", "Rent", 299, offer="rent", rental_hours=48, **digital),
        ],
    )


def product(slug: str, title: str, *, variants: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """A product in full; lists have LIST_FIELDS of it."""
    states = [v["availability"] for v in variants]
    order = ("in_stock", "low_stock", "digital", "out_of_stock")
    base = {
        "id": "01990000-0000-7000-8000-000000000001",
        "slug": slug,
        "title": title,
        "kind": "goods",
        "summary": f"{title}, in short.",
        "brand": "Kiln & Co",
        "brand_slug": "kiln-co",
        "category": {"path": "home/kitchen", "name": "Kitchen"},
        "price": min((v["price"] for v in variants), key=lambda price: price["amount"]),
        "regular_price": None,
        "price_from": len({v["price"]["amount"] for v in variants}) > 1,
        "image": image(slug),
        "rating": {"average": 4.5, "count": 2, "histogram": [0, 0, 0, 1, 1]},
        "availability": next(state for state in order if state in states),
        "title_slug": None,
        "year": None,
        "description": f"All about {title}.",
        "attributes": [{"name": "material", "label": "Material", "value": "Stoneware", "kind": "choice", "unit": ""}],
        "film": None,
        "seo": {"title": title, "description": f"{title}, in short."},
        "variants": variants,
        "breadcrumbs": [{"path": "home", "name": "Home"}, {"path": "home/kitchen", "name": "Kitchen"}],
        "related": [],
        "updated_at": STAMP,
    }
    return base | {"images": [base["image"] if "image" not in more else more["image"]]} | more


def goods() -> list[dict[str, Any]]:
    return [
        product("tall-mug", "Tall mug", variants=[variant("MUG-1", "Moss", 1900)]),
        product(
            "linen-throw",
            "Linen throw",
            variants=[
                variant("THROW-S", "Sand", 5900),
                variant("THROW-I", "Ink", 6400, availability="out_of_stock", available=0),
            ],
        ),
        product(
            "odd-lamp", "Odd lamp", variants=[variant("LAMP-1", "", 8900, availability="out_of_stock", available=0)]
        ),
    ]


class FakeCatalog(FakeService):
    """Browsing, products, reviews, and quotes for the fake payment."""

    name = "catalog"
    LIST_FIELDS = frozenset(
        "id slug title kind summary brand category price regular_price price_from image rating availability title_slug year".split()  # noqa: SIM905, E501  (reads as a list)
    )

    def __init__(self) -> None:
        super().__init__()
        films = [film("nosferatu", "Nosferatu", 1922), film("metropolis", "Metropolis", 1927)]
        self.products = {entry["slug"]: entry for entry in [*films, *goods()]}
        self.next_page: str | None = None
        self.total: int | None = None
        self.next_reviews: str | None = None
        self.own_review: dict[str, Any] | None = None
        self.may_review = True
        self.reports: list[dict[str, Any]] = []
        self.reviews: list[dict[str, Any]] = [
            {
                "id": "01990000-0000-7000-8000-000000000009",
                "rating": 5,
                "title": "Holds a lot",
                "body": "And keeps it warm.",
                "author_name": "Grace",
                "created_at": STAMP,
                "verified_purchase": True,
                "images": [],
            }
        ]
        self.wished: list[str] = []
        self.share: dict[str, str] | None = None

    def _respond(self, request: httpx.Request) -> httpx.Response:
        response = super()._respond(request)
        currency = request.url.params.get("currency", "EUR")
        if currency == "EUR" or response.status_code != 200:
            return response
        return ok(in_currency(response.json(), currency))

    def move(self, former: str, slug: str) -> None:
        """Let the product be found under a former slug."""
        body = problem(301, "product-moved", "This product has another address now.").json() | {"slug": slug}
        for rest in ("", "/share-image"):
            headers = {"Location": f"http://localhost:8000/api/catalog/v1/products/{slug}{rest}"}
            self.refusals["GET", f"/v1/products/{former}{rest}"] = httpx.Response(301, json=body, headers=headers)

    def variant(self, sku: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Product and variant of a SKU."""
        found = ((p, v) for p in self.products.values() for v in p["variants"] if v["sku"] == sku)
        return next(found, None)

    @route("GET", "/v1/products")
    def list(self, request: httpx.Request) -> httpx.Response:
        query = request.url.params
        for name in ("min_price", "max_price"):
            if query.get(name) and not query[name].isdigit():
                return problem(400, "invalid-input", "Some values cannot be used; see errors.", errors={name: ["No."]})
        chosen = [
            entry
            for entry in self.products.values()
            if query.get("kind", "") in ("", entry["kind"])
            and (not query.get("slugs") or entry["slug"] in query["slugs"].split(","))
            and query.get("attr.material", "stoneware") == "stoneware"
            and query.get("q", "").lower() in entry["title"].lower()
            and entry["category"]["path"].startswith(query.get("category", ""))
        ]
        body: dict[str, Any] = {
            "results": [{name: entry[name] for name in self.LIST_FIELDS} for entry in chosen],
            "next": self.next_page,
            "previous": None,
            "total": self.total or len(chosen),
            "corrected_query": None,
        }
        if query.get("facets"):
            choice = {"value": "home/kitchen", "label": "Kitchen", "count": 3}
            kinds = [{"value": "goods", "label": "Goods", "count": 3}, {"value": "video", "label": "Films", "count": 2}]
            brand = {"value": "kiln-co", "label": "Kiln & Co", "count": 3}
            body["facets"] = {
                "category": [choice],
                "brand": [brand],
                "kind": kinds,
                "price": {"min": 299, "max": 8900},
                "rating": [{"value": "4", "label": "4+", "count": 2}],
                "in_stock": 4,
                "attributes": [MATERIAL, HEIGHT],
            }
        return ok(body)

    @route("GET", "/v1/front-page")
    def front_page(self, request: httpx.Request) -> httpx.Response:
        cards = [{name: entry[name] for name in self.LIST_FIELDS} for entry in self.products.values()]
        films, goods = ([card for card in cards if card["kind"] == kind] for kind in ("video", "goods"))
        return ok({"films": films, "new": goods, "best_sellers": goods, "collections": [COLLECTION]})

    @route("GET", "/v1/sitemap/chunks")
    def sitemap_chunks(self, request: httpx.Request) -> httpx.Response:
        size = int(request.url.params["size"])
        return ok({"results": [""] + [str(start) for start in range(size, len(self.products), size)]})

    @route("GET", "/v1/sitemap/products")
    def sitemap_products(self, request: httpx.Request) -> httpx.Response:
        after, limit = request.url.params.get("after") or "0", int(request.url.params["limit"])
        if not after.isdigit():
            return problem(400, "broken-cursor", "This cursor cannot be read.")
        slugs, start = sorted(self.products), int(after)
        rows = [[slug, "2026-01-02"] for slug in slugs[start : start + limit]]
        return ok({"results": rows, "next": str(start + limit) if start + limit < len(slugs) else None})

    @route("GET", "/v1/products/(?P<slug>[^/]+)")
    def detail(self, request: httpx.Request, slug: str) -> httpx.Response:
        if slug not in self.products:
            return problem(404, "not-found", "There is no such product.")
        body = self.products[slug]
        etag = f'"1-{hashlib.sha256(json.dumps(body).encode()).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return httpx.Response(304, headers={"ETag": etag})
        return ok(body, ETag=etag)

    @route("GET", "/v1/products/(?P<slug>[^/]+)/share-image")
    def share_image(self, request: httpx.Request, slug: str) -> httpx.Response:
        if slug not in self.products:
            return problem(404, "not-found", "There is no such product.")
        headers = {"ETag": f'"{slug}"', "Content-Type": "image/jpeg"}
        return httpx.Response(200, content=f"JPEG of {slug}".encode(), headers=headers)

    @route("GET", "/v1/collections")
    def collections(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": [COLLECTION]})

    @route("GET", "/v1/collections/(?P<slug>[^/]+)")
    def collection(self, request: httpx.Request, slug: str) -> httpx.Response:
        if slug != COLLECTION["slug"]:
            return problem(404, "not-found", "There is no such collection.")
        return ok(COLLECTION | {"seo": {"title": "Warm evenings", "description": "Warm and soft."}})

    @route("GET", "/v1/search/suggest")
    def suggest(self, request: httpx.Request) -> httpx.Response:
        text = request.url.params["q"].lower()[:3]
        products = [entry for entry in self.products.values() if text in entry["title"].lower()]
        known = [suggestion("product", entry["title"], slug=entry["slug"], product=entry) for entry in products]
        known += [
            suggestion("category", "Kitchen", path="home/kitchen"),
            suggestion("brand", "Kiln & Co", slug="kiln-co"),
        ]
        shown = [entry for entry in known if text in entry["text"].lower()]
        return ok({"results": shown, "total": len(products)})

    @route("GET", "/v1/pages")
    def text_pages(self, request: httpx.Request) -> httpx.Response:
        links = [{"slug": slug, "title": title, "position": 1} for slug, title in PAGES.items()]
        return ok({"results": links})

    @route("GET", "/v1/pages/(?P<slug>[^/]+)")
    def text_page(self, request: httpx.Request, slug: str) -> httpx.Response:
        if slug not in PAGES:
            return problem(404, "not-found", "There is no such page.")
        body = "<h2>Where we send</h2><p>Everywhere.</p>"
        return ok({"slug": slug, "title": PAGES[slug], "body_html": body, "updated_at": STAMP})

    @route("GET", "/v1/categories")
    def categories(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": [self._category("films", "Films", 2), self._category("home", "Home", 3)]})

    @route("GET", "/v1/categories/(?P<path>.+)")
    def category(self, request: httpx.Request, path: str) -> httpx.Response:
        names = {"films": "Films", "home": "Home", "home/kitchen": "Kitchen"}
        if path not in names:
            return problem(404, "not-found", "There is no such category.")
        crumbs = [{"path": path, "name": names[path]}]
        seo = {"title": names[path], "description": f"All {names[path]}."}
        return ok(self._category(path, names[path], 2) | {"breadcrumbs": crumbs, "seo": seo})

    @staticmethod
    def _category(path: str, name: str, count: int) -> dict[str, Any]:
        return {
            "path": path,
            "name": name,
            "description": f"All {name}.",
            "product_count": count,
            "image": None,
            "children": [],
        }

    @route("GET", "/v1/products/(?P<slug>[^/]+)/reviews")
    def list_reviews(self, request: httpx.Request, slug: str) -> httpx.Response:
        if request.url.params.get("cursor") == "broken":
            return problem(400, "invalid-input", "Some values cannot be used; see errors.")
        rating, with_images = request.url.params.get("rating"), request.url.params.get("with_images")
        chosen = [
            review
            for review in self.reviews
            if rating in (None, str(review["rating"])) and (review["images"] or not with_images)
        ]
        return ok({"results": chosen, "next": self.next_reviews, "previous": None})

    @route("POST", "/v1/products/(?P<slug>[^/]+)/reviews")
    def post_review(self, request: httpx.Request, slug: str) -> httpx.Response:
        if self.own_review is not None:
            return problem(409, "already-reviewed", "You have reviewed this product already.")
        if not self.may_review:
            return problem(403, "purchase-required", "You can review what you have bought here.")
        identity = {"id": "01990000-0000-7000-8000-000000000010", "author_name": "Ada Lovelace", "created_at": STAMP}
        self.own_review = identity | body_of(request) | {"verified_purchase": True, "status": "pending"}
        self.own_review["images"] = []
        return ok(self.own_review, 201)

    @route("GET", "/v1/products/(?P<slug>[^/]+)/reviews/mine")
    def read_own_review(self, request: httpx.Request, slug: str) -> httpx.Response:
        if self.own_review is None:
            return problem(404, "not-reviewed", "You have not reviewed this product.", may_review=self.may_review)
        return ok(self.own_review)

    @route("PATCH", "/v1/products/(?P<slug>[^/]+)/reviews/mine")
    def change_review(self, request: httpx.Request, slug: str) -> httpx.Response:
        if self.own_review is None:
            return problem(404, "not-found", "There is no such review.")
        sent = body_of(request)
        if any(self.own_review[name] != value for name, value in sent.items()):
            self.own_review |= sent | {"status": "pending"}
        return ok(self.own_review)

    @route("DELETE", "/v1/products/(?P<slug>[^/]+)/reviews/mine")
    def delete_review(self, request: httpx.Request, slug: str) -> httpx.Response:
        if self.own_review is None:
            return problem(404, "not-found", "There is no such review.")
        self.own_review = None
        return ok(None, 204)

    @route("POST", "/v1/products/(?P<slug>[^/]+)/reviews/mine/images")
    def add_review_image(self, request: httpx.Request, slug: str) -> httpx.Response:
        if self.own_review is None:
            return problem(404, "not-reviewed", "You have not reviewed this product.")
        if b"no image" in request.content:
            sentence = "This is not an image."
            return problem(422, "invalid-input", "Some values cannot be used; see errors.", errors={"file": [sentence]})
        number = len(self.own_review["images"]) + 1
        added = image(f"review-{number}") | {"id": f"01990000-0000-7000-8000-{number:012}", "alt": ""}
        self.own_review |= {"images": [*self.own_review["images"], added], "status": "pending"}
        return ok(self.own_review, 201)

    @route("DELETE", "/v1/products/(?P<slug>[^/]+)/reviews/mine/images/(?P<image_id>[^/]+)")
    def remove_review_image(self, request: httpx.Request, slug: str, image_id: str) -> httpx.Response:
        kept = [entry for entry in (self.own_review or {}).get("images", []) if entry["id"] != image_id]
        if self.own_review is None or len(kept) == len(self.own_review["images"]):
            return problem(404, "not-found", "Your review has no such image.")
        self.own_review["images"] = kept
        return ok(None, 204)

    @route("POST", "/v1/reviews/(?P<review_id>[^/]+)/reports")
    def report_review(self, request: httpx.Request, review_id: str) -> httpx.Response:
        if review_id not in {review["id"] for review in self.reviews}:
            return problem(404, "not-found", "There is no such review.")
        self.reports.append(body_of(request))
        return ok(body_of(request) | {"created_at": STAMP}, 201)

    def _wishlist_items(self) -> list[dict[str, Any]]:
        cards = [{name: self.products[slug][name] for name in self.LIST_FIELDS} for slug in self.wished]
        return [{"product": card, "added_at": STAMP} for card in cards]

    @route("GET", "/v1/wishlist")
    def read_wishlist(self, request: httpx.Request) -> httpx.Response:
        return ok({"results": self._wishlist_items(), "share": self.share})

    @route("PUT", "/v1/wishlist/(?P<slug>[^/]+)")
    def add_to_wishlist(self, request: httpx.Request, slug: str) -> httpx.Response:
        if slug not in self.products:
            return problem(404, "not-found", "There is no such product.")
        if slug not in self.wished:
            self.wished.insert(0, slug)
        return ok(None, 204)

    @route("DELETE", "/v1/wishlist/(?P<slug>(?!share).+)")
    def remove_from_wishlist(self, request: httpx.Request, slug: str) -> httpx.Response:
        self.wished = [other for other in self.wished if other != slug]
        return ok(None, 204)

    @route("POST", "/v1/wishlist/share")
    def share_wishlist(self, request: httpx.Request) -> httpx.Response:
        self.share = {"token": "a-secret-token", "name": body_of(request).get("name", "")}
        return ok(self.share)

    @route("DELETE", "/v1/wishlist/share")
    def stop_sharing(self, request: httpx.Request) -> httpx.Response:
        self.share = None
        return ok(None, 204)

    @route("GET", "/v1/wishlists/(?P<token>[^/]+)")
    def shared_wishlist(self, request: httpx.Request, token: str) -> httpx.Response:
        if self.share is None or self.share["token"] != token:
            return problem(404, "not-found", "This wishlist is not shared, or not any more.")
        return ok({"name": self.share["name"], "results": self._wishlist_items()})
