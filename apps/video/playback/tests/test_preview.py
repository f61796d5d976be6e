"""Films as staff watch them, and the editor of captions."""

from __future__ import annotations

import json
import uuid

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.common.staff.models import StaffUser
from apps.video.playback.models import PlaybackSession
from apps.video.titles.apps import grant_staff_permissions
from apps.video.titles.models import CaptionTrack, Title

pytestmark = pytest.mark.django_db


def staff_of(role: str) -> Client:
    grant_staff_permissions()
    user = StaffUser.objects.create(pk=uuid.uuid4(), email=f"{role}-{uuid.uuid4().hex[:4]}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, backend="apps.common.staff.backends.AuthServiceBackend")
    return client


@pytest.fixture
def staff() -> Client:
    return staff_of("video_staff")


@pytest.fixture
def track(film) -> CaptionTrack:
    text = "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:10%\nHello\n"
    return CaptionTrack.objects.create(title=film, language="en", label="English", webvtt=text)


def test_staff_watch_a_film_without_a_right_and_without_a_session(staff, film):
    film.state = "withdrawn"
    film.save()
    page = staff.get(f"/admin/preview/{film.pk}/")
    assert f'data-address="/admin/preview/{film.pk}/stream/"' in page.content.decode()
    assert "media-src 'self' blob: data:" in page["Content-Security-Policy"]
    response = staff.post(f"/admin/preview/{film.pk}/stream/")
    body = response.json()
    assert body["manifest_url"].endswith(f"/{film.asset_id}/master.m3u8")
    cookie = response.cookies["stream"]
    assert cookie["httponly"]
    assert cookie["path"] in body["manifest_url"]
    assert PlaybackSession.objects.count() == 0


def test_addresses_of_previews_are_renewed_for_the_same_session_of_each_member_of_staff(staff, film):
    def path(client: Client) -> str:
        return client.post(f"/admin/preview/{film.pk}/stream/").cookies["stream"]["path"]

    assert path(staff) == path(staff)
    assert path(staff) != path(staff_of("video_staff"))


def test_film_without_output_says_what_is_missing(staff):
    title = Title.objects.create(slug="bare", name="Bare")
    assert staff.get(f"/admin/preview/{title.pk}/").status_code == 200
    response = staff.post(f"/admin/preview/{title.pk}/stream/")
    assert (response.status_code, "Wait until the film is encoded" in response.json()["detail"]) == (404, True)


@pytest.mark.parametrize("client_of", [lambda: staff_of("support_staff"), Client])
def test_previews_are_closed_to_everybody_else(client_of, film):
    response = client_of().post(f"/admin/preview/{film.pk}/stream/")
    assert response.status_code in (302, 403)
    assert "stream" not in response.cookies


def editor(film: Title) -> str:
    return f"/admin/captions/{film.pk}/en/"


def save(client: Client, film: Title, rows: object):
    return client.post(editor(film), json.dumps({"cues": rows}), content_type="application/json")


def test_editor_shows_the_cues(staff, film, track):
    page = staff.get(editor(film)).content.decode()
    cues = page[page.index('<script id="cues"') :].partition("</script>")[0]
    assert '"start": "00:00:01.000", "end": "00:00:02.000", "text": "Hello", "settings": "line:10%"' in cues


def test_cues_are_saved_in_order_of_time_and_reach_viewers(staff, film, track, django_capture_on_commit_callbacks):
    rows = [
        {"start": "1:05.5", "end": "00:01:07.000", "text": "Later <font>red</font>"},
        {"start": "00:00:01.000", "end": "00:00:02.000", "text": "Two\nlines", "settings": "line:10%"},
    ]
    with django_capture_on_commit_callbacks() as callbacks:
        response = save(staff, film, rows)
    assert (response.status_code, "Viewers get" in response.json()["detail"]) == (200, True)
    track.refresh_from_db()
    assert track.webvtt == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:10%\nTwo\nlines\n\n00:01:05.500 --> 00:01:07.000\nLater red\n"
    )
    assert len(callbacks) == 1


def test_rows_that_make_no_sense_are_named_and_nothing_is_saved(staff, film, track):
    good = {"start": "00:00:01.000", "end": "00:00:02.000", "text": "Hello"}
    bad = [{"start": "soon"}, {"start": "00:00:03.000"}, {"end": "٠٠:٠٠:٠٢"}, {"text": " "}, {"text": "a\n\nb"}]
    before = track.webvtt
    response = save(staff, film, [good, *(good | row for row in bad), 7])
    assert response.status_code == 422
    assert sorted(map(int, response.json()["errors"])) == [1, 2, 3, 4, 5, 6]
    track.refresh_from_db()
    assert track.webvtt == before


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"cues": 5}', b"null"])
def test_text_that_is_no_list_of_cues_is_refused(staff, film, track, body):
    assert staff.post(editor(film), body, content_type="application/json").status_code == 400


def test_empty_list_of_cues_is_refused_with_a_sentence(staff, film, track):
    response = save(staff, film, [])
    assert response.status_code == 400
    assert response.json()["detail"]


def test_arrow_in_a_text_begins_no_cue(staff, film, track):
    assert save(staff, film, [{"start": "00:01.000", "end": "00:02.000", "text": "a --> b"}]).status_code == 200
    track.refresh_from_db()
    assert track.webvtt.count("-->") == 1


def test_captions_that_do_not_exist_have_no_editor(staff, film):
    assert staff.get(editor(film)).status_code == 404
    assert staff_of("support_staff").get(editor(film)).status_code == 403
