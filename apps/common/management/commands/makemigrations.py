"""Django's makemigrations, which takes no notice of texts."""

from __future__ import annotations

from django.core.management.commands.makemigrations import Command as DjangoMakemigrations
from django.db.migrations.autodetector import MigrationAutodetector

from apps.common.management.autodetector import without_texts


class Command(DjangoMakemigrations):
    @property
    def autodetector(self) -> type[MigrationAutodetector]:  # type: ignore[override]  # Django only reads it
        """Libraries (pgtrigger) replace Django's in their `ready()`."""
        return without_texts(DjangoMakemigrations.autodetector)
