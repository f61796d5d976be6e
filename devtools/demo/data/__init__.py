"""The demo's data, read from the YAML files beside this."""

from __future__ import annotations

from typing import Any

from devtools.demo.data.files import (
    SECOND_LANGUAGE,
    episodes,
    films,
    films_and_series,
    goods,
    read,
    series,
    translations,
)
from devtools.demo.data.merchandise import catalogue, slugify
from devtools.demo.data.pictures import stills

__all__ = [
    "ADDRESSES",
    "ORDERS",
    "PASSWORD",
    "captions",
    "catalogue",
    "episodes",
    "films",
    "films_and_series",
    "goods",
    "pages",
    "plans",
    "series",
    "stills",
    "titles",
    "users",
    "vouchers",
]

# Where the films were made, and their genres in German. The code of the Soviet Union, SU, is a former one (ISO 3166-3)
# that lists of countries lack: Russia, which followed it in treaties and archives, stands for it in the video service.
# The catalogue names the country itself.
COUNTRIES = {"France": "FR", "Germany": "DE", "Soviet Union": "RU", "United States": "US"}
GENRES = {
    "Comedy": "Komödie",
    "Crime": "Krimi",
    "Drama": "Drama",
    "Horror": "Horror",
    "Science fiction": "Science-Fiction",
}

# Of an episode's clip (`clips.SHOTS`), in seconds: leader and title card, and the fade at the end.
MARKERS = {"intro_start": 0, "intro_end": 5, "credits_start": 17}

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
    """The file for `video import_titles`: films, their trailers, series; captions and images lie beside the sources."""
    return [*map(_film, films()), *map(_trailer, films()), *(part for entry in series() for part in _series(entry))]


def _film(film: dict[str, Any]) -> dict[str, Any]:
    return _title_facts(film) | _clip(film)


def _series(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """A series, its season and its episodes."""
    season = entry["season"]
    return [
        _title_facts(entry) | {"kind": "series"},
        season | {"kind": "season", "parent": entry["slug"], "number": 1, "translations": _texts_of_part(season)},
        *(_episode(episode, entry, number) for number, episode in enumerate(entry["episodes"], start=1)),
    ]


def _episode(episode: dict[str, Any], entry: dict[str, Any], number: int) -> dict[str, Any]:
    facts = {key: episode[key] for key in ("slug", "name", "original_name", "synopsis")}
    place = {"kind": "episode", "parent": entry["season"]["slug"], "number": number}
    translated = {"translations": _texts_of_part(episode), "year": entry["year"], "languages": entry["languages"]}
    return facts | place | translated | MARKERS | _clip(episode)


def _texts_of_part(part: dict[str, Any]) -> dict[str, Any]:
    """Name and synopsis of a season or an episode in the second language."""
    return {SECOND_LANGUAGE: translations("episodes")[part["slug"]]}


def _clip(film: dict[str, Any]) -> dict[str, Any]:
    """The source of a film or an episode, and its captions."""
    captions = {"language": "en", "label": "English", "file": f"{film['slug']}.en.vtt"}
    return {"source": f"{film['slug']}.mp4", "captions": [captions]}


def _title_facts(film: dict[str, Any]) -> dict[str, Any]:
    """Of a film or a series."""
    german = translations("films", "series")[film["slug"]]
    logo = {"logo": f"{film['slug']}.logo.webp"} if film.get("has_logo") else {}
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
        "poster": f"{film['slug']}.webp",
        "backdrop": f"{film['slug']}.still-1.webp",
        "stills": [f"{still.name}.webp" for still in stills(film)],
        **logo,
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
    ("grace@example.com", [("THEGENERAL-BUY", 1), ("LESVAMPIRES-BUY", 1), ("WOOLSOCKS-S", 1), ("PLAYINGCARDS", 1)]),
]
