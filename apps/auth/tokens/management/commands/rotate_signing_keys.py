"""`manage.py auth rotate_signing_keys [--compromised]`: what beat does every night, by hand."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.auth.tokens import keys


class Command(BaseCommand):
    help = "Make the next signing key when the newest is 30 days old."

    def add_arguments(self, parser: CommandParser) -> None:
        text = "Withdraw all keys now and sign with a new one (a key leaked, or KEY_ENCRYPTION_KEY was lost)."
        parser.add_argument("--compromised", action="store_true", help=text)

    def handle(self, *args: Any, compromised: bool, **options: Any) -> None:
        if compromised:
            key = keys.replace_compromised()
            self.stdout.write(f"All earlier keys are withdrawn; {key.kid} signs from now on.")
        elif made := keys.rotate():
            self.stdout.write(f"{made.kid} is published and signs from {made.signs_from:%Y-%m-%d %H:%M} UTC.")
        else:
            self.stdout.write("The newest key is not 30 days old yet; nothing to do.")
