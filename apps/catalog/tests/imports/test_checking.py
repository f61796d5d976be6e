"""Everything that can be wrong with a file, reported by line and column before anything is written."""

from __future__ import annotations

import pytest

from apps.catalog.imports.models import ImportJob
from apps.catalog.inventory.models import Warehouse
from apps.catalog.products.attribute_values import ensure_attribute, ensure_choices
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Attribute, Product, Variant
from apps.catalog.tests.factories import make_film, make_product, make_reservation
from apps.catalog.tests.imports.files import actions, check, csv_of, errors, xlsx_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> None:
    ensure_category("home/kitchen")
    Warehouse.objects.get_or_create(code="main", defaults={"name": "Main warehouse"})
    ensure_choices(ensure_attribute("material", label="Material", kind=Attribute.Kind.CHOICE), ["Oak", "Ash"])
    ensure_attribute("height", label="Height", kind=Attribute.Kind.NUMBER, unit="cm")
    ensure_attribute("handmade", label="Handmade", kind=Attribute.Kind.BOOLEAN)
    ensure_attribute("note", label="Note", kind=Attribute.Kind.TEXT)
    make_product("Mug", slug="mug", sku="MUG-1", stock=10)


@pytest.mark.parametrize(
    ("column", "cell", "sentence"),
    [
        ("price.EUR", "-1", "Use a price such as 19.99, without a sign or a currency."),
        ("price.EUR", "19.99 EUR", "Use a price such as 19.99, without a sign or a currency."),
        ("price.EUR", "NaN", "Use a price such as 19.99, without a sign or a currency."),
        ("price.EUR", "1e3", "Use a price such as 19.99, without a sign or a currency."),
        ("price.EUR", "1999.999", "EUR has 2 digits after the point."),
        ("price.JPY", "19.5", "JPY has 0 digits after the point."),
        ("price.EUR", "99999999999", "Use at most 1,000,000,000."),
        ("price.EUR", "-", "A published product keeps its price in this currency."),
        ("stock", "-5", "Use a whole number from 0 to 1,000,000,000."),
        ("stock", "1.5", "Use a whole number from 0 to 1,000,000,000."),
        ("stock", "99999999999", "Use a whole number from 0 to 1,000,000,000."),
        ("stock", "-", "This cannot be emptied; leave the cell empty to keep what is there."),
        ("weight_grams", "-1", "Use a whole number from 0 to 10,000,000."),
        ("year", "20260", "Use a whole number from 1,000 to 2,999."),
        ("title", "-", "This cannot be emptied; leave the cell empty to keep what is there."),
        ("title", "x" * 201, "Use at most 200 characters; these are 201."),
        ("description", "x" * 20_001, "Use at most 20,000 characters in a cell."),
        ("slug", "beaker", "MUG-1 belongs to mug; an import does not change that."),
        ("kind", "video", "It stays goods while there are variants."),
        ("kind", "toy", "Use one of: goods, video."),
        ("status", "live", "Use one of: draft, published, archived."),
        ("category", "home/kitchn", "There is no category 'home/kitchn'. Make it first, or correct the name."),
        ("brand", "Nobody", "There is no brand 'Nobody'. Make it first, or correct the name."),
        ("type", "nothing", "There is no type 'nothing'. Make it first, or correct the name."),
        ("featured", "perhaps", "Say yes or no."),
        ("published_at", "yesterday", "Use a date such as 2026-11-27, or a time such as 2026-11-27T09:00:00Z."),
        ("published_at", "2026-02-30", "Use a date such as 2026-11-27, or a time such as 2026-11-27T09:00:00Z."),
        ("published_at", "-", "A published product has a time that it shows from."),
        ("published_until", "2001-01-01", "It ends before it begins; use a time after published_at."),
        ("barcode", "4006381333932", "The last digit of this barcode does not fit the others; check the number."),
        ("barcode", "12", "A barcode has 8, 12, 13 or 14 digits."),
        ("options", "Blue", "Use names and values such as Colour=Blue;Size=L, each name once."),
        ("options", "A=1;A=2", "Use names and values such as Colour=Blue;Size=L, each name once."),
        ("offer", "buy", "This is for films; leave it out for goods."),
        ("rental_hours", "48", "This is for films; leave it out for goods."),
        ("attr.material", "oak|iron", "'iron' is none of its choices (Oak, Ash)."),
        ("attr.height", "tall", "'tall' is not a number."),
        ("attr.height", "99999999999", "Use a number below ten billion."),
        ("attr.height", "0.12345", "Use at most four digits after the point."),
        ("attr.handmade", "perhaps", "Say yes or no."),
        ("attr.note", "x" * 301, "Use at most 300 characters; these are 301."),
        ("title.de", "x" * 201, "Use at most 200 characters; these are 201."),
        ("sale.EUR", "5", "A sale needs the times that it starts and ends at."),
        ("sale_ends_at", "2999-01-01", "A sale needs a price: sale.EUR."),
    ],
)
def test_an_invalid_cell_is_reported_by_line_and_column(column, cell, sentence):
    job = check(csv_of(f"sku,{column}", f"MUG-1,{cell}"))
    assert job.state == ImportJob.State.CHECKED
    [(line, [[message]])] = [(line, list(columns.values())) for line, columns in errors(job).items()]
    assert line == 2
    assert message.endswith(sentence)


@pytest.mark.parametrize(
    ("starts", "ends", "sentence"),
    [
        ("2998-01-02", "2998-01-01", "A sale ends after it starts."),
        ("2001-01-01", "2001-02-01", "This sale is over already."),
    ],
)
def test_a_sale_has_a_time_that_is_not_over(starts, ends, sentence):
    job = check(csv_of("sku,sale.EUR,sale_starts_at,sale_ends_at", f"MUG-1,5,{starts},{ends}"))
    assert errors(job) == {2: {"sale_ends_at": [sentence]}}


def test_a_sale_does_not_overlap_with_a_later_one():
    columns = "sku,sale.EUR,sale_starts_at,sale_ends_at"
    variant = Variant.objects.get(sku="MUG-1")
    for month in ("02", "04"):
        period = {"starts_at": f"2998-{month}-01T00:00Z", "ends_at": f"2998-{month}-20T00:00Z"}
        variant.sale_prices.create(currency="EUR", amount=500, **period)
    job = check(csv_of(columns, "MUG-1,5,2998-02-01,2998-04-02"))
    assert errors(job) == {2: {"sale.EUR": ["Another sale in EUR starts at 2998-04-01T00:00:00Z; they would overlap."]}}
    assert errors(check(csv_of(columns, "MUG-1,4,2998-02-01,2998-03-02"))) == {}


DATES = "2998-02-01,2998-03-01"


@pytest.mark.parametrize(
    ("heading", "row", "wrong"),
    [
        ("sku,sale.USD,sale_starts_at,sale_ends_at", f"MUG-1,5,{DATES}", "sale.USD"),
        ("sku,price.USD,sale.USD,sale_starts_at,sale_ends_at", f"MUG-1,9,5,{DATES}", None),
        ("sku,title,category,price.EUR,sale.USD,sale_starts_at,sale_ends_at", f"NEW,New,home,9,5,{DATES}", "sale.USD"),
    ],
)
def test_a_sale_needs_a_price_in_its_currency(heading, row, wrong):
    expected = {2: {wrong: ["A sale in USD needs a price in USD."]}} if wrong else {}
    assert errors(check(csv_of(heading, row))) == expected


def test_a_price_stays_while_a_sale_in_its_currency_does():
    variant = Variant.objects.get(sku="MUG-1")
    variant.prices.create(currency="USD", amount=900)
    variant.sale_prices.create(currency="USD", amount=500, starts_at="2998-02-01T00:00Z", ends_at="2998-03-01T00:00Z")
    says = "A sale in USD needs a price in USD."
    assert errors(check(csv_of("sku,price.USD", "MUG-1,-"))) == {2: {"price.USD": [says]}}
    assert errors(check(csv_of("sku,price.USD,sale.USD", "MUG-1,-,-"))) == {}


class TestHeadings:
    @pytest.mark.parametrize(
        ("heading", "wrong"),
        [
            ("sku,colour", {"colour": ["There is no such column; leave it out or correct its name."]}),
            ("sku,price", {"price": ["A column of prices ends in a currency: price.EUR."]}),
            ("sku,price.EUE", {"price.EUE": ["A column of prices ends in a currency: price.EUR."]}),
            ("sku,attr.taste", {"attr.taste": ["There is no attribute of this code."]}),
            ("sku,stock.moon", {"stock.moon": ["There is no active warehouse of this code."]}),
            ("sku,title,Title", {"title": ["This column stands in the file twice."]}),
            ("title", {"sku": ["The file needs a column sku; its first line names the columns."]}),
            ("sku,title.fr", {"title.fr": ["There is no such column; leave it out or correct its name."]}),
        ],
    )
    def test_an_invalid_column_is_reported_in_line_1(self, heading, wrong):
        job = check(csv_of(heading, "MUG-1,"))
        assert errors(job)[1] == wrong
        assert job.error_count == 1

    def test_names_are_read_in_any_case_and_columns_without_a_name_are_left_out(self):
        job = check(csv_of(" SKU ;Price.eur;", "MUG-1;15.00;note to self"))
        assert job.rows.get().changes == {"price.EUR": ["14.90", "15.00"]}

    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_cells_are_separated_as_the_heading_is(self, separator):
        lines = [separator.join(cells) for cells in (["sku", "price.EUR"], ["MUG-1", '"15,00"'])]
        assert check(csv_of(*lines)).rows.get().changes == {"price.EUR": ["14.90", "15.00"]}


class TestRows:
    def test_a_sku_stands_once_in_a_file(self):
        job = check(csv_of("sku,price.EUR", "MUG-1,1", "", "MUG-1,2", ",3"))
        assert errors(job) == {
            4: {"sku": ["The SKU MUG-1 stands in line 2 already."]},
            5: {"sku": ["Every row needs a SKU."]},
        }

    def test_a_new_sku_needs_a_title_a_category_and_a_price(self):
        job = check(csv_of("sku,title,category,price.EUR", "NEW-1,New,,", "NEW-2,,home/kitchen,1"))
        assert errors(job)[2] == {"category": ["A new product needs this."], "price": ["A new SKU needs a price."]}
        assert "price.EUR" not in errors(job)[2]

    def test_a_sku_with_a_typing_error_does_not_become_a_variant_of_the_row_above(self):
        job = check(csv_of("sku,price.EUR", "MUG-1,1", "MUG-l,2"))
        assert list(errors(job)) == [3]
        assert "There is no MUG-l" in errors(job)[3]["sku"][0]

    def test_rows_of_a_product_do_not_contradict_each_other(self):
        job = check(
            csv_of(
                "sku,slug,title,brand,category,price.EUR",
                "A-1,a,Alpha,,home/kitchen,1",
                "A-2,a,Beta,,home/kitchen,1",
                "A-3,a,Alpha,Elm,,1",
                "MUG-1,,Mug,,,",
                "MUG-2,mug,Other,,,1",
            )
        )
        says = "Line 2 says something else of the product a."
        assert errors(job) == {
            3: {"title": [says]},
            4: {"brand": [says]},
            6: {"title": ["Line 5 says something else of the product mug."]},
        }

    def test_a_title_that_is_taken_asks_which_product_is_meant(self):
        job = check(csv_of("sku,title,category,price.EUR", "MUG-2,Mug,home/kitchen,1"))
        assert errors(job)[2]["slug"][0].startswith("There is a product mug already.")

    @pytest.mark.parametrize("sku", ["a b", "a/b", "x" * 41, "-x", "é"])
    def test_a_new_sku_can_stand_in_an_address(self, sku):
        job = check(csv_of("sku,title,category,price.EUR", f"{sku},New,home/kitchen,1"))
        assert "sku" in errors(job)[2]

    def test_a_barcode_stands_on_one_thing(self):
        Variant.objects.filter(sku="MUG-1").update(barcode="4006381333931")
        job = check(
            csv_of(
                "sku,title,category,price.EUR,barcode",
                "A,Alpha,home/kitchen,1,4006381333931",
                "B,Beta,home/kitchen,1,96385074",
                "C,Gamma,home/kitchen,1,96385074",
            )
        )
        assert errors(job) == {
            2: {"barcode": ["MUG-1 has this barcode already."]},
            4: {"barcode": ["Line 3 has this barcode already."]},
        }

    def test_a_film_says_buy_or_rent_and_has_no_stock(self):
        make_film("Metropolis")
        lines = ["METROPOLIS-BUY,,,,,,5", "F-1,Film,video,home/kitchen,1,,", "F-2,Film 2,video,home/kitchen,1,rent,"]
        job = check(csv_of("sku,title,kind,category,price.EUR,offer,stock", *lines))
        assert errors(job) == {
            2: {"stock": ["Films have no stock."]},
            3: {"offer": ["Say whether the film is bought (buy) or rented (rent)."]},
            4: {"rental_hours": ["Say for how many hours it is rented."]},
        }

    def test_reserved_units_cannot_be_removed(self):
        make_reservation({"MUG-1": 4})
        assert errors(check(csv_of("sku,stock", "MUG-1,4"))) == {}
        sentence = "4 units are reserved for orders; at least that many must stay."
        assert errors(check(csv_of("sku,stock", "MUG-1,3"))) == {2: {"stock": [sentence]}}

    def test_a_published_product_needs_a_price_in_the_shops_currency(self):
        product = make_product("Jug", sku="JUG-1", status="draft")
        Variant.objects.get(sku="JUG-1").prices.all().delete()
        needs = {"status": ["It needs a price in EUR."]}
        assert errors(check(csv_of("sku,status", "JUG-1,published"))) == {2: needs}
        assert errors(check(csv_of("sku,status,price.USD", "JUG-1,published,3"))) == {2: needs}
        assert errors(check(csv_of("sku,status,price.EUR", "JUG-1,published,3"))) == {}
        assert errors(check(csv_of("sku,slug,price.EUR", f"JUG-2,{product.slug},3"))) == {}

    def test_more_cells_than_columns_are_reported(self):
        job = check(csv_of("sku,title", "MUG-1,Mug,blue", "MUG-1"))
        assert list(errors(job)) == [2, 3]
        assert "3 cells" in errors(job)[2][""][0]

    def test_all_errors_of_a_row_are_reported_at_once(self):
        job = check(csv_of("sku,price.EUR,stock,category", "MUG-1,x,y,z"))
        assert set(errors(job)[2]) == {"price.EUR", "stock", "category"}


def test_excel_cells_are_read_by_what_they_are():
    from datetime import date, datetime

    Product.objects.update(year=None)
    job = check(
        xlsx_of(
            ["sku", "price.EUR", "year", "featured", "published_at", "published_until", "barcode", "title", "summary"],
            ["MUG-1", 19.9, 2026.0, True, datetime(2026, 1, 2, 3, 4), date(2999, 1, 1), 4006381333931, "'=Mug", 7],
        ),
        name="products.xlsx",
    )
    after = {name: change[1] for name, change in job.rows.get().changes.items()}
    assert after == {
        "price.EUR": "19.90",
        "year": "2026",
        "featured": "yes",
        "published_at": "2026-01-02T03:04:00Z",
        "published_until": "2999-01-02T00:00:00Z",
        "barcode": "4006381333931",
        "title": "=Mug",
        "summary": "7",
    }


def test_a_check_needs_as_many_queries_for_many_rows_as_for_few(django_assert_max_num_queries):
    heading = "sku,slug,title,status,category,price.EUR,stock,attr.material,sale.EUR,barcode,title.de"

    def lines(count: int) -> list[str]:
        return [f"N-{n},n-{n},New,published,home/kitchen,1,1,Oak,,," for n in range(count)] + ["MUG-1" + "," * 10]

    with django_assert_max_num_queries(60) as few:
        check(csv_of(heading, *lines(2)))
    with django_assert_max_num_queries(len(few)):
        job = check(csv_of(heading, *lines(200)))
    assert set(actions(job)) == {"create", "nothing"}
