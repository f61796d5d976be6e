"""`quotas.py ENVIRONMENT`: the quotas of cores that an environment's nodes need at their most, read from its sizes.

Each line is a family of sizes, as Azure's quotas name it, and a number of cores. A node that is replaced in an upgrade
stands beside the old one, a third of each pool at a time.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from pathlib import Path

ENVIRONMENTS = Path(__file__).resolve().parents[2] / "infra" / "terraform" / "environments"
POOL = re.compile(r'(\w+)_pool\s+= \{ vm_size = "Standard_([A-Z])(\d+)([a-z]*)_v(\d+)", min = (\d+), max = (\d+) \}')
SURGE = 1 / 3


def pools(environment: str) -> list[tuple[str, int, int, int]]:
    """Each pool's family, cores of one node, and least and most nodes. Raises ValueError when there is no pool."""
    found = [
        (f"standard{series}{features.upper()}v{version}Family", int(cores), int(least), int(most))
        for _, series, cores, features, version, least, most in POOL.findall(
            (ENVIRONMENTS / environment / "main.tf").read_text()
        )
    ]
    if not found:
        raise ValueError(f"{environment} has no pool of nodes that this script understands")
    return found


def needed(environment: str) -> dict[str, int]:
    """Cores by family, when every pool is at its most and is being upgraded."""
    cores: Counter[str] = Counter()
    for family, each, _, most in pools(environment):
        cores[family] += each * (most + math.ceil(most * SURGE))
    return dict(cores)


if __name__ == "__main__":
    for family, cores in needed(sys.argv[1]).items():
        print(family, cores)
