"""What stands beside a title's row: credits, genres, age ratings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext

from apps.common.problems import ValidationProblem
from apps.common.translated import cleaned_translations
from apps.video.titles.ages import rating_error
from apps.video.titles.models import AgeRating, Credit, Genre, Title
from apps.video.titles.services.people import person_named, person_of

NAMES = ("directors", "cast", "credits", "genres", "age_ratings")


def write(title: Title, given: Mapping[str, Any]) -> None:
    """Write these relations of a title that is saved; call in the transaction that saved it.

    `directors` and `cast` are names, in the order of the credits, and replace those in that role; `credits` are
    `{"person": slug or "name": name, "role", "character"}` and replace all; `genres` are slugs; `age_ratings` are
    labels by country. Raises ValidationProblem.
    """
    if "credits" in given:
        set_credits(title, given["credits"])
    if "directors" in given:
        _set_names(title, Credit.Role.DIRECTOR, given["directors"])
    if "cast" in given:
        _set_names(title, Credit.Role.CAST, given["cast"])
    if "genres" in given:
        _set_genres(title, given["genres"])
    if "age_ratings" in given:
        _set_age_ratings(title, given["age_ratings"])


def set_credits(title: Title, entries: Iterable[Mapping[str, Any]]) -> None:
    """All credits of a title, in their order. Raises ValidationProblem for unknown people and repeated ones."""
    rows: dict[tuple[Any, str], Credit] = {}
    for position, entry in enumerate(entries):
        person = person_of(entry["person"]) if entry.get("person") else person_named(entry["name"])
        role, character = Credit.Role(entry["role"]), entry.get("character", "")
        if character and role != Credit.Role.CAST:
            raise _invalid("credits", gettext("Only members of the cast play somebody. Leave “character” empty."))
        if (person.pk, role) in rows:
            raise _invalid("credits", gettext("%(name)s is there twice in one role.") % {"name": person.name})
        rows[person.pk, role] = Credit(title=title, person=person, role=role, character=character, position=position)
    title.credits.all().delete()
    Credit.objects.bulk_create(rows.values())


def _set_names(title: Title, role: Credit.Role, names: Iterable[str]) -> None:
    """Those in one role, by name; who is there already keeps whom they play."""
    characters = dict(title.credits.filter(role=role).values_list("person__name", "character"))
    people = [person_named(name) for name in dict.fromkeys(names)]
    title.credits.filter(role=role).delete()
    Credit.objects.bulk_create(
        Credit(title=title, person=person, role=role, position=position, character=characters.get(person.name, ""))
        for position, person in enumerate(people)
    )


def _set_genres(title: Title, slugs: Iterable[str]) -> None:
    found = {genre.slug: genre for genre in Genre.objects.filter(slug__in=slugs)}
    if missing := [slug for slug in slugs if slug not in found]:
        raise _invalid("genres", gettext("There is no genre “%(slug)s”.") % {"slug": missing[0]})
    title.genres.set(found.values())


def _set_age_ratings(title: Title, labels: Mapping[str, str]) -> None:
    errors = {country: error for country, label in labels.items() if (error := rating_error(country, label))}
    if errors:
        raise ValidationProblem(
            gettext("Some facts cannot be used; see errors."),
            errors={f"age_ratings.{country}": [error] for country, error in errors.items()},
        )
    title.age_ratings.all().delete()
    AgeRating.objects.bulk_create(
        AgeRating(title=title, country=country, label=label) for country, label in sorted(labels.items())
    )


def save_genre(slug: str, *, name: str, translations: Mapping[str, Mapping[str, str]]) -> Genre:
    """Make or change a genre (an import)."""
    genre, _ = Genre.objects.update_or_create(
        slug=slug, defaults={"name": name, "translations": cleaned_translations(Genre, translations)}
    )
    return genre


def _invalid(field: str, message: str) -> ValidationProblem:
    return ValidationProblem(message, errors={field: [message]})
