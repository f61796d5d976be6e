"""Series, seasons and episodes; extras and trailers of films."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from apps.common.outbox.models import OutboxEvent
from apps.common.problems import ValidationProblem
from apps.video.titles import selectors, services
from apps.video.titles.models import Title
from apps.video.titles.rules import require_streamable

pytestmark = pytest.mark.django_db


def make(slug: str, kind: str, **fields) -> Title:
    return services.create_title(slug, fields={"name": slug.capitalize(), "kind": kind, **fields})


def publish(title: Title) -> None:
    output = services.Published(uuid.uuid4(), "master.m3u8", 60, ["de"])
    with transaction.atomic():
        services.mark_ready(title.pk, output)


@pytest.fixture
def series(db) -> Title:
    """Two seasons of two episodes, which are ready, and a third without any."""
    series = make("serial", "series")
    for season in (1, 2, 3):
        make(f"serial-{season}", "season", parent="serial", number=season)
    for season in (1, 2):
        for number in (1, 2):
            publish(make(f"serial-{season}-{number}", "episode", parent=f"serial-{season}", number=number))
    return Title.objects.get(pk=series.pk)


@pytest.mark.parametrize(
    ("kind", "fields", "field"),
    [
        ("season", {"number": 1}, "parent"),
        ("episode", {"number": 1, "parent": "serial"}, "parent"),
        ("episode", {"parent": "serial-1"}, "number"),
        ("trailer", {"parent": "serial-1"}, "parent"),
        ("film", {"parent": "serial"}, "parent"),
        ("film", {"number": 3}, "number"),
        ("season", {"number": 9, "parent": "unknown"}, "parent"),
        ("season", {"number": 1, "parent": "serial"}, "number"),
        ("film", {"intro_start": 5}, "intro_end"),
        ("film", {"intro_start": 5, "intro_end": 5}, "intro_end"),
    ],
)
def test_a_title_in_a_wrong_place_is_refused_and_nothing_is_written(series, kind, fields, field):
    before = Title.objects.count()
    with pytest.raises(ValidationProblem) as refusal:
        make("misplaced", kind, **fields)
    assert list(refusal.value.errors) == [field]
    assert Title.objects.count() == before


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "season", "number": 1},
        {"kind": "film", "number": 1},
        {"kind": "series", "asset_id": uuid.uuid4()},
        {"kind": "film", "state": "ready"},
        {"kind": "film", "intro_start": 9, "intro_end": 3},
    ],
)
def test_the_database_refuses_what_the_rules_do(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        Title.objects.create(slug="wrong", name="Wrong", **fields)


def test_a_title_keeps_its_kind(series):
    with pytest.raises(ValidationProblem, match="keeps its kind"):
        services.change_title("serial", fields={"kind": "film"})


def test_a_series_is_ready_with_its_first_episode(series):
    assert series.state == Title.State.READY
    states = Title.objects.filter(kind="season").order_by("number").values_list("state", flat=True)
    assert list(states) == ["ready", "ready", "draft"]
    events = OutboxEvent.objects.filter(type__contains="title.ready")
    assert [event.data["title_slug"] for event in events].count("serial") == 1


def test_a_right_to_a_series_is_found_from_its_episode(series, django_assert_num_queries):
    episode = Title.objects.get(slug="serial-2-1")
    with django_assert_num_queries(1):
        assert [title.slug for title in selectors.titles_above(episode)] == ["serial-2", "serial"]
    with django_assert_num_queries(0):
        assert selectors.titles_above(series) == []


def test_after_the_last_episode_of_a_season_comes_the_first_of_the_next(series):
    order = ["serial-1-1", "serial-1-2", "serial-2-1", "serial-2-2"]
    episodes = {title.slug: title for title in Title.objects.filter(kind="episode")}
    following = [selectors.next_episode(episodes[slug]) for slug in order]
    assert [title.slug if title else None for title in following] == [*order[1:], None]
    services.withdraw(episodes["serial-1-2"])
    following = selectors.next_episode(episodes["serial-1-1"])
    assert following is not None
    assert following.slug == "serial-2-1"
    assert selectors.next_episode(series) is None


def test_lists_show_films_and_series_and_other_kinds_when_asked(api_client, series, film):
    publish(make("making-of", "extra", parent="metropolis"))
    names = [title["slug"] for title in api_client.get("/v1/titles").json()["results"]]
    assert names == ["metropolis", "serial"]
    episodes = api_client.get("/v1/titles?kind=episode").json()["results"]
    assert {title["parent"] for title in episodes} == {"serial-1", "serial-2"}
    extra = api_client.get("/v1/titles/making-of").json()
    assert (extra["kind"], extra["parent"], extra["number"]) == ("extra", "metropolis", None)
    assert api_client.get("/v1/titles?kind=opera").status_code == 400


def test_with_a_series_its_episodes_leave_the_lists(api_client, series):
    services.withdraw(series)
    assert api_client.get("/v1/titles/serial-1-1").status_code == 404
    assert api_client.get("/v1/titles?kind=episode").json()["results"] == []


def test_a_series_takes_no_upload(series):
    with pytest.raises(ValidationProblem, match="one of its episodes"):
        require_streamable(series)


@pytest.mark.django_db(transaction=True)
def test_two_episodes_of_one_number_at_once_become_one():
    make("serial", "series")
    make("serial-1", "season", parent="serial", number=1)
    start, outcomes = threading.Barrier(2, timeout=30), []

    def add(slug: str) -> None:
        try:
            start.wait()
            make(slug, "episode", parent="serial-1", number=1)
            outcomes.append("made")
        except ValidationProblem as error:
            outcomes.append(next(iter(error.errors)))
        finally:
            connection.close()

    threads = [threading.Thread(target=add, args=[slug]) for slug in ("one", "other")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "number"]
