"""What other services hear of a title, and when."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from apps.common.outbox.models import OutboxEvent
from apps.video.titles import services
from apps.video.titles.models import Title

pytestmark = pytest.mark.django_db


def events() -> list[tuple[str, dict]]:
    """Types without their surroundings, and data, in order."""
    return [(event.type.split(".")[-2], event.data) for event in OutboxEvent.objects.order_by("pk")]


@pytest.fixture
def ready() -> Title:
    title = services.create_title("metropolis", fields={"name": "Metropolis"})
    with transaction.atomic():
        services.mark_ready(title.pk, services.Published(uuid.uuid4(), "master.m3u8", 60, ["de"]))
    return Title.objects.get()


def test_facts_that_others_do_not_know_are_no_news(ready):
    services.change_title("metropolis", fields={"synopsis": "A city."})
    assert [kind for kind, _ in events()] == ["ready"]
    services.change_title("metropolis", fields={"languages": ["de", "en"]})
    assert [kind for kind, _ in events()] == ["ready", "ready"]
    assert events()[1][1]["languages"] == ["de", "en"]


def test_versions_grow_from_event_to_event(ready):
    services.withdraw(ready)
    services.withdraw(ready)
    services.bring_back(ready)
    services.bring_back(ready)
    assert [kind for kind, _ in events()] == ["ready", "withdrawn", "returned"]
    versions = [data["version"] for _, data in events()]
    assert versions == sorted(set(versions))
    assert events()[2][1]["runtime_seconds"] == 60


def test_a_title_that_was_never_ready_comes_back_as_a_draft():
    title = services.create_title("draft", fields={"name": "Draft"})
    services.withdraw(title)
    services.bring_back(title)
    assert Title.objects.get().state == Title.State.DRAFT
    assert [kind for kind, _ in events()] == ["withdrawn"]


def test_encodings_do_not_bring_a_withdrawn_title_back(ready):
    services.withdraw(ready)
    with transaction.atomic():
        services.mark_ready(ready.pk, services.Published(uuid.uuid4(), "master.m3u8", 60, ["de"]))
    assert Title.objects.get().state == Title.State.WITHDRAWN
    assert [kind for kind, _ in events()] == ["ready", "withdrawn"]


def test_windows_that_open_and_close_are_reported_once(ready):
    now = timezone.now()
    services.change_title("metropolis", fields={"available_from": now + timedelta(days=1)})
    assert events()[-1][1]["is_on_offer"] is False
    assert services.announce_windows() == 0
    Title.objects.update(available_from=now - timedelta(seconds=1))
    assert services.announce_windows() == 1
    assert services.announce_windows() == 0
    assert events()[-1][1]["is_on_offer"] is True
    Title.objects.update(available_until=now)
    assert services.announce_windows() == 1
    assert events()[-1][1]["is_on_offer"] is False


def test_countries_are_news_and_are_reported_once_after_an_upgrade(ready):
    services.change_title("metropolis", fields={"available_countries": ["DE", "AT"]})
    assert events()[-1][1]["available_countries"] == ["AT", "DE"]
    # As an event of the former version left it, and as the migration then marks it.
    Title.objects.update(announced="of the former version", announced_on_offer=False)
    assert services.announce_windows() == 1
    assert services.announce_windows() == 0
    assert len(events()) == 3
