"""The page on which films are uploaded, and the list of uploads."""

from __future__ import annotations

import base64
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.common.staff import sessions
from apps.common.staff.models import StaffUser
from apps.video.encoding.models import Encoding, Source
from apps.video.titles.apps import grant_staff_permissions
from apps.video.titles.models import Title
from apps.video.uploads import files
from apps.video.uploads.models import Upload

pytestmark = pytest.mark.django_db
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}


@pytest.fixture
def title() -> Title:
    return Title.objects.create(slug="metropolis", name="Metropolis")


@pytest.fixture
def user(monkeypatch) -> StaffUser:
    """A member of the video staff, whose session `auth` confirms."""
    monkeypatch.setattr("apps.video.uploads.checking.run", lambda upload_id: None)
    grant_staff_permissions()
    user = StaffUser.objects.create(pk=uuid.uuid4(), email="staff@example.com", is_staff=True)
    user.groups.add(Group.objects.get(name="video_staff"))
    return user


def signed_in(user: StaffUser, **options: bool) -> Client:
    client = Client(**options)
    client.force_login(user, backend="apps.common.staff.backends.AuthServiceBackend")
    return client


@pytest.fixture
def staff(user) -> Client:
    return signed_in(user)


def upload_of(title: Title, **fields: object) -> Upload:
    given = {"owner_id": uuid.uuid4(), "length": 10, "expires_at": timezone.now() + timedelta(days=1)}
    return Upload.objects.create(title=title, filename="film.mkv", **given | fields)


def page_of(client: Client, title: Title, **headers: str) -> str:
    response = client.get(f"/admin/uploads/upload/film/{title.pk}/", **headers)
    assert response.status_code == 200
    return response.content.decode()


def begin(client: Client, **headers: str):
    metadata = f"title {base64.b64encode(b'metropolis').decode()}"
    given = {"HTTP_UPLOAD_LENGTH": "10", "HTTP_UPLOAD_METADATA": metadata}
    return client.generic("POST", "/v1/uploads", b"", content_type="", **TUS | given | headers)


def test_a_film_s_page_leads_to_its_upload(staff, title):
    page = staff.get(f"/admin/titles/title/{title.pk}/change/").content.decode()
    address = f"/admin/titles/title/{title.pk}/upload-film/"
    assert address in page
    assert staff.get(address).headers["Location"] == f"/admin/uploads/upload/film/{title.pk}/"
    assert "Upload “Metropolis”" in page_of(staff, title)
    assert "„Metropolis“ hochladen" in page_of(staff, title, HTTP_ACCEPT_LANGUAGE="de")


def test_the_page_loads_scripts_of_the_service_alone(staff, title):
    page = page_of(staff, title)
    assert 'src="/static/vendor/tus.min.js"' in page
    assert "http://" not in page.partition("<main")[2]


def test_an_unknown_film_has_no_page(staff):
    assert staff.get(f"/admin/uploads/upload/film/{uuid.uuid4()}/").status_code == 404


def test_staff_who_may_not_change_films_may_not_upload_any(user, title):
    user.groups.set([Group.objects.get_or_create(name="catalog_staff")[0]])
    client = signed_in(user)
    assert client.get(f"/admin/uploads/upload/film/{title.pk}/").status_code == 403
    assert begin(client).status_code == 403
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "40 % have arrived. Choose the same file again to go on."),
        ({"state": "checking"}, "The file has arrived and is being read."),
        ({"state": "refused", "reason_code": "empty"}, "The file is empty. Send it again."),
    ],
)
def test_the_page_says_what_became_of_the_last_upload(staff, title, fields, sentence):
    upload_of(title, state="refused", reason_code="no-picture")
    upload = upload_of(title, **fields)
    upload_of(title, state="removed")
    files.path_of(upload.pk).write_bytes(b"1234")
    assert sentence in page_of(staff, title)
    fragment = staff.get(f"/admin/uploads/upload/film/{title.pk}/state/").content.decode()
    assert sentence in fragment
    assert "<html" not in fragment


def test_the_page_follows_the_encoding(staff, title):
    source = Source.objects.create(title=title, file="sources/x", checksum="0")
    encoding = Encoding.objects.create(source=source, state="running", phase="rest", progress=42)
    upload_of(title, state="accepted", encoding=encoding)
    page = page_of(staff, title)
    assert f"/admin/encoding/encoding/{encoding.pk}/change/" in page
    assert "Running · All other pictures · 42 %" in page


def test_the_admin_s_session_uploads_with_the_token_against_forged_requests(user, title):
    client = signed_in(user, enforce_csrf_checks=True)
    assert begin(client).status_code == 403
    page_of(client, title)
    response = begin(client, HTTP_X_CSRFTOKEN=client.cookies["video_csrf"].value)
    assert response.status_code == 201
    assert Upload.objects.get().owner_id == user.pk


def test_a_session_that_auth_has_ended_uploads_nothing(user, title, monkeypatch):
    monkeypatch.setattr(sessions, "_account_of", lambda session_id: None)
    client = signed_in(user)
    session = client.session
    session[sessions.NEXT_CHECK_AT] = 0
    session.save()
    assert begin(client).status_code == 401
    assert not Upload.objects.exists()


def test_a_list_of_many_uploads_takes_as_many_queries_as_one_of_few(staff, title):
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert staff.get("/admin/uploads/upload/").status_code == 200
        return len(captured)

    for _ in range(2):
        upload_of(title)
    queries()
    few = queries()
    for _ in range(18):
        upload_of(title)
    assert queries() == few
