"""The work on one file, from checking to writing, in batches: each is one transaction and moves the job's progress."""

from __future__ import annotations

import uuid
from array import array
from collections.abc import Iterator
from functools import partial
from itertools import batched, islice
from typing import BinaryIO, cast

import structlog
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.history.context import written_by
from apps.catalog.imports import bulk, stock
from apps.catalog.imports.batches import LeaseLost, batch, claim_job
from apps.catalog.imports.bulk import BulkRow
from apps.catalog.imports.checking import Check, heading_row
from apps.catalog.imports.columns import MAX_COLUMNS, read_heading
from apps.catalog.imports.facts import Facts, load_facts
from apps.catalog.imports.models import ImportJob, ImportRow
from apps.catalog.imports.reading import Line, UnreadableFile, estimate_rows, read_lines
from apps.catalog.imports.stock import Author
from apps.catalog.imports.writing import CatalogueChanged, write_rows
from apps.common.leases import Lease
from apps.common.numbers import grouped
from apps.common.problems import Problem

log = structlog.get_logger(__name__)
Action = ImportRow.Action
State = ImportJob.State
MAX_ROWS = 200_000
BATCH = 1_000
# Each transaction that counts units keeps buyers of these waiting.
COUNTED_AT_ONCE = 50
OUR_FAULT = _("Something went wrong on our side; what was written stays. Send the file again to go on.")


def run(job_id: uuid.UUID) -> None:
    """Do what is left to do of a job, if nobody else is at it. Called by the worker; safe to call twice."""
    lease = claim_job(job_id)
    if lease is None:
        return
    try:
        job = ImportJob.objects.get(pk=job_id)
        # What is wrong with a row is kept as a sentence, for whoever sent the file.
        with translation.override(job.language):
            _run(lease, job)
    except (LeaseLost, ImportJob.DoesNotExist):
        log.info("import left to another worker", job=str(job_id))
    except Problem as problem:
        _fail(lease, str(problem))
    except (OperationalError, InterfaceError):
        # The database is away or two transactions met: the periodic job sends it again.
        lease.release()
        raise


def _run(lease: Lease[ImportJob], job: ImportJob) -> None:
    try:
        if job.state != State.WRITING:
            check_file(lease)
        if ImportJob.objects.filter(pk=job.pk, state=State.WRITING).exists():
            with written_by(partial(_facts_for_history, job)):
                write_file(lease)
    except (LeaseLost, ImportJob.DoesNotExist, Problem, OperationalError, InterfaceError):
        raise
    except Exception:
        _fail(lease, str(OUR_FAULT))
        raise


def _facts_for_history(job: ImportJob) -> dict[str, str]:
    return {"how": "import", "who": job.requested_by, "detail": job.file_name, "import_id": str(job.pk)}


def check_file(lease: Lease[ImportJob]) -> None:
    """Check every row of the file, from its start. Raises UnreadableFile."""
    with batch(lease) as job:
        job.rows.all().delete()
        job.state, job.started_at, job.failure = State.CHECKING, timezone.now(), ""
        for name in ("row_count", "checked_rows", "created_count", "changed_count", "unchanged_count", "error_count"):
            setattr(job, name, 0)
    with job.file.open("rb") as file:
        estimate = estimate_rows(cast(BinaryIO, file), job.format)
        lines = read_lines(cast(BinaryIO, file), job.format)
        facts = load_facts()
        first = next(lines, None)
        if first is None:
            raise UnreadableFile(gettext("The file is empty."))
        if len(first.cells) > MAX_COLUMNS:
            sentence = gettext(
                "Line %(line)s: a file has at most %(limit)s columns; this one has more. Split it, or leave some out."
            )
            raise UnreadableFile(sentence % {"line": first.number, "limit": MAX_COLUMNS})
        heading = read_heading(first.cells, facts, sheet=first.sheet)
        with batch(lease) as job:
            job.row_count, job.sheet = min(estimate, MAX_ROWS), first.sheet[:100]
            _keep(job, heading_row(job, heading, first.number))
        if "sku" in heading.usable:
            check = Check(job, heading, facts, job.started_at or timezone.now(), reread=partial(_reread, job))
            _check_lines(lease, lines, check)
    _finish_check(lease)


def _reread(job: ImportJob) -> Iterator[Line]:
    """The rows below the heading once more, beside whoever is reading them."""
    with job.file.storage.open(job.file.name or "") as file:
        yield from islice(read_lines(cast(BinaryIO, file), job.format), 1, MAX_ROWS + 1)


def _check_lines(lease: Lease[ImportJob], lines: Iterator[Line], check: Check) -> None:
    for some_lines in batched(islice(lines, MAX_ROWS), BATCH, strict=False):
        rows = check.check(some_lines)
        with batch(lease) as job:
            _keep(job, rows)
            job.checked_rows += len(rows)
            job.row_count = max(job.row_count, job.checked_rows)
    if extra := next(lines, None):
        raise UnreadableFile(
            gettext("Line %(number)s: a file has at most %(limit)s rows; split it.")
            % {"number": extra.number, "limit": grouped(MAX_ROWS)}
        )


COUNTERS = {
    Action.CREATE: "created_count",
    Action.CHANGE: "changed_count",
    Action.NOTHING: "unchanged_count",
    Action.ERROR: "error_count",
}


def _keep(job: ImportJob, rows: list[BulkRow]) -> None:
    bulk.insert(ImportRow, rows)
    for row in rows:
        name = COUNTERS[Action(row.action)]
        setattr(job, name, getattr(job, name) + 1)


def _finish_check(lease: Lease[ImportJob]) -> None:
    with batch(lease) as job:
        job.row_count = job.checked_rows
        if job.is_dry_run:
            job.state, job.finished_at = State.CHECKED, timezone.now()
        elif job.error_count:
            job.state, job.finished_at = State.FAILED, timezone.now()
            job.failure = gettext(
                "%(count)s rows have errors, so nothing was written. Correct them and send it again."
            ) % {"count": grouped(job.error_count)}
        else:
            job.state = State.WRITING
    forget_file(job)


def forget_file(job: ImportJob) -> None:
    """Delete the uploaded file once its contents are in the job's rows."""
    if job.file:
        job.file.delete(save=False)
        ImportJob.objects.filter(pk=job.pk).update(file="")


def write_file(lease: Lease[ImportJob]) -> None:
    """Write what is left of a checked file: products and variants, then counts of units. Raises CatalogueChanged."""
    facts = load_facts()
    last_line = 0
    while True:
        with batch(lease) as job:
            author = _author(job)
            rows = _next_rows(job, last_line)
            if not rows:
                break
            changed = [row for row in rows if row.action in (Action.CREATE, Action.CHANGE)]
            if changed:
                _write_batch(changed, facts, author)
            job.written_rows += len(rows)
            last_line = rows[-1].line
    _write_counts(lease, job.pk, facts, author)
    with batch(lease) as job:
        job.state, job.finished_at = (State.FAILED if job.error_count else State.DONE), timezone.now()
        if job.error_count:
            job.failure = gettext("All was written but %(count)s counts of stock; their rows say why.") % {
                "count": grouped(job.error_count)
            }


def _next_rows(job: ImportJob, last_line: int) -> list[ImportRow]:
    rows = job.rows.order_by("line")
    if last_line or not job.written_rows:
        return list(rows.filter(line__gt=last_line)[:BATCH])
    # Another worker was here before: as many rows are done.
    return list(rows[job.written_rows : job.written_rows + BATCH])


def _write_batch(rows: list[ImportRow], facts: Facts, author: Author) -> None:
    try:
        write_rows(rows, facts, author)
    except IntegrityError as error:
        raise CatalogueChanged(
            gettext("Lines %(first)s to %(last)s: somebody made or removed what they need after the file was checked.")
            % {"first": rows[0].line, "last": rows[-1].line}
        ) from error


def _author(job: ImportJob) -> Author:
    return Author(f"import {job.pk}", job.requested_by, job.started_at or job.created_at)


COUNTED = """
    SELECT id FROM imports_importrow AS row
    WHERE job_id = %s AND action = 'change'
        AND EXISTS (SELECT 1 FROM jsonb_object_keys(changes) AS name WHERE name LIKE 'stock%%')
    ORDER BY sku
"""


def _write_counts(lease: Lease[ImportJob], job_id: uuid.UUID, facts: Facts, author: Author) -> None:
    """Set the units of variants that were there before, by SKU."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [job_id])
        ids = array("q", (row[0] for row in cursor.fetchall()))
    while True:
        with batch(lease) as job:
            chosen = ids[job.counted_rows : job.counted_rows + COUNTED_AT_ONCE]
            if not chosen:
                break
            rows = ImportRow.objects.filter(pk__in=chosen).order_by("sku")
            job.error_count += stock.count_rows(rows, facts, author)
            job.counted_rows += len(chosen)


def _fail(lease: Lease[ImportJob], sentence: str) -> None:
    try:
        with batch(lease) as job:
            was_writing = job.state == State.WRITING
            progress = f" {job.written_rows:,} of {job.row_count:,} rows were written." if was_writing else ""
            job.state, job.finished_at = State.FAILED, timezone.now()
            job.failure = f"{sentence[:440]}{progress}"
    except LeaseLost:
        return
    forget_file(job)
