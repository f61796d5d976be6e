"""Writes the demo's pictures: SVG to WebP, two at a time, and only those that have changed."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import resvg_py
from PIL import Image

from house.demo import data
from house.demo.art import poster_kit, posters, stage

QUALITY = 82
WORKERS = 2
STAMPS = "drawn.json"


def draw_all(out: Path, on_progress: Callable[[int, int, str], None]) -> None:
    """Write `out/<slug>.webp` for every product and film; `on_progress(done, total, slug)` after each."""
    out.mkdir(parents=True, exist_ok=True)
    documents = scenes()
    stamps = {slug: _digest(document) for slug, document in documents.items()}
    known = _known(out)
    stale = [slug for slug in documents if known.get(slug) != stamps[slug] or not (out / f"{slug}.webp").is_file()]
    done = len(documents) - len(stale)
    if not stale:
        on_progress(done, done, "unchanged")
        return
    # The renderer lets go of the interpreter's lock, so threads are enough for both cores.
    with ThreadPoolExecutor(WORKERS) as pool:
        jobs = {pool.submit(_write, documents[slug], out / f"{slug}.webp"): slug for slug in stale}
        for count, job in enumerate(as_completed(jobs), start=done + 1):
            job.result()
            on_progress(count, len(documents), jobs[job])
    (out / STAMPS).write_text(json.dumps(stamps, indent=1))


def scenes() -> dict[str, str]:
    """Every picture as SVG, by slug."""
    goods = {good["slug"]: stage.scene(stage.LOOKS[good["slug"]]) for good in data.goods()}
    return goods | {film["slug"]: posters.poster(film) for film in data.films()}


def _digest(document: str) -> str:
    """Changes with the drawing and with the typefaces that are there."""
    recipe = f"{QUALITY} {len(poster_kit.font_files())} {document}"
    return hashlib.sha256(recipe.encode()).hexdigest()


def _known(out: Path) -> dict[str, str]:
    try:
        return json.loads((out / STAMPS).read_text())
    except (OSError, ValueError):
        return {}


def _write(document: str, target: Path) -> None:
    fonts = poster_kit.font_files()
    # Own typefaces only, so that the same picture comes out everywhere; the system's where there are none.
    png = resvg_py.svg_to_bytes(svg_string=document, skip_system_fonts=bool(fonts), font_files=fonts)
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    unfinished = target.with_suffix(".part")
    picture.save(unfinished, "WEBP", quality=QUALITY, method=4)
    unfinished.replace(target)
