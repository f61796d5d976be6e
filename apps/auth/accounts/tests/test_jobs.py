"""Periodic jobs, one item of which is poisoned."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from apps.auth.accounts import tasks
from apps.auth.accounts.models import Mail
from apps.common.testing.jobs import run_until_given_up

pytestmark = pytest.mark.django_db(transaction=True)
# One statement each: there is no item that others could wait for.
AS_A_WHOLE = {"rotate-signing-keys", "purge-sessions", "purge-mails", "purge-idempotency-keys"}


def test_every_job_is_covered_here():
    assert set(settings.CELERY_BEAT_SCHEDULE) == AS_A_WHOLE | {"send-waiting-mails"}


def test_a_mail_that_cannot_be_sent_delays_no_other(make_user, mailoutbox, monkeypatch):
    send = EmailMultiAlternatives.send

    def refuse(message: EmailMultiAlternatives) -> int:
        if message.to == ["bad@example.com"]:
            raise ValueError("Header values may not contain newlines")
        return send(message)

    monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
    for email in ("first@example.com", "bad@example.com", "last@example.com"):
        make_user(email=email)
        Mail.objects.create(kind=Mail.Kind.RESET, email=email, try_at=timezone.now())

    def run() -> None:
        tasks.send_waiting_mails()
        assert [message.to for message in mailoutbox] == [["first@example.com"], ["last@example.com"]]
        Mail.objects.filter(outcome=Mail.Outcome.WAITING).update(try_at=timezone.now())

    failure = run_until_given_up(run)
    mail = Mail.objects.get(email__startswith="bad")
    assert failure.item == str(mail.pk)
    assert "newlines" in failure.reason
    assert mail.outcome == Mail.Outcome.FAILED
