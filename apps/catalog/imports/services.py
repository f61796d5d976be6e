"""Services of imports: start, apply a dry run, cancel and delete."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import BinaryIO

from celery import signature
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.catalog.imports.models import FOLDER, OPEN_STATES, ImportJob
from apps.catalog.imports.workbooks import PROTECTED
from apps.common.files import files_in, may_be_orphan
from apps.common.jobs.services import for_each
from apps.common.languages import current_language
from apps.common.numbers import grouped
from apps.common.problems import Conflict, NotFound, Problem, ValidationProblem

State = ImportJob.State
# A little less than the gateway lets through.
MAX_BYTES = 50_000_000
# What an import said is kept this long.
KEPT_FOR = timedelta(days=90)
# A job that no worker took so long after it could was lost by the queue.
TAKEN_WITHIN = timedelta(seconds=20)
RUN_TASK = "apps.catalog.imports.tasks.run_import"
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
OLD_EXCEL = _("This is a file of an old Excel (XLS). Save it as XLSX or CSV UTF-8.")
# What is protected is put as a stream of this name into the container that old Excel files are.
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


class NotWritable(Conflict):
    slug, title = "import-not-writable", _("This import cannot be written")


class FileTooLarge(Problem):
    status, slug, title = 413, "payload-too-large", _("Payload too large")


def start_import(
    file: BinaryIO,
    *,
    name: str,
    size: int,
    is_dry_run: bool,
    requested_by: str,
    decimal_mark: str = str(ImportJob.DecimalMark.AUTO),
) -> ImportJob:
    """Keep the file and let a worker check it; without `is_dry_run` it is written afterwards if it has no errors.

    `decimal_mark` says how the file writes numbers, where the numbers themselves do not say it.
    What the file is, its first bytes say. Raises ValidationProblem or FileTooLarge for what is no file of rows at all.
    """
    if size > MAX_BYTES:
        raise too_large()
    begin = file.read(4)
    file.seek(0)
    if not begin:
        raise _refusal(gettext("The file is empty."))
    if begin == OLE:
        raise _refusal(str(PROTECTED if _holds(file, ENCRYPTED) else OLD_EXCEL))
    job = ImportJob(
        file_name=name[-200:],
        format=ImportJob.Format.XLSX if begin == ZIP else ImportJob.Format.CSV,
        is_dry_run=is_dry_run,
        decimal_mark=decimal_mark,
        requested_by=requested_by[:254],
        language=current_language(),
    )
    job.file.save(job.file_name, File(file), save=False)
    try:
        with transaction.atomic():
            job.save(force_insert=True)
            _send(job)
    except Exception:
        job.file.delete(save=False)
        raise
    return job


def _holds(file: BinaryIO, wanted: bytes) -> bool:
    """Whether these bytes stand anywhere in the file, which is read to its end."""
    rest = b""
    while chunk := file.read(1 << 20):
        if wanted in rest + chunk:
            return True
        rest = chunk[-len(wanted) :]
    return False


def too_large() -> FileTooLarge:
    return FileTooLarge(
        gettext("Use a file of at most %(limit)s MB; split it, or send it as XLSX.") % {"limit": MAX_BYTES // 10**6}
    )


def find_import(job_id: uuid.UUID) -> ImportJob:
    """An import. Raises NotFound."""
    job = ImportJob.objects.filter(pk=job_id).first()
    if job is None:
        raise NotFound(gettext("There is no such import."))
    return job


def _refusal(message: str) -> ValidationProblem:
    return ValidationProblem(message, errors={"file": [message]})


def _send(job: ImportJob) -> None:
    # By name: services know no tasks. While the queue is away the periodic task sends what waits.
    task = signature(RUN_TASK, args=[str(job.pk)])
    transaction.on_commit(lambda: task.delay(), robust=True)


def apply_import(job_id: uuid.UUID) -> ImportJob:
    """Write what a dry run showed. Asking twice writes once. Raises NotFound, NotWritable."""
    with transaction.atomic():
        job = _locked(job_id)
        if not job.is_dry_run and job.state in (State.WRITING, State.DONE):
            return job
        if job.state in (State.WAITING, State.CHECKING):
            raise NotWritable(gettext("The file is still being checked; wait until its state is checked."))
        if job.error_count:
            raise NotWritable(
                gettext("%(count)s rows have errors. Correct them and send the file again.")
                % {"count": grouped(job.error_count)}
            )
        if job.state != State.CHECKED:
            raise NotWritable(job.failure or gettext("The import has ended; send the file again."))
        job.state, job.is_dry_run = State.WRITING, False
        job.finished_at, job.lease_until = None, timezone.now()
        job.save(update_fields=["state", "is_dry_run", "finished_at", "lease_until"])
        _send(job)
    return job


def cancel_import(job_id: uuid.UUID) -> ImportJob | None:
    """Forget the import and all that it said; None then.

    One that is being written stops after the rows at hand, says so and stays. Raises NotFound.
    """
    with transaction.atomic():
        job = _locked(job_id)
        if job.state == State.WRITING:
            job.state, job.finished_at = State.FAILED, timezone.now()
            job.failure = gettext("Cancelled; %(written)s of %(count)s rows were written.") % {
                "written": grouped(job.written_rows),
                "count": grouped(job.row_count),
            }
            job.save(update_fields=["state", "finished_at", "failure"])
            return job
        stored = job.file
        job.delete()
    if stored:
        stored.delete(save=False)
    return None


def _locked(job_id: uuid.UUID) -> ImportJob:
    job = ImportJob.objects.select_for_update().filter(pk=job_id).first()
    if job is None:
        raise NotFound(gettext("There is no such import."))
    return job


def resume_imports() -> list[uuid.UUID]:
    """Jobs whose worker died or that the queue lost, to be sent again."""
    lost = ImportJob.objects.filter(state__in=OPEN_STATES, lease_until__lt=timezone.now() - TAKEN_WITHIN)
    return list(lost.order_by("created_at").values_list("pk", flat=True))


def purge_imports() -> int:
    """Forget imports that ended long ago; returns how many."""
    ended = ImportJob.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).exclude(state__in=OPEN_STATES)
    return for_each(list(ended.values_list("pk", flat=True)), _purge, job="purge-imports")


def _purge(job_id: uuid.UUID) -> None:
    for job in ImportJob.objects.filter(pk=job_id):
        if job.file:
            job.file.delete(save=False)
        job.delete()


def remove_orphans() -> int:
    """Remove old uploads that no import names; returns how many.

    They stay behind when a process ends between the storage and the database.
    """
    names = files_in(FOLDER)
    named = ImportJob.objects.filter(file__in=names).values_list("file", flat=True)
    orphans = [name for name in sorted(names.difference(named)) if may_be_orphan(name)]
    return for_each(orphans, default_storage.delete, job="remove-orphaned-imports")
