"""What counts as a change of the schema, for `makemigrations` and `migrate`."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ProjectState

# Words for people, translated by gettext: the database knows none of them.
FIELD_TEXTS = frozenset({"verbose_name", "help_text", "choices"})
MODEL_TEXTS = frozenset({"verbose_name", "verbose_name_plural"})


class SchemaAutodetector(MigrationAutodetector):
    """Django's autodetector, to which a reworded label, help text or choice is no change.

    Every rewording would else take a migration that does nothing, one more for the history's copy of the model.
    """

    def __init__(self, from_state: ProjectState, to_state: ProjectState, questioner: Any = None) -> None:
        super().__init__(from_state, to_state, questioner)
        for state in (from_state, to_state):
            for model in state.models.values():
                model.options = {name: value for name, value in model.options.items() if name not in MODEL_TEXTS}

    def deep_deconstruct(self, obj: Any) -> Any:
        found = super().deep_deconstruct(obj)
        if not isinstance(obj, models.Field):
            return found
        path, args, kwargs = found
        return path, args, {name: value for name, value in kwargs.items() if name not in FIELD_TEXTS}
