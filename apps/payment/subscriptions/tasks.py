"""Background work of subscriptions: renewals, reminders and mails."""

from __future__ import annotations

from celery import shared_task

from apps.payment.subscriptions import refunding, renewing
from apps.payment.subscriptions.mails import mail_queue


@shared_task
def renew_due(limit: int = 200) -> int:
    """Renew, charge again or end what is due; returns how many subscriptions were looked at."""
    return renewing.renew_due(limit)


@shared_task
def resume_open_refunds(limit: int = 50) -> int:
    """Continue refunds of periods that no worker holds; returns how many were looked at."""
    return refunding.resume_open_refunds(limit)


@shared_task
def remind_of_trial_ends(limit: int = 500) -> int:
    """Owe the mails that announce the end of trials; returns how many."""
    return renewing.remind_of_trial_ends(limit)


@shared_task
def send_subscription_mail(mail_id: str) -> None:
    """What fails here is left to `send_due_subscription_mails`."""
    mail_queue.send_now(mail_id)


@shared_task
def send_due_subscription_mails(limit: int = 200) -> int:
    """Mails that could not be sent, or whose task was lost; returns how many."""
    return mail_queue.send_due(limit)
