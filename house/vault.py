"""Secrets that the house makes for itself, once, in `var/secrets.json` (readable by its owner only)."""

from __future__ import annotations

import base64
import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

from house.errors import HouseError
from house.services import SERVICES, WITH_DATABASE


@dataclass(frozen=True)
class Vault:
    """Names to secrets. All values are URL-safe, so they fit in addresses and in NGINX's configuration."""

    values: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values[name]


def open_vault(path: Path) -> Vault:
    """Read the secrets and make those that are missing. Raises HouseError when the file is not ours to read."""
    values = _read(path)
    missing = {name: make() for name, make in _recipes().items() if name not in values}
    if missing:
        values |= missing
        write_private(path, json.dumps(values, indent=2) + "\n")
    return Vault(values)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    draft.replace(path)


def _read(path: Path) -> dict[str, str]:
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}
    except (ValueError, TypeError):
        raise HouseError(f"{path} is damaged: restore it, or start afresh with `make clean`.") from None
    except PermissionError:
        raise HouseError(
            f"{path} belongs to another user: run as that user, or choose another folder with HOUSE_VAR=/path."
        ) from None


def _recipes() -> dict:
    def token() -> str:
        return secrets.token_urlsafe(32)

    def fernet() -> str:
        return base64.urlsafe_b64encode(os.urandom(32)).decode()

    recipes = {
        "postgres_password": token,
        "valkey_password": token,
        "stream_secret": token,
        "sandbox_webhook_secret": token,
        "key_encryption_key": fernet,
        "cookie_key": fernet,
    }
    recipes |= {f"{service}_secret_key": token for service in SERVICES}
    recipes |= {f"{service}_service_secret": token for service in SERVICES if service != "auth"}
    recipes |= {f"{service}_database_password": token for service in WITH_DATABASE}
    return recipes
