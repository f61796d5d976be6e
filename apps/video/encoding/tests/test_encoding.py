import json
import threading
import uuid
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from apps.common import leases
from apps.common.outbox.models import OutboxEvent
from apps.common.problems import Conflict
from apps.common.testing.idempotency import repeated_posts_are_carried_out_once
from apps.video.encoding import assets, keeping, scratch, services, tasks, work
from apps.video.encoding.models import Encoding, Rendition, Source
from apps.video.media import encoding as media
from apps.video.media import renditions
from apps.video.media.reasons import MediaError
from apps.video.protection.models import ContentKey
from apps.video.titles.models import Title
from apps.video.titles.services import remove_captions, set_captions

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
    master = (folder / title.manifest).read_text()
    assert 'LANGUAGE="en"' in master
    assert (folder / title.captions.get().file).read_text().startswith("WEBVTT")
    assert "#xywh=160,0,160,90" in (folder / "storyboard.vtt").read_text()
    # Once, although it was published in small first.
    event = OutboxEvent.objects.get(type__contains="title.ready")
    assert event.data == {
        "title_slug": "metropolis",
        "kind": "film",
        "runtime_seconds": 9,
        "languages": ["de"],
        "captions": ["en"],
        "trailer_url": None,
        "is_on_offer": True,
        "available_countries": [],
        "version": event.data["version"],
    }
    encoding = Encoding.objects.get()
    assert (encoding.state, encoding.progress, encoding.published) == ("done", 100, 2)
    assert encoding.encoder.startswith("ffmpeg ")
    names = set(encoding.renditions.values_list("name", flat=True))
    assert names == {"v240", "v360", "a0_stereo64", "a0_stereo128", "c_en"}
    used = {row.folder for row in encoding.renditions.all()}
    assert {path.name for path in folder.iterdir() if path.is_dir()} == used


def test_an_encrypted_film_is_published_without_a_clear_segment(queued, settings):
    """Every segment of every rendition, its playlists, and the clear pictures that the storyboard is drawn from."""
    queued.delete()
    Title.objects.update(encryption="aes-128")
    encoding = services.encode_again("metropolis")
    work.run(encoding.pk)
    title = Title.objects.get()
    assert (title.state, Encoding.objects.get().encryption) == ("ready", "aes-128")
    folder = Path(settings.MEDIA_ROOT) / "streams" / str(title.asset_id)
    segments = sorted(folder.glob("*/*.m4s"))
    assert segments
    for segment in segments:
        assert segment.parent.name.startswith("aes_")
        assert b"moof" not in segment.read_bytes()
        assert segment.stat().st_size % 16 == 0
    playlists = sorted(folder.glob("aes_*/media.m3u8"))
    for playlist in playlists:
        assert playlist.read_text().count("#EXT-X-KEY:METHOD=AES-128") == 1
    assert ContentKey.objects.filter(asset_id=title.asset_id).count() == len(playlists)
    assert "I-FRAME" not in (folder / title.manifest).read_text()
    assert not list(folder.glob("*/key_frames.m3u8"))
    assert not list(folder.glob("*.mpd"))
    assert (folder / "storyboard.jpg").exists()

    # Another film takes its place: its output goes, and its keys with it.
    Title.objects.update(asset_id=uuid.uuid4())
    Encoding.objects.update(finished_at=timezone.now() - timedelta(days=3))
    assert services.remove_unused_assets() == 1
    assert not ContentKey.objects.exists()


def test_importing_again_encodes_nothing_anew(clips):
    import_films(clips)
    first = Title.objects.get().asset_id
    import_films(clips)
    assert Encoding.objects.count() == 1
    assert Title.objects.get().asset_id == first


def test_a_series_is_imported_with_its_artwork_and_ready_with_its_first_episode(clips, tmp_path, png):
    (tmp_path / "wide.png").write_bytes(png)
    (tmp_path / "silent.mp4").write_bytes((clips / "silent.mp4").read_bytes())
    entries = [
        {"slug": "serial", "name": "Serial", "kind": "series", "backdrop": "wide.png", "logo": "wide.png"},
        {"slug": "serial-1", "name": "Season 1", "kind": "season", "parent": "serial", "number": 1},
        {"slug": "one", "name": "One", "kind": "episode", "parent": "serial-1", "number": 1, "source": "silent.mp4"},
    ]
    (tmp_path / "series.json").write_text(json.dumps(entries))
    for _ in range(2):
        call_command("import_titles", tmp_path / "series.json", "--sources", str(tmp_path), "--wait")
    assert set(Title.objects.values_list("slug", "state")) == {(entry["slug"], "ready") for entry in entries}
    assert set(Title.objects.get(slug="serial").artwork.values_list("kind", flat=True)) == {"backdrop", "logo"}
    assert Encoding.objects.count() == 1


def test_a_file_that_is_no_film_is_refused_before_anything_is_stored(clips, tmp_path):
    (tmp_path / "films.json").write_text('[{"slug": "a", "name": "A", "source": "text.mp4"}]')
    with pytest.raises(CommandError, match="no video"):
        call_command("import_titles", tmp_path / "films.json", "--sources", str(clips))
    assert not Encoding.objects.exists()


def test_film_that_is_refused_is_named_and_keeps_no_other_out(clips, tmp_path):
    bad = [
        {"slug": "bad", "name": "Bad", "source": "text.mp4"},
        {"slug": "no slug!", "name": "B", "source": "film.mp4"},
    ]
    entries = [*bad, ["nothing"], *json.loads((clips / "films.json").read_text())]
    (tmp_path / "films.json").write_text(json.dumps(entries))
    with pytest.raises(CommandError, match=r"Not imported: bad: .*no slug!: .*an entry that is no film"):
        call_command("import_titles", tmp_path / "films.json", "--sources", str(clips), "--wait")
    # A refused one leaves no draft behind.
    assert [(title.slug, title.state) for title in Title.objects.all()] == [("metropolis", "ready")]


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
    encode = media.encode_pictures
    monkeypatch.setattr(media, "encode_pictures", lambda *a, **k: (runs.append(1), encode(*a, **k))[1])
    barrier = threading.Barrier(2)

    def deliver() -> None:
        barrier.wait()
        work.run(queued.pk)
        connection.close()

    workers = [threading.Thread(target=deliver) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    work.run(queued.pk)
    assert len(runs) == 1
    queued.refresh_from_db()
    assert (queued.state, queued.progress, queued.attempt) == ("done", 100, 1)


def test_worker_whose_clock_is_a_second_behind_begins_a_queued_encoding(queued, monkeypatch):
    behind = timezone.now() - timedelta(seconds=1)
    monkeypatch.setattr(leases, "timezone", SimpleNamespace(now=lambda: behind))
    assert work.claim_run(queued.pk)


def test_a_second_request_joins_the_open_one(queued):
    assert services.request_encoding(queued.source) == queued


def test_a_dead_workers_run_is_started_again(queued):
    assert work.claim_run(queued.pk)
    assert services.requeue_stale() == []
    assert not work.claim_run(queued.pk)
    Encoding.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.requeue_stale() == [queued.pk]
    work.run(queued.pk)
    queued.refresh_from_db()
    # What was finished does not count as a try.
    assert (queued.state, queued.attempt) == ("done", 1)


def test_a_film_that_kills_every_worker_is_given_up(queued):
    Encoding.objects.update(state="running", attempt=work.MAX_ATTEMPTS, lease_until=timezone.now() - timedelta(hours=1))
    assert services.requeue_stale() == []
    queued.refresh_from_db()
    assert queued.state == "failed"
    assert "every attempt" in queued.reason


def test_a_worker_that_was_thought_dead_does_not_finish_twice(queued, monkeypatch):
    """The slow worker wakes up after another one has taken over: its result is dropped."""

    measure = renditions.measure

    def stolen(folder: Path) -> renditions.Rendition:
        Encoding.objects.update(lease_until=timezone.now())
        assert work.claim_run(queued.pk)
        return measure(folder)

    monkeypatch.setattr(renditions, "measure", stolen)
    work.run(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.attempt) == ("running", 2)
    assert Title.objects.get().state != "ready"
    # It removes what it wrote, and nothing else.
    assert not Rendition.objects.filter(state="done").exists()
    assert assets.folders_of(queued.asset_id) == []


def test_a_failure_keeps_its_reason_and_leaves_nothing(queued, monkeypatch, settings):
    def fail(*args: object, **kwargs: object) -> None:
        raise MediaError("limit-memory", megabytes=4096)

    monkeypatch.setattr(media, "encode_pictures", fail)
    work.run(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.reason) == ("failed", "It needed more than 4096 MB of memory and was stopped.")
    assert not (Path(settings.MEDIA_ROOT) / "streams" / str(queued.asset_id)).exists()
    # A film without output is a draft again, and may be tried again.
    assert Title.objects.get().state == "draft"
    monkeypatch.undo()
    monkeypatch.setattr(tasks.encode, "apply_async", lambda *args, **options: None)
    work.run(services.retry(queued).pk)
    assert Title.objects.get().state == "ready"


def test_old_output_is_removed_and_what_is_watched_stays(queued, settings):
    work.run(queued.pk)
    second = services.request_encoding(queued.source)
    work.run(second.pk)
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


def test_a_worker_that_dies_leaves_what_is_finished(queued, monkeypatch):
    """It dies when the first pictures are there; another one makes the rest, and only the rest."""
    passes = []
    encode = media.encode_pictures

    class Killed(BaseException):
        pass

    def die_at_the_second(source, folder, found, rungs, **options):
        passes.append([rung.name for rung in rungs])
        if len(passes) == 2:
            raise Killed
        return encode(source, folder, found, rungs, **options)

    bigger = found_ladder(monkeypatch)
    monkeypatch.setattr(media, "encode_pictures", die_at_the_second)
    with pytest.raises(Killed):
        work.run(queued.pk)
    assert Title.objects.get().state == "ready", "it plays in small already"
    let_lease_end()
    work.run(queued.pk)
    queued.refresh_from_db()
    assert queued.state == "done"
    assert passes == [[bigger[0]], bigger[1:], *[[name] for name in bigger[1:]]]


def found_ladder(monkeypatch) -> list[str]:
    """Three rungs for a source that would have one."""
    from apps.video.encoding import planning
    from apps.video.media.ladder import VideoRung

    rungs = [VideoRung(f"v{side}", "h264", side * 4 // 3, side, 500) for side in (120, 180, 240)]
    monkeypatch.setattr(planning, "video_ladder", lambda found, codecs: rungs)
    monkeypatch.setattr(planning, "first_rung", lambda found: rungs[0])
    return [rung.name for rung in rungs]


def let_lease_end() -> None:
    Encoding.objects.update(lease_until=timezone.now() - timedelta(seconds=1))


def test_rendition_is_encoded_again_without_touching_the_others(queued):
    work.run(queued.pk)
    before = dict(queued.renditions.values_list("name", "folder"))
    work.run(services.encode_rendition_again(queued, "v240").pk)
    after = dict(queued.renditions.values_list("name", "folder"))
    assert {name for name in before if before[name] != after[name]} == {"v240"}
    title = Title.objects.get()
    folder = Path(django_settings.MEDIA_ROOT) / "streams" / str(title.asset_id)
    assert after["v240"] in (folder / title.manifest).read_text()


def test_cancelled_encoding_stops_and_goes_on_where_it_was(queued, monkeypatch):
    encode = media.encode_sound

    def cancelled_meanwhile(*args, **options):
        raise AssertionError("there is no sound")

    monkeypatch.setattr(media, "encode_sound", cancelled_meanwhile)
    draw = media.draw_storyboard

    def cancel(*args, **options):
        services.cancel(queued)
        return draw(*args, **options)

    monkeypatch.setattr(media, "draw_storyboard", cancel)
    work.run(queued.pk)
    queued.refresh_from_db()
    assert (queued.state, queued.reason) == ("cancelled", "Cancelled by staff.")
    assert Title.objects.get().state == "draft"
    with pytest.raises(Conflict):
        services.cancel(queued)
    monkeypatch.setattr(media, "encode_sound", encode)
    monkeypatch.setattr(media, "draw_storyboard", draw)
    first = queued.renditions.get(name="v240").folder
    work.run(services.retry(queued).pk)
    assert Title.objects.get().state == "ready"
    assert queued.renditions.get(name="v240").folder == first


def test_the_most_urgent_goes_first(queued, clips, monkeypatch):
    other = Title.objects.create(slug="urgent", name="Urgent")
    urgent = services.request_encoding(services.add_source(other, clips / "tiny.mp4"), priority=5)
    ran = []
    monkeypatch.setattr(work, "run", ran.append)
    tasks.encode(str(queued.pk))
    assert ran == [urgent.pk]


def test_a_delivery_that_came_before_is_the_current_one_again(queued, clips):
    title = queued.source.title
    services.add_source(title, clips / "tiny.mp4")
    assert services.current_source(title.slug) != queued.source
    again = services.add_source(title, clips / "silent.mp4")
    assert (again, services.current_source(title.slug)) == (queued.source, queued.source)
    assert Source.objects.count() == 2


def test_captions_that_are_added_later_are_there_at_once(queued):
    work.run(queued.pk)
    title = Title.objects.get()
    set_captions(title, language="pt-BR", label="Português", webvtt="1\n00:00:01,000 --> 00:00:02,000\nOi\n")
    tasks.refresh_captions(str(title.pk))
    title.refresh_from_db()
    folder = Path(django_settings.MEDIA_ROOT) / "streams" / str(title.asset_id)
    assert 'LANGUAGE="pt-BR"' in (folder / title.manifest).read_text()
    assert "Oi" in (folder / title.captions.get().file).read_text()
    assert Encoding.objects.count() == 1
    remove_captions(title.captions.get())
    tasks.refresh_captions(str(title.pk))
    title.refresh_from_db()
    assert "SUBTITLES" not in (folder / title.manifest).read_text()


def test_a_dead_workers_scratch_folder_is_removed(queued, settings, tmp_path):
    settings.ENCODE_SCRATCH = str(tmp_path)
    dead = tmp_path / f"{scratch.PREFIX}dead"
    dead.mkdir()
    (dead / scratch.LOCK).touch()
    (dead / "source").write_bytes(b"tens of gigabytes")
    with scratch.scratch(queued.pk) as living:
        assert not dead.exists()
        assert scratch.remove_abandoned(tmp_path) == 0
        assert living.exists()
    assert list(tmp_path.glob(f"{scratch.PREFIX}*")) == []


def test_lease_is_renewed_while_nothing_else_happens(queued, monkeypatch):
    """A step that says nothing for long is no dead worker."""
    monkeypatch.setattr(keeping, "EVERY", 0.01)
    renewed, stolen = threading.Event(), threading.Event()
    renew = keeping.Keeper._renew_once

    def observed(keeper: keeping.Keeper) -> None:
        renew(keeper)
        (renewed if keeper.is_held else stolen).set()

    monkeypatch.setattr(keeping.Keeper, "_renew_once", observed)
    lease = work.claim_run(queued.pk)
    before = lease.until
    with keeping.Keeper(lease) as keeper:
        assert renewed.wait(20)
        keeper.note(progress=7)
        renewed.clear()
        assert renewed.wait(20)
        renewed.clear()
        assert renewed.wait(20)
        current = Encoding.objects.get()
        assert (current.lease_until > before, current.progress) == (True, 7)
        Encoding.objects.update(state="cancelled")
        assert stolen.wait(20)
        assert not keeper.update(progress=50)
    assert Encoding.objects.get().progress == 7
