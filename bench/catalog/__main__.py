"""What do public reads cost? `python -m bench.catalog [--products 100000]`. Needs wrk.

Serves two catalogues, a small one of 1,000 products and a large one, and prints each figure as a ratio: to a fixed
response of the same size or to a response with one query (rates, interleaved in the same rounds), and of the large
catalogue to the small one. bench/README.md says how to read it.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from bench.catalog.stack import Stack, cores, database_server, stack
from bench.load import percentile, rate, times

SMALL = 1_000
ROUNDS = 5
HOT_PRODUCTS = 200
SEARCHES = 400
DEEP = 1_000
PAGE = 24
MATERIALS = ("ash", "bamboo", "beech", "brass", "clay", "oak")

numbers = count(1)
# Every address of a search or of a list "never seen" is asked once in a run; this draws them, the same in every run.
chance = random.Random(5)  # noqa: S311  (reproducible, not secret)


@dataclass(frozen=True, slots=True)
class Figures:
    """Rates as ratios to their ceilings, times in milliseconds."""

    detail: float
    list: float
    facets: float
    search_p95: float
    search_ratio: float
    page_1: float
    page_deep: float
    facets_ms: float
    query_ms: float


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--products", type=int, default=100_000)
    large = parser.parse_args().products
    if not shutil.which("wrk"):
        print("wrk is missing: apt-get install wrk")
        return 1
    with database_server() as environment:
        found = {}
        for products in (SMALL, large):
            print(f"{products:,} products: migrating, seeding, measuring …", flush=True)
            with stack(products, environment) as running:
                found[products] = measure(running)
    show(found[SMALL], found[large], large)
    return 0


def measure(running: Stack) -> Figures:
    """All figures of one catalogue."""
    titles, slugs = sample(running)
    detail, listed = (f"/v1/products/{slug}" for slug in slugs[:HOT_PRODUCTS]), list(hot_lists())
    details = list(detail)
    warm(running, [*details, *listed])
    detail_size, list_size = size(running, details[0]), size(running, listed[0])
    facet_size = size(running, next(unseen_lists()))
    ratios: dict[str, list[float]] = {"detail": [], "list": [], "facets": []}
    for _ in range(ROUNDS):
        ratios["detail"].append(rate(running.url, details) / rate(running.url, [f"/bench/fixed/{detail_size}"]))
        ratios["list"].append(rate(running.url, listed) / rate(running.url, [f"/bench/fixed/{list_size}"]))
        unseen = [path for path, _ in zip(unseen_lists(), range(8_000), strict=False)]
        ratios["facets"].append(rate(running.url, unseen) / rate(running.url, [f"/bench/query/{facet_size}"]))
    query = statistics.median(times(running.url, [f"/bench/query/{facet_size}"] * 400))
    searched = times(running.url, searches(titles))
    unseen = [path for path, _ in zip(unseen_lists(), range(200), strict=False)]
    first, deep = pages(running)
    return Figures(
        detail=statistics.median(ratios["detail"]),
        list=statistics.median(ratios["list"]),
        facets=statistics.median(ratios["facets"]),
        search_p95=percentile(searched, 95) * 1000,
        search_ratio=percentile(searched, 95) / query,
        page_1=first * 1000,
        page_deep=deep * 1000,
        facets_ms=statistics.median(times(running.url, unseen)) * 1000,
        query_ms=query * 1000,
    )


def ask(running: Stack, path: str) -> bytes:
    with urllib.request.urlopen(running.url + path, timeout=60) as response:  # noqa: S310  (our own server)
        return response.read()


def size(running: Stack, path: str) -> int:
    return len(ask(running, path))


def warm(running: Stack, paths: list[str]) -> None:
    """Ask everything a few times, so that each process has met it."""
    for path in paths * 2:
        ask(running, path)


def sample(running: Stack) -> tuple[list[str], list[str]]:
    """Titles and slugs of some products: best sellers first, as visitors ask for them."""
    titles: list[str] = []
    slugs: list[str] = []
    path = "/v1/products?sort=bestselling&limit=100"
    while path and len(slugs) < 500:
        body = json.loads(ask(running, path))
        titles += [item["title"] for item in body["results"]]
        slugs += [item["slug"] for item in body["results"]]
        path = body["next"] and body["next"].partition("/v1")[2]
        path = path and f"/v1{path}"
    return titles, slugs


def hot_lists() -> Iterator[str]:
    """Fifty lists that many visitors look at."""
    for section in ("bath", "bedroom", "dining", "garden", "hall", "kitchen", "living", "office", ""):
        for sort in ("newest", "price", "bestselling", "rating", "title"):
            yield "/v1/products?" + urlencode({"category": f"seed/{section}" if section else "seed", "sort": sort})


def unseen_lists() -> Iterator[str]:
    """Lists with facets under a category, a price range and materials that nobody asked for before.

    Wide enough to fill most pages of the small catalogue too: half a page is half the work.
    """
    while True:
        low = chance.randrange(290, 10_000)
        section = chance.choice(("bath", "bedroom", "dining", "garden", "hall", "kitchen", "living", "office"))
        query = {
            "category": f"seed/{section}",
            "min_price": low,
            "max_price": low + chance.randrange(15_000, 30_000) + next(numbers),
            "facets": "1",
        }
        if chance.random() < 0.5:
            query["attr.material"] = ",".join(chance.sample(MATERIALS, 5))
        yield "/v1/products?" + urlencode(query)


def searches(titles: list[str]) -> list[str]:
    """Distinct texts as people type them: some words of a title, the last one at times half or misspelt."""
    texts: dict[str, None] = {}
    while len(texts) < SEARCHES:
        words = chance.choice(titles).lower().split()[:4]
        start = chance.randrange(len(words))
        picked = words[start : start + chance.choice((1, 2, 2, 3))]
        last, dice = picked[-1], chance.random()
        if dice < 0.15 and len(last) > 4:
            place = chance.randrange(1, len(last) - 1)
            picked[-1] = last[:place] + last[place + 1 :]
        elif dice < 0.35:
            picked[-1] = last[: max(3, len(last) - 2)]
        texts[" ".join(picked)] = None
        if len(texts) < SEARCHES and chance.random() < 0.02:
            texts[f"{picked[-1]} {next(numbers)}"] = None
    return [f"/v1/products?q={quote(text)}" for text in texts]


def pages(running: Stack) -> tuple[float, float]:
    """Seconds for page 1 and for page 1,000 (or the last), each asked under addresses that were never asked before."""
    body = json.loads(ask(running, f"/v1/products?limit={PAGE}"))
    for _ in range(DEEP - 2):
        if not body["next"]:
            break
        cursor = parse_qs(urlsplit(body["next"]).query)["cursor"][0]
        body = json.loads(ask(running, f"/v1/products?limit={PAGE}&cursor={cursor}"))
    first, deep = [], []
    for number in range(100):
        address = f"/v1/products?limit={PAGE}&max_price={10**10 + number}"
        first += times(running.url, [address])
        deep += times(running.url, [f"{address}&cursor={cursor}"])
    return statistics.median(first), statistics.median(deep)


def show(small: Figures, large: Figures, products: int) -> None:
    """The table, with what is aimed at."""
    print(f"\n{cores()} cores, {products:,} products; one query takes {large.query_ms:.2f} ms")
    rows = [
        ("product detail, warm / fixed response", large.detail, "at least 0.5", small.detail / large.detail),
        ("list, warm / fixed response", large.list, "at least 0.5", small.list / large.list),
        ("list with facets, never seen / one query", large.facets, "at least 0.2", small.facets / large.facets),
        ("searches, p95 / one query's median", large.search_ratio, "at most 40", large.search_p95 / small.search_p95),
        ("list with facets, ms", large.facets_ms, "", large.facets_ms / small.facets_ms),
        ("page 1,000 / page 1", large.page_deep / large.page_1, "at most 1.1", None),
    ]
    print(f"{'':<44}{'ratio':>8}  {'aim':<14}{f'to {SMALL:,} products':>18} (at most 1.5)")
    for name, value, aim, growth in rows:
        print(f"{name:<44}{value:>8.2f}  {aim:<14}{'' if growth is None else f'{growth:>18.2f}'}")


if __name__ == "__main__":
    sys.exit(main())
