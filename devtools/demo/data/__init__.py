"""The demo's data, read from the YAML files beside this."""

from __future__ import annotations

from typing import Any

from devtools.demo.data.files import SECOND_LANGUAGE, films, goods, read, translations
from devtools.demo.data.merchandise import catalogue

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
    "titles",
    "users",
    "vouchers",
]

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
    """The file for `video import_titles`; captions and posters lie beside the sources."""
    keys = ("slug", "name", "year", "directors", "cast", "synopsis", "languages")
    return [
        {key: film[key] for key in keys}
        | {"packages": film.get("packages", [])}
        | {
            "source": f"{film['slug']}.mp4",
            "poster": f"{film['slug']}.webp",
            "captions": [{"language": "en", "label": "English", "file": f"{film['slug']}.en.vtt"}],
        }
        for film in films()
    ]


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
