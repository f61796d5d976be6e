"""Where one house lives: its folder, its ports, its addresses."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from house.errors import HouseError

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_PORT = 8000
# Distance of each part's port from the gateway's.
OFFSETS = {"gateway": 0, "ui": 1, "catalog": 2, "auth": 3, "payment": 4, "video": 5, "postgres": 6, "valkey": 7}


@dataclass(frozen=True)
class Config:
    """One house: all paths are absolute, all ports on 127.0.0.1 but the gateway's, which listens on `host`."""

    var: Path
    port: int = DEFAULT_PORT
    host: str = "127.0.0.1"
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)

    def port_of(self, part: str) -> int:
        return self.port + OFFSETS[part]

    def url_of(self, service: str) -> str:
        """The internal address of a service, without a prefix."""
        return f"http://127.0.0.1:{self.port_of(service)}"

    @property
    def public_url(self) -> str:
        return self.environ.get("PUBLIC_URL", f"http://localhost:{self.port}").rstrip("/")

    @property
    def run(self) -> Path:
        """Generated configuration, locks and pid files; worthless once the house has stopped."""
        return self.var / "run"

    @property
    def log(self) -> Path:
        return self.var / "log"

    def media_of(self, service: str) -> Path:
        return self.var / "media" / service

    def env_file(self, service: str) -> Path:
        return self.var / "env" / f"{service}.env"

    def make_folders(self) -> None:
        for folder in (self.run, self.log, self.var / "env", self.var / "mail", self.var / "static"):
            folder.mkdir(parents=True, exist_ok=True)


def load(environ: Mapping[str, str] | None = None, *, port: int | None = None) -> Config:
    """The house that PORT, HOST and HOUSE_VAR describe. Raises HouseError when PORT is no usable port."""
    environ = dict(os.environ if environ is None else environ)
    number = port if port is not None else _port(environ.get("PORT") or str(DEFAULT_PORT))
    highest = number + max(OFFSETS.values())
    if not 1 <= number <= 65535 or highest > 65535:
        raise HouseError(f"PORT={number} leaves no room for the house: choose one from 1024 to {65535 - 7}.")
    return Config(var=folder(environ, port=number), port=number, host=environ.get("HOST", "127.0.0.1"), environ=environ)


def folder(environ: Mapping[str, str], *, port: int) -> Path:
    """Each port has its own folder, so that houses side by side share nothing. manage.py knows the same rule."""
    if given := environ.get("HOUSE_VAR"):
        return Path(given).expanduser().resolve()
    return ROOT / "var" if port == DEFAULT_PORT else ROOT / "var" / f"port-{port}"


def _port(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise HouseError(f"PORT={text} is not a number: try `PORT=9000 make up`.") from None


def busy_ports(config: Config, parts: list[str]) -> list[tuple[str, int]]:
    """Those of `parts` whose port something else listens on."""
    return [(part, config.port_of(part)) for part in parts if not _is_free(config, part)]


def _is_free(config: Config, part: str) -> bool:
    host = config.host if part == "gateway" else "127.0.0.1"
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Connections of the last run that linger in TIME_WAIT are no reason to refuse.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, config.port_of(part)))
        except PermissionError:
            raise HouseError(f"Only root may listen on port {config.port_of(part)}: try `PORT=9000 make up`.") from None
        except OSError:
            return False
    return True


def require_free_ports(config: Config, parts: list[str]) -> None:
    """Raise HouseError that names the busy ports and the way out."""
    busy = busy_ports(config, parts)
    if not busy:
        return
    other = 9000 if config.port != 9000 else 9100
    names = ", ".join(f"{port} ({part})" for part, port in busy)
    plural = "s" if len(busy) > 1 else ""
    raise HouseError(
        f"Another program listens on port{plural} {names}: stop it, or choose other ports with `PORT={other} make up`."
    )


def python() -> str:
    """The interpreter that runs every child: the one that runs us."""
    return sys.executable
