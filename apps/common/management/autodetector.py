"""What counts as a change of a model when migrations are made."""

from __future__ import annotations

from typing import Any

from django.db.migrations.autodetector import MigrationAutodetector
from django.db.models import Field

# What people read. It is not in the database, and its wording changes without a release of the schema.
FIELD_TEXTS = ("verbose_name", "help_text", "choices")
MODEL_TEXTS = ("verbose_name", "verbose_name_plural")


# Django checks that makemigrations and migrate have the same class.
_made: dict[type[MigrationAutodetector], type[MigrationAutodetector]] = {}


def without_texts(detector: type[MigrationAutodetector]) -> type[MigrationAutodetector]:
    """`detector`, blind to labels, help texts and choices: to word or translate them makes no migration."""
    if detector not in _made:
        _made[detector] = _text_blind(detector)
    return _made[detector]


def _text_blind(detector: type[MigrationAutodetector]) -> type[MigrationAutodetector]:

    class TextBlindAutodetector(detector):  # type: ignore[valid-type, misc]  # a class that is known at run time
        def __init__(self, from_state: Any, to_state: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(_without_model_texts(from_state), _without_model_texts(to_state), *args, **kwargs)

        def deep_deconstruct(self, obj: Any) -> Any:
            deconstructed = super().deep_deconstruct(obj)
            if isinstance(obj, Field):
                path, args, kwargs = deconstructed
                return path, args, {key: value for key, value in kwargs.items() if key not in FIELD_TEXTS}
            return deconstructed

    return TextBlindAutodetector


def _without_model_texts(state: Any) -> Any:
    state = state.clone()
    for model in state.models.values():
        model.options = {key: value for key, value in model.options.items() if key not in MODEL_TEXTS}
    return state
