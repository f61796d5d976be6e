"""`manage.py <service> makemigrations`: Django's, without migrations for labels (apps.common.schema_changes)."""

from __future__ import annotations

from django.core.management.commands.makemigrations import Command as DjangoMakeMigrations

from apps.common.schema_changes import SchemaAutodetector


class Command(DjangoMakeMigrations):
    autodetector = SchemaAutodetector
