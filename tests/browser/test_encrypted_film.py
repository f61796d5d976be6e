"""A film encrypted with AES-128 plays in the shop's player, and its keys end with the session."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Response

from tests.browser.test_player import VIDEO, start, watch
from tests.conftest import RunningStack, until

__all__ = ["watch"]
pytestmark = pytest.mark.browser
SLUG = "encrypted-metropolis"
# The demo's film once more, encrypted, and Ada's.
PREPARE = f"""
import uuid
from apps.video.encoding import services
from apps.video.encoding.models import Source
from apps.video.playback.models import Entitlement, Progress
from apps.video.titles.models import Title
original = Title.objects.get(slug="metropolis")
title, _ = Title.objects.get_or_create(slug="{SLUG}", defaults={{"name": "Metropolis", "encryption": "aes-128"}})
source = Source.objects.filter(title=original).latest("delivered_at")
copy, _ = Source.objects.get_or_create(
    title=title, checksum=source.checksum, defaults={{"file": source.file.name, "probe": source.probe}}
)
services.ensure_encoded(copy)
ada = Entitlement.objects.filter(title_slug="metropolis", source="order").earliest("granted_at").user_id
Entitlement.objects.get_or_create(user_id=ada, title_slug="{SLUG}", offer="buy", source="staff")
"""
STATE = f"from apps.video.titles.models import Title; print('state:', Title.objects.get(slug='{SLUG}').state)"


def test_an_encrypted_film_plays_by_the_keys_of_its_session_until_that_is_stopped(watch, stack: RunningStack):
    stack.manage("video", "shell", "-c", PREPARE)
    until(lambda: "state: ready" in stack.manage("video", "shell", "-c", STATE), 120, what="the encrypted film")
    page = watch(f"/watch/{SLUG}")
    sent: list[Response] = []
    page.on("response", lambda response: sent.append(response) if "/keys/" in response.url else None)
    start(page)
    until(lambda: page.evaluate(f"{VIDEO}.currentTime") > 2, 30, what="two seconds of the film")
    assert page.evaluate(f"{VIDEO}.videoWidth") > 0
    given = [response for response in sent if response.status == 200]
    assert [response.status for response in sent if response.status not in (200, 307)] == []
    assert {len(response.body()) for response in given} == {16}

    # Whoever copied the address of a key has nothing once the session has ended.
    address = given[0].url
    assert httpx.get(address).status_code == 200
    page.goto("/library")
    until(lambda: httpx.get(address).status_code == 403, 30, what="the end of the session")
    altered = urlsplit(address)._replace(query=urlsplit(address).query.replace("signature=", "signature=A")).geturl()
    assert httpx.get(altered).status_code in (400, 403)
