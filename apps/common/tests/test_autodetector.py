"""Texts of models make no migrations; everything else does."""

from __future__ import annotations

import pytest
from django.core.management import load_command_class
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState

from apps.common.management.autodetector import without_texts


def state(field: models.Field, **options: str) -> ProjectState:
    project = ProjectState()
    project.add_model(
        ModelState("things", "Thing", [("id", models.AutoField(primary_key=True)), ("name", field)], options)
    )
    return project


def changes(detector: type[MigrationAutodetector], before: ProjectState, after: ProjectState) -> dict:
    return detector(before, after)._detect_changes()


TEXTS = [
    state(models.CharField("Name", max_length=5)),
    state(models.CharField(max_length=5, help_text="Short.")),
    state(models.CharField(max_length=5, choices=[("a", "A")])),
    state(models.CharField(max_length=5), verbose_name="Ding", verbose_name_plural="Dinge"),
]


@pytest.mark.parametrize("after", TEXTS)
def test_texts_make_no_migration(after):
    before = state(models.CharField(max_length=5))
    assert changes(MigrationAutodetector, before, after), "Django itself makes one"
    assert not changes(without_texts(MigrationAutodetector), before, after)


@pytest.mark.parametrize(
    "after", [state(models.CharField("Name", max_length=6)), state(models.CharField(max_length=5), db_table="x")]
)
def test_changes_of_the_schema_make_a_migration(after):
    before = state(models.CharField(max_length=5))
    assert changes(without_texts(MigrationAutodetector), before, after)


def test_makemigrations_and_migrate_share_the_autodetector():
    commands = [load_command_class("apps.common", name) for name in ("makemigrations", "migrate")]
    assert commands[0].autodetector is commands[1].autodetector
