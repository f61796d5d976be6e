"""Films in the admin."""

from __future__ import annotations

import io
import uuid

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from apps.common.admin_site.navigation import current_section
from apps.common.staff.models import StaffUser
from apps.video.titles.apps import grant_staff_permissions
from apps.video.titles.models import Person, Title

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> Client:
    grant_staff_permissions()
    user = StaffUser.objects.create(pk=uuid.uuid4(), email="staff@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name="video_staff"))
    client = Client()
    client.force_login(user, backend="apps.common.staff.backends.AuthServiceBackend")
    return client


def form_of(**changes: str) -> dict[str, str]:
    counts = {}
    for inline in ("captions", "credits", "age_ratings", "artwork"):
        counts |= {f"{inline}-TOTAL_FORMS": "0", f"{inline}-INITIAL_FORMS": "0"}
    return {
        "kind": "film",
        "encryption": "none",
        "name": "Metropolis",
        "slug": "metropolis",
        "year": "1927",
        "synopsis": "",
        **counts,
    } | changes


def test_cast_and_languages_are_written_on_the_page_of_a_title(staff):
    person = Person.objects.create(slug="brigitte-helm", name="Brigitte Helm")
    credits = {
        "credits-TOTAL_FORMS": "1",
        "credits-0-person": str(person.pk),
        "credits-0-role": "cast",
        "credits-0-character": "Maria",
        "credits-0-position": "0",
    }
    response = staff.post("/admin/titles/title/add/", form_of(languages="de\r\nen", de_name="Metropolis!", **credits))
    assert response.status_code == 302, response.context["adminform"].form.errors
    title = Title.objects.get()
    assert title.languages == ["de", "en"]
    assert title.translations == {"de": {"name": "Metropolis!"}}
    assert [(credit.person, credit.character) for credit in title.credits.all()] == [(person, "Maria")]
    page = staff.get(f"/admin/titles/title/{title.pk}/change/").content.decode()
    assert "de\nen</textarea>" in page


def test_only_the_cast_plays_somebody(staff):
    person = Person.objects.create(slug="fritz-lang", name="Fritz Lang")
    credits = {
        "credits-TOTAL_FORMS": "1",
        "credits-0-person": str(person.pk),
        "credits-0-role": "director",
        "credits-0-character": "Maria",
        "credits-0-position": "0",
    }
    response = staff.post("/admin/titles/title/add/", form_of(**credits))
    assert response.status_code == 200
    assert not Title.objects.exists()


def test_a_rating_that_the_board_does_not_have_is_refused(staff):
    ratings = {"age_ratings-TOTAL_FORMS": "1", "age_ratings-0-country": "DE", "age_ratings-0-label": "13"}
    response = staff.post("/admin/titles/title/add/", form_of(**ratings))
    assert response.status_code == 200
    assert "FSK" in response.content.decode()
    assert not Title.objects.exists()


def test_a_backdrop_is_added_and_taken_away(staff, png):
    title = Title.objects.create(name="Metropolis", slug="metropolis", year=1927)
    added = {"artwork-TOTAL_FORMS": "1", "artwork-0-kind": "backdrop", "artwork-0-upload": io.BytesIO(png)}
    response = staff.post(f"/admin/titles/title/{title.pk}/change/", form_of(**added))
    assert response.status_code == 302, response.context["adminform"].form.errors
    backdrop = title.artwork.get()
    assert backdrop.sizes[0]["width"] == 640
    removed = {
        "artwork-TOTAL_FORMS": "1",
        "artwork-INITIAL_FORMS": "1",
        "artwork-0-id": str(backdrop.pk),
        "artwork-0-title": str(title.pk),
        "artwork-0-DELETE": "on",
    }
    response = staff.post(f"/admin/titles/title/{title.pk}/change/", form_of(**removed))
    assert response.status_code == 302
    assert not title.artwork.exists()


def test_withdrawing_asks_first_and_can_be_taken_back(staff, film):
    page = staff.get(reverse("admin:titles_title_withdraw", args=[film.pk]))
    assert "can still watch it" in page.content.decode()
    staff.post(reverse("admin:titles_title_withdraw", args=[film.pk]))
    film.refresh_from_db()
    assert film.state == Title.State.WITHDRAWN
    staff.post(reverse("admin:titles_title_bring_back", args=[film.pk]))
    film.refresh_from_db()
    assert film.state == Title.State.READY


def test_a_word_that_is_no_language_is_refused_beside_the_field(staff):
    response = staff.post("/admin/titles/title/add/", form_of(languages="German"))
    assert response.status_code == 200
    [error] = response.context["adminform"].form.errors["languages"]
    assert "“German” is no language code" in error


def test_a_save_writes_what_was_changed_and_no_more(staff):
    title = Title.objects.create(
        name="Metropolis", slug="metropolis", year=1927, languages=["de"], asset_id=uuid.uuid4()
    )
    response = staff.post(
        f"/admin/titles/title/{title.pk}/change/", form_of(name="Metropolis (1927)", languages="de\r\n")
    )
    assert response.status_code == 302
    saved = Title.objects.get()
    assert (saved.name, saved.languages, saved.asset_id) == ("Metropolis (1927)", ["de"], title.asset_id)
    assert saved.version == title.version + 1


@pytest.mark.parametrize("changed", ["people", "age ratings", "artwork", "window", "nothing but the name"])
def test_a_save_raises_the_version_whatever_of_the_title_was_changed(staff, png, changed):
    """So that a change by REST which was begun before it is refused as stale."""
    title = Title.objects.create(name="Metropolis", slug="metropolis", year=1927)
    person = Person.objects.create(slug="fritz-lang", name="Fritz Lang")
    forms = {
        "people": {
            "credits-TOTAL_FORMS": "1",
            "credits-0-person": str(person.pk),
            "credits-0-role": "director",
            "credits-0-position": "0",
        },
        "age ratings": {"age_ratings-TOTAL_FORMS": "1", "age_ratings-0-country": "DE", "age_ratings-0-label": "6"},
        "artwork": {"artwork-TOTAL_FORMS": "1", "artwork-0-kind": "still", "artwork-0-upload": io.BytesIO(png)},
        "window": {"available_until_0": "2099-01-01", "available_until_1": "12:00:00"},
        "nothing but the name": {"name": "Metropolis!"},
    }
    response = staff.post(f"/admin/titles/title/{title.pk}/change/", form_of(**forms[changed]))
    assert response.status_code == 302, response.context["adminform"].form.errors
    saved = Title.objects.get()
    assert saved.version == title.version + 1
    found = [saved.credits.count(), saved.age_ratings.count(), saved.artwork.count(), saved.available_until is not None]
    assert [*found, saved.name == "Metropolis!"] == [name == changed for name in forms]


def test_the_navigation_shows_this_section_to_the_roles_that_see_something_here():
    grant_staff_permissions()
    section = current_section()
    assert section is not None
    assert section.roles == set(Group.objects.exclude(permissions=None).values_list("name", flat=True))


def test_an_episode_without_a_season_is_refused_beside_the_field(staff):
    response = staff.post("/admin/titles/title/add/", form_of(kind="episode", number="1"))
    assert response.status_code == 200
    assert "Season" in response.context["adminform"].form.errors["parent"][0]
    series = Title.objects.create(slug="dr-mabuse", name="Dr. Mabuse", kind="series")
    response = staff.post(
        "/admin/titles/title/add/", form_of(slug="dr-mabuse-1", kind="season", number="1", parent=str(series.pk))
    )
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert Title.objects.get(slug="dr-mabuse-1").parent == series
