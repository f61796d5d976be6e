"""Who may watch what, who is watching, and how far they got."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.codes import MAX_CODE_LENGTH
from apps.common.devices import MAX_USER_AGENT_LENGTH
from apps.common.ids import uuid7
from apps.video.titles.models import Title

MAX_REASON_LENGTH = 300


class Entitlement(models.Model):
    """The right to watch a title: from a paid order, a gift code or a member of staff.

    Kept by the title's slug: an order may be paid before the film exists here. A rental may be started within 30 days;
    from the first play on it lasts `rental_hours` (how shops of rented films commonly do it).
    """

    class Source(models.TextChoices):
        ORDER = "order", _("Order")
        STAFF = "staff", _("Granted by staff")
        GIFT = "gift", _("Gift code")

    class Offer(models.TextChoices):
        BUY = "buy", _("Buy")
        RENT = "rent", _("Rent")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    title_slug = models.SlugField(_("film"), max_length=120)
    offer = models.CharField(_("offer"), max_length=4, choices=Offer)
    rental_hours = models.PositiveIntegerField(_("hours of rental"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=5, choices=Source, default=Source.ORDER, db_default=Source.ORDER)
    # Empty unless an order granted it.
    order_number = models.CharField(_("order"), max_length=32, blank=True)
    granted_at = models.DateTimeField(_("granted"), default=timezone.now)
    first_played_at = models.DateTimeField(_("first played"), null=True, blank=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("entitlement")
        verbose_name_plural = _("entitlements")
        constraints = [
            # The same order reported twice grants once.
            models.UniqueConstraint(
                fields=["order_number", "title_slug", "offer"],
                name="entitlement_once_per_order",
                condition=~Q(order_number=""),
            ),
            models.CheckConstraint(
                condition=~Q(offer="rent") | Q(expires_at__isnull=False), name="entitlement_rental_expires"
            ),
        ]
        indexes = [
            models.Index(fields=["user_id", "-granted_at", "-id"], name="library"),
            # For the job that records what has expired.
            models.Index(fields=["expires_at"], name="entitlement_running", condition=Q(revoked_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.offer} {self.title_slug}"


class EntitlementEvent(models.Model):
    """What happened to an entitlement, when, why and by whom. Only ever added to: a trigger refuses changes."""

    class Kind(models.TextChoices):
        GRANTED = "granted", _("Granted")
        STARTED = "started", _("Started")
        REVOKED = "revoked", _("Revoked")
        REINSTATED = "reinstated", _("Reinstated")
        EXPIRED = "expired", _("Expired")

    class Cause(models.TextChoices):
        PAID = "paid", _("Order paid")
        REFUNDED = "refunded", _("Order refunded")
        CANCELLED = "cancelled", _("Order cancelled")
        DISPUTED = "disputed", _("Payment disputed")
        DISPUTE_WON = "dispute_won", _("Dispute won")
        STAFF = "staff", _("Staff")
        GIFT_CODE = "gift_code", _("Gift code")
        FIRST_PLAY = "first_play", _("First play")
        TIME = "time", _("Time is up")

    entitlement = models.ForeignKey(Entitlement, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("what"), max_length=10, choices=Kind)
    cause = models.CharField(_("why"), max_length=12, choices=Cause)
    # Of the member of staff; empty for everything else.
    actor = models.CharField(_("by"), max_length=254, blank=True)
    reason = models.CharField(_("reason"), max_length=MAX_REASON_LENGTH, blank=True)
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("event of an entitlement")
        verbose_name_plural = _("history")
        constraints = [
            # Two workers may look for what has expired at the same time.
            models.UniqueConstraint(
                fields=["entitlement", "kind"],
                name="entitlement_event_once",
                condition=Q(kind__in=["granted", "started", "expired"]),
            )
        ]
        indexes = [models.Index(fields=["entitlement", "at"], name="entitlement_history")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.cause}"


class GiftBatch(models.Model):
    """Gift codes of one kind: each opens the same title once, for good or for some days."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("name"), max_length=120)
    title_slug = models.SlugField(_("film"), max_length=120)
    access_days = models.PositiveIntegerField(_("days of access"), null=True, blank=True)
    redeem_until = models.DateTimeField(_("redeem until"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_by = models.CharField(_("created by"), max_length=254, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("gift code batch")
        verbose_name_plural = _("gift code batches")
        constraints = [
            models.CheckConstraint(
                condition=Q(access_days=None) | Q(access_days__gte=1), name="gift_access_of_a_day_or_more"
            )
        ]

    def __str__(self) -> str:
        return self.name


class GiftCode(models.Model):
    """One code. It stays redeemed when the account that redeemed it is deleted."""

    batch = models.ForeignKey(GiftBatch, on_delete=models.PROTECT, related_name="codes", verbose_name=_("batch"))
    code = models.CharField(_("code"), max_length=MAX_CODE_LENGTH, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    redeemed_at = models.DateTimeField(_("redeemed"), null=True, blank=True)
    entitlement = models.OneToOneField(
        Entitlement, on_delete=models.SET_NULL, null=True, related_name="gift_code", verbose_name=_("entitlement")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("gift code")
        verbose_name_plural = _("gift codes")
        constraints = [
            models.CheckConstraint(
                condition=Q(entitlement=None) | Q(redeemed_at__isnull=False), name="gift_code_entitles_once_redeemed"
            )
        ]

    def __str__(self) -> str:
        return self.code


class Revocation(models.Model):
    """A film of an order that was refunded, kept so that a grant which is handled later does not give it after all.

    An empty `title_slug` stands for all films of the order, an empty `offer` for every offer of the title.
    """

    order_number = models.CharField(max_length=32)
    title_slug = models.CharField(max_length=120, blank=True)
    offer = models.CharField(max_length=4, choices=Entitlement.Offer, blank=True)
    cause = models.CharField(
        max_length=12,
        choices=EntitlementEvent.Cause,
        default=EntitlementEvent.Cause.REFUNDED,
        db_default=EntitlementEvent.Cause.REFUNDED,
    )
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
    # Of the subscriber, ISO 3166-1 alpha-2: films are on offer by country. Empty until an event has said it.
    country = models.CharField(_("country"), max_length=2, blank=True, db_default="")
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
    """A right to watch a film now, of whatever kind: a view over entitlements and open subscriptions (migration 0009).

    `expires_at` is the end of a rental or of the subscription; `rank` is lower for the better right to a film;
    `country` is the subscriber's.
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
    country = models.CharField(max_length=2)

    class Meta:
        managed = False

    def __str__(self) -> str:
        return f"{self.offer} {self.title_slug}"


class PlaybackSession(models.Model):
    """One player at work. Over when it is ended, or silent for too long."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user_id = models.UUIDField()
    title = models.ForeignKey(Title, on_delete=models.CASCADE, verbose_name=_("film"))
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
    heartbeat_at = models.DateTimeField(_("last heartbeat"), default=timezone.now)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    created_at = models.DateTimeField(_("started"), auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["user_id", "heartbeat_at"], name="session_live", condition=Q(ended_at=None)),
            models.Index(fields=["user_id", "heartbeat_at"], name="session_by_user"),
            # Who plays now, and what is old enough to go.
            models.Index(fields=["heartbeat_at"], name="session_by_heartbeat"),
        ]
        verbose_name = _("playback")
        verbose_name_plural = _("playbacks")

    def __str__(self) -> str:
        return f"{self.title_id} since {self.created_at:%H:%M}"


class TitleStatistics(Title):
    """A title as the page of its statistics shows it."""

    class Meta:
        proxy = True
        verbose_name = _("statistics")
        verbose_name_plural = _("statistics")


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
