"""Mails as the shop writes them: one look (templates `common/mail/…`), as text and as HTML, in the active language.

A mail `accounts/reset` has two templates: `accounts/reset.txt` extends `common/mail/base.txt` and `accounts/reset.html`
extends `common/mail/base.html`. Activate the reader's language around `compose_mail` (`mail_language`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation

from apps.common.languages import default_language, shop_language


@dataclass(frozen=True, slots=True)
class MailTexts:
    """What every mail says of itself: `preheader` is what an inbox shows beside the subject, `reason` is why the
    reader gets the mail."""

    subject: str
    preheader: str
    reason: str


@contextmanager
def mail_language(language: str) -> Iterator[str]:
    """Texts within are in the reader's language, or in the shop's first one when the shop speaks it no more."""
    spoken = shop_language(language) or default_language()
    with translation.override(spoken):
        yield spoken


def compose_mail(template: str, texts: MailTexts, *, to: str, context: dict[str, Any]) -> EmailMultiAlternatives:
    """A mail from `<template>.txt` and `<template>.html`, in the active language."""
    context = context | {
        "subject": texts.subject,
        "preheader": texts.preheader,
        "reason": texts.reason,
        "shop_name": settings.SHOP_NAME,
        "shop_address": settings.SHOP_ADDRESS,
        "shop": settings.PUBLIC_URL,
    }
    message = EmailMultiAlternatives(texts.subject, render_to_string(f"{template}.txt", context), to=[to])
    message.attach_alternative(render_to_string(f"{template}.html", context), "text/html")
    return message
