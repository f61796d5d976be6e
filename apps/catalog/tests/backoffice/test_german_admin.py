"""The admin in German: its words, its numbers, and the sentences of services and imports."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import translation

from apps.catalog.backoffice.admin.fields import OptionsField
from apps.catalog.imports import running
from apps.catalog.imports.models import ImportJob
from apps.catalog.inventory.models import Reservation, StockMovement
from apps.catalog.products.models import Variant
from apps.catalog.tests.backoffice.test_products_admin import errors, form_of, page, send, signed_in
from apps.catalog.tests.factories import make_product, make_reservation, sku_of
from apps.catalog.tests.imports.files import csv_of
from apps.common.admin_site.fields import MoneyField

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def staff() -> Client:
    client = signed_in("catalog_staff")
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "de-DE,de;q=0.9"
    return client


@pytest.fixture
def in_german() -> Iterator[None]:
    with translation.override("de"):
        yield


class TestFields:
    @pytest.mark.parametrize(
        ("text", "amount"), [("19,99", "19.99"), ("19.99", "19.99"), ("1.234,50", "1234.50"), ("1.234", "1234")]
    )
    def test_amount_is_read_as_germans_write_it(self, in_german, text, amount):
        assert str(MoneyField().clean(text)) == amount

    @pytest.mark.parametrize(("text", "amount"), [("19.99", "19.99"), ("1,234.50", "1234.50"), ("1,234", "1234")])
    def test_amount_is_read_as_in_english(self, text, amount):
        assert str(MoneyField().clean(text)) == amount

    @pytest.mark.parametrize("text", ["19,99", "1.2.3", "zwölf", "-1", "1e20"])
    def test_invalid_amount_is_refused(self, text):
        with pytest.raises(forms.ValidationError):
            MoneyField().clean(text)

    def test_same_amount_in_german_is_no_change(self, in_german):
        assert not MoneyField().has_changed(Decimal("14.90"), "14,90")
        assert MoneyField().has_changed(Decimal("14.90"), "14,91")

    def test_options_are_lines(self):
        field = OptionsField(required=False)
        assert field.prepare_value({"Colour": "Blue", "Ratio": "4:3"}) == "Colour: Blue\nRatio: 4:3"
        assert field.clean(" Colour : Blue \n\nRatio: 4:3") == {"Colour": "Blue", "Ratio": "4:3"}
        assert field.clean("") == {}

    def test_options_have_changed_only_when_one_of_them_did(self):
        field = OptionsField(required=False)
        assert not field.has_changed({"Colour": "Blue"}, "Colour:  Blue\n")
        assert not field.has_changed({}, "")
        assert field.has_changed({"Colour": "Blue"}, "Colour: Red")
        assert field.has_changed({"Colour": "Blue"}, "Colour")

    @pytest.mark.parametrize("text", ["Colour", ": Blue", "Colour:", "Colour: Blue\nColour: Red", "A: \x00"])
    def test_a_line_that_is_no_option_is_refused(self, text):
        with pytest.raises(forms.ValidationError):
            OptionsField(required=False).clean(text)


class TestProducts:
    def test_list_and_page_are_in_german(self, staff):
        product = make_product("Mug", price=123450)
        shown = staff.get("/admin/products/product/").content.decode()
        for text in ("Bestand", "Kategorie", "1.234,50\xa0€", "CSV exportieren", "Veröffentlichen"):
            assert text in shown, text
        form = staff.get(page(product)).content.decode()
        for text in ("Kurzbeschreibung", "Sichtbar ab", "Suchmaschinen", "Veröffentlicht", "Verwandte Artikel"):
            assert text.lower() in form.lower(), text

    def test_price_is_saved_with_a_decimal_comma(self, staff, api_client):
        product = make_product("Mug", price=1490)
        send(staff, page(product), form_of(staff, page(product)) | {"variants-0-price": "12,50"})
        assert api_client.get(f"/v1/products/{product.slug}").json()["price"]["amount"] == 1250

    def test_options_are_shown_and_saved_as_lines(self, staff):
        product = make_product("Mug", price=1490)
        variant = Variant.objects.get(product=product)
        Variant.objects.filter(pk=variant.pk).update(options={"Farbe": "Blau"})
        shown = form_of(staff, page(product))
        assert shown["variants-0-options"] == "Farbe: Blau"
        send(staff, page(product), shown | {"variants-0-options": "Farbe: Rot\nGröße: L"})
        variant.refresh_from_db()
        assert variant.options == {"Farbe": "Rot", "Größe": "L"}

    def test_services_refuse_in_german(self, staff):
        product = make_product("Mug", price=1490)
        data = form_of(staff, page(product)) | {"variants-0-options": "Blau"}
        assert "einen Doppelpunkt und einen Wert" in errors(staff, page(product), data)
        other = make_product("Cup", price=900)
        data = form_of(staff, page(product)) | {"variants-0-sku": sku_of(other)}
        assert "gibt es bereits" in errors(staff, page(product), data)


class TestImports:
    def test_rows_are_refused_in_the_language_of_who_sent_the_file(self, staff):
        wrong = csv_of("sku,title,category,price.EUR", "MUG-1,Becher,gibt/es/nicht,viel")
        staff.post(
            "/admin/imports/importjob/add/", {"file": SimpleUploadedFile("becher.csv", wrong), "is_dry_run": "on"}
        )
        job = ImportJob.objects.get()
        assert job.language == "de"
        running.run(job.pk)
        sentences = str(list(job.rows.filter(action="error").values_list("errors", flat=True)))
        assert "gibt es nicht" in sentences
        assert "Preis" in sentences
        assert "Zeile 2" in staff.get(f"/admin/imports/importjob/{job.pk}/change/").content.decode()


class TestOrders:
    def test_reservation_and_movement_link_their_order(self, staff):
        product = make_product("Mug", price=1490)
        reservation = make_reservation({sku_of(product): 1})
        shown = staff.get("/admin/inventory/reservation/").content.decode()
        address = f"/api/payment/admin/orders/order/{reservation.order_id}/change/"
        assert address in shown
        assert f"Bestellung …{str(reservation.order_id)[-8:]}" in shown
        assert Reservation.objects.count() == 1
        movement = StockMovement.objects.order_by("-pk").first()
        assert movement is not None
        StockMovement(variant=movement.variant, quantity=-1, reason="sold", reference=str(reservation.order_id)).save(
            force_insert=True
        )
        assert address in staff.get("/admin/inventory/stockmovement/").content.decode()
