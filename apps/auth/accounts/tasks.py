"""Background work of accounts: mail."""

from __future__ import annotations

from celery import shared_task

from apps.auth.accounts import mails


@shared_task
def send_mail(mail_id: str) -> None:
    """Send one mail; what fails here is left to `send_waiting_mails`."""
    mails.send_mail(mail_id)


@shared_task
def send_waiting_mails() -> None:
    """Send mails whose task was lost or whose try failed."""
    mails.send_waiting_mails()


@shared_task
def purge_mails() -> None:
    """Forget old mails."""
    mails.purge_mails()
