"""Mails."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import structlog
from celery import shared_task
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from kombu.exceptions import OperationalError

from apps.auth.accounts import links
from apps.auth.accounts.models import User

log = structlog.get_logger(__name__)
RETRY = {"autoretry_for": (OSError,), "retry_backoff": 5, "max_retries": 8}


def send_later(task: Any, user_id: str) -> None:
    """Hand a mail to the worker; while the queue is away, send it at once rather than lose it."""
    try:
        task.delay(user_id)
    except OperationalError:
        log.warning("queue is away; sending the mail at once", task=task.name)
        task(user_id)


@shared_task(**RETRY)
def send_verification_mail(user_id: str) -> None:
    """The link that confirms an address."""
    user = _user(user_id)
    if user and user.email_verified_at is None:
        link = _link("/account/verify", token=links.make_token(user, links.VERIFY))
        _mail(user, "Confirm your e-mail address", "verify", link=link, days=links.LIFETIMES[links.VERIFY].days)


@shared_task(**RETRY)
def send_known_address_mail(user_id: str) -> None:
    """To somebody who registers again: you have an account already."""
    if user := _user(user_id):
        _mail(user, "You already have an account", "known", link=_link("/account/sign-in"))


@shared_task(**RETRY)
def send_password_reset_mail(user_id: str) -> None:
    """The link that sets a new password."""
    if user := _user(user_id):
        link = _link("/account/password/reset/confirm", token=links.make_token(user, links.RESET))
        _mail(user, "Set a new password", "reset", link=link)


def _user(user_id: str) -> User | None:
    return User.objects.filter(pk=user_id, is_active=True).first()


def _link(path: str, **query: str) -> str:
    return f"{settings.PUBLIC_URL}{path}" + (f"?{urlencode(query)}" if query else "")


def _mail(user: User, subject: str, name: str, **context: Any) -> None:
    context |= {"name": user.name, "subject": subject, "shop": settings.PUBLIC_URL}
    message = EmailMultiAlternatives(subject, render_to_string(f"accounts/{name}.txt", context), to=[user.email])
    message.attach_alternative(render_to_string(f"accounts/{name}.html", context), "text/html")
    message.send()
