"""The local mirror of a staff member, so that Django's admin has a user to attach permissions and history to."""

from __future__ import annotations

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils.translation import gettext_lazy as _


class StaffUserManager(BaseUserManager["StaffUser"]):
    """No create_superuser: accounts are made in `auth` and mirrored at sign-in."""

    def get_by_natural_key(self, username: str | None) -> StaffUser:
        return self.get(email=username)


class StaffUser(AbstractBaseUser, PermissionsMixin):
    """A person known to `auth`, with its id. The password lives in `auth` alone; the one here is unusable.

    Not unique by e-mail: an address may move from one account to another in `auth` before we hear of it.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    email = models.EmailField()
    name = models.CharField(max_length=150, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)

    # Which session of `auth` has just been opened for a sign-in; set by the backend, kept in Django's session.
    auth_session_id = ""

    objects = StaffUserManager()

    USERNAME_FIELD = "id"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["email"]

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff members")

    def __str__(self) -> str:
        return self.name or self.email

    def end_sessions(self) -> None:
        """Make every open session end at its next request, once `password` is saved.

        Django compares a hash of the password at each request, and every unusable password is another random one.
        """
        self.set_unusable_password()

    def get_username(self) -> str:
        """The admin shows it (and its first letter); an id would say nothing."""
        return self.email

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)
