"""Pages of text as catalogue staff edit them: by the admin's forms."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.catalog.history.selectors import page_of_history
from apps.catalog.history.services import Scope, plan_revert, revert
from apps.catalog.pages.models import Page
from apps.catalog.pages.services import change_page, create_page
from apps.catalog.products.transactions import unguarded
from apps.catalog.tests.backoffice.test_products_admin import delete, errors, form_of, send, signed_in

pytestmark = pytest.mark.django_db(transaction=True)
ADD = "/admin/pages/page/add/"


@pytest.fixture
def staff() -> Client:
    return signed_in("catalog_staff")


@pytest.fixture
def imprint() -> Page:
    return create_page({"slug": "imprint", "title": "Imprint", "body": "First.", "is_published": True})


def address(page: Page) -> str:
    return f"/admin/pages/page/{page.pk}/change/"


def test_page_is_created_in_two_languages(staff, api_client):
    form = form_of(staff, ADD) | {"title": "Terms", "body": "You buy.", "is_published": "on", "de_title": "AGB"}
    send(staff, ADD, form | {"de_body": "Sie *kaufen*."})
    assert api_client.get("/v1/pages/terms?lang=de").json()["body_html"] == "<p>Sie <em>kaufen</em>.</p>\n"
    assert api_client.get("/v1/pages/terms").json()["title"] == "Terms"


def test_slug_that_is_taken_is_refused(staff, imprint):
    form = form_of(staff, ADD) | {"title": "Other", "slug": "Imprint"}
    assert "There is a page with this slug already" in errors(staff, ADD, form)
    assert Page.objects.count() == 1


def test_save_over_a_newer_state_is_refused(staff, imprint):
    form = form_of(staff, address(imprint)) | {"body": "Mine."}
    change_page("imprint", {"body": "Theirs."}, guard=unguarded)
    assert "Somebody changed this meanwhile" in errors(staff, address(imprint), form)
    imprint.refresh_from_db()
    assert imprint.body == "Theirs."


def test_page_can_be_deleted(staff, imprint):
    delete(staff, f"/admin/pages/page/{imprint.pk}/delete/")
    assert not Page.objects.exists()


def test_change_is_in_the_history_and_can_be_reverted(staff, imprint):
    before = imprint.updated_at
    send(staff, address(imprint), form_of(staff, address(imprint)) | {"body": "Second."})
    assert "First." in staff.get(address(imprint).replace("change", "history")).content.decode()
    latest = page_of_history(imprint, before=None).moments[0]
    plan = plan_revert(imprint, at=latest.at, scope=Scope.ALONE)
    revert(imprint, at=latest.at, scope=Scope.ALONE, fingerprint=plan.fingerprint)
    imprint.refresh_from_db()
    assert imprint.body == "First."
    assert imprint.updated_at > before
