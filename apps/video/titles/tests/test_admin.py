"""Films in the admin."""

from __future__ import annotations

import uuid

import pytest
from django.contrib.auth.models import Group
from django.test import Client

from apps.common.admin_site.navigation import current_section
from apps.common.staff.models import StaffUser
from apps.video.titles.apps import grant_staff_permissions
from apps.video.titles.models import Title

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
    captions = {"captions-TOTAL_FORMS": "0", "captions-INITIAL_FORMS": "0"}
    lists = {"directors": "", "cast": "", "languages": ""}
    return {
        "kind": "film",
        "name": "Metropolis",
        "slug": "metropolis",
        "year": "1927",
        "synopsis": "",
        **lists,
        **captions,
    } | changes


def test_people_and_languages_are_written_one_per_line(staff):
    lists = {"directors": "Fritz Lang", "cast": "Brigitte Helm\r\nAlfred Abel", "languages": "de\r\nen"}
    response = staff.post("/admin/titles/title/add/", form_of(**lists))
    assert response.status_code == 302, response.context["adminform"].form.errors
    title = Title.objects.get()
    assert title.directors == ["Fritz Lang"]
    assert title.cast == ["Brigitte Helm", "Alfred Abel"]
    assert title.languages == ["de", "en"]
    page = staff.get(f"/admin/titles/title/{title.pk}/change/").content.decode()
    assert "Brigitte Helm\nAlfred Abel</textarea>" in page


def test_a_word_that_is_no_language_is_refused_beside_the_field(staff):
    response = staff.post("/admin/titles/title/add/", form_of(languages="German"))
    assert response.status_code == 200
    [error] = response.context["adminform"].form.errors["languages"]
    assert "“German” is no language code" in error


def test_a_saved_list_that_did_not_change_is_not_written_again(staff):
    title = Title.objects.create(name="Metropolis", slug="metropolis", year=1927, cast=["Brigitte Helm"])
    Title.objects.filter(pk=title.pk).update(synopsis="")
    response = staff.post(
        f"/admin/titles/title/{title.pk}/change/", form_of(name="Metropolis (1927)", cast="Brigitte Helm\r\n")
    )
    assert response.status_code == 302
    title.refresh_from_db()
    assert title.name == "Metropolis (1927)"
    assert title.cast == ["Brigitte Helm"]


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
