"""A film to upload for, and staff who may."""

from __future__ import annotations

import uuid

import pytest

from apps.video.titles.models import Title


@pytest.fixture
def _nothing_is_encoded(monkeypatch):
    """Encoding has its own tests; here it only has to be asked for."""
    monkeypatch.setattr("apps.video.encoding.work.run", lambda encoding_id: None)


@pytest.fixture
def title() -> Title:
    return Title.objects.create(slug="metropolis", name="Metropolis")


@pytest.fixture
def me() -> uuid.UUID:
    return uuid.uuid4()


@pytest.fixture
def staff(as_staff, me, title):
    return as_staff("video_staff", user_id=me)
