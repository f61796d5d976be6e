"""Files to import, and imports of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Any
from unittest import mock

from openpyxl import Workbook

from apps.catalog.imports import running, services
from apps.catalog.imports.models import ImportJob


def csv_of(*lines: str) -> bytes:
    return "\n".join(lines).encode() + b"\n"


def csv_of_rows(rows: Iterable[Mapping[str, Any]]) -> bytes:
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row))
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, names)
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().encode()


def xlsx_of(*rows: Sequence[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def check(content: bytes, *, name: str = "products.csv", **options: str) -> ImportJob:
    """A dry run that has ended."""
    return _start(content, name, is_dry_run=True, **options)


def write(content: bytes, *, name: str = "products.csv") -> ImportJob:
    """An import that has ended."""
    return _start(content, name, is_dry_run=False)


def start(
    content: bytes, *, name: str = "products.csv", is_dry_run: bool, send: bool = True, **options: str
) -> ImportJob:
    """An import; without `send` no worker knows of it."""
    with nullcontext() if send else mock.patch.object(services, "_send"):
        return services.start_import(
            io.BytesIO(content),
            name=name,
            size=len(content),
            is_dry_run=is_dry_run,
            requested_by="ada@example.com",
            **options,
        )


def _start(content: bytes, name: str, *, is_dry_run: bool, **options: str) -> ImportJob:
    job = start(content, name=name, is_dry_run=is_dry_run, **options)
    # Where no transaction is committed, nothing was sent to a worker.
    running.run(job.pk)
    job.refresh_from_db()
    return job


def errors(job: ImportJob) -> dict[int, dict[str, list[str]]]:
    """Errors by line."""
    return dict(job.rows.filter(action="error").order_by("line").values_list("line", "errors"))


def actions(job: ImportJob) -> list[str]:
    return list(job.rows.order_by("line").values_list("action", flat=True))


def done(job: ImportJob) -> ImportJob:
    """Fails with what the job says when it was not written."""
    assert job.state == ImportJob.State.DONE, (job.state, job.failure, errors(job))
    return job
