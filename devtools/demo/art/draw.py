"""Writes the demo's pictures: SVG to WebP, two at a time, and only those that have changed."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

import resvg_py
from PIL import Image, ImageFilter

from devtools.demo import data
from devtools.demo.art import poster_kit, posters, stage, views
from devtools.demo.art.stage import Scene
from devtools.demo.data.pictures import companions, further_pictures, stills

QUALITY = 82
WORKERS = 2
STAMPS = "drawn.json"
# Of the shadow, in pixels: how far it falls, how soft it is; and its strength of 255.
SHADOW_FALL, SHADOW_BLUR, SHADOW_STRENGTH = (18, 34), 26, 88
# The shadow is blurred in a picture smaller by this factor: a quarter of a second saved each, and nobody sees it.
SHADOW_SCALE = 4


def draw_all(out: Path, on_progress: Callable[[int, int, str], None], *, reduction: int = 1) -> None:
    """Write `out/<name>.webp` for every picture; `on_progress(done, total, slug)` after each.

    All but the posters, from which films are cut, are smaller by the factor `reduction`.
    """
    out.mkdir(parents=True, exist_ok=True)
    pictures = scenes()
    posters_of_films = {film["slug"] for film in data.films_and_series()}
    reductions = {slug: 1 if slug in posters_of_films else reduction for slug in pictures}
    stamps = {slug: _digest(picture, reductions[slug]) for slug, picture in pictures.items()}
    known = _known(out)
    stale = [slug for slug in pictures if known.get(slug) != stamps[slug] or not (out / f"{slug}.webp").is_file()]
    done = len(pictures) - len(stale)
    if not stale:
        on_progress(done, done, "unchanged")
        return
    # The renderer keeps the interpreter's lock, so it takes processes; spawned ones, as this one may have threads.
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        jobs = {pool.submit(_write, pictures[slug], out / f"{slug}.webp", reductions[slug]): slug for slug in stale}
        for count, job in enumerate(as_completed(jobs), start=done + 1):
            job.result()
            on_progress(count, len(pictures), jobs[job])
    (out / STAMPS).write_text(json.dumps(stamps, indent=1))


def scenes() -> dict[str, Scene]:
    """Every picture in its layers, by the name of its file: the first ones by slug, and further ones beside them."""
    goods = {good["slug"]: stage.scene(stage.LOOKS[good["slug"]]) for good in data.goods()}
    films = {film["slug"]: Scene(posters.poster(film)) for film in data.films_and_series()}
    return goods | films | _further_scenes()


def _further_scenes() -> dict[str, Scene]:
    drawn: dict[str, Scene] = {}
    for good in data.goods():
        look = stage.LOOKS[good["slug"]]
        for picture in further_pictures(good):
            match picture.view:
                case "detail":
                    drawn[picture.name] = views.detail(look)
                case "together":
                    drawn[picture.name] = views.together(look, [stage.LOOKS[slug] for slug in companions(good)])
                case _:
                    drawn[picture.name] = views.in_colour(look, picture.colour)
    for film in data.films_and_series():
        if film.get("has_logo"):
            drawn[f"{film['slug']}.logo"] = views.logo(film)
        drawn |= dict(zip((picture.name for picture in stills(film)), views.stills(film), strict=True))
    return drawn


def _digest(scene: Scene, reduction: int) -> str:
    """Changes with the drawing and its size, with this recipe and with the typefaces that are there."""
    recipe = f"{Path(__file__).read_text()} {len(poster_kit.font_files())} {reduction} {scene}"
    return hashlib.sha256(recipe.encode()).hexdigest()


def _known(out: Path) -> dict[str, str]:
    try:
        return json.loads((out / STAMPS).read_text())
    except (OSError, ValueError):
        return {}


def _write(scene: Scene, target: Path, reduction: int = 1) -> None:
    picture = raster(scene.ground)
    if scene.figure:
        figure = raster(scene.figure)
        shade = Image.new("RGBA", picture.size, scene.shadow)
        picture.paste(shade, SHADOW_FALL, _softened(figure))
        picture.alpha_composite(figure)
    unfinished = target.with_suffix(".part")
    finished = picture if scene.is_transparent else picture.convert("RGB")
    finished.reduce(reduction).save(unfinished, "WEBP", quality=QUALITY, method=3)
    unfinished.replace(target)


def _softened(figure: Image.Image) -> Image.Image:
    """The figure's outline as the mask of its shadow."""
    outline = figure.getchannel("A").point(lambda alpha: alpha * SHADOW_STRENGTH // 255)
    small = outline.resize((figure.width // SHADOW_SCALE, figure.height // SHADOW_SCALE), Image.Resampling.BOX)
    blurred = small.filter(ImageFilter.GaussianBlur(SHADOW_BLUR / SHADOW_SCALE))
    return blurred.resize(figure.size, Image.Resampling.BICUBIC)


def raster(document: str) -> Image.Image:
    """With the demo's own typefaces only, so that it looks the same everywhere; with the system's where they lack."""
    fonts = poster_kit.font_files()
    png = resvg_py.svg_to_bytes(svg_string=document, skip_system_fonts=bool(fonts), font_files=fonts)
    return Image.open(io.BytesIO(png)).convert("RGBA")
