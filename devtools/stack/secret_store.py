"""Secrets that a stack makes for itself, once, in `var/secrets.json`, readable by its owner only."""

from __future__ import annotations

import base64
import json
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from devtools.errors import DevToolsError
from devtools.project import SERVICES


def load_secrets(path: Path) -> dict[str, str]:
    """The secrets by name, with those that were missing made. Raises DevToolsError when the file is no use."""
    values = _read(path)
    missing = {name: make() for name, make in _recipes().items() if name not in values}
    if missing:
        values |= missing
        write_private(path, json.dumps(values, indent=2) + "\n")
    return values


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # `status` reads from several threads at once.
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_native_id()}")
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
        raise DevToolsError(f"{path} is damaged: bring it back, or start afresh with `make clean`.") from None
    except PermissionError:
        hint = "run as that user, or choose another folder with STREAMCART_VAR=/path"
        raise DevToolsError(f"{path} belongs to another user: {hint}.") from None


def _recipes() -> dict[str, Callable[[], str]]:
    """Letters, digits, `-`, `_` and `=` only: they fit in addresses and in NGINX's configuration as they are."""
    recipes: dict[str, Callable[[], str]] = {"stream": _token, "webhook": _token, "keys": _fernet, "cookie": _fernet}
    recipes["content_keys"] = _fernet
    # The storefront has no database; what would be its password is that of PostgreSQL's superuser.
    for service in SERVICES:
        recipes |= {f"{service}_database": _token, f"{service}_key": _token, f"{service}_client": _token}
    return recipes


def _token() -> str:
    return secrets.token_urlsafe(32)


def _fernet() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()
