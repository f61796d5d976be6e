"""The file for `catalog import_products`, put together from the YAML files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from devtools.demo.data.files import SECOND_LANGUAGE, films_and_series, goods, read, translations
from devtools.demo.data.pictures import Picture, colour_variants, further_pictures, image_entry, stills

RENT_HOURS = 48
DOLLARS_PER_100_EUROS = 115
RENT_CENTS = 299
LANGUAGES = {"de": "German", "en": "English", "fr": "French", "ru": "Russian"}


def catalogue() -> dict[str, Any]:
    """Everything that is on sale, and what it is described and filtered by."""
    # Films first and goods after them: "newest" then shows both kinds early.
    return {
        "attributes": list(_attributes()),
        "product_types": list(_types()),
        "brands": [entry | _translated(description=translations("brands")[entry["name"]]) for entry in read("brands")],
        "categories": [
            entry | _translated(**translations("categories")[entry["path"]]) for entry in read("categories")
        ],
        "collections": [
            entry | _translated(**translations("collections")[entry["slug"]]) for entry in read("collections")
        ],
        "products": [*map(_goods_product, goods()), *map(_film_product, films_and_series())],
        "reviews": list(_reviews()),
    }


def _translated(**texts: str) -> dict[str, Any]:
    return {"translations": {SECOND_LANGUAGE: texts}} if texts else {}


# --- what products are asked ------------------------------------------------------------------------------------


def _attributes() -> Iterator[dict[str, Any]]:
    texts = translations("attributes")
    for entry in read("attributes"):
        label, choices = texts[entry["code"]]
        yield {
            "code": entry["code"],
            "label": entry["label"],
            "kind": entry.get("kind", "choice"),
            "unit": entry.get("unit", ""),
            "is_facet": entry.get("filter", True),
            "choices": [_choice(name, choices) for name in _choices(entry.get("choices", []))],
            **_translated(label=label),
        }


def _choices(listed: list[str] | str) -> list[str]:
    """Listed, or taken from where the products have them."""
    if listed == "films":
        return sorted(
            {name for film in films_and_series() for name in film["directors"]}, key=lambda name: name.split()[-1]
        )
    return sorted(read("colours")) if listed == "colours" else list(listed)


def _choice(name: str, labels: dict[str, str]) -> dict[str, Any]:
    return {"label": name} | (_translated(label=labels[name]) if name in labels else {})


def _types() -> Iterator[dict[str, Any]]:
    for slug, entry in read("types").items():
        codes = [{"code": code, "required": code in entry["required"]} for code in entry["attributes"]]
        yield {"slug": slug, "name": entry["name"], "attributes": codes}


# --- products ---------------------------------------------------------------------------------------------------


@cache
def _colours() -> dict[str, str]:
    """The colour to filter by, by the name of a variant."""
    return {name: colour for colour, names in read("colours").items() for name in names}


def _goods_product(entry: dict[str, Any]) -> dict[str, Any]:
    texts = translations("goods_1", "goods_2")[entry["slug"]]
    names = [name for _, name, _, _ in entry["variants"] if name]
    colours = sorted({_colours()[name] for name in names if name in _colours()})
    sizes = [name for name in names if name not in _colours()]
    asked = ({"colour": colours} if colours else {}) | ({"size": sizes} if sizes else {})
    return {
        "slug": entry["slug"],
        "title": entry["title"],
        "kind": "goods",
        "type": entry["type"],
        "brand": entry["brand"],
        "category": entry["category"],
        "summary": entry["summary"],
        "description": entry["description"],
        "image": f"{entry['slug']}.webp",
        "image_alt": f"Drawing: {entry['title']}",
        "image_translations": {SECOND_LANGUAGE: {"alt": f"Zeichnung: {texts['title']}"}},
        "images": _images(further_pictures(entry), entry["title"], texts["title"]),
        "attributes": entry["attributes"] | asked,
        "featured": entry.get("featured", False),
        "variants": [_variant(entry, *line) for line in entry["variants"]],
        **_recommended(entry),
        **_translated(**texts),
    }


def _images(pictures: list[Picture], title: str, translated_title: str) -> list[dict[str, Any]]:
    return [image_entry(picture, title=title, translated_title=translated_title) for picture in pictures]


def _variant(entry: dict[str, Any], suffix: str, name: str, cents: int, stock: int) -> dict[str, Any]:
    base = entry["slug"].upper().replace("-", "")[:14]
    sku = f"{base}-{suffix}" if suffix else base
    kind = "Colour" if name in _colours() else "Size"
    sale = entry.get("sale")
    return {
        "sku": sku,
        "barcode": barcode(sku),
        "name": name,
        "options": {kind: name} if name else {},
        "prices": _prices(cents),
        "stock": stock,
        "weight_grams": entry["grams"],
        **({"sale": {"prices": _prices(sale["cents"]), "days": sale["days"]}} if sale else {}),
        **_variant_image(entry, suffix),
        **_variant_name(name),
        **_policy(entry.get("policies", {}).get(suffix)),
    }


def _variant_image(entry: dict[str, Any], suffix: str) -> dict[str, Any]:
    """The file of the picture that shows the variant, where it differs from others in colour."""
    if suffix not in [coloured for coloured, _ in colour_variants(entry)]:
        return {}
    further = {picture.variant: picture.name for picture in further_pictures(entry)}
    return {"image": f"{further.get(suffix, entry['slug'])}.webp"}


def _variant_name(name: str) -> dict[str, Any]:
    """The variant's name in the second language; sizes such as M have none."""
    texts = translations("variants")
    return _translated(name=texts[name]) if name in texts else {}


def _recommended(entry: dict[str, Any]) -> dict[str, Any]:
    return {"related": entry["related"]} if "related" in entry else {}


def _policy(said: dict[str, Any] | None) -> dict[str, Any]:
    """Sold before it is here: as many as the limit says, sent in the month after next."""
    if said is None:
        return {}
    return {"policy": said["policy"], "backorder_limit": said["limit"], "available_on": _available_date().isoformat()}


def _available_date() -> date:
    """The first day of the month after next: never past, and the same for a whole month."""
    today = datetime.now(UTC).date()
    year, month = divmod(today.year * 12 + today.month - 1 + 2, 12)
    return date(year, month + 1, 1)


def barcode(sku: str) -> str:
    """A GTIN-13 of the range that shops may number themselves (20 to 29), the same for a SKU for ever."""
    digits = f"20{int(hashlib.sha256(sku.encode()).hexdigest(), 16) % 10**10:010}"
    weighted = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-weighted % 10}"


def slugify(words: str) -> str:
    """`science-fiction` for "Science fiction"."""
    return words.lower().replace(" ", "-")


def _prices(cents: int) -> list[dict[str, Any]]:
    """Euros, and dollars as a shop would set them: rounded up to whole ones, or to a cent below."""
    dollars = -(-cents * DOLLARS_PER_100_EUROS // 10_000) * 100
    if cents % 100 == 99:
        dollars -= 1
    return [{"amount": cents, "currency": "EUR"}, {"amount": dollars, "currency": "USD"}]


def _film_product(film: dict[str, Any]) -> dict[str, Any]:
    base = film["slug"].upper().replace("-", "")[:20]
    texts = translations("films", "series")[film["slug"]]
    return {
        "slug": film["slug"],
        "title": film["name"],
        "kind": "video",
        "type": "film",
        "category": f"films/{slugify(film['genre'])}",
        "summary": film["tagline"],
        "description": film["synopsis"],
        "image": f"{film['slug']}.webp",
        "image_alt": f"Poster: {film['name']}, {film['year']}",
        "image_translations": {SECOND_LANGUAGE: {"alt": f"Plakat: {texts['title']}, {film['year']}"}},
        "images": _images(stills(film), film["name"], texts["title"]),
        "year": film["year"],
        "title_slug": film["slug"],
        "attributes": {
            "director": film["directors"],
            "cast": film["cast"],
            "country": film["country"],
            "genre": film["genre"],
            "runtime": film["runtime"],
            "language": [LANGUAGES[code] for code in film["languages"]],
        },
        "variants": [
            _offer(f"{base}-BUY", "Buy", film["price"], "buy", None),
            _offer(f"{base}-RENT", "Rent", RENT_CENTS, "rent", RENT_HOURS),
        ],
        **_recommended(film),
        **_translated(**texts),
    }


def _offer(sku: str, name: str, cents: int, offer: str, hours: int | None) -> dict[str, Any]:
    return {
        "sku": sku,
        "name": name,
        "options": {},
        "prices": _prices(cents),
        "stock": None,
        "offer": offer,
        "rental_hours": hours,
        **_variant_name(name),
    }


def _reviews() -> Iterator[dict[str, Any]]:
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
