"""Two people, or a person and a worker, at the same title at the same moment."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import ClassVar

import pytest
from django.contrib.admin.sites import site
from django.core.files.storage import default_storage
from django.db import transaction
from PIL import Image

from apps.common.testing.concurrency import at_once
from apps.video.encoding.models import Source
from apps.video.encoding.services import add_source
from apps.video.titles import services
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)


def test_simultaneous_titles_with_one_slug_make_one_title_and_conflicts(as_staff):
    def create(name: str) -> tuple[int, str]:
        response = as_staff("video_staff").post("/v1/titles", {"slug": "the-kid", "name": name})
        return response.status_code, response.json().get("name") or response.json()["type"]

    for _ in range(5):
        results = at_once(*(partial(create, f"Name {number}") for number in range(8)))
        [made] = [name for status, name in results if status == 201]
        assert sorted(results)[1:] == [(409, "/problems/conflict")] * 7
        assert Title.objects.get().name == made  # nobody wrote over it
        Title.objects.all().delete()


def test_a_title_that_is_imported_twice_at_once_is_there_once():
    for _ in range(5):
        save = partial(services.save_title, "the-kid", fields={"name": "The Kid"})
        assert {type(result) for result in at_once(*[save] * 6)} == {Title}
        assert Title.objects.count() == 1
        Title.objects.all().delete()


def test_a_source_that_is_delivered_twice_at_once_is_stored_once(clips):
    title = Title.objects.create(slug="metropolis", name="Metropolis")
    sources = at_once(*[partial(add_source, title, clips / "silent.mp4")] * 4)
    assert {source.pk for source in sources} == {Source.objects.get().pk}
    stored = [name for name in default_storage.listdir("sources")[1] if name.startswith("metropolis")]
    assert stored == [Source.objects.get().file.name.rpartition("/")[2]]


def test_a_poster_that_staff_choose_while_the_film_is_encoded_stays():
    stale = Title.objects.create(slug="metropolis", name="Metropolis")
    chosen = BytesIO()
    Image.new("RGB", (4, 6)).save(chosen, "WEBP")
    services.set_poster(Title.objects.get(), chosen.getvalue(), suffix=".webp")
    services.set_first_poster(stale, b"a frame of the film")
    poster = Title.objects.get().poster.name
    assert poster.endswith(".webp")
    assert [
        name for name in default_storage.listdir("posters")[1] if name.endswith(".jpg") and "metropolis" in name
    ] == []
    # Without one, the film's own frame is taken.
    other = Title.objects.create(slug="other", name="Other")
    services.set_first_poster(other, b"a frame of the film")
    assert Title.objects.get(slug="other").poster.name.endswith(".jpg")


def test_a_form_that_was_opened_before_the_encoding_ended_does_not_undo_it(film, rf):
    stale = Title.objects.get(pk=film.pk)
    with transaction.atomic():
        services.mark_ready(film.pk, services.Published(film.pk, "master_1.m3u8", 9000, []))

    class Form:
        initial: ClassVar = {"slug": film.slug}

        def changed_columns(self) -> dict[str, str]:
            return {"name": "Metropolis (restored)"}

    site._registry[Title].save_model(rf.post("/"), stale, Form(), True)
    saved = Title.objects.get(pk=film.pk)
    assert (saved.name, saved.runtime_seconds, saved.asset_id) == ("Metropolis (restored)", 9000, film.pk)
