"""Reading the YAML files beside this."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
# The shop's second language; its texts lie in a folder of this name, by slug.
SECOND_LANGUAGE = "de"


def read(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text())


@cache
def translations(*names: str) -> dict[str, Any]:
    """Texts in the second language, by slug or name, from the files of these names."""
    return {key: texts for name in names for key, texts in read(f"{SECOND_LANGUAGE}/{name}").items()}


def films() -> list[dict[str, Any]]:
    return read("films")


def series() -> list[dict[str, Any]]:
    return read("series")


def episodes() -> list[dict[str, Any]]:
    """Episodes with what a film's clip is made from; their series has the rest."""
    return [
        {**{name: entry[name] for name in ("year", "directors", "genre")}, **episode, "series": entry["slug"]}
        for entry in series()
        for episode in entry["episodes"]
    ]


def films_and_series() -> list[dict[str, Any]]:
    """What is sold to be watched: one product each."""
    return [*films(), *series()]


def goods() -> list[dict[str, Any]]:
    return [*read("goods_1"), *read("goods_2")]
