"""Staff look at subscriptions, act on them after a page that says what it costs, and edit plans."""

from __future__ import annotations

import json

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.payment.checkout.tests.test_admin import staff
from apps.payment.subscriptions.models import Plan, PlanPrice
from apps.payment.tests.subscriptions.helpers import BASIC, MONTHLY, post, subscribed, taken

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plans")]
LIST = "/admin/subscriptions/subscription/"


def page_of(subscription) -> str:
    return reverse("admin:subscriptions_subscription_change", args=[subscription.pk])


def action_of(subscription, name: str) -> str:
    return reverse(f"admin:subscriptions_subscription_{name}_subscription", args=[subscription.pk])


def test_support_finds_a_subscription_with_its_history_and_invoices(ada):
    subscription = subscribed(ada)
    post(ada, "cancel")
    support = staff("support_staff")
    assert subscription.number in support.get(f"{LIST}?q={subscription.number}").content.decode()
    assert subscription.number not in support.get(f"{LIST}?state__exact=ended").content.decode()
    page = support.get(page_of(subscription)).content.decode()
    assert "€7.99 were paid" in page
    assert "Cancelled at the end of the period" in page
    invoice = support.get(f"{LIST}invoices/{_document(subscription).pk}.pdf")
    assert invoice["Content-Type"] == "application/pdf"


def _document(subscription):
    from apps.payment.documents.models import Document

    return Document.objects.get(charge_id=subscription.periods.get().pk)


def test_actions_ask_first_and_say_what_happens_to_the_money(ada):
    subscription = subscribed(ada)
    support = staff("support_staff")
    asked = support.get(action_of(subscription, "end"))
    assert "No money goes back" in asked.content.decode()
    subscription.refresh_from_db()
    assert subscription.state == "active"


@pytest.mark.parametrize(
    ("action", "data", "expected"),
    [
        ("cancel", {}, lambda s: s.is_cancelled and s.state == "active"),
        ("end", {}, lambda s: s.state == "ended" and s.end_reason == "staff"),
        ("extend", {"days": "10"}, lambda s: (s.period_ends_at - s.period_starts_at).days >= 38),
    ],
)
def test_actions_do_what_they_say(ada, action, data, expected):
    subscription = subscribed(ada)
    support = staff("support_staff")
    response = support.post(action_of(subscription, action), data)
    assert response.status_code == 302, response.content.decode()
    subscription.refresh_from_db()
    assert expected(subscription)
    assert taken(subscription) == [799]


def test_days_that_are_none_are_refused(ada):
    subscription = subscribed(ada)
    assert staff("support_staff").post(action_of(subscription, "extend"), {"days": "0"}).status_code == 422


def test_catalogue_staff_see_no_subscriptions(ada):
    subscription = subscribed(ada)
    assert staff("catalog_staff").get(page_of(subscription)).status_code in (302, 403)


def plan_form(**changes) -> dict:
    return {
        "code": "plus-weekly",
        "package": "plus",
        "interval": "month",
        "trial_days": "7",
        "position": "3",
        "is_active": "on",
        "name_en": "Plus",
        "name_de": "Plus auf Deutsch",
        "description_en": "",
        "description_de": "",
        "price_EUR": "9.99",
        "price_USD": "",
    } | changes


def test_administrator_makes_a_plan_with_texts_and_prices():
    administrator = staff("admin")
    response = administrator.post("/admin/subscriptions/plan/add/", plan_form())
    assert response.status_code == 302, response.content.decode()
    plan = Plan.objects.get(code="plus-weekly")
    assert plan.names == {"en": "Plus", "de": "Plus auf Deutsch"}
    assert [(row.currency, row.amount) for row in plan.prices.all()] == [("EUR", 999)]
    refused = administrator.post("/admin/subscriptions/plan/add/", plan_form(code="other", price_EUR=""))
    assert "at least one currency" in refused.content.decode()
    assert "€9.99" in administrator.get("/admin/subscriptions/plan/").content.decode()


def test_a_price_that_is_being_paid_is_not_taken_away(ada):
    subscribed(ada)
    plan = Plan.objects.get(code=MONTHLY)
    address = f"/admin/subscriptions/plan/{plan.pk}/change/"
    response = staff("admin").post(address, plan_form(price_EUR="", price_USD="8.99"))
    assert "End them first" in response.content.decode()
    assert PlanPrice.objects.filter(plan=plan, currency="EUR").exists()


def test_plans_are_imported_and_updated_by_their_code(tmp_path, capsys):
    file = tmp_path / "plans.json"
    file.write_text(json.dumps([{"code": BASIC, "package": "basic", "interval": "month", "prices": {"EUR": 599}}]))
    call_command("import_plans", str(file))
    assert Plan.objects.count() == 3
    assert PlanPrice.objects.get(plan__code=BASIC, currency="EUR").amount == 599
    file.write_text(json.dumps([{"code": "x", "package": "x", "interval": "week", "prices": {"EUR": 1}}]))
    with pytest.raises(CommandError, match="cannot be imported"):
        call_command("import_plans", str(file))
