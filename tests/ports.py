"""Ports for servers that tests start."""

from __future__ import annotations

import random
import socket


def free_port_range(length: int = 12) -> int:
    """The first of so many free ports in a row, below those that the kernel gives to outgoing connections."""
    for _ in range(200):
        first = random.randrange(12_000, 30_000)
        try:
            for port in range(first, first + length):
                with socket.socket() as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind(("127.0.0.1", port))
        except OSError:
            continue
        return first
    raise AssertionError(f"There are no {length} free ports in a row on this machine.")
