"""Revocations: accounts whose access tokens are refused."""

from __future__ import annotations

from django.db import models


class RevokedTokens(models.Model):
    """All access tokens of an account that were issued up to a moment, except those of one session."""

    user_id = models.UUIDField(primary_key=True)
    issued_until = models.DateTimeField(db_index=True)
    kept_session_id = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "revoked tokens"

    def __str__(self) -> str:
        return f"{self.user_id} until {self.issued_until:%Y-%m-%d %H:%M:%S}"
