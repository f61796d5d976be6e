"""Files that come with the mail that confirms an order; the apps above, which make them, register here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.mail import EmailMessage

from apps.payment.orders.models import Order


@dataclass(frozen=True, slots=True)
class MailAttachment:
    """A file of a mail."""

    name: str
    content: bytes
    media_type: str


type Source = Callable[[Order], Iterable[MailAttachment]]
_sources: list[Source] = []


def attach_to_confirmations(source: Source) -> None:
    """Attach what `source` makes of an order. It raises nothing: a mail does not wait for its files."""
    if source not in _sources:
        _sources.append(source)


def attach_files(message: EmailMessage, order: Order) -> None:
    """Attach all that is registered."""
    for source in _sources:
        for found in source(order):
            attach(message, found)


def attach(message: EmailMessage, attachment: MailAttachment) -> None:
    message.attach(attachment.name, attachment.content, attachment.media_type)
