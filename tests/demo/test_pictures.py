"""The demo's pictures: well-formed, of the stated size, and drawn again only when something has changed."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from PIL import Image

from devtools.demo.art import draw, poster_kit, views
from devtools.demo.art.stage import Scene

SCENES = draw.scenes()


@pytest.fixture
def few(monkeypatch):
    """Two pictures instead of sixty."""
    chosen = {slug: SCENES[slug] for slug in ("stoneware-mug", "metropolis")}
    monkeypatch.setattr(draw, "scenes", lambda: chosen)
    return chosen


@pytest.mark.parametrize("slug", SCENES)
def test_every_picture_is_well_formed(slug):
    for layer in (SCENES[slug].ground, SCENES[slug].figure):
        if layer:
            ElementTree.fromstring(layer)  # noqa: S314  (our own drawing)


def test_goods_are_square_and_posters_two_by_three(few, tmp_path):
    draw.draw_all(tmp_path, lambda done, total, slug: None)
    assert Image.open(tmp_path / "stoneware-mug.webp").size == (1200, 1200)
    assert Image.open(tmp_path / "metropolis.webp").size == (1000, 1500)


def test_pictures_are_drawn_in_half_their_width_for_tests_but_posters_that_films_are_cut_from(few, tmp_path):
    draw.draw_all(tmp_path, lambda *_: None, reduction=2)
    assert Image.open(tmp_path / "stoneware-mug.webp").size == (600, 600)
    assert Image.open(tmp_path / "metropolis.webp").size == (1000, 1500)


def test_further_pictures_are_smaller_and_stills_as_wide_as_a_screen():
    names = ("stoneware-mug.detail", "stoneware-mug.moss", "stoneware-mug.together", "metropolis.still-1")
    sizes = [draw.raster(SCENES[name].ground).size for name in names]
    assert sizes == [(960, 960)] * 3 + [(960, 540)]


def test_logos_are_light_on_nothing(tmp_path):
    draw._write(SCENES["metropolis.logo"], tmp_path / "logo.webp")
    with Image.open(tmp_path / "logo.webp") as logo:
        assert (logo.mode, logo.size) == ("RGBA", views.LOGO_SIZE)
        assert logo.getchannel("A").getextrema() == (0, 255)


def test_every_variant_and_every_still_is_another_picture():
    scenes = [SCENES[name] for name in SCENES if "." in name]
    assert len(scenes) > 80
    assert len(set(scenes)) == len(scenes)


def test_progress_counts_up_to_all(few, tmp_path):
    reported = []
    draw.draw_all(tmp_path, lambda done, total, slug: reported.append((done, total)))
    assert reported == [(1, 2), (2, 2)]


def test_an_unchanged_picture_is_not_drawn_again(few, tmp_path):
    draw.draw_all(tmp_path, lambda *_: None)
    before = (tmp_path / "metropolis.webp").stat().st_mtime_ns
    reported = []
    draw.draw_all(tmp_path, lambda done, total, words: reported.append(words))
    assert reported == ["unchanged"]
    assert (tmp_path / "metropolis.webp").stat().st_mtime_ns == before


def test_only_what_changed_or_is_gone_is_drawn_again(few, tmp_path):
    draw.draw_all(tmp_path, lambda *_: None)
    few["stoneware-mug"] = Scene(few["stoneware-mug"].ground)
    reported = []
    draw.draw_all(tmp_path, lambda done, total, slug: reported.append(slug))
    assert reported == ["stoneware-mug"]
    (tmp_path / "metropolis.webp").unlink()
    reported.clear()
    draw.draw_all(tmp_path, lambda done, total, slug: reported.append(slug))
    assert reported == ["metropolis"]


def test_the_same_picture_comes_out_twice(few, tmp_path):
    for name in ("one", "two"):
        draw.draw_all(tmp_path / name, lambda *_: None)
    first, second = ((tmp_path / name / "metropolis.webp").read_bytes() for name in ("one", "two"))
    assert first == second


def test_posters_can_be_drawn_without_their_typefaces(monkeypatch, tmp_path):
    monkeypatch.setattr(poster_kit, "FONTS", tmp_path)
    poster_kit._measure.cache_clear()
    try:
        assert poster_kit.font_files() == []
        assert draw.raster(draw.scenes()["metropolis"].ground).size == (1000, 1500)
    finally:
        poster_kit._measure.cache_clear()


def test_words_are_fitted_to_the_width_they_are_given():
    size = poster_kit.fitting("METROPOLIS", font="limelight", width=870)
    assert poster_kit.fitting("METROPOLIS", font="limelight", width=435) == pytest.approx(size / 2)
    assert poster_kit.fitting("METROPOLIS", font="limelight", width=870, most=20) == 20
