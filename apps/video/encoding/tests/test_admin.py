"""The queue of encodings in the admin, and the page of what there is of a film."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.staff.models import StaffUser
from apps.video.encoding.models import Encoding, Rendition, Source
from apps.video.media.probing import probe
from apps.video.titles.apps import grant_staff_permissions
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db
QUEUE = "/admin/encoding/encoding/queue/"


def staff_of(role: str) -> Client:
    grant_staff_permissions()
    user = StaffUser.objects.create(pk=uuid.uuid4(), email=f"{role}@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name=role))
    client = Client()
    client.force_login(user, backend="apps.common.staff.backends.AuthServiceBackend")
    return client


@pytest.fixture
def staff(monkeypatch) -> Client:
    """A member of the video staff; no worker takes what is queued."""
    monkeypatch.setattr("apps.video.encoding.services.send_on_commit", lambda *args: None)
    return staff_of("video_staff")


def make_title(name: str, **fields: object) -> Title:
    return Title.objects.create(slug=f"{name.lower().replace(' ', '-')}-{uuid.uuid4().hex[:6]}", name=name, **fields)


def make_encoding(name: str = "Metropolis", *, title: Title | None = None, **fields: object) -> Encoding:
    title = title or make_title(name)
    source = Source.objects.create(title=title, name="film.mkv", size=3_000_000, checksum=uuid.uuid4().hex)
    return Encoding.objects.create(source=source, **fields)


def add_renditions(encoding: Encoding, count: int = 2, **fields: object) -> None:
    given = {"kind": "video", "state": "done", "folder": "x", "progress": 100, "size": 1_000_000}
    for number in range(count):
        Rendition.objects.create(encoding=encoding, name=f"v{number}", **given | fields)


def act(client: Client, encoding: Encoding, action: str) -> Encoding:
    response = client.post(f"{QUEUE}act/", {"encoding": str(encoding.pk), "action": action}, follow=True)
    assert response.status_code == 200
    encoding.refresh_from_db()
    return encoding


def test_queue_shows_what_runs_before_what_waits_by_priority(staff):
    make_encoding("Third")
    make_encoding("Second", priority=5)
    running = make_encoding("First", state="running", progress=42, phase="rest", started_at=timezone.now())
    add_renditions(running, 1, state="running", progress=37)
    make_encoding("Ended", state="done", progress=100, finished_at=timezone.now())
    page = staff.get(QUEUE).content.decode()
    order = [page.index(f">{name}</a>") for name in ("First", "Second", "Third", "Ended")]
    assert order == sorted(order)
    assert "42 %" in page
    assert "37 %" in page
    assert "All other pictures" in page


def test_list_of_the_queue_is_loaded_alone_and_its_queries_do_not_grow(staff):
    counts = []
    for number in (2, 18):
        for _ in range(number):
            film = make_title("Metropolis", year=1927)
            add_renditions(make_encoding(title=make_title("Trailer", kind="trailer", parent=film)))
        with CaptureQueriesContext(connection) as queries:
            response = staff.get(f"{QUEUE}rows/")
        assert response.status_code == 200
        page = response.content.decode()
        assert page.count(">Metropolis (1927): Trailer</a>") == Encoding.objects.count()
        assert "<html" not in page
        counts.append(len(queries))
    assert counts[0] == counts[1]


@pytest.mark.parametrize("page", ["titles/title/", "encoding/encoding/", "playback/entitlement/add/"])
def test_lists_name_what_a_title_is_a_part_of_at_the_same_cost_for_any_number(staff, page):
    counts = []
    for number in (2, 18):
        for _ in range(number):
            season = make_title("Season 1", kind="season", number=1, parent=make_title("Vampires", kind="series"))
            episode = make_title("The Red Notebook", kind="episode", number=1, parent=season)
            make_encoding(title=episode)
        with CaptureQueriesContext(connection) as queries:
            shown = staff.get(f"/admin/{page}").content.decode()
        assert "Vampires: Season 1" in shown
        counts.append(len(queries))
    # What a process asks once, the first page asks.
    assert counts[1] <= counts[0]


def test_signed_out_staff_get_no_page_into_the_queue(client):
    response = client.get(f"{QUEUE}rows/")
    assert (response.status_code, response.content) == (401, b"")


def test_buttons_of_the_queue_move_cancel_and_retry(staff):
    encoding = make_encoding(priority=95)
    assert act(staff, encoding, "sooner").priority == 100
    assert act(staff, encoding, "later").priority == 90
    assert act(staff, encoding, "cancel").state == "cancelled"
    assert act(staff, encoding, "retry").state == "queued"


def test_encoding_that_has_begun_cannot_be_moved(staff):
    encoding = make_encoding(state="running")
    response = staff.post(f"{QUEUE}act/", {"encoding": str(encoding.pk), "action": "sooner"}, follow=True)
    assert "Only an encoding that waits can be moved." in response.content.decode()
    encoding.refresh_from_db()
    assert encoding.priority == 0


@pytest.mark.parametrize("given", [{"encoding": "x"}, {"encoding": str(uuid.uuid4()), "action": "cancel"}, {}])
def test_unknown_encodings_and_actions_are_not_found(staff, given):
    assert staff.post(f"{QUEUE}act/", given).status_code == 404
    known = {"encoding": str(make_encoding().pk), "action": "explode"}
    assert staff.post(f"{QUEUE}act/", known).status_code == 404


def test_queue_is_closed_to_staff_of_other_departments():
    client = staff_of("support_staff")
    encoding = make_encoding()
    assert client.get(QUEUE).status_code == 403
    assert client.get(f"{QUEUE}rows/").status_code == 403
    assert client.post(f"{QUEUE}act/", {"encoding": str(encoding.pk), "action": "cancel"}).status_code == 403
    assert client.get(f"/admin/encoding/encoding/film/{encoding.source.title_id}/").status_code == 403


def film_of(encoding: Encoding) -> str:
    return f"/admin/encoding/encoding/film/{encoding.source.title_id}/"


def published(**fields: object) -> Encoding:
    """A finished encoding that viewers get."""
    encoding = make_encoding(state="done", progress=100, finished_at=timezone.now(), **fields)
    Title.objects.filter(pk=encoding.source.title_id).update(asset_id=encoding.asset_id, state="ready")
    return encoding


def test_film_shows_its_storage_and_renditions(staff):
    encoding = published()
    add_renditions(encoding, 2)
    failed = make_encoding(title=encoding.source.title, state="failed", finished_at=timezone.now())
    add_renditions(failed, 1)
    page = staff.get(film_of(encoding)).content.decode()
    storage = page[page.index('id="storage"') :]
    for size in ("5.7\xa0MB", "1.9\xa0MB", "976.6\xa0KB"):
        assert size in storage
    assert "film.mkv" in page
    assert "v0" in page


def test_film_s_page_lists_the_tracks_of_its_file(staff, clips):
    encoding = published()
    Source.objects.filter(pk=encoding.source_id).update(probe=probe(clips / "film.mp4").as_json())
    page = staff.get(film_of(encoding)).content.decode()
    assert "Picture: h264, 640 × 360" in page
    assert "Sound: aac, 1 channel</li>" in page


def test_queries_of_a_film_s_page_do_not_grow_with_its_encodings(staff):
    encoding = published()
    counts = []
    for _ in (1, 2):
        with CaptureQueriesContext(connection) as queries:
            assert staff.get(film_of(encoding)).status_code == 200
        counts.append(len(queries))
        for _number in range(5):
            add_renditions(make_encoding(title=encoding.source.title, state="failed", finished_at=timezone.now()))
    assert counts[0] == counts[1]


def test_film_is_encoded_again_with_other_settings(staff):
    encoding = published()
    response = staff.post(film_of(encoding), {"codecs": ["av1"], "priority": "7"})
    assert response.headers["Location"] == QUEUE
    added = Encoding.objects.exclude(pk=encoding.pk).get()
    assert (added.codecs, added.priority, added.state) == (["av1"], 7, "queued")


@pytest.mark.parametrize("given", [{"priority": "101"}, {"codecs": ["mpeg1"], "priority": "0"}, {"priority": ""}])
def test_settings_that_make_no_sense_are_refused(staff, given):
    encoding = published()
    response = staff.post(film_of(encoding), given)
    assert response.status_code == 422
    assert "encodings-error" in response.content.decode()
    assert Encoding.objects.count() == 1


def test_single_rendition_is_encoded_again(staff):
    encoding = published()
    add_renditions(encoding)
    address = f"/admin/encoding/encoding/{encoding.pk}/renditions/"
    assert staff.post(f"{address}v1/").headers["Location"] == QUEUE
    assert dict(encoding.renditions.values_list("name", "state")) == {"v0": "done", "v1": "waiting"}
    page = staff.post(f"{address}v9/", follow=True).content.decode()
    assert "Wait until the encoding is done" in page


def test_film_that_does_not_exist_has_no_page(staff):
    assert staff.get(f"/admin/encoding/encoding/film/{uuid.uuid4()}/").status_code == 404


def test_film_without_a_file_has_a_page(staff):
    title = Title.objects.create(slug="bare", name="Bare")
    page = staff.get(f"/admin/encoding/encoding/film/{title.pk}/").content.decode()
    assert "No file was delivered yet." in page
    assert "Encode with other settings" not in page


def test_page_of_a_title_leads_to_its_encoding(staff):
    encoding = published()
    title_id = encoding.source.title_id
    page = staff.get(f"/admin/titles/title/{title_id}/change/").content.decode()
    assert f"/admin/titles/title/{title_id}/encoding/" in page
    assert staff.get(f"/admin/titles/title/{title_id}/encoding/").headers["Location"] == film_of(encoding)
    assert staff.get(f"/admin/titles/title/{title_id}/preview/").headers["Location"] == f"/admin/preview/{title_id}/"
