import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import apps.catalog.imports.models
import apps.common.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                (
                    "id",
                    models.UUIDField(default=apps.common.ids.uuid7, editable=False, primary_key=True, serialize=False),
                ),
                ("file", models.FileField(max_length=200, upload_to=apps.catalog.imports.models.upload_name)),
                ("file_name", models.CharField(help_text="As it was called by who sent it.", max_length=200)),
                ("format", models.CharField(choices=[("csv", "CSV"), ("xlsx", "Excel (XLSX)")], max_length=4)),
                (
                    "decimal_mark",
                    models.CharField(
                        choices=[
                            ("auto", "as the file shows"),
                            ("point", "a point: 1,234.50"),
                            ("comma", "a comma: 1.234,50"),
                        ],
                        db_default="auto",
                        default="auto",
                        max_length=5,
                    ),
                ),
                (
                    "sheet",
                    models.CharField(
                        blank=True,
                        db_default="",
                        default="",
                        help_text="Of a workbook: the one that is read.",
                        max_length=100,
                    ),
                ),
                ("is_dry_run", models.BooleanField(default=True, verbose_name="dry run")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("checking", "Checking"),
                            ("checked", "Checked"),
                            ("writing", "Writing"),
                            ("done", "Done"),
                            ("failed", "Failed"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=500)),
                ("row_count", models.PositiveIntegerField(default=0)),
                ("checked_rows", models.PositiveIntegerField(default=0)),
                ("written_rows", models.PositiveIntegerField(default=0)),
                ("counted_rows", models.PositiveIntegerField(default=0)),
                ("created_count", models.PositiveIntegerField(default=0)),
                ("changed_count", models.PositiveIntegerField(default=0)),
                ("unchanged_count", models.PositiveIntegerField(default=0)),
                ("error_count", models.PositiveIntegerField(default=0)),
                ("requested_by", models.CharField(blank=True, max_length=254)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("started_at", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("lease_until", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "indexes": [models.Index(fields=["-created_at", "-id"], name="import_newest")],
            },
        ),
        migrations.CreateModel(
            name="ImportRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveIntegerField(help_text="Of the file, the heading being line 1.")),
                ("sku", models.CharField(blank=True, max_length=40)),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("create", "Create"),
                            ("change", "Change"),
                            ("nothing", "Nothing"),
                            ("error", "Error"),
                        ],
                        max_length=7,
                    ),
                ),
                ("changes", models.JSONField(default=dict)),
                ("errors", models.JSONField(default=dict)),
                (
                    "job",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="imports.importjob"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["job", "action", "line"], name="import_rows_by_action")],
                "constraints": [models.UniqueConstraint(fields=("job", "line"), name="import_row_once")],
            },
        ),
    ]
