"""Signing keys: made, wrapped, rotated."""

from __future__ import annotations

import json
from datetime import timedelta

import jwt
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.auth.tokens.models import SigningKey
from apps.common.ids import uuid7

# A new key is published this long before it signs, so that every verifier has fetched it by then
# (they refresh their key set every five minutes).
PUBLISHED_AHEAD = timedelta(hours=1)
ROTATE_EVERY = timedelta(days=30)
LOCK = 0x5743_6B65


def current_key() -> SigningKey:
    """The key that signs now; the very first one is made on demand."""
    key = _current()
    return key or _make_first()


def private_pem(key: SigningKey) -> bytes:
    """The private key in PKCS #8 PEM."""
    return Fernet(settings.KEY_ENCRYPTION_KEY).decrypt(bytes(key.private_pem))


def rotate() -> SigningKey | None:
    """Make the next key when the newest is old enough; returns it. Safe to call at any time, by anybody."""
    with transaction.atomic():
        _lock()
        now = timezone.now()
        newest = SigningKey.objects.order_by("-signs_from").first()
        if newest and newest.signs_from > now - ROTATE_EVERY:
            return None
        starts = now + PUBLISHED_AHEAD if newest else now
        # What an old key signed just before the change must verify until it expires.
        good_until = starts + settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"] + timedelta(minutes=5)
        SigningKey.objects.filter(retires_at=None).update(retires_at=good_until)
        SigningKey.objects.filter(retires_at__lt=now).delete()
        return _make(starts)


def _current() -> SigningKey | None:
    return SigningKey.objects.filter(signs_from__lte=timezone.now()).order_by("-signs_from").first()


def _make_first() -> SigningKey:
    with transaction.atomic():
        _lock()
        return _current() or _make(timezone.now())


def _lock() -> None:
    """One process at a time makes keys."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _make(signs_from) -> SigningKey:
    pair = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = pair.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    kid = uuid7().hex
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(pair.public_key()))
    return SigningKey.objects.create(
        kid=kid,
        public_jwk=public | {"kid": kid, "use": "sig", "alg": "RS256"},
        private_pem=Fernet(settings.KEY_ENCRYPTION_KEY).encrypt(pem),
        signs_from=signs_from,
    )
