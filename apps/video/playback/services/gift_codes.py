"""Gift codes: made in batches, each redeemed once."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.common.codes import is_code, normalise, random_codes
from apps.common.problems import Conflict, NotFound
from apps.video.playback.models import Entitlement, EntitlementEvent, GiftBatch, GiftCode
from apps.video.playback.services.history import Because, record


class UnknownGiftCode(NotFound):
    slug = "gift-code-unknown"
    title: str | Promise = _("There is no such gift code")


class GiftCodeNotRedeemable(Conflict):
    """`reason` is `redeemed`, `expired` or `inactive`."""

    slug = "gift-code-not-redeemable"
    title: str | Promise = _("The gift code cannot be redeemed")


def add_gift_codes(batch: GiftBatch, *, count: int, prefix: str = "") -> int:
    """Give the batch codes that nobody can guess; returns how many. Raises ValidationProblem."""
    codes = random_codes(count, prefix=prefix)
    GiftCode.objects.bulk_create((GiftCode(batch=batch, code=code) for code in codes), batch_size=1000)
    return count


def set_gift_codes_active(code_ids: Collection[int], *, is_active: bool) -> int:
    """Switch codes on or off; returns how many changed."""
    return GiftCode.objects.filter(pk__in=code_ids).exclude(is_active=is_active).update(is_active=is_active)


def redeem_gift_code(text: str, *, user_id: uuid.UUID) -> Entitlement:
    """The right that a code gives, to the first account that redeems it; the same account gets the same right again.

    Raises UnknownGiftCode or GiftCodeNotRedeemable.
    """
    code = normalise(text)
    if not is_code(code):
        raise _unknown()
    with transaction.atomic(durable=True):
        # Two who redeem it at the same time wait here for one another. The entitlement is read behind the lock: a join
        # would show it as it was before.
        found = GiftCode.objects.select_for_update(of=("self",)).select_related("batch").filter(code=code).first()
        if found is None:
            raise _unknown()
        if found.entitlement and found.entitlement.user_id == user_id and not found.entitlement.revoked_at:
            return found.entitlement
        _require_redeemable(found)
        days = found.batch.access_days
        entitlement = Entitlement.objects.create(
            user_id=user_id,
            title_slug=found.batch.title_slug,
            offer=Entitlement.Offer.BUY,
            source=Entitlement.Source.GIFT,
            expires_at=timezone.now() + timedelta(days=days) if days else None,
        )
        found.entitlement, found.redeemed_at = entitlement, timezone.now()
        found.save(update_fields=["entitlement", "redeemed_at"])
        because = Because(EntitlementEvent.Cause.GIFT_CODE, reason=code)
        record([entitlement.pk], EntitlementEvent.Kind.GRANTED, because)
    return entitlement


def _require_redeemable(gift: GiftCode) -> None:
    if gift.redeemed_at:
        raise GiftCodeNotRedeemable(gettext("This gift code has been redeemed already."), reason="redeemed")
    if gift.batch.redeem_until and gift.batch.redeem_until <= timezone.now():
        raise GiftCodeNotRedeemable(gettext("This gift code has expired."), reason="expired")
    if not (gift.is_active and gift.batch.is_active):
        message = gettext("This gift code is not active. Ask the shop that gave it to you.")
        raise GiftCodeNotRedeemable(message, reason="inactive")


def _unknown() -> UnknownGiftCode:
    return UnknownGiftCode(gettext("There is no such gift code. Check what you typed."))
