"""Plans from a document, for a demo or to move them from another shop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from apps.common.problems import ValidationProblem
from apps.payment.subscriptions.models import Plan, PlanPrice

FIELDS = ("package", "names", "descriptions", "interval", "trial_days", "position", "is_active")


def import_plans(documents: Iterable[Mapping[str, Any]]) -> int:
    """Make or update plans by their `code`, all or none; returns how many. `prices` are minor units by currency.

    Raises ValidationProblem, or Django's ValidationError for values that the model refuses.
    """
    with transaction.atomic():
        return len([_import(document) for document in documents])


def _import(document: Mapping[str, Any]) -> Plan:
    if unknown := sorted(document.keys() - {"code", "prices", *FIELDS}):
        raise ValidationProblem(f"A plan has no {', '.join(unknown)}.")
    if not document.get("prices"):
        raise ValidationProblem(f"The plan {document['code']} needs at least one price.")
    plan = Plan.objects.filter(code=document["code"]).first() or Plan(code=document["code"])
    for name in FIELDS:
        if name in document:
            setattr(plan, name, document[name])
    plan.full_clean()
    plan.save()
    for currency, amount in document["prices"].items():
        PlanPrice.objects.update_or_create(plan=plan, currency=currency, defaults={"amount": amount})
    return plan
