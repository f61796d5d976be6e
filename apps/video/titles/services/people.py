"""People: made by name with the first credit, described by staff."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext

from apps.common.problems import Conflict, ValidationProblem
from apps.common.translated import merged_translations
from apps.video.titles import rules
from apps.video.titles.models import Person
from apps.video.titles.services.locking import lock_person

# Of one name; more are not distinguished by a number.
MAX_NAMESAKES = 50


def person_of(slug: str) -> Person:
    """Raises ValidationProblem."""
    person = Person.objects.filter(slug=slug).first()
    if person is None:
        message = gettext("There is no person “%(slug)s”. Make them first, or give a name instead.") % {"slug": slug}
        raise ValidationProblem(message, errors={"credits": [message]})
    return person


def person_named(name: str) -> Person:
    """The person of this name (of several the one who was there first), made when there is none.

    Two who credit somebody new at once make one person.
    """
    name = " ".join(name.split())
    base = slugify(name)[:100] or "person"
    for number in range(1, MAX_NAMESAKES):
        if (found := Person.objects.filter(name=name).order_by("pk").first()) is not None:
            return found
        slug = base if number == 1 else f"{base}-{number}"
        person, is_new = Person.objects.get_or_create(slug=slug, defaults={"name": name})
        if is_new or person.name == name:
            return person
    message = gettext("Too many people share the name %(name)s. Make the person first, with an address of their own.")
    raise ValidationProblem(message % {"name": name}, errors={"credits": [message % {"name": name}]})


def create_person(slug: str, *, fields: dict[str, Any]) -> Person:
    """Somebody new, who may share their name. Raises Conflict for an address that is taken, and ValidationProblem."""
    person = Person(slug=slug)
    _assign(person, fields)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(gettext("There is a person with this slug; change that one with PATCH.")) from error
    return person


def change_person(slug: str, *, fields: dict[str, Any], versions: Collection[int] | None = None) -> Person:
    """Change these facts of a person and no others. Raises NotFound, PreconditionFailed and ValidationProblem."""
    with transaction.atomic():
        person = lock_person(slug, versions=versions)
        _assign(person, fields)
        person.version += 1
        person.save(update_fields=[*fields, "version", "updated_at"])
    return person


def _assign(person: Person, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        setattr(person, name, merged_translations(person, value) if name == "translations" else value)
    if errors := rules.life_errors(born_year=person.born_year, died_year=person.died_year):
        raise ValidationProblem(gettext("Some facts cannot be used; see errors."), errors=errors)
