"""Files as spreadsheet programs write them: read as they are meant, or refused with what to do."""

from __future__ import annotations

import pytest

from apps.catalog.imports.exporting import export
from apps.catalog.imports.models import ImportJob
from apps.catalog.imports.workbook_parts import Format
from apps.catalog.inventory.services import ensure_warehouse
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.products.models import Brand, Product, Variant
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.imports.files import actions, check, csv_of, done, errors, write, xlsx_of
from apps.catalog.tests.imports.workbooks import (
    MAIN,
    number_cell,
    protected_file,
    sheet_of,
    text_cell,
    workbook_of,
)
from apps.common.problems import ValidationProblem

pytestmark = pytest.mark.django_db
HEADING = ["sku", "title", "category", "price.EUR", "stock"]


@pytest.fixture(autouse=True)
def shop() -> None:
    ensure_category("home")
    ensure_warehouse()


def bowl(sku: str = "RX-1", title: str = "Bowl") -> list[str]:
    return [sku, title, "home", number_cell(12.9), number_cell(7)]


def made(content: bytes, name: str = "products.xlsx") -> Product:
    """The one product that the file makes."""
    done(write(content, name=name))
    return Product.objects.get()


class TestCsv:
    def test_blank_lines_before_the_heading_are_skipped_and_counted(self):
        content = b"\n  \r\n" + csv_of("sku;title;category;price.EUR;stock", "RB-9;Bowl nine;home;12,90;x")
        assert list(errors(check(content))) == [4]
        made(content.replace(b";x", b";7"), "products.csv")

    def test_a_line_that_names_the_separator_is_obeyed(self):
        product = made(b"\n" + csv_of("sep=|", "sku|title|category|price.EUR", "RB-1|A, b; c|home|12,90"), "p.csv")
        assert product.title == "A, b; c"

    def test_marks_of_bytes_are_no_part_of_the_first_name(self):
        made(b"\xef\xbb\xbf\xef\xbb\xbf" + csv_of("sku;title;category;price.EUR", "A;B;home;1,00"), "p.csv")

    def test_a_quotation_mark_inside_a_quoted_cell_is_refused_with_its_line(self):
        job = check(csv_of("sku,title,category,price.EUR", 'RB-26A,"Board 19" wide",home,12.90', "RB-26B,Other,home,1"))
        assert job.state == ImportJob.State.FAILED
        assert job.failure.startswith("Line 2 cannot be read: a cell goes on after the quotation mark that ends it.")

    def test_a_cell_that_does_not_end_is_refused_with_its_line(self):
        job = check(csv_of("sku,title,category,price.EUR", "A,B,home,1", 'RB-26A,"Board 19,home,12.90', "C,D,home,1"))
        assert job.failure.startswith("Line 3 cannot be read: a cell that begins there does not end.")

    def test_a_quotation_mark_in_a_cell_without_quotes_is_part_of_the_text(self):
        product = made(csv_of("sku,title,category,price.EUR", 'A,Board 19" wide,home,12.90'), "p.csv")
        assert product.title == 'Board 19" wide'

    def test_a_space_before_a_quoted_cell_makes_no_two_of_it(self):
        product = made(csv_of('sku, "title", "category", price.EUR', 'A, "Board, wide", "home", 12.90'), "p.csv")
        assert product.title == "Board, wide"

    def test_texts_that_are_written_as_formulas_keep_their_zeros(self):
        content = csv_of("sku;title;category;price.EUR;stock;barcode", '="RB-07";="0123";home;12,90;7;="4006381333931"')
        product = made(content, "p.csv")
        variant = product.variants.get()
        assert (product.title, variant.sku, variant.barcode) == ("0123", "RB-07", "4006381333931")

    def test_an_apostrophe_before_a_code_or_a_number_is_the_spreadsheets(self):
        content = csv_of("sku;title;category;price.EUR;barcode;year", "'0123;'90s mug;home;'12,90;'4006381333931;'1999")
        product = made(content, "p.csv")
        assert (product.title, product.year) == ("'90s mug", 1999)
        assert Variant.objects.get().sku == "0123"

    def test_an_escaped_line_end_is_a_line_end(self):
        product = made(csv_of("sku;title;category;price.EUR;description", "A;B;home;1;One_x000D_two"), "p.csv")
        assert product.description == "One\ntwo"

    @pytest.mark.parametrize("odd", ["\x01", "\x0b", "\x7f", "\ufffe"])
    def test_a_character_that_cannot_be_shown_is_refused_with_its_place(self, odd):
        job = check(csv_of("sku;title;category;price.EUR", f"A;Mug{odd}s;home;1"))
        (sentence,) = errors(job)[2]["title"]
        assert sentence.startswith(f"Character 4 of this cell (U+{ord(odd):04X}) is none that can be shown.")

    def test_a_character_that_was_lost_is_refused(self):
        job = check(csv_of("sku;title;category;price.EUR", "A;Stra\ufffde;home;1"))
        assert "stands for a character that was lost" in errors(job)[2]["title"][0]

    def test_a_cell_beside_the_columns_is_named(self):
        job = check(csv_of("sku;title;category;price.EUR", "A;B;home;1;more"))
        assert errors(job)[2] == {"": ["The row has 5 cells, the heading 4; 'more' belongs to no column."]}


class TestSheets:
    def test_a_hidden_sheet_is_not_read(self):
        content = workbook_of({"lists": sheet_of(["kitchen"]), "Bowls": sheet_of(HEADING, bowl())}, hidden=["lists"])
        made(content)
        assert ImportJob.objects.get().sheet == "Bowls"

    def test_the_sheet_that_has_skus_is_read_rather_than_the_first_one(self):
        content = workbook_of({"Read me": sheet_of(["How to"]), "Bowls": sheet_of([], HEADING, bowl())})
        assert made(content).title == "Bowl"

    def test_a_message_names_the_sheet(self):
        job = check(workbook_of({"Hidden": sheet_of(HEADING), "Bowls": sheet_of(["no sku"])}, hidden=["Hidden"]))
        assert errors(job)[1]["sku"] == ['The sheet "Bowls" needs a column sku; its first line names the columns.']

    def test_a_workbook_that_shows_no_sheet_is_refused(self):
        job = check(workbook_of({"A": sheet_of(HEADING, bowl())}, hidden=["A"]))
        assert job.failure.startswith("The file shows no sheet: all are hidden.")

    def test_columns_beyond_the_limit_are_not_dropped(self):
        wide = [*HEADING, *(f"attr.a{n}" for n in range(300))]
        job = check(xlsx_of(wide), name="p.xlsx")
        assert job.failure.startswith("Line 1: a file has at most 200 columns; this one has more.")

    @pytest.mark.parametrize("place", [5, 250, 16_000])
    def test_cells_beside_the_columns_are_not_dropped(self, place):
        row = ["RX-1", "Bowl", "home", 12.9, 7, *([None] * (place - 5)), "note"]
        job = check(xlsx_of(HEADING, row), name="p.xlsx")
        assert "'note' belongs to no column" in errors(job)[2][""][0]


class TestCells:
    def test_a_formula_is_the_value_that_the_file_holds_for_it(self):
        row = [
            '<c t="str"><f>"RX-"&amp;6</f><v>RX-6</v></c>',
            *("Bowl", "home"),
            "<c><f>10*1.29</f><v>12.9</v></c>",
            "<c><f>SUM(A1:A2)</f><v>7</v></c>",
        ]
        product = made(workbook_of({"S": sheet_of(HEADING, row)}))
        variant = product.variants.get()
        assert (variant.sku, variant.prices.get().amount, variant.stock.on_hand) == ("RX-6", 1290, 7)

    def test_a_formula_without_a_value_is_refused(self):
        make_product("Mug", sku="MUG-1")
        job = check(xlsx_of(["sku", "price.EUR", "title"], ["MUG-1", "=1+1", "=HYPERLINK(1)"]), name="p.xlsx")
        found = errors(job)[2]
        assert [sentence[:44] for (sentence,) in found.values()] == ["This cell holds a formula, and the file does"] * 2

    @pytest.mark.parametrize("error", ["#REF!", "#N/A", "#DIV/0!"])
    def test_an_error_is_refused_by_its_name(self, error):
        row = [*bowl()[:3], f'<c t="e"><f>A1/0</f><v>{error}</v></c>', number_cell(1)]
        job = check(workbook_of({"S": sheet_of(HEADING, row)}))
        sentence = f"This cell holds an error ({error}). Put a value there, or correct its formula."
        assert errors(job)[2]["price.EUR"] == [sentence]

    def test_strict_open_xml_is_read(self):
        strict = "http://purl.oclc.org/ooxml/spreadsheetml/main"
        heading = [*HEADING, "published_until"]
        row = [*bowl("RX-7"), '<c t="d" s="1"><v>2998-12-31T00:00:00</v></c>']
        product = made(workbook_of({"S": sheet_of(heading, row, main=strict)}, formats=["yyyy-mm-dd"], is_strict=True))
        assert product.published_until.isoformat() == "2999-01-01T00:00:00+00:00"

    def test_years_that_begin_in_1904_are_counted_from_there(self):
        heading, row = [*HEADING, "published_until"], [*bowl(), number_cell(400_000, style=1)]
        sheet = {"S": sheet_of(heading, row)}
        later, earlier = (
            check(workbook_of(sheet, formats=["dd.mm.yyyy"], has_1904_dates=is_old)).rows.get()
            for is_old in (True, False)
        )
        days = [row.changes["published_until"][1][:10] for row in (earlier, later)]
        assert days == ["2995-02-28", "2999-03-01"]

    def test_odd_styles_do_not_matter(self):
        styles = (
            f'<styleSheet xmlns="{MAIN}"><fonts count="9"><font><color rgb="nonsense"/><sz val="x"/></font></fonts>'
            '<fills/><cellXfs><xf numFmtId="0" fontId="77" fillId="99"/><xf numFmtId="999"/></cellXfs>'
            '<colors><indexedColors><rgbColor rgb="zz"/></indexedColors></colors><extLst><ext uri="?"/></extLst>'
            "</styleSheet>"
        )
        row = [*bowl()[:3], number_cell(12.9, style=1), number_cell(7, style=4321)]
        made(workbook_of({"S": sheet_of(HEADING, row)}, styles=styles))

    def test_texts_that_cells_share_are_read_without_hints_and_escapes(self):
        texts = (
            f'<sst xmlns="{MAIN}"><si><r><t xml:space="preserve">Tall </t></r><r><t>mug</t></r>'
            "<rPh><t>hint</t></rPh></si><si><t>One_x000D_\ntwo _x005F_x0041_ _xD83D__xDE00_</t></si></sst>"
        )
        shared = ['<c t="s"><v>0</v></c>', '<c t="s"><v>1</v></c>']
        sheet = sheet_of(
            ["sku", "category", "price.EUR", "title", "description"], ["A", "home", number_cell(1), *shared]
        )
        product = made(workbook_of({"S": sheet}, texts=texts))
        assert (product.title, product.description) == ("Tall mug", "One\ntwo _x0041_ 😀")

    def test_zeros_that_a_format_shows_before_a_number_are_kept(self):
        row = [number_cell(123, style=1), *bowl()[1:]]
        assert made(workbook_of({"S": sheet_of(HEADING, row)}, formats=["00000"])).variants.get().sku == "00123"

    def test_a_number_of_more_digits_than_a_spreadsheet_keeps_is_refused(self):
        row = [number_cell("4006381333931000"), *bowl()[1:]]
        job = check(workbook_of({"S": sheet_of(HEADING, row)}))
        assert errors(job)[2]["sku"][0].startswith("Spreadsheets keep fifteen digits")

    def test_half_a_character_is_refused(self):
        row = ["A", text_cell("Mug _xD83D_"), *bowl()[2:]]
        job = check(workbook_of({"S": sheet_of(HEADING, row)}))
        assert "U+D83D" in errors(job)[2]["title"][0]

    @pytest.mark.parametrize(
        ("number", "code", "shown"),
        [
            (14, None, Format(is_date=True)),
            (22, None, Format(is_date=True, has_time=True)),
            (20, None, Format(is_duration=True)),
            (31, None, Format(is_date=True)),
            (57, None, Format(is_date=True)),
            (46, None, Format(is_duration=True)),
            (200, "[$-F800]dddd\\,\\ mmmm\\ dd\\,\\ yyyy", Format(is_date=True)),
            (200, "[$-407]d/\\ mmmm\\ yyyy;@", Format(is_date=True)),
            (200, 'yyyy"年"m"月"d"日"', Format(is_date=True)),
            (200, "dd/mm/yyyy hh:mm", Format(is_date=True, has_time=True)),
            (200, '#,##0.00\\ "€ (days)"', Format()),
            (200, '_-* #,##0.00\\ [$€-407]_-;\\-* #,##0.00\\ [$€-407]_-;_-* "-"??\\ [$€-407]_-', Format()),
            (200, '[Red]General" hours"', Format()),
            (200, "0.00E+00", Format()),
            (200, "000000", Format(min_digits=6)),
        ],
    )
    def test_a_format_says_what_a_number_is(self, number, code, shown):
        assert Format.of(number, code) == shown


class TestOtherFiles:
    def test_a_protected_file_is_refused_as_protected(self):
        with pytest.raises(ValidationProblem, match="protected by a password"):
            check(protected_file(), name="p.xlsx")

    @pytest.mark.parametrize(
        ("part", "sentence"),
        [
            ("content.xml", "This is an OpenDocument file (ODS)."),
            ("xl/workbook.bin", "This is a binary Excel file (XLSB)."),
            ("Index/Document.iwa", "This is a file of Numbers."),
        ],
    )
    def test_other_spreadsheets_are_named(self, part, sentence):
        job = check(workbook_of({"S": sheet_of(HEADING, bowl())}, others={part: "<x/>"}))
        assert job.failure.startswith(sentence)


class TestIdentifiers:
    def test_skus_that_differ_by_capitals_are_one_article_and_the_message_names_the_other(self):
        job = check(csv_of("sku;title;category;price.EUR", "RB-13;Case cup;home;5,00", "rb-13;Cup two;home;6,00"))
        sentence = "The SKU rb-13 stands in line 2 already, written RB-13; capitals make no other article."
        assert errors(job) == {3: {"sku": [sentence]}}

    def test_a_row_in_other_capitals_changes_the_article_that_is_there(self):
        make_product("Mug", slug="mug", sku="MUG-1", price=1490)
        job = done(write(csv_of("sku;slug;price.EUR", "mug-1;Mug;15,00")))
        assert [(row.sku, row.action) for row in job.rows.all()] == [("MUG-1", "change")]
        assert Variant.objects.get().prices.get().amount == 1500

    def test_a_new_variant_finds_its_product_in_any_capitals(self):
        product = make_product("Mug", slug="mug", sku="MUG-1")
        done(write(csv_of("sku;slug;price.EUR", "MUG-2;MUG;15,00", "MUG-3;Mug;16,00")))
        assert product.variants.count() == 3

    def test_a_new_product_has_one_slug_in_all_of_its_rows(self):
        done(write(csv_of("sku;slug;title;category;price.EUR", "A;Blue-mug;Mug;home;1", "B;blue-MUG;;;2")))
        assert Product.objects.get().slug == "Blue-mug"
        assert Variant.objects.count() == 2

    def test_categories_and_brands_are_found_in_any_capitals(self):
        Brand.objects.create(name="Elm", slug="elm")
        done(write(csv_of("sku;title;category;brand;price.EUR", "A;Mug;HOME;ELM;1")))
        assert Product.objects.get().brand.name == "Elm"

    def test_a_slug_keeps_what_the_title_says(self):
        product = made(
            csv_of("sku;title;category;price.EUR", "RB-15;Große Straßenkarte Łódź Smørrebrød;home;5"), "p.csv"
        )
        assert product.slug == "grosse-strassenkarte-lodz-smorrebrod"

    def test_titles_that_differ_in_special_letters_alone_make_two_products(self):
        done(write(csv_of("sku;title;category;price.EUR", "RB-15B;Maß;home;5,00", "RB-15C;Ma;home;6,00")))
        assert sorted(Product.objects.values_list("slug", flat=True)) == ["ma", "mass"]

    def test_titles_with_the_same_slug_are_reported(self):
        job = check(csv_of("sku;title;category;price.EUR", "A;Maß;home;5,00", "B;Mass;home;6,00"))
        sentence = (
            "The slug of this title is mass, as in line 2 for another title. Name another slug, or name this one to "
            "add a variant."
        )
        assert errors(job) == {3: {"slug": [sentence]}}


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_texts_that_look_like_escapes_come_back_from_an_export(form):
    make_product("_x0041_ ='90s' 1.234", sku="A-1", summary="_x005F_ 0123", variant={"name": "'90s"})
    Variant.objects.get().prices.create(currency="KWD", amount=1234)
    content = b"".join(export(Product.objects.all(), form))
    job = done(write(content, name=f"p.{form}"))
    assert actions(job) == ["nothing"]
