"""POST /v1/orders/access: a guest who lost the mail gets the link again, and nobody learns which orders there are."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone

from apps.common.jobs.models import JobFailure
from apps.common.testing.concurrency import at_once
from apps.payment.orders import tasks
from apps.payment.orders.models import Order
from apps.payment.orders.services import LINK_PAUSE
from apps.payment.tests.personas import Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def number(guest, catalog) -> str:
    """The number of a guest's order, whose confirmation is lost."""
    guest.put("MUG-BLUE")
    number = guest.order(language="de").json()["number"]
    mail.outbox.clear()
    return number


def ask(number: str, email: str = "ada@example.com", **headers: str):
    return Shopper().client.post("/v1/orders/access", {"number": number, "email": email}, headers=headers)


def rest() -> None:
    """As if the last request were long ago."""
    Order.objects.update(link_requested_at=timezone.now() - LINK_PAUSE - timedelta(seconds=1))


def test_link_is_mailed_in_the_language_of_the_order_and_opens_it(number):
    response = ask(f" {number.lower()} ", "Ada@Example.com")
    assert response.status_code == 202
    [message] = mail.outbox
    assert message.subject == f"Der Link zu Ihrer Bestellung {number}"
    assert message.to == ["ada@example.com"]
    secret = re.search(rf"/orders/{number}\?secret=(\S+)", message.body)[1]
    assert f"?secret={secret}" in message.alternatives[0][0]
    assert Shopper().show_order(number, secret).status_code == 200
    assert Order.objects.get().link_mail_due_at is None


@pytest.mark.parametrize(
    ("wrong_number", "email"),
    [("SC-00000000", "ada@example.com"), ("", "eve@example.com"), ("SC-00000000", "eve@example.com")],
)
def test_response_is_the_same_when_number_and_address_do_not_match(number, wrong_number, email):
    right, wrong = ask(number), ask(wrong_number or number, email)
    assert (wrong.status_code, wrong.json()) == (right.status_code, right.json()) == (202, right.json())
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"number": "SC-00000000"},
        {"number": "SC-00000000", "email": "no address"},
        {"number": "x" * 17, "email": "ada@example.com"},
        {"number": "SC-\x00", "email": "ada@example.com"},
        {"number": ["SC"], "email": {"a": 1}},
    ],
)
def test_incomplete_request_is_refused(catalog, body):
    response = Shopper().client.post("/v1/orders/access", body)
    assert response.status_code == 400, response.content


def test_order_gets_no_second_mail_within_the_pause(number):
    assert [ask(number).status_code for _ in range(3)] == [202] * 3
    assert len(mail.outbox) == 1
    rest()
    ask(number)
    assert len(mail.outbox) == 2


def test_requests_at_the_same_moment_send_one_mail(number):
    responses = at_once(*[lambda: ask(number).status_code] * 6)
    assert responses == [202] * 6
    assert len(mail.outbox) == 1


def test_requests_of_one_address_are_limited(number, settings):
    settings.ORDER_LINK_RATE = "2/hour"
    assert [ask("SC-00000000").status_code for _ in range(3)] == [202, 202, 429]
    assert ask(number, **{"X-Forwarded-For": "203.0.113.7"}).status_code == 202


def test_link_that_could_not_be_sent_is_sent_again(number, monkeypatch):
    def fail(*_args, **_kwargs):
        raise ConnectionError("the mail server is away")

    with monkeypatch.context() as patch:
        patch.setattr(EmailMultiAlternatives, "send", fail)
        assert ask(number).status_code == 202
    assert mail.outbox == []
    Order.objects.update(link_mail_due_at=timezone.now() - timedelta(minutes=1))
    JobFailure.objects.update(retry_at=timezone.now() - timedelta(minutes=1))
    assert tasks.send_due_links() == 1
    assert len(mail.outbox) == 1


def test_order_that_was_forgotten_gets_no_mail(number):
    Order.objects.update(erasure_asked_at=timezone.now())
    assert ask(number).status_code == 202
    assert mail.outbox == []
