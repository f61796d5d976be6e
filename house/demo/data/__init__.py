"""The demo's data, read from the YAML files beside this."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
PASSWORD = "streamcart-demo"  # noqa: S105  (printed by `make up`; the demo is never open to the public)
RENT_HOURS = 48


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text())


def films() -> list[dict[str, Any]]:
    return read("films")


def goods() -> list[dict[str, Any]]:
    return [*read("goods_1"), *read("goods_2")]


def users() -> list[dict[str, Any]]:
    """Accounts for `auth import_users`."""
    people = [
        ("ada@example.com", "Ada Lindgren", []),
        ("grace@example.com", "Grace Okoye", []),
        ("staff@example.com", "Sam Weber", ["catalog_staff", "video_staff", "support_staff"]),
        ("admin@example.com", "Alex Moreau", ["admin"]),
    ]
    return [
        {"email": email, "name": name, "password": PASSWORD, "roles": roles, "verified": True}
        for email, name, roles in people
    ]


def catalogue() -> dict[str, Any]:
    """The file for `catalog import_products`."""
    # Films first and goods after them: "newest" then shows both kinds early.
    return {
        "categories": read("categories"),
        "products": [*map(_good, goods()), *map(_film_product, films())],
        "reviews": list(_reviews()),
    }


def _good(entry: dict[str, Any]) -> dict[str, Any]:
    base = entry["slug"].upper().replace("-", "")[:14]
    return {
        "slug": entry["slug"],
        "title": entry["title"],
        "kind": "goods",
        "brand": entry["brand"],
        "category": entry["category"],
        "summary": entry["summary"],
        "description": entry["description"],
        "image": f"{entry['slug']}.webp",
        "image_alt": f"Drawing: {entry['title']}",
        "attributes": entry["attributes"],
        "featured": entry.get("featured", False),
        "variants": [
            {
                "sku": f"{base}-{suffix}" if suffix else base,
                "name": name,
                "options": {"Variant": name} if name else {},
                "price": {"amount": cents, "currency": "EUR"},
                "stock": stock,
                "weight_grams": entry["grams"],
            }
            for suffix, name, cents, stock in entry["variants"]
        ],
    }


def _film_product(film: dict[str, Any]) -> dict[str, Any]:
    base = film["slug"].upper().replace("-", "")[:20]
    return {
        "slug": film["slug"],
        "title": film["name"],
        "kind": "video",
        "category": "films",
        "summary": film["tagline"],
        "description": film["synopsis"],
        "image": f"{film['slug']}.webp",
        "image_alt": f"Poster: {film['name']}, {film['year']}",
        "year": film["year"],
        "title_slug": film["slug"],
        "attributes": {
            "Director": film["directors"],
            "Cast": film["cast"],
            "Country": film["country"],
            "Genre": film["genre"],
        },
        "variants": [
            _offer(f"{base}-BUY", "Buy", film["price"], "buy", None),
            _offer(f"{base}-RENT", "Rent", 299, "rent", RENT_HOURS),
        ],
    }


def _offer(sku: str, name: str, cents: int, offer: str, hours: int | None) -> dict[str, Any]:
    price = {"amount": cents, "currency": "EUR"}
    return {
        "sku": sku,
        "name": name,
        "options": {},
        "price": price,
        "stock": None,
        "offer": offer,
        "rental_hours": hours,
    }


def _reviews() -> Any:
    """Reviews, spread over the months before the shop's present."""
    day = 0
    for slug, entries in read("reviews").items():
        for rating, title, body, author in entries:
            day = (day + 37) % 300
            month, rest = divmod(day, 28)
            created = f"2026-{month % 10 + 1:02}-{rest + 1:02}T{8 + day % 12:02}:{day % 60:02}:00Z"
            yield {
                "product": slug, "rating": rating, "title": title, "body": body,
                "author_name": author, "created_at": created,
            }  # fmt: skip


def titles() -> list[dict[str, Any]]:
    """The file for `video import_titles`; captions and posters lie beside the sources."""
    keys = ("slug", "name", "year", "directors", "cast", "synopsis", "languages")
    return [
        {key: film[key] for key in keys}
        | {
            "source": f"{film['slug']}.mp4",
            "poster": f"{film['slug']}.webp",
            "captions": [{"language": "en", "label": "English", "file": f"{film['slug']}.en.vtt"}],
        }
        for film in films()
    ]


def captions(film: dict[str, Any]) -> str:
    """WebVTT: a cue every five seconds of the clip."""
    cues = ["WEBVTT", ""]
    for index, words in enumerate(film["cues"]):
        start, end = index * 5 + 0.5, index * 5 + 4.2
        cues += [f"00:00:{start:06.3f} --> 00:00:{end:06.3f}", words, ""]
    return "\n".join(cues)


# Where the demo's customers live.
ADDRESSES = {
    "ada@example.com": {
        "name": "Ada Lindgren",
        "line1": "Lichtspielgasse 3",
        "postal_code": "10115",
        "city": "Berlin",
        "country": "DE",
    },
    "grace@example.com": {
        "name": "Grace Okoye",
        "line1": "12 Rue des Projections",
        "postal_code": "69003",
        "city": "Lyon",
        "country": "FR",
    },
}
# (customer, lines as (sku, quantity)); placed through the real checkout.
ORDERS = [
    ("ada@example.com", [("METROPOLIS-BUY", 1), ("STONEWAREMUG-CLAY", 2)]),
    ("ada@example.com", [("SAFETYLAST-RENT", 1)]),
    ("grace@example.com", [("THEGENERAL-BUY", 1), ("WOOLSOCKS-S", 1), ("PLAYINGCARDS", 1)]),
]
