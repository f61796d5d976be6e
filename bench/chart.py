"""How long `helm template` takes, against starting Helm at all: `python -m bench.chart`.

Each line is the middle of several runs, and how many times the ceiling (`helm version`, which reads nothing) it takes.
"""

from __future__ import annotations

import statistics
import subprocess
import time

from devtools.checks.chart_schema import CHART
from devtools.tools import helm

RUNS = 7
ENVIRONMENTS = ("local", "dev", "prod")


def seconds(*arguments: str) -> float:
    """The middle of RUNS runs, after one that warms the file cache."""
    took = []
    for _ in range(RUNS + 1):
        started = time.perf_counter()
        subprocess.run([str(helm()), *arguments], stdout=subprocess.DEVNULL, check=True)
        took.append(time.perf_counter() - started)
    return statistics.median(took[1:])


def main() -> None:
    ceiling = seconds("version", "--short")
    print(f"{'helm version':<28} {ceiling * 1000:>6.0f} ms")
    for environment in ENVIRONMENTS:
        took = seconds("template", "streamcart", str(CHART), "--values", str(CHART / f"values-{environment}.yaml"))
        print(f"{f'helm template ({environment})':<28} {took * 1000:>6.0f} ms {took / ceiling:>6.1f} times")


if __name__ == "__main__":
    main()
