"""The demo's data, read from the YAML files beside this."""

from __future__ import annotations

from typing import Any

from devtools.demo.data.files import SECOND_LANGUAGE, films, goods, read, translations
from devtools.demo.data.merchandise import catalogue, slugify
from devtools.demo.data.pictures import stills

__all__ = [
    "ADDRESSES",
    "ORDERS",
    "PASSWORD",
    "captions",
    "catalogue",
    "films",
    "goods",
    "pages",
    "plans",
    "stills",
    "titles",
    "users",
    "vouchers",
]

# Where the films were made (ISO 3166-1 has no code for the Soviet Union any more), and their genres in German.
COUNTRIES = {"France": "FR", "Germany": "DE", "Soviet Union": "RU", "United States": "US"}
GENRES = {"Comedy": "Komödie", "Drama": "Drama", "Horror": "Horror", "Science fiction": "Science-Fiction"}

PASSWORD = "streamcart-demo"  # noqa: S105  (printed by `make up`; the demo is never open to the public)


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


def titles() -> list[dict[str, Any]]:
    """The file for `video import_titles`: films, then their trailers; captions and images lie beside the sources."""
    return [*map(_title, films()), *map(_trailer, films())]


def _title(film: dict[str, Any]) -> dict[str, Any]:
    german = translations("films")[film["slug"]]
    return {key: film[key] for key in ("slug", "name", "year", "tagline", "synopsis", "languages")} | {
        "original_name": film.get("original_name", ""),
        "translations": {
            SECOND_LANGUAGE: {
                "name": german["title"],
                "tagline": german["summary"],
                "synopsis": german["description"],
            }
        },
        "credits": _credits(film),
        "genres": [genre(film["genre"])],
        "countries": [COUNTRIES[film["country"]]],
        "age_ratings": film.get("age_ratings", {}),
        "packages": film.get("packages", []),
        "source": f"{film['slug']}.mp4",
        "poster": f"{film['slug']}.webp",
        "backdrop": f"{film['slug']}.still-1.webp",
        "stills": [f"{still.name}.webp" for still in stills(film)],
        "captions": [{"language": "en", "label": "English", "file": f"{film['slug']}.en.vtt"}],
    }


def _trailer(film: dict[str, Any]) -> dict[str, Any]:
    """A trailer is cut from the film's clip (`clips.make_trailers`)."""
    return {
        "slug": f"{film['slug']}-trailer",
        "name": "Trailer",
        "kind": "trailer",
        "parent": film["slug"],
        "source": f"{film['slug']}.trailer.mp4",
        "poster": f"{film['slug']}.webp",
    }


def _credits(film: dict[str, Any]) -> list[dict[str, Any]]:
    """Directors, the rest of the crew, then the cast with whom they play."""
    crew = {"director": film["directors"], **film.get("crew", {})}
    characters = film.get("characters", {})
    return [{"name": name, "role": role} for role, names in crew.items() for name in names] + [
        {"name": name, "role": "cast", "character": characters.get(name, "")} for name in film["cast"]
    ]


def genre(name: str) -> dict[str, Any]:
    """A film's genre as `import_titles` takes it."""
    return {"slug": slugify(name), "name": name, "translations": {SECOND_LANGUAGE: {"name": GENRES[name]}}}


def pages() -> list[dict[str, Any]]:
    """The file for `catalog import_pages`: what the footer links, in two languages."""
    return [
        page
        | {
            "is_published": True,
            "position": position,
            "translations": {SECOND_LANGUAGE: translations("pages")[page["slug"]]},
        }
        for position, page in enumerate(read("pages"), start=1)
    ]


def vouchers() -> list[dict[str, Any]]:
    """The file for `payment import_vouchers`."""
    return read("vouchers")


def plans() -> list[dict[str, Any]]:
    """The file for `payment import_plans`."""
    return read("plans")


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
