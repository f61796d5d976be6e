"""One stack: its folder, its ports, its secrets, and the environment that its services get."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from devtools.errors import DevToolsError
from devtools.project import DATA_SERVICES, ROOT, SERVICES
from devtools.stack.secret_store import load_secrets

DEFAULT_PORT = 8000
# Distance of each part's port from the gateway's.
PARTS = ("gateway", "ui", "catalog", "auth", "payment", "video", "postgres", "valkey")
# Where the background processes serve their metrics.
OFFSETS = {
    part: offset for offset, part in enumerate((*PARTS, *(f"{service}.background" for service in DATA_SERVICES)))
}
HIGHEST_PORT = 65535 - max(OFFSETS.values())


@dataclass(frozen=True)
class Stack:
    """A stack as the caller's environment describes it. Nothing is written before somebody asks for a folder."""

    var: Path
    port: int = DEFAULT_PORT
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Stack:
        """The stack of PORT and STREAMCART_VAR. Raises DevToolsError when PORT is no usable port."""
        given = dict(os.environ if environ is None else environ)
        text = given.get("PORT") or str(DEFAULT_PORT)
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= HIGHEST_PORT:
            raise DevToolsError(f"PORT={text} is no port from 1 to {HIGHEST_PORT}: try PORT=9000 make up.")
        return cls(var=folder_of(given, port=int(text)), port=int(text), environ=given)

    def port_of(self, part: str) -> int:
        return self.port + OFFSETS[part]

    def url_of(self, service: str) -> str:
        """The service's internal address, without a prefix."""
        return f"http://127.0.0.1:{self.port_of(service)}"

    @property
    def public_url(self) -> str:
        return self.environ.get("PUBLIC_URL", f"http://localhost:{self.port}").rstrip("/")

    @property
    def limits_requests(self) -> bool:
        """Whether the gateway limits each address; GATEWAY_LIMITS=off is for load tests from one address."""
        return self.environ.get("GATEWAY_LIMITS", "on") != "off"

    def folder(self, name: str) -> Path:
        """A folder below var/, made when it is missing."""
        path = self.var / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    @property
    def secrets(self) -> dict[str, str]:
        """Generated passwords and keys by name, the same at every start."""
        return load_secrets(self.var / "secrets.json") | self._given_stream_secret()

    @property
    def needs_postgres(self) -> bool:
        """Whether any service is left to the embedded server. Raises DevToolsError for a plain DATABASE_URL."""
        if self.environ.get("DATABASE_URL"):
            raise DevToolsError(
                "DATABASE_URL names one database, but each service has its own: set AUTH_DATABASE_URL, "
                "CATALOG_DATABASE_URL, PAYMENT_DATABASE_URL and VIDEO_DATABASE_URL, or unset it."
            )
        return not all(self.environ.get(f"{service.upper()}_DATABASE_URL") for service in DATA_SERVICES)

    @property
    def needs_valkey(self) -> bool:
        """Whether any service is left to the embedded server."""
        shared = self.environ.get("REDIS_URL")
        return not all(shared or self.environ.get(f"{service.upper()}_REDIS_URL") for service in SERVICES)

    def _given_stream_secret(self) -> dict[str, str]:
        given = self.environ.get("VIDEO_STREAM_SECRET") or self.environ.get("STREAM_SECRET")
        if not given:
            return {}
        if not all(letter.isascii() and (letter.isalnum() or letter in "._~+/=-,") for letter in given):
            raise DevToolsError(
                "STREAM_SECRET may hold letters, digits and . _ ~ + / = - only, and commas between several secrets: "
                "NGINX reads it too."
            )
        return {"stream": given}


def folder_of(environ: Mapping[str, str], *, port: int) -> Path:
    """Each port has its own folder, so stacks side by side share nothing. manage.py follows the same rule."""
    if given := environ.get("STREAMCART_VAR"):
        return Path(given).expanduser().resolve()
    return ROOT / "var" if port == DEFAULT_PORT else ROOT / "var" / f"port-{port}"
