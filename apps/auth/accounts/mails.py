"""Mails: asked for in a transaction, sent by the worker, tried again until they are out."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.auth.accounts import links
from apps.auth.accounts.models import Mail, User
from apps.common.jobs.services import for_each, resting
from apps.common.leases import claim
from apps.common.mails import MailTexts, compose_mail, mail_language
from apps.common.task_queue import send_on_commit

log = structlog.get_logger(__name__)
# While one worker is at a mail no other takes it; a worker that died gives it back by this time passing. Doubles with
# each try.
LEASE = timedelta(minutes=2)
MAX_TRIES = 12
# Nobody gets more of a kind than this in an hour, however often a stranger asks.
HOURLY = 5
KEPT = timedelta(days=7)
WAITING_JOB = "send-waiting-mails"
SEND_TASK = "apps.auth.accounts.tasks.send_mail"

REGISTERED = _("You’re receiving this e-mail because someone registered with this address in our shop.")
RESET_REQUESTED = _("You’re receiving this e-mail because someone asked to reset the password of this account.")
# By template: subject, preheader, reason.
TEXTS = {
    "verify": (_("Confirm your e-mail address"), _("One click, and your account is ready."), REGISTERED),
    "known": (_("You already have an account"), _("Simply sign in with your password."), REGISTERED),
    "unconfirmed": (_("Activate your account"), _("Choose a password, and your account is ready."), REGISTERED),
    "reset": (_("Reset your password"), _("Choose a new password. The link works for one hour."), RESET_REQUESTED),
}


def enqueue_mail(kind: str, email: str) -> None:
    """Ask for a mail; it is sent soon after the surrounding transaction commits. The address need not be known."""
    mail = Mail.objects.create(kind=kind, email=email, try_at=timezone.now())
    # While the queue is away the periodic task sends what waits.
    send_on_commit(SEND_TASK, str(mail.pk))


def send_mail(mail_id: UUID | str) -> bool:
    """Send one mail unless it is sent, being sent or not needed any more; False when the mail server failed.

    A failed mail stays waiting: `send_waiting_mails` tries it again at growing distances, up to hours. Raises what is
    wrong with the mail itself, such as an address that no header can hold.
    """
    mail = _claim(mail_id)
    if mail is None:
        return True
    outcome = Mail.Outcome.NOT_NEEDED
    if _is_allowed(mail) and (message := _message(mail)):
        try:
            message.send()
        except OSError as error:  # smtplib's errors are among them
            log.warning("mail cannot be sent now", mail=str(mail.pk), kind=mail.kind, error=str(error))
            if mail.tries < MAX_TRIES:
                return False
            outcome = Mail.Outcome.FAILED
        else:
            outcome = Mail.Outcome.SENT
    # What another worker sent, after this one's lease was over, stays sent.
    Mail.objects.filter(pk=mail.pk).exclude(outcome=Mail.Outcome.SENT).update(outcome=outcome)
    return outcome != Mail.Outcome.FAILED


def send_waiting_mails(limit: int = 200) -> int:
    """Send what is due: mails whose task was lost or whose try failed; returns how many are dealt with."""
    due = Mail.objects.filter(outcome=Mail.Outcome.WAITING, try_at__lte=timezone.now()).order_by("try_at")
    due = due.exclude(pk__in=resting(WAITING_JOB))
    return for_each(list(due.values_list("pk", flat=True)[:limit]), send_mail, job=WAITING_JOB, give_up=abandon_mail)


def abandon_mail(mail_id: UUID, reason: str) -> None:
    Mail.objects.filter(pk=mail_id, outcome=Mail.Outcome.WAITING).update(outcome=Mail.Outcome.FAILED)


def purge_mails() -> None:
    """Forget mails of last week; those that still wait are given up."""
    Mail.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def _claim(mail_id: UUID | str) -> Mail | None:
    """Take a mail that is due, for the time until its next try; None when another worker has it."""
    waiting = Mail.objects.filter(outcome=Mail.Outcome.WAITING)
    mail = waiting.filter(pk=mail_id).first()
    if mail is None:
        return None
    wait = LEASE * 2 ** min(mail.tries, 7)
    mail.tries += 1
    unchanged = waiting.filter(tries=mail.tries - 1)
    return mail if claim(unchanged, mail.pk, field="try_at", duration=wait, tries=mail.tries) else None


def _is_allowed(mail: Mail) -> bool:
    since = timezone.now() - timedelta(hours=1)
    sent = Mail.objects.filter(email=mail.email, kind=mail.kind, outcome=Mail.Outcome.SENT, created_at__gt=since)
    return sent.count() < HOURLY


def _message(mail: Mail) -> EmailMultiAlternatives | None:
    """What the state of the account calls for now; None when there is nothing to say."""
    user = User.objects.filter(email=mail.email, is_active=True).first()
    if user is None:
        return None
    match mail.kind, user.email_verified_at is not None:
        case Mail.Kind.VERIFY, False:
            return _written(user, "verify", _link("/account/verify", token=links.make_token(user, links.VERIFY)))
        case Mail.Kind.REGISTERED_AGAIN, True:
            return _written(user, "known", _link("/account/sign-in"))
        case Mail.Kind.REGISTERED_AGAIN, False:
            # Not the link that confirms: it would confirm the password of whoever registered first.
            return _written(user, "unconfirmed", _reset_link(user))
        case Mail.Kind.RESET, _:
            return _written(user, "reset", _reset_link(user))
    return None


def _reset_link(user: User) -> str:
    return _link("/account/password/reset/confirm", token=links.make_token(user, links.RESET))


def _link(path: str, **query: str) -> str:
    return f"{settings.PUBLIC_URL}{path}" + (f"?{urlencode(query)}" if query else "")


def _written(user: User, name: str, link: str) -> EmailMultiAlternatives:
    """In the account's language."""
    context = {"name": user.name, "link": link, "days": links.LIFETIMES[links.VERIFY].days}
    with mail_language(user.language):
        texts = MailTexts(*map(str, TEXTS[name]))
        return compose_mail(f"accounts/{name}", texts, to=user.email, context=context)
