"""Numbers and dates in the notation of the file's country: read as they are meant, or refused; never a thousandfold."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from apps.catalog.imports import notation
from apps.catalog.imports.checks import check_time_zone
from apps.catalog.imports.models import ImportJob
from apps.catalog.inventory.services import ensure_warehouse
from apps.catalog.products.attribute_values import ensure_attribute
from apps.catalog.products.models import Attribute, Price, SalePrice, Variant
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.imports.files import check, csv_of, done, errors, write, xlsx_of
from apps.catalog.tests.imports.workbooks import number_cell, sheet_of, workbook_of
from apps.common.problems import ValidationProblem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shop() -> None:
    ensure_warehouse()
    ensure_attribute("height", label="Height", kind=Attribute.Kind.NUMBER, unit="cm")
    for number in (1, 2, 3):
        make_product(f"Mug {number}", slug=f"mug-{number}", sku=f"MUG-{number}", price=1490, stock=10)


def after(job: ImportJob) -> dict[str, str]:
    """What each row of one column will say, by SKU."""
    assert errors(job) == {}
    return {row.sku: change[1] for row in job.rows.order_by("line") for change in row.changes.values()}


@pytest.mark.parametrize(
    ("text", "mark", "plain"),
    [
        ("1.234,56", "", "1234.56"),
        ("1,234.56", "", "1234.56"),
        ("1 234,56", "", "1234.56"),
        ("1\u202f234,56", "", "1234.56"),
        ("1\u00a0234", "", "1234"),
        ("1'234.56", "", "1234.56"),
        ("1’234", "", "1234"),
        ("12,34,567.89", "", "1234567.89"),
        ("1.234.567", "", "1234567"),
        ("12,90", "", "12.90"),
        ("12.9", "", "12.9"),
        ("0.500", "", "0.500"),
        ("1234.567", "", "1234.567"),
        ("1'234.567", "", "1234.567"),
        ("-3,5", "", "-3.5"),
        ("\u22123.5", "", "-3.5"),
        (".5", "", "0.5"),
        ("1.234", ",", "1234"),
        ("1.234", ".", "1.234"),
        ("1,234", ".", "1234"),
        ("1,234", ",", "1.234"),
        ("1,23,4", "", "1,23,4"),
        ("1.2.3", "", "1.2.3"),
        ("1e5", "", "1e5"),
        ("12 90", "", "12 90"),
    ],
)
def test_a_number_is_read_by_what_it_shows_and_then_by_the_files_mark(text, mark, plain):
    assert notation.plain_number(text, mark) == plain


@pytest.mark.parametrize("text", ["1.234", "12,345", "999.000", "-1.234"])
def test_a_number_that_could_be_two_is_refused_with_both(text):
    with pytest.raises(ValidationProblem) as refused:
        notation.plain_number(text, "")
    for reading in set(notation.readings(text).values()):
        assert reading in str(refused.value)


@pytest.mark.parametrize("column", ["price.EUR", "stock", "weight_grams", "attr.height", "sale.EUR"])
@pytest.mark.parametrize("cell", ["1.234", '"1,234"'])
def test_no_column_guesses(column, cell):
    job = check(csv_of(f"sku,{column}", f"MUG-1,{cell}"))
    (sentence,) = errors(job)[2][column]
    assert sentence.startswith(f"'{cell.strip('"')}' can be read as 1234 or as 1.234, and nothing else in the")


class TestConventionOfTheFile:
    def test_another_number_of_the_column_shows_it_even_further_down(self):
        job = check(csv_of("sku;price.EUR", "MUG-1;1.234", "MUG-2;9,90", "MUG-3;12.345,60"))
        assert after(job) == {"MUG-1": "1234.00", "MUG-2": "9.90", "MUG-3": "12345.60"}

    def test_another_column_shows_the_decimal_mark(self):
        job = check(csv_of("sku;stock;price.EUR", "MUG-1;1.000;14,90", "MUG-2;2.500;14,90"))
        assert after(job) == {"MUG-1": "1000", "MUG-2": "2500"}

    def test_the_other_convention_reads_the_other_number(self):
        job = check(csv_of("sku,attr.height,price.EUR", "MUG-1,1.234,14.90", 'MUG-2,"1,234",14.90'))
        assert after(job) == {"MUG-1": "1.234", "MUG-2": "1234"}

    def test_a_unit_behind_the_number_changes_nothing(self):
        job = check(csv_of("sku;attr.height", "MUG-1;1.234 cm", "MUG-2;0,5 cm"))
        assert after(job) == {"MUG-1": "1234", "MUG-2": "0.5"}

    def test_a_file_that_shows_both_is_no_help(self):
        job = check(csv_of("sku;stock;price.EUR;attr.height", "MUG-1;1.000;12,90;0.5"))
        assert list(errors(job)[2]) == ["stock"]

    def test_numbers_of_the_same_column_weigh_more_than_others(self):
        job = check(csv_of("sku;price.EUR;attr.height", "MUG-1;1.234;0.5", "MUG-2;12,90;0.5"))
        assert job.rows.get(sku="MUG-1").changes["price.EUR"][1] == "1234.00"

    def test_a_price_in_thousands_is_written_as_such(self):
        done(write(csv_of("sku;price.EUR;stock", "MUG-1;1.234;1.000", "MUG-2;9,90;5")))
        price = Price.objects.get(variant__sku="MUG-1", currency="EUR")
        assert (price.amount, Variant.objects.get(sku="MUG-1").stock.on_hand) == (123_400, 1000)

    def test_a_whole_number_with_decimals_is_not_a_thousand(self):
        """Stock of 1.000 in a file with decimal points is 1, as the export of some programs has it."""
        assert after(check(csv_of("sku,stock,price.EUR", "MUG-1,1.000,14.90"))) == {"MUG-1": "1"}


class TestMarkThatIsGiven:
    @pytest.mark.parametrize(("mark", "amount"), [("comma", "1234.00"), ("point", None)])
    def test_the_given_mark_decides(self, mark, amount):
        job = check(csv_of("sku;price.EUR", "MUG-1;1.234"), decimal_mark=mark)
        if amount:
            assert after(job) == {"MUG-1": amount}
        else:
            assert errors(job)[2] == {"price.EUR": ["'1.234': EUR has 2 digits after the point."]}

    def test_a_number_of_the_other_notation_is_refused(self):
        job = check(csv_of("sku;price.EUR", "MUG-1;12,90"), decimal_mark="point")
        sentence = "'12,90' is not a number with a decimal point, which is what you chose for this file."
        assert errors(job)[2] == {"price.EUR": [sentence]}


class TestNumbersOfWorkbooks:
    def test_a_number_is_a_number_whatever_it_looks_like(self):
        job = check(xlsx_of(["sku", "stock", "attr.height"], ["MUG-1", 1000, 1.234]), name="p.xlsx")
        assert {name: change[1] for name, change in job.rows.get().changes.items()} == {
            "stock": "1000",
            "attr.height": "1.234",
        }

    def test_a_text_that_looks_like_one_is_read_as_in_a_csv_file(self):
        job = check(xlsx_of(["sku", "stock"], ["MUG-1", "1.234"]), name="p.xlsx")
        assert "can be read as 1234 or as 1.234" in errors(job)[2]["stock"][0]
        job = check(xlsx_of(["sku", "stock", "price.EUR"], ["MUG-1", "1.234", "14,90"]), name="p.xlsx")
        assert after(job) == {"MUG-1": "1234"}


ZONE = "Europe/Berlin"


@pytest.fixture
def berlin(settings) -> ZoneInfo:
    settings.SHOP_TIME_ZONE = ZONE
    return ZoneInfo(ZONE)


class TestDates:
    HEADING = "sku;sale.EUR;sale_starts_at;sale_ends_at"

    def test_a_sale_of_one_day_lasts_until_midnight_in_the_shops_time_zone(self, berlin):
        done(write(csv_of(self.HEADING, "MUG-1;10;2998-07-01;2998-07-01")))
        sale = SalePrice.objects.get()
        assert sale.starts_at == datetime(2998, 6, 30, 22, tzinfo=UTC)
        assert sale.ends_at == datetime(2998, 7, 1, 22, tzinfo=UTC)

    def test_a_sale_that_ends_today_is_not_over(self, berlin):
        today = timezone.now().astimezone(berlin).date()
        for start_date in (today, today.replace(year=today.year - 1, day=1)):
            job = check(csv_of(self.HEADING, f"MUG-1;10;{start_date};{today}"))
            assert errors(job) == {}

    def test_the_day_of_a_change_of_clocks_has_its_own_length(self, berlin):
        done(write(csv_of(self.HEADING, "MUG-1;10;2998-03-25;2998-03-25")))
        sale = SalePrice.objects.get()
        assert (sale.ends_at - sale.starts_at).total_seconds() == 23 * 3600

    def test_a_product_shows_until_the_end_of_its_last_day(self, berlin):
        job = check(csv_of("sku;published_at;published_until", "MUG-1;2026-01-02;31.12.2999"))
        changes = job.rows.get().changes
        assert changes["published_at"][1] == "2026-01-01T23:00:00Z"
        assert changes["published_until"][1] == "2999-12-31T23:00:00Z"

    def test_date_cells_of_a_workbook_are_days(self, berlin):
        row = ["MUG-1", number_cell(10), number_cell(401_000, style=1), number_cell(401_003, style=1)]
        sheet = sheet_of(["sku", "sale.EUR", "sale_starts_at", "sale_ends_at"], row)
        done(write(workbook_of({"Sale": sheet}, formats=["dd.mm.yyyy"]), name="sale.xlsx"))
        sale = SalePrice.objects.get()
        local = [moment.astimezone(berlin) for moment in (sale.starts_at, sale.ends_at)]
        assert [(moment.hour, moment.minute) for moment in local] == [(0, 0), (0, 0)]
        assert (local[1].date() - local[0].date()).days == 4

    def test_a_cell_with_a_time_is_that_time(self, berlin):
        sheet = sheet_of(["sku", "published_until"], ["MUG-1", number_cell("401000.5", style=1)])
        job = check(workbook_of({"S": sheet}, formats=["dd/mm/yyyy hh:mm"]), name="p.xlsx")
        moment = datetime.fromisoformat(job.rows.get().changes["published_until"][1])
        assert moment.astimezone(berlin).hour == 12

    @pytest.mark.parametrize(
        ("text", "moment"),
        [
            ("2998-12-31", "2998-12-31T00:00:00+01:00"),
            ("2998/12/31", "2998-12-31T00:00:00+01:00"),
            ("29981231", "2998-12-31T00:00:00+01:00"),
            ("31.12.2998", "2998-12-31T00:00:00+01:00"),
            ("3.4.2998", "2998-04-03T00:00:00+02:00"),
            ("31. 12. 2998", "2998-12-31T00:00:00+01:00"),
            ("12/31/2998", "2998-12-31T00:00:00+01:00"),
            ("31/12/2998", "2998-12-31T00:00:00+01:00"),
            ("31-12-2998", "2998-12-31T00:00:00+01:00"),
            ("05/05/2998", "2998-05-05T00:00:00+02:00"),
            ("31.12.2998 18:30", "2998-12-31T18:30:00+01:00"),
            ("12/31/2998 6:30 PM", "2998-12-31T18:30:00+01:00"),
            ("12/31/2998, 12:30 a.m.", "2998-12-31T00:30:00+01:00"),
            ("2998-12-31 18:30:15", "2998-12-31T18:30:15+01:00"),
            ("2998-12-31T18:30:15.5Z", "2998-12-31T18:30:15.500000+00:00"),
            ("2998-12-31T18:30+03:00", "2998-12-31T18:30:00+03:00"),
        ],
    )
    def test_dates_are_read_as_people_write_them(self, text, moment):
        read = notation.read_moment(text, zone=ZoneInfo(ZONE), ends_day=False)
        assert read.isoformat() == moment

    @pytest.mark.parametrize("text", ["31.12.98", "31.02.2998", "13/13/2998", "12/31/2998 13:00 PM", "today", "46351"])
    def test_an_invalid_date_is_refused(self, text):
        with pytest.raises(ValidationProblem, match=r"Use a date such as 2026-11-27"):
            notation.read_moment(text, zone=ZoneInfo(ZONE), ends_day=False)

    def test_a_date_that_could_be_two_is_refused_with_both(self):
        job = check(csv_of("sku;published_until", "MUG-1;03/04/2998"))
        sentence = "'03/04/2998' can be read as 03 April 2998 or as 04 March 2998. Write 2998-04-03 or 2998-03-04."
        assert errors(job) == {2: {"published_until": [sentence]}}


def test_a_time_zone_that_does_not_exist_is_found_before_the_shop_opens(settings):
    settings.SHOP_TIME_ZONE = "Europe/Atlantis"
    (error,) = check_time_zone()
    assert error.id == "streamcart.E030"
    settings.SHOP_TIME_ZONE = ZONE
    assert check_time_zone() == []
