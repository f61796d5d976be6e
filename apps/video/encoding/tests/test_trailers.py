"""Trailers: encoded as films are, and joined into one file that everybody may fetch."""

from __future__ import annotations

import subprocess

import pytest
from django.core.files.storage import default_storage

from apps.common.outbox.models import OutboxEvent
from apps.video.encoding.services import add_source, request_encoding
from apps.video.encoding.work import run
from apps.video.media import ffmpeg
from apps.video.titles import services
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)


def encode(slug: str, file) -> None:
    run(request_encoding(add_source(Title.objects.get(slug=slug), file)).pk)


@pytest.fixture
def trailer() -> Title:
    services.create_title("metropolis", fields={"name": "Metropolis"})
    fields = {"name": "Trailer", "kind": "trailer", "parent": "metropolis"}
    return services.create_title("metropolis-trailer", fields=fields)


def streams_of(name: str) -> str:
    """What ffmpeg says about a stored file."""
    command = [ffmpeg.executable(), "-hide_banner", "-i", default_storage.path(name)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


def test_a_trailer_becomes_one_public_file_that_its_film_shows(clips, trailer, api_client):
    encode("metropolis", clips / "film.mp4")
    encode("metropolis-trailer", clips / "film.mp4")
    trailer.refresh_from_db()
    assert trailer.public_file.startswith("posters/trailers/metropolis-trailer-")
    report = streams_of(trailer.public_file)
    assert "Video: h264" in report
    assert "640x360" in report
    assert "Audio: aac" in report
    content = default_storage.open(trailer.public_file).read()
    # The index stands before the pictures, so that it plays while it loads.
    assert content.index(b"moov") < content.index(b"mdat")
    film = api_client.get("/v1/titles/metropolis").json()
    assert film["trailer_url"].endswith(trailer.public_file)
    [first, second] = OutboxEvent.objects.filter(type__contains="title.ready", data__title_slug="metropolis").order_by(
        "pk"
    )
    assert first.data["trailer_url"] is None
    assert second.data["trailer_url"] == film["trailer_url"]
    assert second.data["version"] > first.data["version"]


def test_a_silent_trailer_has_pictures_alone(clips, trailer):
    encode("metropolis-trailer", clips / "silent.mp4")
    trailer.refresh_from_db()
    report = streams_of(trailer.public_file)
    assert "Video: h264" in report
    assert "Audio" not in report


def test_a_withdrawn_trailer_is_shown_no_more(clips, trailer, api_client):
    encode("metropolis", clips / "silent.mp4")
    encode("metropolis-trailer", clips / "silent.mp4")
    services.withdraw(trailer)
    assert api_client.get("/v1/titles/metropolis").json()["trailer_url"] is None
    last = OutboxEvent.objects.filter(type__contains="title.ready", data__title_slug="metropolis").order_by("pk").last()
    assert last.data["trailer_url"] is None
    services.bring_back(trailer)
    assert api_client.get("/v1/titles/metropolis").json()["trailer_url"]


def test_films_and_extras_have_no_public_file(clips):
    services.create_title("metropolis", fields={"name": "Metropolis"})
    encode("metropolis", clips / "silent.mp4")
    assert Title.objects.get().public_file == ""
