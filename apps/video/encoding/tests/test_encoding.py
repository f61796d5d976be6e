import json
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.common import leases
from apps.common.outbox.models import OutboxEvent
from apps.common.testing.idempotency import repeated_posts_are_carried_out_once
from apps.video.encoding import ffmpeg, services, tasks
from apps.video.encoding.models import Encoding
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queued(clips, monkeypatch) -> Encoding:
    """An encoding that waits for a worker."""
    monkeypatch.setattr(tasks.encode, "apply_async", lambda *args, **options: None)
    title = Title.objects.create(slug="metropolis", name="Metropolis")
    return services.request_encoding(services.add_source(title, clips / "silent.mp4"))


def import_films(clips: Path) -> None:
    call_command("import_titles", clips / "films.json", "--sources", str(clips), "--wait")


def test_a_delivered_film_becomes_watchable(clips, settings):
    import_films(clips)
    title = Title.objects.get(slug="metropolis")
    assert title.state == "ready"
    assert title.runtime_seconds == 9
    assert title.poster
    folder = Path(settings.MEDIA_ROOT) / "streams" / str(title.asset_id)
    master = (folder / "master.m3u8").read_text()
    assert 'LANGUAGE="en"' in master
    assert (folder / "captions_en.vtt").read_text().startswith("WEBVTT")
    assert "#xywh=160,0,160,90" in (folder / "storyboard.vtt").read_text()
    event = OutboxEvent.objects.get(type__contains="title.ready")
    assert event.data == {"title_slug": "metropolis", "runtime_seconds": 9, "languages": ["de"]}


def test_importing_again_encodes_nothing_anew(clips):
    import_films(clips)
    first = Title.objects.get().asset_id
    import_films(clips)
    assert Encoding.objects.count() == 1
    assert Title.objects.get().asset_id == first


def test_a_file_that_is_no_film_is_refused_before_anything_is_stored(clips, tmp_path):
    (tmp_path / "films.json").write_text('[{"slug": "a", "name": "A", "source": "text.mp4"}]')
    with pytest.raises(CommandError, match="not a video"):
        call_command("import_titles", tmp_path / "films.json", "--sources", str(clips))
    assert not Encoding.objects.exists()


@pytest.mark.parametrize("fact", ["source", "poster", "captions"])
def test_an_entry_that_names_a_file_outside_its_folder_is_refused(clips, tmp_path, fact):
    (tmp_path / "sources").mkdir()
    named = "../secret.mp4"
    (tmp_path / "secret.mp4").write_bytes((clips / "silent.mp4").read_bytes())
    entry = {"slug": "a", "name": "A", "source": named}
    entry[fact] = [{"language": "en", "label": "English", "file": named}] if fact == "captions" else named
    (tmp_path / "films.json").write_text(json.dumps([entry]))
    with pytest.raises(CommandError, match="outside the folder"):
        call_command("import_titles", tmp_path / "films.json", "--sources", str(tmp_path / "sources"))
    assert not Encoding.objects.exists()


def test_a_task_that_is_delivered_twice_encodes_once(queued, monkeypatch):
    runs = []
    encode = ffmpeg.encode
    monkeypatch.setattr(ffmpeg, "encode", lambda *a, **k: (runs.append(1), encode(*a, **k)))
    barrier = threading.Barrier(2)

    def deliver() -> None:
        barrier.wait()
        services.run(queued.pk)
        connection.close()

    workers = [threading.Thread(target=deliver) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    services.run(queued.pk)
    assert len(runs) == 1
    queued.refresh_from_db()
    assert (queued.state, queued.progress, queued.attempt) == ("done", 100, 1)


def test_worker_whose_clock_is_a_second_behind_begins_a_queued_encoding(queued, monkeypatch):
    behind = timezone.now() - timedelta(seconds=1)
    monkeypatch.setattr(leases, "timezone", SimpleNamespace(now=lambda: behind))
    assert services._claim(queued.pk)


def test_a_second_request_joins_the_open_one(queued):
    assert services.request_encoding(queued.source) == queued


def test_a_dead_workers_run_is_started_again(queued):
    assert services._claim(queued.pk)
    assert services.requeue_stale() == []
    assert not services._claim(queued.pk)
    Encoding.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.requeue_stale() == [queued.pk]
    services.run(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.attempt) == ("done", 2)


def test_a_film_that_kills_every_worker_is_given_up(queued):
    Encoding.objects.update(
        state="running", attempt=services.MAX_ATTEMPTS, lease_until=timezone.now() - timedelta(hours=1)
    )
    assert services.requeue_stale() == []
    queued.refresh_from_db()
    assert queued.state == "failed"
    assert "every attempt" in queued.reason


def test_a_worker_that_was_thought_dead_does_not_finish_twice(queued, monkeypatch):
    """The slow worker wakes up after another one has taken over: its result is dropped."""

    def stolen(*args: object, **options: object) -> float:
        Encoding.objects.update(lease_until=timezone.now())
        assert services._claim(queued.pk)
        return 3.0

    monkeypatch.setattr(services, "_produce", stolen)
    services.run(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.attempt) == ("running", 2)
    assert Title.objects.get().state != "ready"


def test_a_failure_keeps_its_reason_and_leaves_nothing(queued, monkeypatch, settings):
    def fail(*args: object, **kwargs: object) -> None:
        raise ffmpeg.EncodingFailed("No space left on device")

    monkeypatch.setattr(ffmpeg, "encode", fail)
    services.run(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.reason) == ("failed", "No space left on device")
    assert not (Path(settings.MEDIA_ROOT) / "streams" / str(queued.asset_id)).exists()


def test_old_output_is_removed_and_what_is_watched_stays(queued, settings):
    services.run(queued.pk)
    second = services.request_encoding(queued.source)
    services.run(second.pk)
    folder = Path(settings.MEDIA_ROOT) / "streams"
    assert services.remove_unused_assets() == 0  # somebody may be in the middle of it
    Encoding.objects.update(finished_at=timezone.now() - timedelta(days=2))
    assert services.remove_unused_assets() == 1
    second.refresh_from_db()
    assert [path.name for path in folder.iterdir()] == [str(second.asset_id)]


def test_staff_follow_an_encoding(queued, as_staff, as_user):
    path = f"/v1/encodings/{queued.pk}"
    assert as_user().get(path).status_code == 403
    staff = as_staff("video_staff")
    assert staff.get(path).json()["state"] == "queued"
    again = staff.post("/v1/titles/metropolis/encodings")
    assert again.status_code == 202
    assert again.json()["id"] == str(queued.pk)
    assert staff.post("/v1/titles/nothing/encodings").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_a_request_to_encode_that_is_sent_again_starts_no_second_run(queued, as_staff):
    Encoding.objects.update(state="done", finished_at=timezone.now())
    staff = as_staff("video_staff")

    def post(key, body):
        return staff.post("/v1/titles/metropolis/encodings", headers={"Idempotency-Key": key})

    repeated_posts_are_carried_out_once(post, None)
    assert Encoding.objects.count() == 2


def test_metrics_say_how_long_an_encoding_waits(queued, client, monkeypatch):
    from apps.common.metrics import collectors

    monkeypatch.setattr(collectors, "CACHE_SECONDS", -1)
    Encoding.objects.filter(pk=queued.pk).update(created_at=timezone.now() - timedelta(minutes=10))
    text = client.get("/metrics").content.decode()
    assert 'streamcart_encodings{state="queued"} 1.0' in text
    [line] = [row for row in text.splitlines() if row.startswith("streamcart_encodings_oldest_waiting_seconds ")]
    assert 590 < float(line.split()[1]) < 700
