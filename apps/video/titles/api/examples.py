"""Examples of the OpenAPI document; a test holds them against the schemas."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample

MEDIA = "https://shop.example.com/media/video/posters"


def artwork(kind: str, *, id_: int, width: int, height: int, widths: tuple[int, ...]) -> dict[str, Any]:
    address = f"{MEDIA}/artwork/metropolis-{kind}-3f1c9a0b7d"
    srcset = [{"url": f"{address}-{size}.webp", "width": size} for size in widths]
    return {"id": id_, "width": width, "height": height, "url": f"{address}-640.webp", "srcset": srcset}


STILL = artwork("still", id_=12, width=1600, height=900, widths=(320, 640, 1280))
TITLE: dict[str, Any] = {
    "slug": "metropolis",
    "name": "Metropolis",
    "original_name": "Metropolis",
    "kind": "film",
    "parent": None,
    "number": None,
    "year": 1927,
    "tagline": "A city above, a city below.",
    "synopsis": "The master's son goes down to the machines after a woman.",
    "genres": [{"slug": "science-fiction", "name": "Science fiction"}],
    "countries": ["DE"],
    "directors": ["Fritz Lang"],
    "cast": ["Brigitte Helm"],
    "credits": [
        {"person": "fritz-lang", "name": "Fritz Lang", "role": "director", "character": ""},
        {"person": "brigitte-helm", "name": "Brigitte Helm", "role": "cast", "character": "Maria"},
    ],
    "age_ratings": [{"country": "DE", "board": "FSK", "label": "6", "minimum_age": 6}],
    "runtime_seconds": 9180,
    "languages": ["de"],
    "captions": [{"language": "en", "label": "English"}],
    "poster_url": f"{MEDIA}/metropolis-5b0e7f549a.webp",
    "backdrop": artwork("backdrop", id_=10, width=1920, height=1080, widths=(640, 1280, 1920)),
    "logo": artwork("logo", id_=11, width=960, height=240, widths=(320, 640)),
    "stills": [STILL],
    "trailer_url": f"{MEDIA}/trailers/metropolis-9a83f0a1f3.mp4",
    "packages": ["plus"],
    "available_from": "2026-01-01T00:00:00Z",
    "available_until": None,
    "available_countries": ["AT", "CH", "DE"],
    "state": "ready",
}
SERIES = TITLE | {
    "slug": "les-vampires",
    "name": "Les Vampires",
    "original_name": "Les Vampires",
    "kind": "series",
    "year": 1915,
    "tagline": "A gang in black, and a reporter in a hurry.",
    "synopsis": "One reporter means to print the names of a gang of masked thieves.",
    "genres": [{"slug": "crime", "name": "Crime"}],
    "countries": ["FR"],
    "directors": ["Louis Feuillade"],
    "cast": ["Musidora"],
    "credits": [
        {"person": "louis-feuillade", "name": "Louis Feuillade", "role": "director", "character": ""},
        {"person": "musidora", "name": "Musidora", "role": "cast", "character": "Irma Vep"},
    ],
    "age_ratings": [],
    "runtime_seconds": 0,
    "languages": ["fr"],
    "captions": [],
    "backdrop": None,
    "logo": None,
    "stills": [],
    "trailer_url": None,
    "available_countries": [],
    "episodes": [],
    "extras": [],
    "seasons": [
        {
            "slug": "les-vampires-1",
            "name": "Season 1",
            "number": 1,
            "episodes": [
                {
                    "slug": "les-vampires-the-severed-head",
                    "name": "The Severed Head",
                    "number": 1,
                    "synopsis": "An inspector is found without his head.",
                    "runtime_seconds": 1980,
                    "poster_url": f"{MEDIA}/les-vampires-the-severed-head-0f3a1f3b7f.jpg",
                    "stills": [],
                    "available_from": None,
                }
            ],
        }
    ],
}
GERMAN = {"name": "Metropolis", "tagline": "Eine Stadt oben, eine Stadt unten.", "synopsis": "Der Sohn steigt hinab."}
STAFF_TITLE = TITLE | {
    "translations": {"de": GERMAN},
    "intro_start": None,
    "intro_end": None,
    "credits_start": 9060,
}
PERSON: dict[str, Any] = {
    "slug": "fritz-lang",
    "name": "Fritz Lang",
    "born_year": 1890,
    "died_year": 1976,
    "biography": "Director in Berlin and Hollywood.",
}
STAFF_PERSON = PERSON | {"translations": {"de": {"biography": "Regisseur in Berlin und Hollywood."}}}
WITHDRAWN = STAFF_TITLE | {"state": "withdrawn"}


def _request(name: str, value: Any) -> OpenApiExample:
    return OpenApiExample(name, value=value, request_only=True)


def _response(name: str, value: Any, *statuses: str) -> OpenApiExample:
    return OpenApiExample(name, value=value, response_only=True, status_codes=list(statuses or ("200",)))


LISTED = _response("A film", TITLE)
WHOLE_FILM = _response("A film", TITLE | {"seasons": [], "episodes": [], "extras": []})
WHOLE_SERIES = _response("A series", SERIES)
NEW_FILM = _request(
    "A film",
    {
        "slug": "metropolis",
        "name": "Metropolis",
        "year": 1927,
        "synopsis": TITLE["synopsis"],
        "translations": {"de": GERMAN},
        "credits": [
            {"name": "Fritz Lang", "role": "director"},
            {"person": "brigitte-helm", "role": "cast", "character": "Maria"},
        ],
        "genres": ["science-fiction"],
        "countries": ["DE"],
        "age_ratings": {"DE": "6"},
        "languages": ["de"],
        "packages": ["plus"],
        "available_countries": ["AT", "CH", "DE"],
    },
)
NEW_EPISODE = _request(
    "An episode",
    {
        "slug": "les-vampires-the-severed-head",
        "kind": "episode",
        "parent": "les-vampires-1",
        "number": 1,
        "name": "The Severed Head",
        "intro_start": 0,
        "intro_end": 45,
        "credits_start": 1950,
    },
)
DRAFT = _response(
    "A draft",
    STAFF_TITLE
    | {
        "state": "draft",
        "runtime_seconds": 0,
        "captions": [],
        "poster_url": None,
        "backdrop": None,
        "logo": None,
        "stills": [],
        "trailer_url": None,
        "credits_start": None,
    },
    "201",
)
WINDOW = _request("A window", {"available_from": "2027-01-01T00:00:00Z", "available_countries": ["AT", "CH", "DE"]})
STAFF = _response("A film", STAFF_TITLE)
WITHDRAWN_TITLE = _response("A withdrawn film", WITHDRAWN)
ARTWORK = _response("A still", STILL, "200", "201")
NEW_PERSON = _request("A director", STAFF_PERSON)
MADE_PERSON = _response("A director", STAFF_PERSON, "201")
PUBLIC_PERSON = _response("A director", PERSON)
PERSON_CHANGE = _request("A year", {"died_year": 1976})
PERSON_OF_STAFF = _response("A director", STAFF_PERSON)
