import uuid

import pytest

from apps.common.outbox.models import OutboxEvent
from apps.common.problems import ValidationProblem
from apps.common.testing.idempotency import repeated_posts_are_carried_out_once
from apps.video.titles import services
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db
NEW = {"slug": "the-kid", "name": "The Kid", "year": 1921, "directors": ["Charlie Chaplin"], "cast": ["Jackie Coogan"]}
ANY = {"If-Match": "*"}


def test_public_list_contains_watchable_titles_alone(api_client, film):
    Title.objects.create(slug="draft", name="Draft")
    assert [t["slug"] for t in api_client.get("/v1/titles").json()["results"]] == ["metropolis"]
    assert api_client.get("/v1/titles/metropolis").json()["runtime_seconds"] == 100
    assert api_client.get("/v1/titles/draft").status_code == 404


def test_an_unchanged_film_costs_no_bytes(api_client, film):
    first = api_client.get("/v1/titles/metropolis")
    again = api_client.get("/v1/titles/metropolis", HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304


@pytest.mark.parametrize("count", [2, 20])
def test_the_list_costs_the_same_for_few_and_many(api_client, django_assert_num_queries, count):
    for number in range(count):
        Title.objects.create(slug=f"f{number}", name=f"F{number}", state="ready", asset_id=uuid.uuid4())
    # Titles with what they belong to, captions, credits with people, genres, age ratings, artwork, trailers.
    with django_assert_num_queries(7):
        api_client.get("/v1/titles")


@pytest.mark.parametrize("path", ["/v1/titles", "/v1/titles/metropolis"])
def test_captions_are_listed_without_their_text(api_client, film, django_assert_max_num_queries, path):
    film.captions.create(language="en", label="English", webvtt="WEBVTT", file="en.vtt")
    film.captions.create(language="de", label="Deutsch", webvtt="WEBVTT", file="de.vtt")
    with django_assert_max_num_queries(16) as captured:
        body = api_client.get(path).json()
    (listed,) = body.get("results", [body])
    assert [track["label"] for track in listed["captions"]] == ["Deutsch", "English"]
    assert not [query["sql"] for query in captured if "webvtt" in query["sql"]]


def test_only_video_staff_write(api_client, as_user, as_staff):
    assert api_client.post("/v1/titles", NEW).status_code == 401
    assert as_user().post("/v1/titles", NEW).status_code == 403
    assert as_staff("catalog_staff").post("/v1/titles", NEW).status_code == 403
    staff = as_staff("video_staff")
    assert staff.post("/v1/titles", NEW).status_code == 201
    assert staff.post("/v1/titles", NEW).status_code == 409
    assert staff.patch("/v1/titles/the-kid", {"year": 1920}, headers=ANY).json()["year"] == 1920
    assert staff.patch("/v1/titles/nothing", {"year": 1920}, headers=ANY).status_code == 404


@pytest.mark.parametrize("change", [{"slug": "a b"}, {"year": 1}, {"name": ""}, {"name": "x" * 300}, {"cast": "x"}])
def test_odd_facts_are_refused(as_staff, change):
    assert as_staff("video_staff").post("/v1/titles", NEW | change).status_code == 400
    assert not Title.objects.exists()


def test_withdrawing_is_reported_once(film):
    services.withdraw(film)
    services.withdraw(film)
    assert OutboxEvent.objects.filter(type__contains="title.withdrawn").count() == 1


def test_captions_are_checked_and_kept_as_webvtt(film):
    services.set_captions(film, language="en", label="English", webvtt="1\n00:00:01,000 --> 00:00:02,000\nHi")
    assert film.captions.get().webvtt.startswith("WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHi")
    with pytest.raises(ValidationProblem, match="Line 3 of the captions cannot be read"):
        services.set_captions(film, language="en", label="English", webvtt="WEBVTT\n\n00:01 --> 2\nHi")
    with pytest.raises(ValidationProblem, match="no language"):
        services.set_captions(film, language="Klingon", label="Klingon", webvtt="WEBVTT\n\n00:01.000 --> 00:02.000\nHi")


@pytest.mark.django_db(transaction=True)
def test_a_title_that_is_sent_again_is_made_once(as_staff):
    staff = as_staff("video_staff")

    def post(key, body):
        return staff.post("/v1/titles", body, headers={"Idempotency-Key": key})

    repeated_posts_are_carried_out_once(post, NEW, other=NEW | {"slug": "the-gold-rush"})
    assert Title.objects.count() == 1
