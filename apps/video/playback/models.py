"""Who may watch what, who is watching, and how far they got."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.devices import MAX_USER_AGENT_LENGTH
from apps.common.ids import uuid7
from apps.video.titles.models import Title


class Entitlement(models.Model):
    """The right to watch a title, from a paid order.

    Kept by the title's slug: an order may be paid before the film exists here. A rental may be started within 30 days;
    from the first play on it lasts `rental_hours` (how shops of rented films commonly do it).
    """

    class Offer(models.TextChoices):
        BUY = "buy", _("Buy")
        RENT = "rent", _("Rent")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    title_slug = models.SlugField(_("film"), max_length=120)
    offer = models.CharField(_("offer"), max_length=4, choices=Offer)
    rental_hours = models.PositiveIntegerField(_("hours of rental"), null=True, blank=True)
    order_number = models.CharField(_("order"), max_length=32)
    granted_at = models.DateTimeField(_("granted"), default=timezone.now)
    first_played_at = models.DateTimeField(_("first played"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        constraints = [
            # The same order reported twice grants once.
            models.UniqueConstraint(fields=["order_number", "title_slug", "offer"], name="entitlement_once_per_order"),
            models.CheckConstraint(
                condition=~Q(offer="rent") | Q(expires_at__isnull=False), name="entitlement_rental_expires"
            ),
        ]
        indexes = [models.Index(fields=["user_id", "-granted_at", "-id"], name="library")]

    def __str__(self) -> str:
        return f"{self.offer} {self.title_slug}"


class Revocation(models.Model):
    """A film of an order that was refunded, kept so that a grant which is handled later does not give it after all.

    An empty `title_slug` stands for all films of the order, an empty `offer` for every offer of the title.
    """

    order_number = models.CharField(max_length=32)
    title_slug = models.CharField(max_length=120, blank=True)
    offer = models.CharField(max_length=4, choices=Entitlement.Offer, blank=True)
    revoked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            # The same refund reported twice is kept once.
            models.UniqueConstraint(fields=["order_number", "title_slug", "offer"], name="revocation_once_per_order")
        ]

    def __str__(self) -> str:
        return f"{self.title_slug or 'all films'} of {self.order_number}"

    def covers(self, *, title_slug: str, offer: str) -> bool:
        """Whether it is about this film of its order."""
        return self.title_slug in ("", title_slug) and self.offer in ("", offer)


class SubscriptionAccess(models.Model):
    """What a subscription opens and until when, as the event with the highest `version` said. Kept when it has ended:
    an older event that is handled later must not open it again."""

    subscription_id = models.UUIDField(primary_key=True, editable=False)
    subscription_number = models.CharField(_("subscription"), max_length=32)
    user_id = models.UUIDField()
    package = models.CharField(_("film package"), max_length=40)
    state = models.CharField(_("state"), max_length=16)
    access_until = models.DateTimeField(_("access until"))
    started_at = models.DateTimeField(_("started"), default=timezone.now)
    version = models.PositiveIntegerField(editable=False)

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        indexes = [models.Index(fields=["user_id", "access_until"], name="subscription_access_open")]

    def __str__(self) -> str:
        return self.subscription_number


class LibraryEntry(models.Model):
    """A right to watch a film now, of whatever kind: a view over entitlements and open subscriptions (migration 0004).

    `expires_at` is the end of a rental or of the subscription; `rank` is lower for the better right to a film.
    """

    class Offer(models.TextChoices):
        BUY = "buy", _("Buy")
        RENT = "rent", _("Rent")
        PLAN = "plan", _("Included in a subscription")

    id = models.UUIDField(primary_key=True)
    user_id = models.UUIDField()
    title_slug = models.CharField(max_length=120)
    offer = models.CharField(max_length=4, choices=Offer)
    rank = models.PositiveSmallIntegerField()
    order_number = models.CharField(max_length=32)
    granted_at = models.DateTimeField()
    first_played_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.offer} {self.title_slug}"


class PlaybackSession(models.Model):
    """One player at work. Over when it is ended, or silent for too long."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    title = models.ForeignKey(Title, on_delete=models.CASCADE)
    # What it plays to its end, although the title may get a new encoding meanwhile. Empty: the title's.
    asset_id = models.UUIDField(null=True, editable=False)
    manifest = models.CharField(max_length=40, default="master.m3u8", db_default="master.m3u8", editable=False)
    # Of the browser that started it: accounts and staff recognise the device by it.
    user_agent = models.CharField(max_length=MAX_USER_AGENT_LENGTH, blank=True, db_default="", editable=False)
    # As the player reports them: where it is, how far it ever was, and what it went through.
    position_seconds = models.FloatField(_("position"), default=0, db_default=0, editable=False)
    furthest_seconds = models.FloatField(default=0, db_default=0, editable=False)
    watched_seconds = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    rebuffer_count = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    rebuffer_seconds = models.FloatField(default=0, db_default=0, editable=False)
    heartbeat_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "heartbeat_at"], name="session_live", condition=Q(ended_at=None)),
            models.Index(fields=["user_id", "heartbeat_at"], name="session_by_user"),
        ]

    def __str__(self) -> str:
        return f"{self.title_id} since {self.created_at:%H:%M}"


class Progress(models.Model):
    """The position at which a user stopped watching a title."""

    user_id = models.UUIDField()
    title = models.ForeignKey(Title, on_delete=models.CASCADE, related_name="progress")
    position_seconds = models.FloatField(default=0)
    is_finished = models.BooleanField(default=False)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user_id", "title"], name="progress_once_per_title")]

    def __str__(self) -> str:
        return f"{self.position_seconds:.0f} s"
