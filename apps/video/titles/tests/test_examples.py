"""The examples of the service's OpenAPI document are what the service takes and returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from apps.common.testing.iteration import some
from apps.video.titles.api import examples
from apps.video.titles.models import Genre, Person, Title


def document() -> dict[str, Any]:
    return SchemaGenerator().get_schema(request=None, public=True)


def contents(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema with its examples: the operation that it is of, and its media type object."""
    for path in described["paths"].values():
        for operation in path.values():
            if "operationId" in operation:
                parts = [operation.get("requestBody", {}), *operation["responses"].values()]
                for part in parts:
                    yield from ((operation["operationId"], media) for media in part.get("content", {}).values())


def test_examples_match_their_schemas():
    described, wrong, seen = document(), [], 0
    for name, media in some(contents(described)):
        validator = Draft202012Validator(media["schema"] | {"components": described["components"]})
        for title, example in media.get("examples", {}).items():
            wrong += [(name, title, error.message) for error in validator.iter_errors(example["value"])]
            seen += 1
    assert wrong == []
    assert seen > 25


def test_every_operation_of_titles_and_people_has_an_example():
    described = document()
    with_example = {name for name, media in contents(described) if media.get("examples")}
    operations = {
        operation["operationId"]
        for path, methods in described["paths"].items()
        for operation in methods.values()
        if "titles" in operation.get("tags", ()) and "204" not in operation["responses"]
    }
    assert operations
    assert operations <= with_example


@pytest.mark.django_db
def test_example_requests_make_what_the_examples_show(as_staff, api_client):
    client = as_staff("video_staff")
    Genre.objects.create(slug="science-fiction", name="Science fiction")
    Person.objects.create(slug="brigitte-helm", name="Brigitte Helm")
    made = client.post("/v1/titles", examples.NEW_FILM.value)
    assert made.status_code == 201, made.json()
    shown = examples.DRAFT.value
    same = ("slug", "name", "kind", "genres", "countries", "credits", "age_ratings", "available_countries", "state")
    assert {name: made.json()[name] for name in same} == {name: shown[name] for name in same}
    assert made.json().keys() == shown.keys()
    changed = client.patch("/v1/titles/metropolis", examples.WINDOW.value, headers={"If-Match": made["ETag"]})
    assert changed.status_code == 200, changed.json()

    series = Title.objects.create(slug="les-vampires", name="Les Vampires", kind="series", state="ready")
    Title.objects.create(slug="les-vampires-1", name="Season 1", kind="season", number=1, parent=series, state="ready")
    assert client.post("/v1/titles", examples.NEW_EPISODE.value).status_code == 201
    listed = api_client.get("/v1/titles/les-vampires").json()
    assert listed.keys() == examples.WHOLE_SERIES.value.keys()

    assert client.post("/v1/people", examples.NEW_PERSON.value | {"slug": "f-lang"}).json() == (
        examples.STAFF_PERSON | {"slug": "f-lang"}
    )
