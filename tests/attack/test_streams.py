"""Access to a stream ends when its reason ends: the session, the purchase, the rental, the account's place.

The stack of these tests signs addresses for a few seconds (STREAM_SECONDS), so that nobody waits for minutes.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

import httpx
import pytest

from tests.conftest import until

pytestmark = pytest.mark.attack
CARD = {"number": "4242424242424242", "exp_month": 12, "exp_year": 2034, "cvc": "123"}


@dataclass
class Player:
    """A session that keeps asking for the address it started with, as a native player does."""

    api: httpx.Client
    headers: dict[str, str]
    slug: str

    def __post_init__(self) -> None:
        response = self.api.post(f"/video/v1/titles/{self.slug}/playback", headers=self.headers)
        assert response.status_code == 201, response.text
        self.access = self.first = response.json()
        self.session = self.access["session"]
        manifest = self.first["manifest_url"]
        names = [line for line in httpx.get(manifest).text.splitlines() if line and not line.startswith("#")]
        folder = names[0].partition("/")[0]
        self.segment = f"{manifest.rpartition('/')[0]}/{folder}/00000.m4s"

    def beat(self) -> httpx.Response:
        """Heartbeat; renews the cookie when there is a new one."""
        body = {"session": self.session, "position_seconds": 1}
        response = self.api.put(f"/video/v1/progress/{self.slug}", json=body, headers=self.headers)
        if response.is_success:
            self.access = response.json()
        return response

    def stop(self) -> None:
        assert self.api.delete(f"/video/v1/playback/{self.session}", headers=self.headers).status_code == 204

    def fetch(self, *, with_cookie: bool = True) -> int:
        """The status of a segment, at the address that the player started with."""
        cookie = self.access["stream_cookie"]
        headers = {"Cookie": f"{cookie['name']}={cookie['value']}"} if with_cookie else {}
        return httpx.get(self.segment, headers=headers).status_code

    def is_refused(self) -> bool:
        return self.fetch() == 403


def buy(api: httpx.Client, headers: dict[str, str], slug: str, offer: str) -> str:
    """Pay for a film and wait until it can be watched; returns the order's number."""
    variants = api.get(f"/catalog/v1/products/{slug}").json()["variants"]
    sku = next(variant["sku"] for variant in variants if variant["offer"] == offer)
    cart = api.post("/payment/v1/carts", json={}, headers=headers).json()
    api.put(f"/payment/v1/carts/{cart['id']}/lines/{sku}", json={"quantity": 1}, headers=headers)
    method = api.post("/payment/v1/payment-methods", json={"card": CARD}, headers=headers).json()
    order = {"cart": cart["id"], "payment_method": method["id"]}
    headers = headers | {"Idempotency-Key": uuid.uuid4().hex}
    paid = api.post("/payment/v1/orders", json=order, headers=headers)
    assert paid.status_code == 201, paid.text

    def is_there() -> bool:
        library = api.get("/video/v1/library", headers=headers).json()["results"]
        return slug in [item["title_slug"] for item in library if item["title"]]

    until(is_there, what=f"{slug} in the library")
    return paid.json()["number"]


def refund(stack, number: str) -> None:
    """What payment says of an order that was paid back, on its way through the events."""
    code = f"""
from django.db import transaction
from apps.common import outbox
with transaction.atomic():
    outbox.publish(type="order.refunded", subject="{number}", data={{"order_number": "{number}"}})
"""
    stack.manage("payment", "shell", "-c", code)


def test_only_a_living_session_with_a_reason_streams_on(stack, api, newcomer):
    _, me = newcomer
    order, _ = buy(api, me, "metropolis", "buy"), buy(api, me, "the-general", "rent")
    living, stopped, rental = (
        Player(api, me, "metropolis"),
        Player(api, me, "metropolis"),
        Player(api, me, "the-general"),
    )
    assert [player.fetch() for player in (living, stopped, rental)] == [200] * 3

    # A stopped session is refused at once, at every address that it had; then a rental ends in the middle of the film.
    stopped.stop()
    assert [stopped.fetch(), stopped.fetch(with_cookie=False)] == [403, 403]
    assert stopped.beat().json()["type"] == "/problems/playback-ended"
    end = "Entitlement.objects.filter(title_slug='the-general', pk=best_entitlement(S.user_id, 'the-general').pk)"
    stack.manage(
        *("video", "shell", "-c"),
        "from apps.video.playback.models import *; from apps.video.playback.selectors import best_entitlement; "
        f"S = PlaybackSession.objects.get(pk='{rental.session}'); {end}.update(expires_at=S.created_at)",
    )
    assert rental.beat().json()["type"] == "/problems/not-entitled"

    def all_refused_while_one_lives(*players: Player) -> bool:
        assert living.beat().status_code == 200
        assert living.fetch() == 200
        return all(player.is_refused() for player in players)

    until(lambda: all_refused_while_one_lives(stopped, rental), what="the end of two streams")
    # Only the heartbeats keep its first address alive.
    until(
        lambda: all_refused_while_one_lives(stopped, rental) and living.fetch(with_cookie=False) == 403,
        what="the end of the first address",
    )

    # A silent one whose place others take.
    silent = Player(api, me, "metropolis")
    until(lambda: all_refused_while_one_lives(silent), what="the end of the silent stream")
    others = [Player(api, me, "metropolis") for _ in range(2)]
    assert living.beat().status_code == 200
    assert silent.beat().json()["type"] == "/problems/too-many-streams"
    assert silent.is_refused()
    assert others[0].beat().status_code == 200

    # A refund ends all of them.
    refund(stack, order)
    until(lambda: living.beat().status_code in (403, 409), what="the refund in video")
    until(lambda: living.is_refused() and others[1].is_refused(), what="the end of the refunded streams")
    assert others[1].beat().json()["type"] == "/problems/not-entitled"


def test_a_signature_opens_no_other_session_no_other_film_and_no_later_time(api, sign_in):
    ada = sign_in("ada@example.com")
    first, second = Player(api, ada, "metropolis"), Player(api, ada, "metropolis")
    try:
        head, session, signature, expires, asset, name = first.first["manifest_url"].rsplit("/", 5)
        cookie = {"Cookie": f"stream={signature}.{expires}"}
        other_asset = str(uuid.uuid4())
        later = int(expires) + 3600
        altered = [
            (second.session, signature, expires, asset),
            (session, signature, expires, other_asset),
            (session, signature, later, asset),
            (session, "A" * 22, expires, asset),
        ]
        for parts in altered:
            address = "/".join(str(part) for part in (head, *parts, name))
            assert httpx.get(address).status_code == 403, parts
        for parts in altered[:2]:
            address = "/".join(str(part) for part in (head, parts[0], "A" * 22, "1", parts[3], name))
            assert httpx.get(address, headers=cookie).status_code == 403, parts
        address = "/".join((head, session, signature, str(later), asset, name))
        late = {"Cookie": f"stream={signature}.{later}"}
        assert httpx.get(address, headers=late).status_code == 403
        # The old form of addresses, without a session.
        assert httpx.get("/".join((head, signature, expires, asset, name))).status_code == 403
        assert int(expires) - time.time() < 600
    finally:
        first.stop()
        second.stop()


def test_players_get_types_ranges_and_headers_that_they_and_caches_need(api, sign_in):
    player = Player(api, sign_in("ada@example.com"), "metropolis")
    try:
        manifest = httpx.get(player.first["manifest_url"])
        assert manifest.headers["Content-Type"].startswith("application/vnd.apple.mpegurl")
        whole = httpx.get(player.segment)
        assert whole.headers["Content-Type"] in ("video/iso.segment", "video/mp4")
        for response in (manifest, whole):
            assert response.headers["Cache-Control"] == "private, max-age=3600, immutable"
            assert response.headers["Access-Control-Allow-Origin"] == "*"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        head = httpx.head(player.segment)
        assert (head.status_code, head.content, head.headers["Content-Length"]) == (200, b"", str(len(whole.content)))
        assert head.headers["Accept-Ranges"] == "bytes"

        part = httpx.get(player.segment, headers={"Range": "bytes=4-7"})
        assert (part.status_code, part.content) == (206, whole.content[4:8])
        assert part.headers["Content-Range"] == f"bytes 4-7/{len(whole.content)}"
        beyond = httpx.get(player.segment, headers={"Range": f"bytes={len(whole.content)}-"})
        assert beyond.status_code == 416
        changed = {"Range": "bytes=0-3", "If-Range": '"another"'}
        assert httpx.get(player.segment, headers=changed).status_code == 200
        same = {"If-None-Match": whole.headers["ETag"]}
        assert httpx.get(player.segment, headers=same).status_code == 304

        asked = httpx.options(
            player.segment, headers={"Origin": "https://tv.example", "Access-Control-Request-Method": "GET"}
        )
        assert asked.status_code == 204
        assert "Range" in asked.headers["Access-Control-Allow-Headers"]
        assert httpx.post(player.segment).status_code == 405
    finally:
        player.stop()


def test_devices_history_and_gift_codes_of_others_are_out_of_reach(stack, api, sign_in, newcomer):
    _, stranger = newcomer
    ada = sign_in("ada@example.com")
    player = Player(api, ada, "metropolis")
    try:
        assert player.session in [row["id"] for row in api.get("/video/v1/playback", headers=ada).json()["results"]]
        assert api.get("/video/v1/playback", headers=stranger).json()["results"] == []
        assert api.delete(f"/video/v1/playback/{player.session}", headers=stranger).status_code == 404
        assert player.beat().status_code == 200
        for method, path in (("GET", "history"), ("DELETE", "history"), ("GET", "playback")):
            assert api.request(method, f"/video/v1/{path}").status_code == 401

        before = api.get("/video/v1/history", headers=ada).json()["results"]
        assert "metropolis" in [row["title"]["slug"] for row in before]
        assert api.delete("/video/v1/history", headers=stranger).status_code == 204
        assert api.put("/video/v1/history/metropolis", json={"watched": True}, headers=stranger).status_code == 404
        after = api.get("/video/v1/history", headers=ada).json()["results"]
        assert [row["title"]["slug"] for row in after] == [row["title"]["slug"] for row in before]

        made = stack.manage(
            *("video", "shell", "-c"),
            "from apps.video.playback.models import GiftBatch; from apps.video.playback import services; "
            "batch = GiftBatch.objects.create(name='Test', title_slug='nosferatu'); "
            "services.add_gift_codes(batch, count=1); print('code:', batch.codes.get().code)",
        )
        code = made.partition("code:")[2].split()[0]
        assert api.post("/video/v1/gift-codes/redeem", json={"code": code}).status_code == 401
        assert api.post("/video/v1/gift-codes/redeem", json={"code": code}, headers=stranger).status_code == 200
        stolen = api.post("/video/v1/gift-codes/redeem", json={"code": code}, headers=ada)
        assert stolen.json()["type"] == "/problems/gift-code-not-redeemable"
        assert api.post("/video/v1/titles/nosferatu/playback", headers=stranger).status_code == 201
    finally:
        player.stop()
