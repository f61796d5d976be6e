"""What the shop knows of its objects at Stripe."""

from __future__ import annotations

from django.db import models


class StripeIntent(models.Model):
    """The PaymentIntent of a charge, by the key that it was asked for with."""

    # Unique: two workers that ask at once confirm the same intent.
    key = models.CharField(primary_key=True, max_length=80)
    reference = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.reference


class StripeCustomer(models.Model):
    """The Customer that an account's saved cards belong to. Stripe learns neither name nor address from us."""

    user_id = models.UUIDField(primary_key=True)
    reference = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.reference
