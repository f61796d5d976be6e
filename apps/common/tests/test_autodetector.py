"""A reworded label takes no migration; everything that the database knows does."""

from __future__ import annotations

from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState
from django.utils.translation import gettext_lazy as _

from apps.common.management.autodetector import without_texts


def state_with(field: models.Field, **options: object) -> ProjectState:
    state = ProjectState()
    state.add_model(ModelState("shop", "Mug", [("id", models.AutoField(primary_key=True)), ("name", field)], options))
    return state


def changes(before: ProjectState, after: ProjectState) -> list[str]:
    found = without_texts(MigrationAutodetector)(before, after)._detect_changes()
    return [type(step).__name__ for migration in found.get("shop", []) for step in migration.operations]


def test_new_label_help_text_and_choices_need_no_migration():
    before = state_with(models.CharField(max_length=10, choices=[("a", "Blue")]))
    after = state_with(
        models.CharField(_("name"), max_length=10, choices=[("a", "Navy"), ("b", "Red")], help_text="As printed."),
        verbose_name=_("mug"),
        verbose_name_plural=_("mugs"),
    )
    assert changes(before, after) == []


def test_longer_column_needs_a_migration():
    before = state_with(models.CharField(max_length=10))
    assert changes(before, state_with(models.CharField(_("name"), max_length=20))) == ["AlterField"]


def test_other_option_of_the_model_needs_a_migration():
    name = models.CharField(max_length=10)
    assert changes(state_with(name), state_with(name, verbose_name="mug", ordering=["name"])) == ["AlterModelOptions"]
