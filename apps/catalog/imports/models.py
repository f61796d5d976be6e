"""Imports of products from CSV and XLSX files: what was asked, how far it is, and what became of each row."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.common.ids import uuid7

FOLDER = "imports"


def upload_name(job: ImportJob, filename: str) -> str:
    """Where an upload is kept: named by us, so no file name of somebody's computer becomes an address."""
    return f"{FOLDER}/{job.pk}.{job.format}"


class ImportJob(models.Model):
    """One file. First every row is checked (that is all of a dry run); only a file without errors is written."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        XLSX = "xlsx", _("Excel (XLSX)")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        CHECKING = "checking", _("Checking")
        CHECKED = "checked", _("Checked")
        WRITING = "writing", _("Writing")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    class DecimalMark(models.TextChoices):
        AUTO = "auto", _("as the file shows")
        POINT = "point", _("a point: 1,234.50")
        COMMA = "comma", _("a comma: 1.234,50")

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file = models.FileField(_("file"), upload_to=upload_name, max_length=200)
    file_name = models.CharField(_("file name"), max_length=200, help_text=_("As it was called by who sent it."))
    format = models.CharField(_("format"), max_length=4, choices=Format)
    decimal_mark = models.CharField(
        _("decimal separator"), max_length=5, choices=DecimalMark, default=DecimalMark.AUTO, db_default="auto"
    )
    sheet = models.CharField(
        _("sheet"),
        max_length=100,
        blank=True,
        default="",
        db_default="",
        help_text=_("Of a workbook: the one that is read."),
    )
    # Of whoever sent it: the sentences about its rows are kept in it.
    language = models.CharField(max_length=10, default="en", db_default="en", editable=False)
    is_dry_run = models.BooleanField(_("dry run"), default=True)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    failure = models.CharField(_("failure"), max_length=500, blank=True)
    row_count = models.PositiveIntegerField(_("rows"), default=0)
    checked_rows = models.PositiveIntegerField(default=0)
    written_rows = models.PositiveIntegerField(default=0)
    # Counts of units are set after all else, in the order of the SKUs: how many rows' are.
    counted_rows = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(_("created"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    error_count = models.PositiveIntegerField(_("errors"), default=0)
    requested_by = models.CharField(_("requested by"), max_length=254, blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # While a worker is to work on it: until then it belongs to one (apps.common.leases).
    lease_until = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("import"), _("imports")
        indexes = [models.Index(fields=["-created_at", "-id"], name="import_newest")]

    def __str__(self) -> str:
        return self.file_name


# While a worker works on it, or is to.
OPEN_STATES = (ImportJob.State.WAITING, ImportJob.State.CHECKING, ImportJob.State.WRITING)


class ImportRow(models.Model):
    """What the check says of one row of the file: what would change, or why it cannot be used."""

    class Action(models.TextChoices):
        CREATE = "create", _("Create")
        CHANGE = "change", _("Change")
        NOTHING = "nothing", _("Nothing")
        ERROR = "error", _("Error")

    job = models.ForeignKey(ImportJob, on_delete=models.CASCADE, related_name="rows")
    line = models.PositiveIntegerField(help_text="Of the file, the heading being line 1.")
    sku = models.CharField(max_length=40, blank=True)
    action = models.CharField(max_length=7, choices=Action)
    # {"title": ["before", "after"]}
    changes = models.JSONField(default=dict)
    # {"price": ["Use a price such as 19.99."]}
    errors = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "line"], name="import_row_once")]
        indexes = [models.Index(fields=["job", "action", "line"], name="import_rows_by_action")]

    def __str__(self) -> str:
        return f"line {self.line}: {self.action}"
