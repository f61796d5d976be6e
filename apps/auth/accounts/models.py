"""Accounts and their address books."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from apps.common.emails import normalise_email
from apps.common.ids import uuid7
from apps.common.languages import default_language


class Role(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    CATALOG_STAFF = "catalog_staff", _("Catalogue staff")
    SUPPORT_STAFF = "support_staff", _("Support staff")
    VIDEO_STAFF = "video_staff", _("Video staff")
    ADMIN = "admin", _("Administrator")


def customer_only() -> list[str]:
    """What a new account may do."""
    return [Role.CUSTOMER]


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=normalise_email(username or ""))


class User(AbstractBaseUser):
    """An account. Roles say what it may do in every service; `customer` is held by all."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(_("email address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=150)
    # Of the shop's mails, and of pages on a new device.
    language = models.CharField(_("language"), max_length=10, default=default_language, db_default="")
    roles = ArrayField(models.CharField(max_length=32, choices=Role), default=customer_only, verbose_name=_("roles"))
    email_verified_at = models.DateTimeField(_("email verified"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    # Counts how often all sessions were ended; sessions of the admin hold the number with which they began.
    session_generation = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        constraints = [
            # With the unique index: two registrations of one address at the same moment end with one account, also
            # when they spell it differently.
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_is_normalised"),
            models.CheckConstraint(condition=models.Q(email__regex="^[ -~]+$"), name="user_email_is_ascii"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin of this service lets the person in."""
        return not {Role.ADMIN, Role.SUPPORT_STAFF}.isdisjoint(self.roles)

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django compares it at every request: a new password or a new generation ends the sessions of the admin."""
        if not self.session_generation:
            return super()._get_session_auth_hash(secret)  # type: ignore[misc]  # missing in the stubs
        value = f"{self.session_generation}|{self.password}"
        return salted_hmac("apps.auth.accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Administrators do everything; support looks."""
        if Role.ADMIN in self.roles:
            return self.is_active
        return self.is_active and self.is_staff and perm.rsplit(".", 1)[-1].startswith("view_")

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class Mail(models.Model):
    """A mail that was asked for, written with what causes it: no queue that is down can lose it.

    Whether anything is sent, and what, is decided by the worker. So the request does the same for every address.
    """

    class Kind(models.TextChoices):
        VERIFY = "verify", _("Verify the address")
        REGISTERED_AGAIN = "registered_again", _("Registered again")
        RESET = "reset", _("Reset the password")

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        NOT_NEEDED = "not_needed", _("Not needed")
        FAILED = "failed", _("Failed")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    email = models.CharField(_("email address"), max_length=254)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, default=Outcome.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    try_at = models.DateTimeField(_("next try"))
    created_at = models.DateTimeField(_("requested"), auto_now_add=True)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        indexes = [
            models.Index(fields=["try_at"], condition=models.Q(outcome="waiting"), name="mail_waiting"),
            models.Index(fields=["email", "created_at"], name="mail_by_email"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.email}: {self.outcome}"


class Address(models.Model):
    """An entry of an address book."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="addresses")
    name = models.CharField(_("name"), max_length=150)
    line1 = models.CharField(max_length=200)
    line2 = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20)
    city = models.CharField(max_length=100)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2)
    phone = models.CharField(max_length=40, blank=True)
    is_default = models.BooleanField(_("default address"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            # Two tabs that each choose a default must not leave two.
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(is_default=True), name="address_one_default_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.city}"
