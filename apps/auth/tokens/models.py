"""Signing keys, sessions and failed sign-ins."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from apps.auth.caller import Caller
from apps.common.ids import uuid7


class SigningKey(models.Model):
    """An RSA key pair: published until `retires_at`, signing from `signs_from` until a newer one does.

    So a key is *next* while `signs_from` lies ahead, *active* while it is the newest that may sign, then *retired*.
    """

    kid = models.CharField(primary_key=True, max_length=64)
    public_jwk = models.JSONField()
    private_pem = models.BinaryField(help_text="PKCS #8, wrapped with KEY_ENCRYPTION_KEY.")
    signs_from = models.DateTimeField(db_index=True)
    retires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.kid


class Session(models.Model):
    """A signed-in device: one family of refresh tokens, of which only number `counter` is good.

    `address` and `user_agent` are those of the last rotation.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sessions")
    salt = models.BinaryField(max_length=32)
    counter = models.PositiveIntegerField(default=0)
    rotated_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_because = models.CharField(max_length=64, blank=True)
    user_agent = models.CharField(max_length=256, blank=True)
    address = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.user_agent or 'unknown device'} since {self.created_at:%Y-%m-%d}"

    def is_from(self, caller: Caller) -> bool:
        """Whether `caller` looks like the one that rotated last."""
        return (self.address, self.user_agent) == (caller.address, caller.user_agent)


class SignInFailures(models.Model):
    """How often sign-in was tried in vain lately under one key; see lockout.py. Keys and accounts are hashes."""

    key = models.CharField(primary_key=True, max_length=64)
    account = models.CharField(max_length=64, blank=True, db_index=True)
    count = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(db_index=True)
    locked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "sign-in failures"

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"
