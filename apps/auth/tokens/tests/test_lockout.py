"""Guessing is slow; nobody locks others out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.auth.tests.people import PASSWORD
from apps.auth.tokens import lockout, tasks
from apps.auth.tokens.models import SignInFailures
from apps.common.testing.concurrency import at_once
from apps.common.testing.iteration import some

pytestmark = pytest.mark.django_db
EMAIL = "ada@example.com"
WRONG = "wrong password"
ELSEWHERE = {"HTTP_X_FORWARDED_FOR": "198.51.100.9"}


def attempt(client, password=WRONG, email=EMAIL):
    return client.post("/v1/tokens", {"email": email, "password": password})


@pytest.fixture
def low_limits(monkeypatch):
    """Ten strangers for one address, twenty for one account, so that tests are quick."""
    monkeypatch.setattr(lockout, "ADDRESS", lockout.Limit(free=10, ceiling=300))
    monkeypatch.setattr(lockout, "ACCOUNT", lockout.Limit(free=20, ceiling=60))


def let_pass(**time):
    """Time goes by, as the counters see it."""
    for row in SignInFailures.objects.all():
        row.last_at -= timedelta(**time)
        row.locked_until = row.locked_until and row.locked_until - timedelta(**time)
        row.save()


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
def test_after_five_failures_even_the_right_password_must_wait(device, make_user, email):
    make_user()
    assert [attempt(device(), email=email).status_code for _ in range(5)] == [401] * 5
    locked = attempt(device(), PASSWORD, email=email)
    assert (locked.status_code, locked.json()["type"]) == (429, "/problems/too-many-attempts")
    assert locked["Retry-After"] in ("1", "2")


def test_the_lock_passes_and_doubles(device, make_user):
    make_user()
    for _ in range(5):
        attempt(device())
    waits = []
    for _ in range(9):
        wait = int(attempt(device())["Retry-After"])
        waits.append(wait)
        let_pass(seconds=wait)
        assert attempt(device()).status_code == 401
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 300]


def test_waiting_out_the_lock_lets_the_owner_in_and_forgets_the_mistakes(device, make_user):
    make_user()
    for _ in range(5):
        attempt(device())
    let_pass(seconds=3)
    assert attempt(device(), PASSWORD).status_code == 200
    assert [attempt(device()).status_code for _ in range(5)] == [401] * 5


def test_an_attempt_while_locked_does_not_lengthen_the_lock(device, make_user):
    make_user()
    for _ in range(5):
        attempt(device())
    for _ in range(20):
        assert attempt(device()).status_code == 429
    let_pass(seconds=3)
    assert attempt(device(), PASSWORD).status_code == 200


def test_failures_are_forgotten_after_a_quiet_while(device, make_user):
    make_user()
    for _ in range(4):
        attempt(device())
    let_pass(minutes=16)
    assert [attempt(device()).status_code for _ in range(5)] == [401] * 5


@pytest.mark.django_db(transaction=True)
def test_guesses_sent_at_once_get_no_more_attempts_than_in_turn(device, make_user):
    make_user()
    responses = at_once(*[lambda: attempt(device())] * 20)
    statuses = [response.status_code for response in responses]
    assert statuses.count(401) == 5
    assert statuses.count(429) == 15


def test_failing_elsewhere_does_not_lock_the_owner_out(device, make_user):
    make_user()
    for _ in range(8):
        attempt(device(**ELSEWHERE))
    assert attempt(device(**ELSEWHERE)).status_code == 429
    assert attempt(device(), PASSWORD).status_code == 200


def test_address_that_guesses_at_many_accounts_is_locked(device, make_user, low_limits):
    make_user()
    statuses = [attempt(device(**ELSEWHERE), email=f"{n}@example.com").status_code for n in range(11)]
    assert statuses == [401] * 10 + [429]
    assert attempt(device(**ELSEWHERE), PASSWORD).status_code == 429
    assert attempt(device(), PASSWORD).status_code == 200


def test_an_own_account_does_not_wash_an_address_clean(device, make_user, low_limits):
    make_user("mallory@example.com")
    for number in range(10):
        attempt(device(**ELSEWHERE), email=f"{number}@example.com")
        if number % 3 == 0:
            attempt(device(**ELSEWHERE), PASSWORD, email="mallory@example.com")
    assert attempt(device(**ELSEWHERE), email="next@example.com").status_code == 429


def test_many_addresses_guessing_one_account_are_slowed_down(device, make_user, low_limits):
    make_user()
    hosts = [device(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}") for number in range(21)]
    statuses = [attempt(host).status_code for host in hosts]
    assert statuses == [401] * 20 + [429]


def test_a_device_that_was_used_before_gets_in_under_such_an_attack(device, make_user, low_limits):
    make_user()
    assert attempt(device(), PASSWORD).status_code == 200
    for number in range(20):
        attempt(device(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}"))
    for number in range(10):
        attempt(device(), email=f"{number}@example.com")
    assert attempt(device(**ELSEWHERE), PASSWORD).status_code == 429
    assert attempt(device(), PASSWORD).status_code == 200


def test_ipv6_hosts_are_counted_by_their_network(device, make_user):
    make_user()
    hosts = [device(HTTP_X_FORWARDED_FOR=f"2001:db8:0:1::{number:x}") for number in range(6)]
    assert [attempt(host).status_code for host in hosts] == [401] * 5 + [429]


@pytest.mark.parametrize("forwarded", ["garbage", "", "127.0.0.1\x00", "a" * 5000, "fe80::1%eth0", "1.2.3.4,"])
def test_a_malformed_address_falls_back_to_the_peer(device, make_user, forwarded):
    make_user()
    assert attempt(device(HTTP_X_FORWARDED_FOR=forwarded), PASSWORD).status_code == 200


def test_entered_credentials_are_not_stored(device):
    attempt(device(), email="my secret password")
    for row in some(SignInFailures.objects.all()):
        assert "secret" not in row.key + row.account


def test_old_counters_are_purged(device):
    attempt(device())
    tasks.purge_sessions()
    assert SignInFailures.objects.count() == 3
    SignInFailures.objects.update(last_at=timezone.now() - lockout.MEMORY - timedelta(seconds=1))
    tasks.purge_sessions()
    assert not SignInFailures.objects.exists()
