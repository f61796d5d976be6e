"""Import of films from a file with their sources beside it. The same file again encodes nothing again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import transaction

from apps.common.problems import ValidationProblem
from apps.video.encoding.models import Encoding
from apps.video.encoding.services import add_source, ensure_encoded, read_source
from apps.video.titles.models import Artwork, Title
from apps.video.titles.services import add_artwork, save_genre, save_title, set_captions, set_poster

FACTS = (
    *("name", "original_name", "year", "tagline", "synopsis", "translations", "directors", "cast", "credits"),
    *("genres", "countries", "age_ratings", "languages", "packages"),
    *("available_from", "available_until", "available_countries"),
    *("kind", "parent", "number", "intro_start", "intro_end", "credits_start"),
)


def _within(folder: Path, name: str) -> Path:
    """A file that an entry names, which lies in the folder of the sources; raises ValidationProblem."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ValidationProblem(f"{name} lies outside the folder of the sources.")
    return path


def _genre(given: str | dict[str, Any]) -> str:
    """The slug of a genre; one that is described is made or updated."""
    if isinstance(given, str):
        return given
    return save_genre(given["slug"], name=given["name"], translations=given.get("translations", {})).slug


def import_title(entry: dict[str, Any], folder: Path) -> Encoding | None:
    """Make or update one title with poster, artwork, captions and source; returns its encoding, finished or queued.

    A series or a season has no source and no encoding.
    """
    try:
        is_streamed = entry.get("kind") not in Title.FOLDERS
        source_file = _within(folder, entry["source"]) if is_streamed else None
        # Before anything is written: a film that is refused leaves no draft behind.
        found = read_source(source_file) if source_file else None
        validate_slug(entry["slug"])
        with transaction.atomic(durable=True):
            fields = {name: entry[name] for name in FACTS if name in entry}
            fields["genres"] = [_genre(genre) for genre in entry.get("genres", [])]
            title = save_title(entry["slug"], fields=fields)
            if poster := entry.get("poster"):
                set_poster(title, _within(folder, poster).read_bytes(), suffix=Path(poster).suffix)
            for track in entry.get("captions", []):
                text = _within(folder, track["file"]).read_text()
                set_captions(title, language=track["language"], label=track["label"], webvtt=text)
        for kind in Artwork.Kind:
            names = entry.get("stills", []) if kind == Artwork.Kind.STILL else [entry.get(kind)]
            for name in filter(None, names):
                add_artwork(title.slug, kind, _within(folder, name).read_bytes())
        source = add_source(title, source_file, found=found) if source_file else None
    except ValidationError as error:
        raise ValidationProblem("An address has letters, digits, hyphens and underscores only.") from error
    except (AttributeError, KeyError, TypeError) as error:
        raise ValidationProblem(f"{error!r} is missing or odd.") from error
    return ensure_encoded(source) if source else None
