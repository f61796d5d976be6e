"""Signing keys: made, wrapped, rotated."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone

from apps.auth.tokens.models import SigningKey
from apps.common.ids import uuid7

# A new key is published this long before it signs, so that every verifier has fetched it by then
# (they refresh their key set every five minutes).
PUBLISHED_AHEAD = timedelta(hours=1)
ROTATE_EVERY = timedelta(days=30)
# A retired key verifies this much longer than its last token lives: clocks differ.
MARGIN = timedelta(minutes=5)
LOCK = 0x5743_6B65


class KeyCannotBeUnwrapped(Exception):
    """KEY_ENCRYPTION_KEY is not the one that wrapped the signing key."""


def current_key() -> SigningKey:
    """The key that signs now; the very first one is made on demand."""
    key = _current()
    return key or _make_first()


def private_key(key: SigningKey) -> rsa.RSAPrivateKey:
    """The private half, unwrapped; raises KeyCannotBeUnwrapped."""
    return _unwrap(key.kid, bytes(key.private_pem), tuple(settings.KEY_ENCRYPTION_KEYS))


def rotate() -> SigningKey | None:
    """Make the next key when the newest is old enough; returns it. Safe to call at any time, by anybody."""
    with transaction.atomic(durable=True):
        _lock()
        now = timezone.now()
        newest = SigningKey.objects.order_by("-signs_from").first()
        if newest and newest.signs_from > now - ROTATE_EVERY:
            return None
        starts = now + PUBLISHED_AHEAD if newest else now
        # What an old key signed just before the change must verify until it expires.
        lifetime: timedelta = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]
        good_until = starts + lifetime + MARGIN
        SigningKey.objects.filter(retires_at=None).update(retires_at=good_until)
        SigningKey.objects.filter(retires_at__lt=now).delete()
        return _make(starts)


def replace_compromised() -> SigningKey:
    """Withdraw every key at once and sign with a new one: all access tokens die within the verifiers' five minutes.

    Refresh tokens live on, so people do not notice.
    """
    with transaction.atomic(durable=True):
        _lock()
        SigningKey.objects.all().delete()
        return _make(timezone.now())


def _current() -> SigningKey | None:
    now = timezone.now()
    alive = Q(retires_at=None) | Q(retires_at__gt=now)
    return SigningKey.objects.filter(alive, signs_from__lte=now).order_by("-signs_from").first()


def _make_first() -> SigningKey:
    with transaction.atomic():
        _lock()
        return _current() or _make(timezone.now())


def _lock() -> None:
    """One process at a time makes keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _make(signs_from: datetime) -> SigningKey:
    pair = _new_pair()
    pem = pair.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    kid = uuid7().hex
    public: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(pair.public_key()))
    # PyJWT adds `key_ops`, which RFC 7517 does not want beside `use`.
    public.pop("key_ops", None)
    return SigningKey.objects.create(
        kid=kid,
        public_jwk=public | {"kid": kid, "use": "sig", "alg": "RS256"},
        private_pem=_fernet(tuple(settings.KEY_ENCRYPTION_KEYS)).encrypt(pem),
        signs_from=signs_from,
    )


def _new_pair() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@lru_cache(maxsize=4)
def _unwrap(kid: str, wrapped: bytes, wrapping_keys: tuple[str, ...]) -> rsa.RSAPrivateKey:
    """Unwrapped once a process: reading an RSA key costs more than signing with it."""
    try:
        pem = _fernet(wrapping_keys).decrypt(wrapped)
    except InvalidToken as error:
        raise KeyCannotBeUnwrapped(
            f"Signing key {kid} was wrapped with another KEY_ENCRYPTION_KEY. Give the old one after the new one, "
            "by comma, or run `manage.py auth rotate_signing_keys --compromised`."
        ) from error
    key = serialization.load_pem_private_key(pem, password=None)
    assert isinstance(key, rsa.RSAPrivateKey)  # noqa: S101  (for the type checker; only such keys are stored)
    return key


def _fernet(wrapping_keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in wrapping_keys])
