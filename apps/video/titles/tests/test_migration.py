"""Titles of the release before, whose directors and casts were lists of names."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.video.titles.models import Credit, Person, Title

pytestmark = pytest.mark.django_db(transaction=True)
BEFORE_PEOPLE = ("titles", "0004_kinds")


@pytest.fixture
def before_people():
    """The tables as they were; afterwards as they are."""
    MigrationExecutor(connection).migrate([BEFORE_PEOPLE])
    yield MigrationExecutor(connection).loader.project_state(BEFORE_PEOPLE).apps
    migrate_to_present()


def migrate_to_present() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_names_become_people_and_one_name_is_one_person(before_people):
    old = before_people.get_model("titles", "Title").objects
    old.create(
        slug="the-kid", name="The Kid", directors=["Charlie Chaplin"], cast=["Charlie Chaplin", "Jackie  Coogan"]
    )
    old.create(slug="modern-times", name="Modern Times", directors=["Charlie Chaplin"], cast=[])
    migrate_to_present()
    assert set(Person.objects.values_list("slug", "name")) == {
        ("charlie-chaplin", "Charlie Chaplin"),
        ("jackie-coogan", "Jackie Coogan"),
    }
    credits = Credit.objects.filter(title__slug="the-kid").order_by("role", "position")
    assert list(credits.values_list("role", "person__slug")) == [
        ("cast", "charlie-chaplin"),
        ("cast", "jackie-coogan"),
        ("director", "charlie-chaplin"),
    ]


def test_release_before_this_one_makes_titles_while_pods_are_replaced():
    old = MigrationExecutor(connection).loader.project_state(BEFORE_PEOPLE).apps
    old.get_model("titles", "Title").objects.create(slug="faust", name="Faust", directors=["F. W. Murnau"], cast=[])
    assert Title.objects.get(slug="faust").translations == {}
