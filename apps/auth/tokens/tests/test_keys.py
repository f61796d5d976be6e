"""Signing keys: wrapped, published ahead, rotated, withdrawn."""

from __future__ import annotations

from datetime import timedelta

import jwt
import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import rsa
from django.core.management import call_command

from apps.auth.tokens import access, checks, keys, tasks
from apps.auth.tokens.models import SigningKey
from apps.auth.tokens.selectors import jwks_document
from apps.common.identity import jwks
from apps.common.identity.authentication import InvalidToken, verify
from apps.common.testing.concurrency import at_once

pytestmark = pytest.mark.django_db


def published():
    return [key["kid"] for key in jwks_document()["keys"]]


def let_pass(**time):
    """Time goes by, as the keys see it."""
    for key in SigningKey.objects.all():
        key.signs_from -= timedelta(**time)
        key.retires_at = key.retires_at and key.retires_at - timedelta(**time)
        key.save()


def forget_cached_keys(monkeypatch):
    monkeypatch.setattr(jwks, "keys", jwks.KeySet(fetch=jwks_document))


@pytest.fixture
def real_keys(monkeypatch):
    monkeypatch.setattr(keys, "_new_pair", lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))


@pytest.mark.django_db(transaction=True)
def test_many_that_need_the_first_key_at_once_make_one():
    made = at_once(*[keys.current_key] * 6)
    assert len({key.kid for key in made}) == SigningKey.objects.count() == 1


def test_the_private_key_is_wrapped_and_the_public_one_public():
    key = keys.current_key()
    assert b"PRIVATE KEY" not in bytes(key.private_pem)
    assert set(key.public_jwk) == {"kty", "n", "e", "kid", "use", "alg"}
    assert keys.private_key(key).key_size == 2048


def test_a_young_key_is_not_rotated():
    first = keys.current_key()
    assert keys.rotate() is None
    let_pass(days=29)
    tasks.rotate_signing_keys()
    assert published() == [first.kid]


def test_the_next_key_is_published_before_it_signs_and_the_old_one_after(real_keys, monkeypatch):
    old = keys.current_key()
    token = access.for_service("ui", [])
    let_pass(days=30)
    tasks.rotate_signing_keys()
    new = SigningKey.objects.exclude(pk=old.pk).get()
    assert published() == [new.kid, old.kid]
    assert keys.current_key() == old

    let_pass(hours=1, seconds=1)
    assert keys.current_key() == new
    assert published() == [new.kid, old.kid]
    forget_cached_keys(monkeypatch)
    assert verify(token).service_name == "ui"
    assert jwt.get_unverified_header(access.for_service("ui", []))["kid"] == new.kid

    let_pass(minutes=15)
    assert published() == [new.kid]
    forget_cached_keys(monkeypatch)
    with pytest.raises(InvalidToken):
        verify(token)


def test_long_retired_keys_are_deleted():
    keys.current_key()
    for _ in range(3):
        let_pass(days=31)
        keys.rotate()
    assert SigningKey.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_that_rotate_at_once_make_one_key():
    keys.current_key()
    let_pass(days=31)
    made = at_once(*[keys.rotate] * 5)
    assert len([key for key in made if key]) == 1
    assert SigningKey.objects.count() == 2


def test_the_command_rotates_when_it_is_time(capsys):
    call_command("rotate_signing_keys")
    call_command("rotate_signing_keys")
    let_pass(days=31)
    call_command("rotate_signing_keys")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" ", 1)[1][:12] for line in lines] == ["is published", "newest key i", "is published"]


def test_compromised_keys_are_withdrawn_at_once(real_keys, ada, device, monkeypatch):
    before = published()
    call_command("rotate_signing_keys", "--compromised")
    assert not set(before) & set(published())
    forget_cached_keys(monkeypatch)
    assert ada.client.get("/v1/me").status_code == 401
    response = device().post("/v1/tokens/refresh", {"refresh": ada.tokens["refresh"]})
    assert response.status_code == 200
    assert verify(response.json()["access"]).user_id == ada.user.pk


def test_the_wrapping_key_can_be_changed(settings):
    [old] = settings.KEY_ENCRYPTION_KEYS
    token = access.for_service("ui", [])
    new = Fernet.generate_key().decode()
    settings.KEY_ENCRYPTION_KEYS = [new, old]
    assert jwt.get_unverified_header(access.for_service("ui", [])) == jwt.get_unverified_header(token)
    settings.KEY_ENCRYPTION_KEYS = [new]
    with pytest.raises(keys.KeyCannotBeUnwrapped, match="KEY_ENCRYPTION_KEY"):
        access.for_service("ui", [])


@pytest.mark.parametrize(("value", "ids"), [([], ["auth.E001"]), (["short"], ["auth.E002"]), (["é"], ["auth.E002"])])
def test_a_wrong_wrapping_key_is_found_at_the_start(settings, value, ids):
    settings.KEY_ENCRYPTION_KEYS = value
    assert [error.id for error in checks.wrapping_keys_are_fernet_keys(None)] == ids


def test_a_right_wrapping_key_passes_the_check():
    assert checks.wrapping_keys_are_fernet_keys(None) == []
