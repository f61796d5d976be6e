"""Who watches now, and statistics, in the admin."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from apps.video.playback import services, statistics
from apps.video.playback.models import PlaybackSession
from apps.video.playback.tests.conftest import ADA
from apps.video.titles.models import Title

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("auth")]
WATCHING = "/admin/playback/playbacksession/"
STATISTICS = "/admin/playback/titlestatistics/"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def staff(sign_in) -> Client:
    return sign_in("video_staff")


def session(
    title: Title, *, user_id: object = None, age: timedelta = timedelta(0), **fields: object
) -> PlaybackSession:
    made = PlaybackSession.objects.create(user_id=user_id or uuid.uuid4(), title=title, user_agent=FIREFOX, **fields)
    moment = timezone.now() - age
    PlaybackSession.objects.filter(pk=made.pk).update(created_at=moment, heartbeat_at=moment)
    return made


def test_the_list_shows_who_plays_now_with_account_device_and_position(staff, film):
    playing = session(film, user_id=ADA["id"], position_seconds=42)
    session(film, ended_at=timezone.now())
    session(film, age=timedelta(seconds=settings.STREAM_SECONDS + 1))
    page = staff.get(WATCHING)
    assert [row.pk for row in page.context["cl"].result_list] == [playing.pk]
    text = page.content.decode()
    for shown in ("ada@example.com", "Firefox on Linux", "0:00:42 of 0:01:40"):
        assert shown in text
    assert page["Refresh"] == "30"
    assert len(staff.get(WATCHING, {"playing": "all"}).context["cl"].result_list) == 3
    assert len(staff.get(WATCHING, {"q": "ada@example.com"}).context["cl"].result_list) == 1


@pytest.mark.parametrize("role", ["video_staff", "support_staff"])
def test_staff_stop_a_playback(sign_in, film, role):
    stopped, other = session(film), session(film)
    sign_in(role).post(WATCHING, {"action": "stop", "_selected_action": [str(stopped.pk)]})
    stopped.refresh_from_db()
    other.refresh_from_db()
    assert stopped.ended_at is not None
    assert other.ended_at is None


def test_statistics_count_plays_viewers_time_and_rebuffering_of_the_period(staff, film):
    viewer = uuid.uuid4()
    for _ in range(2):
        session(film, user_id=viewer, watched_seconds=1800, rebuffer_count=1, rebuffer_seconds=9)
    session(film, watched_seconds=0)
    session(film, age=timedelta(days=91), watched_seconds=999)
    [row] = staff.get(STATISTICS).context["cl"].result_list
    assert (row.plays, row.viewers, row.watched, row.rebuffers, row.rebuffered) == (3, 2, 3600, 2, 18)
    text = staff.get(STATISTICS).content.decode()
    assert "1:00:00" in text
    assert "0.5% · 2 times, 18 s" in text


def test_films_that_nobody_played_have_no_statistics(staff, film):
    assert list(staff.get(STATISTICS).context["cl"].result_list) == []


def test_the_curve_counts_each_viewer_once_by_the_furthest_position(staff, film):
    viewer = uuid.uuid4()
    session(film, user_id=viewer, furthest_seconds=20)
    session(film, user_id=viewer, furthest_seconds=100)
    for furthest in (50, 50, 4.9):
        session(film, furthest_seconds=furthest)
    points = {point.percent_of_film: point for point in statistics.drop_off(film)}
    assert list(points) == list(range(0, 101, 5))
    shares = [points[at].percent_of_viewers for at in (0, 5, 50, 55, 100)]
    assert shares == [100, 75, 75, 25, 25]
    assert points[55].viewers == 1
    page = staff.get(f"{STATISTICS}{film.pk}/change/").content.decode()
    assert page.count("<rect") == len(points)


def test_a_film_without_viewers_or_length_has_no_curve(film):
    assert statistics.drop_off(film) == []
    session(film)
    Title.objects.update(runtime_seconds=0)
    film.refresh_from_db()
    assert statistics.drop_off(film) == []


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_takes_the_same_queries_for_any_number_of_rows(staff, film, count, django_assert_max_num_queries):
    for _ in range(count):
        session(film)
    staff.get(WATCHING)
    # Session, user and permissions, a count and the page with its films.
    with django_assert_max_num_queries(10):
        assert len(staff.get(WATCHING).context["cl"].result_list) == count


def test_sessions_of_more_than_a_year_ago_go(film):
    session(film, age=timedelta(days=401))
    recent = session(film, age=timedelta(days=399))
    assert services.remove_old_sessions() == 1
    assert PlaybackSession.objects.get().pk == recent.pk
