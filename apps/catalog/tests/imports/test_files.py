"""Files of any size and any kind: read as a stream, refused with one clear sentence."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest

from apps.catalog.imports import reading, running, services, workbook_parts
from apps.catalog.imports.cells import escape, unescape
from apps.catalog.imports.models import ImportJob
from apps.catalog.products.category_tree import ensure_category
from apps.catalog.tests.factories import make_product
from apps.catalog.tests.imports.files import check, csv_of, errors, xlsx_of
from apps.catalog.tests.imports.workbooks import sheet_of, workbook_of
from apps.common.problems import ValidationProblem

pytestmark = pytest.mark.django_db
GOOD = csv_of("sku,price.EUR", "MUG-1,1", "MUG-2,2")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"sku,title\nMUG-1,Mug\nMUG-2,T\xe4sse\n", "Line 3 is not UTF-8 (0xE4 at byte 8)."),
        ("sku,title\nMUG-1,Mug\n".encode("utf-16"), "Line 1: the file is UTF-16, not UTF-8."),
        ("sku,title\nMUG-1,Mug\n".encode("utf-16-le"), "Line 1 holds null bytes"),
        (GOOD + b"MUG-3,\x00\n", "Line 4 holds null bytes"),
        (GOOD + b"MUG-3," + b"x" * 1_000_001, "Line 4 is longer than 1,000,000 bytes"),
        (
            GOOD + b'MUG-3,"not closed\n' + b"MUG-4,1\n" * 30_000,
            "Line 4 cannot be read: a cell that begins there does not end.",
        ),
        (b"sku,title\rMUG-1,Mug\rMUG-2,Mug\r", "The lines of the file end as on an old Macintosh."),
        (b"\n\n \n", "The file is empty."),
        (b"PK\x03\x04 no archive at all", "This is no Excel file (XLSX), or it is damaged."),
        (xlsx_of(["sku"], ["MUG-1"])[:-200], "This is no Excel file (XLSX), or it is damaged."),
        (xlsx_of([None]), 'The sheet "Sheet" is empty.'),
    ],
)
def test_what_is_no_file_of_rows_is_told_in_one_sentence(content, sentence):
    job = check(content)
    assert job.state == ImportJob.State.FAILED
    assert job.failure.startswith(sentence)
    assert not job.file


@pytest.mark.parametrize(("content", "sentence"), [(b"", "empty"), (b"\xd0\xcf\x11\xe0old", "XLS")])
def test_what_is_seen_at_once_is_refused_at_once(content, sentence):
    with pytest.raises(ValidationProblem, match=sentence):
        check(content)
    assert not ImportJob.objects.exists()


def test_a_file_that_is_too_large_is_refused():
    with pytest.raises(services.FileTooLarge, match="50 MB"):
        services.start_import(
            io.BytesIO(GOOD), name="x.csv", size=services.MAX_BYTES + 1, is_dry_run=True, requested_by=""
        )


@pytest.mark.parametrize("begin", [b"\xef\xbb\xbf", b"sep=;\n", b""])
def test_marks_at_the_begin_of_a_file_are_no_part_of_it(begin):
    make_product("Mug", sku="MUG-1", price=1490)
    job = check(begin + csv_of("sku;price.EUR;summary", 'MUG-1;15;"Two\nlines; and a ""quote"""', "MUG-1;1;"))
    assert job.rows.order_by("line")[0].changes["summary"] == ["", 'Two\nlines; and a "quote"']
    # Lines are counted as an editor counts them: the second row begins after the quoted line end.
    assert list(errors(job)) == [4 + begin.count(b"\n")]


def test_a_file_has_at_most_so_many_rows(monkeypatch):
    monkeypatch.setattr(running, "MAX_ROWS", 2)
    job = check(GOOD + b"MUG-3,1\n")
    assert (job.state, job.failure) == ("failed", "Line 4: a file has at most 2 rows; split it.")


class TestWorkbooks:
    def test_one_that_unpacks_to_too_much_is_refused(self):
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("xl/x.xml", "w") as part:
            for _ in range(workbook_parts.MAX_UNPACKED // (1 << 22) + 1):
                part.write(b"\x00" * (1 << 22))
        assert len(bomb.getvalue()) < 500_000
        assert check(bomb.getvalue()).failure == "The file unpacks to more than 400 MB; send it as CSV."

    def test_one_that_expands_entities_is_refused(self):
        entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "x"}">' for n in range(9))
        job = check(self._forged(f'<?xml version="1.0"?><!DOCTYPE x [{entities}]>', "&e8;"))
        assert job.failure.startswith("This is no Excel file")

    def test_one_that_reads_other_files_is_refused(self):
        job = check(self._forged('<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;"))
        assert job.failure.startswith("This is no Excel file")

    def test_a_row_that_claims_to_be_far_down_does_not_keep_the_worker(self):
        job = check(self._forged("", "sku", row=' r="99999999999"'))
        assert job.state == ImportJob.State.FAILED

    def test_a_row_of_more_cells_than_a_spreadsheet_can_have_is_refused(self):
        job = check(workbook_of({"S": sheet_of(["sku"] * 17_000)}))
        assert job.failure.startswith("Line 1 has more cells than a spreadsheet can have")

    def test_one_whose_parts_are_encrypted_is_told_so(self):
        content = bytearray(workbook_of({"S": sheet_of(["sku"])}))
        place = content.rindex(b"PK\x01\x02")
        content[place + 8] |= 1
        assert check(bytes(content)).failure.startswith("The file is protected by a password.")

    def _forged(self, begin: str, text: str, row: str = "") -> bytes:
        forged = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(xlsx_of(["sku"]))) as good, zipfile.ZipFile(forged, "w") as bad:
            for part in good.namelist():
                content = good.read(part)
                if part == "xl/worksheets/sheet1.xml":
                    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
                    cell = f'<c t="inlineStr"><is><t>{text}</t></is></c>'
                    rows = f"<row>{cell}</row><row{row}>{cell}</row>"
                    content = f'{begin}<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'.encode()
                bad.writestr(part, content)
        return forged.getvalue()

    def test_rows_and_cells_that_say_nothing_are_left_out(self):
        make_product("Mug", sku="MUG-1", price=1490)
        job = check(xlsx_of([], [None, "sku", "price.EUR"], [], ["x", "MUG-1", 15], [None, " ", None]))
        assert [(row.line, row.changes) for row in job.rows.all()] == [(4, {"price.EUR": ["14.90", "15.00"]})]


class LongFile(io.RawIOBase):
    """A file that is made while it is read."""

    def __init__(self, units: Iterator[bytes]) -> None:
        self.units = units
        self.rest = b""
        self.size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        while not self.rest:
            unit = next(self.units, None)
            if unit is None:
                return 0
            self.rest = unit
        taken = self.rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self.rest = self.rest[len(taken) :]
        self.size += len(taken)
        return len(taken)


def test_reading_50_mb_needs_no_more_memory_than_a_line():
    text = "long text " * 60
    units = (f"SKU-{n},{text}\n".encode() for n in range(85_000))
    file = LongFile(units)
    tracemalloc.start()
    count = sum(1 for _ in reading.read_lines(io.BufferedReader(file), "csv"))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (count, file.size > 50_000_000) == (85_000, True)
    assert peak < 2_000_000


def test_a_large_file_with_errors_in_its_middle_is_checked_to_its_end_in_little_memory(tmp_path):
    """The whole check, database and all: what is remembered is the SKUs and fingerprints of products."""
    ensure_category("home")
    count = 8_000
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("sku,slug,title,category,price.EUR,description\n")
        for number in range(count):
            price = "odd" if count // 2 <= number < count // 2 + 3 else "9.99"
            file.write(f"SKU-{number},product-{number},Product {number},home,{price},{'text ' * 500}\n")
    assert path.stat().st_size > 20_000_000
    with path.open("rb") as file:
        job = services.start_import(
            file, name="large.csv", size=path.stat().st_size, is_dry_run=False, requested_by="ada"
        )
    tracemalloc.start()
    running.run(job.pk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    job.refresh_from_db()
    assert (job.state, job.error_count, job.created_count) == (ImportJob.State.FAILED, 3, count - 3)
    assert list(errors(job)) == [count // 2 + 2, count // 2 + 3, count // 2 + 4]
    assert peak < 25_000_000


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-", "'-"),
        ("@x", "'@x"),
        ("'=1", "''=1"),
        ("-5", "-5"),
        ("-5.25", "-5.25"),
        ("it's", "it's"),
        ("'quoted'", "'quoted'"),
        ("-5x", "'-5x"),
    ],
)
def test_texts_that_a_spreadsheet_would_run_are_written_so_that_they_come_back(text, written):
    assert escape(text) == written
    assert unescape(written) == text
