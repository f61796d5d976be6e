"""Who made a title; genres, ages, texts in two languages, windows, artwork: by REST."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone

from apps.video.titles import rules, selectors, services
from apps.video.titles.models import Credit, Genre, Person, Title
from apps.video.titles.services.people import person_named

pytestmark = pytest.mark.django_db
ANY = {"If-Match": "*"}


@pytest.fixture
def staff(as_staff):
    return as_staff("video_staff")


def test_names_become_people_who_are_shared(api_client, staff, film):
    staff.patch("/v1/titles/metropolis", {"directors": ["Fritz Lang"], "cast": ["Brigitte Helm"]}, headers=ANY)
    services.create_title("woman-in-the-moon", fields={"name": "Woman in the Moon", "directors": ["Fritz  Lang"]})
    assert Person.objects.filter(name="Fritz Lang").count() == 1
    title = api_client.get("/v1/titles/metropolis").json()
    assert (title["directors"], title["cast"]) == (["Fritz Lang"], ["Brigitte Helm"])
    assert api_client.get("/v1/people/fritz-lang").json()["name"] == "Fritz Lang"
    films = api_client.get("/v1/titles?person=fritz-lang").json()["results"]
    assert [found["slug"] for found in films] == ["metropolis"]
    assert api_client.get("/v1/people/nobody").status_code == 404


def test_credits_say_whom_somebody_plays_in_their_order(api_client, staff, film):
    entries = [
        {"name": "Fritz Lang", "role": "director"},
        {"name": "Brigitte Helm", "role": "cast", "character": "Maria"},
        {"name": "Fritz Lang", "role": "writer"},
    ]
    changed = staff.patch("/v1/titles/metropolis", {"credits": entries}, headers=ANY)
    assert changed.status_code == 200, changed.json()
    shown = api_client.get("/v1/titles/metropolis").json()["credits"]
    assert [(credit["person"], credit["role"], credit["character"]) for credit in shown] == [
        ("fritz-lang", "director", ""),
        ("brigitte-helm", "cast", "Maria"),
        ("fritz-lang", "writer", ""),
    ]
    staff.patch("/v1/titles/metropolis", {"cast": ["Brigitte Helm", "Alfred Abel"]}, headers=ANY)
    cast = Credit.objects.filter(title=film, role="cast").order_by("position")
    assert list(cast.values_list("character", flat=True)) == ["Maria", ""]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"credits": [{"person": "nobody", "role": "cast"}]}, "credits"),
        ({"credits": [{"name": "A", "role": "director", "character": "B"}]}, "credits"),
        ({"credits": [{"name": "A", "role": "cast"}, {"name": "A", "role": "cast"}]}, "credits"),
        ({"credits": [{"role": "cast"}]}, "credits.0"),
        ({"genres": ["opera"]}, "genres"),
        ({"age_ratings": {"DE": "13"}}, "age_ratings.DE"),
        ({"age_ratings": {"XX": "13"}}, "age_ratings.XX"),
        ({"countries": ["UK"]}, "countries.0"),
        ({"translations": {"xx": {"name": "?"}}}, "translations.xx"),
        ({"translations": {"de": {"slug": "?"}}}, "translations.de.slug"),
        ({"available_from": "2027-01-02T00:00:00Z", "available_until": "2027-01-01T00:00:00Z"}, "available_until"),
    ],
)
def test_unusable_facts_are_refused_and_nothing_is_written(staff, film, change, field):
    response = staff.patch("/v1/titles/metropolis", change | {"name": "Changed"}, headers=ANY)
    assert response.status_code == 400
    assert field in response.json()["errors"]
    film.refresh_from_db()
    assert (film.name, film.version) == ("Metropolis", 1)
    assert not Person.objects.exists()


def test_a_stale_change_is_refused(staff, film):
    seen = staff.get("/v1/staff/titles/metropolis")["ETag"]
    assert staff.patch("/v1/titles/metropolis", {"year": 1926}).status_code == 428
    first = staff.patch("/v1/titles/metropolis", {"year": 1926}, headers={"If-Match": seen})
    assert first.status_code == 200
    stale = {"If-Match": seen}
    assert staff.patch("/v1/titles/metropolis", {"year": 1925}, headers=stale).status_code == 412
    assert staff.post("/v1/titles/metropolis/withdraw", headers=stale).status_code == 412
    assert staff.patch("/v1/titles/metropolis", {"year": 1925}, headers={"If-Match": '"x"'}).status_code == 412
    again = staff.patch("/v1/titles/metropolis", {"year": 1927}, headers={"If-Match": first["ETag"]})
    assert again.json()["year"] == 1927


def test_a_person_is_described_by_staff(api_client, staff):
    made = staff.post("/v1/people", {"slug": "fritz-lang", "name": "Fritz Lang", "born_year": 1890})
    assert made.status_code == 201
    assert staff.post("/v1/people", {"slug": "fritz-lang", "name": "Fritz Lang"}).status_code == 409
    wrong = staff.patch("/v1/people/fritz-lang", {"died_year": 1889}, headers=ANY)
    assert "died_year" in wrong.json()["errors"]
    texts = {"died_year": 1976, "biography": "Director.", "translations": {"de": {"biography": "Regisseur."}}}
    changed = staff.patch("/v1/people/fritz-lang", texts, headers={"If-Match": made["ETag"]})
    assert changed.status_code == 200
    assert staff.patch("/v1/people/fritz-lang", texts, headers={"If-Match": made["ETag"]}).status_code == 412
    german = api_client.get("/v1/people/fritz-lang", headers={"Accept-Language": "de"})
    assert german.json()["biography"] == "Regisseur."
    assert api_client.post("/v1/people", {"slug": "a", "name": "A"}).status_code == 401


def test_texts_are_in_the_language_of_the_reader(api_client, staff, film):
    Genre.objects.create(slug="horror", name="Horror", translations={"de": {"name": "Grusel"}})
    texts = {"name": "Metropolis", "tagline": "A city", "genres": ["horror"]}
    german = {"translations": {"de": {"tagline": "Eine Stadt"}}}
    staff.patch("/v1/titles/metropolis", texts | german, headers=ANY)
    response = api_client.get("/v1/titles/metropolis", headers={"Accept-Language": "de-AT"})
    assert (response.json()["tagline"], response.json()["genres"][0]["name"]) == ("Eine Stadt", "Grusel")
    assert "Accept-Language" in response["Vary"]
    assert api_client.get("/v1/titles/metropolis").json()["tagline"] == "A city"
    listed = api_client.get("/v1/titles?genre=horror", headers={"Accept-Language": "de"})
    assert listed.json()["results"][0]["tagline"] == "Eine Stadt"
    assert "Accept-Language" in listed["Vary"]


def test_an_age_rating_says_whose_it_is_and_from_which_age(api_client, staff, film):
    staff.patch("/v1/titles/metropolis", {"age_ratings": {"DE": "6", "US": "PG-13"}}, headers=ANY)
    ratings = api_client.get("/v1/titles/metropolis").json()["age_ratings"]
    assert [(rating["board"], rating["minimum_age"]) for rating in ratings] == [("FSK", 6), ("MPA", 13)]


HOUR = timedelta(hours=1)


@pytest.mark.parametrize("starts", [None, -HOUR, HOUR])
@pytest.mark.parametrize("ends", [None, -HOUR / 2, 2 * HOUR])
@pytest.mark.parametrize("countries", [[], ["DE"], ["FR"]])
@pytest.mark.parametrize("country", ["", "DE"])
def test_the_window_is_the_same_in_python_and_in_sql(film, starts, ends, countries, country):
    now = timezone.now()
    film.available_from, film.available_until = (now + each if each is not None else None for each in (starts, ends))
    if rules.window_errors(available_from=film.available_from, available_until=film.available_until):
        film.available_until = None
    film.available_countries = countries
    film.save()
    in_sql = Title.objects.filter(selectors.on_offer(country=country)).exists()
    assert in_sql == rules.is_on_offer(film, country=country)


def test_a_title_outside_its_window_is_on_no_list_and_keeps_its_page(api_client, film):
    Title.objects.update(available_until=timezone.now() - HOUR)
    assert api_client.get("/v1/titles").json()["results"] == []
    assert api_client.get("/v1/titles/metropolis").status_code == 200
    Title.objects.update(available_until=None, available_countries=["DE"])
    assert api_client.get("/v1/titles?country=FR").json()["results"] == []
    assert len(api_client.get("/v1/titles?country=DE").json()["results"]) == 1
    assert api_client.get("/v1/titles?country=UK").status_code == 400


def test_artwork_is_checked_and_comes_in_several_sizes(api_client, staff, film, png):
    def add(content: bytes, kind: str = "backdrop"):
        file = SimpleUploadedFile("backdrop.png", content)
        return staff.post("/v1/titles/metropolis/artwork", {"kind": kind, "file": file}, format="multipart")

    assert add(b"no image").status_code == 400
    added = add(png)
    assert added.status_code == 201
    assert add(png).status_code == 200
    assert add(png, "still").status_code == 201
    title = api_client.get("/v1/titles/metropolis").json()
    assert [size["width"] for size in title["backdrop"]["srcset"]] == [640, 1000]
    assert (title["logo"], len(title["stills"])) == (None, 1)
    assert staff.delete(f"/v1/titles/metropolis/artwork/{added.json()['id']}").status_code == 204
    assert staff.delete(f"/v1/titles/metropolis/artwork/{added.json()['id']}").status_code == 404
    assert api_client.get("/v1/titles/metropolis").json()["backdrop"] is None


@pytest.mark.parametrize("count", [2, 20])
def test_the_page_of_a_series_costs_the_same_for_few_and_many(api_client, django_assert_num_queries, count):
    services.create_title("serial", fields={"name": "Serial", "kind": "series"})
    Title.objects.update(state="ready")
    season = services.create_title("serial-1", fields={"name": "1", "kind": "season", "parent": "serial", "number": 1})
    Title.objects.filter(pk=season.pk).update(state="ready")
    for number in range(count):
        fields = {"name": f"{number}", "kind": "episode", "parent": "serial-1", "number": number}
        episode = services.create_title(f"serial-1-{number}", fields=fields | {"cast": [f"Person {number}"]})
        Title.objects.filter(pk=episode.pk).update(state="ready", asset_id=episode.pk)
    # The title and its relations (7), what is below it and theirs (7).
    with django_assert_num_queries(14):
        page = api_client.get("/v1/titles/serial").json()
    assert [episode["number"] for episode in page["seasons"][0]["episodes"]] == list(range(count))


@pytest.mark.django_db(transaction=True)
def test_two_who_credit_somebody_new_at_once_make_one_person():
    start = threading.Barrier(4, timeout=30)

    def credit() -> None:
        try:
            start.wait()
            person_named("Georges Méliès")
        finally:
            connection.close()

    threads = [threading.Thread(target=credit) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Person.objects.get().slug == "georges-melies"
