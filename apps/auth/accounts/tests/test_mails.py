"""Mails are never lost, never sent twice, never a weapon."""

from __future__ import annotations

import smtplib
from datetime import timedelta

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from kombu.exceptions import OperationalError

from apps.auth.accounts import mails, tasks
from apps.auth.accounts.models import Mail
from apps.auth.tests.people import PASSWORD
from apps.common.testing.concurrency import at_once

pytestmark = pytest.mark.django_db


def waiting(kind=Mail.Kind.RESET, email="ada@example.com", **fields):
    return Mail.objects.create(kind=kind, email=email, **({"try_at": timezone.now()} | fields))


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_is_down_costs_time_and_no_mail(device, monkeypatch, mailoutbox):
    def fail(*args, **kwargs):
        raise OperationalError("no Redis")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.send_mail, "apply_async", fail)
        response = device().post("/v1/users", {"email": "ada@example.com", "password": PASSWORD, "name": "Ada"})
    assert (response.status_code, mailoutbox) == (202, [])
    tasks.send_waiting_mails()
    assert [message.to for message in mailoutbox] == [["ada@example.com"]]


def test_a_failing_mail_server_is_tried_again_later(make_user, monkeypatch, mailoutbox):
    make_user()
    mail = waiting()

    def fail(message):
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", fail)
        assert mails.send_waiting_mails() == 0
    mail.refresh_from_db()
    assert (mail.outcome, mail.tries) == (Mail.Outcome.WAITING, 1)
    assert mail.try_at > timezone.now() + timedelta(minutes=1)
    Mail.objects.update(try_at=timezone.now())
    assert mails.send_waiting_mails() == 1
    assert len(mailoutbox) == 1


def test_a_hopeless_mail_is_given_up(make_user, monkeypatch):
    make_user()
    mail = waiting(tries=mails.MAX_TRIES - 1)

    def fail(message):
        raise smtplib.SMTPRecipientsRefused({})

    monkeypatch.setattr(EmailMultiAlternatives, "send", fail)
    assert mails.send_mail(mail.pk) is False
    mail.refresh_from_db()
    assert mail.outcome == Mail.Outcome.FAILED


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_a_mail_once(make_user, mailoutbox):
    make_user()
    mail = waiting()
    assert at_once(*[lambda: mails.send_mail(mail.pk)] * 6) == [True] * 6
    assert len(mailoutbox) == 1


def test_mails_of_one_kind_to_one_address_are_limited(device, make_user, mailed):
    make_user()
    for _ in range(mails.HOURLY + 3):
        assert device().post("/v1/password/reset", {"email": "ada@example.com"}).status_code == 202
    assert len(mailed()) == mails.HOURLY


def test_mail_requests_are_limited_by_address(device):
    statuses = []
    for number in range(31):
        response = device().post("/v1/users/resend-verification", {"email": f"{number}@example.com"})
        statuses.append(response.status_code)
    assert statuses == [202] * 30 + [429]
    assert response.json()["type"] == "/problems/too-many-requests"
    assert int(response["Retry-After"]) > 0
    spoofed = device(HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.7")
    assert spoofed.post("/v1/password/reset", {"email": "a@example.com"}).status_code == 429
    other = device(HTTP_X_FORWARDED_FOR="203.0.113.7, 198.51.100.1")
    assert other.post("/v1/password/reset", {"email": "a@example.com"}).status_code == 202


def test_a_stranger_writes_nothing_into_a_mail(device, mailed):
    new = {"email": "ada@example.com", "password": PASSWORD, "name": "You won! https://evil.example <b>click</b>"}
    device().post("/v1/users", new)
    device().post("/v1/users", new)
    device().post("/v1/password/reset", {"email": "ada@example.com"})
    messages = mailed()
    assert len(messages) == 3
    for message in messages:
        assert "evil" not in message.body + message.alternatives[0].content + message.subject


def test_mails_are_text_and_handsome_html(device, make_user, mailed):
    make_user(name="Ada & <Grace>")
    device().post("/v1/users", {"email": "ada@example.com", "password": PASSWORD, "name": "x"})
    [message] = mailed()
    assert "Hello Ada & <Grace>" in message.body
    [html] = message.alternatives
    assert html.mimetype == "text/html"
    assert "Hello Ada &amp; &lt;Grace&gt;" in html.content


def test_old_mails_are_forgotten(make_user):
    waiting()
    old = waiting()
    Mail.objects.filter(pk=old.pk).update(created_at=timezone.now() - mails.KEPT - timedelta(hours=1))
    tasks.purge_mails()
    assert Mail.objects.exclude(pk=old.pk).count() == Mail.objects.count() == 1
