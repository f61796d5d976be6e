"""Serializers of imports."""

from __future__ import annotations

from typing import Any

from django.utils.datastructures import MultiValueDict
from rest_framework import serializers

from apps.catalog.imports.models import ImportJob, ImportRow
from apps.catalog.products.models import Product


class UploadSerializer(serializers.Serializer):
    """A file of rows and the options of its import."""

    file = serializers.FileField(help_text="CSV in UTF-8, or XLSX; at most 50 MB and 200,000 rows.")
    dry_run = serializers.BooleanField(
        default=True,
        help_text="Check only; `…/apply` writes it later. Otherwise a file without errors is written at once.",
    )
    decimal_mark = serializers.ChoiceField(
        choices=ImportJob.DecimalMark.values,
        default=ImportJob.DecimalMark.AUTO,
        help_text="How numbers are written: `1,234.50` or `1.234,50`. `auto` reads what the file itself shows.",
    )


class ImportSerializer(serializers.ModelSerializer):
    """An import and its progress. `checked` waits for `apply`; `done` and `failed` are final."""

    rows = serializers.IntegerField(source="row_count", help_text="During the check an estimate.")
    checked = serializers.IntegerField(source="checked_rows")
    written = serializers.IntegerField(source="written_rows")
    new = serializers.IntegerField(source="created_count", help_text="Rows that create a variant.")
    changed = serializers.IntegerField(source="changed_count")
    unchanged = serializers.IntegerField(source="unchanged_count")
    errors = serializers.IntegerField(source="error_count", help_text="Rows with errors; see `…/rows?action=error`.")  # type: ignore[assignment]  # the field's name in the API
    dry_run = serializers.BooleanField(source="is_dry_run")

    class Meta:
        model = ImportJob
        fields = [
            *("id", "file_name", "format", "sheet", "decimal_mark", "dry_run", "state", "failure"),
            *("rows", "checked", "written", "new", "changed", "unchanged", "errors"),
            *("requested_by", "created_at", "started_at", "finished_at"),
        ]
        read_only_fields = fields


class ImportRowSerializer(serializers.ModelSerializer):
    """The result of checking a row."""

    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField(allow_blank=True), min_length=2, max_length=2),
        help_text='By column, before and after: `{"title": ["Mug", "Tall mug"]}`.',
    )
    errors = serializers.DictField(  # type: ignore[assignment]  # the field's name in the API
        child=serializers.ListField(child=serializers.CharField()), help_text="Errors by column."
    )

    class Meta:
        model = ImportRow
        fields = ["line", "sku", "action", "changes", "errors"]
        read_only_fields = fields


class RowsQuerySerializer(serializers.Serializer):
    action = serializers.ChoiceField(
        choices=ImportRow.Action.values, required=False, help_text="Only rows with this action."
    )


class ExportQuerySerializer(serializers.Serializer):
    """Filters of the exported products; all products without filters."""

    status = serializers.ChoiceField(choices=Product.Status.choices, required=False)
    kind = serializers.ChoiceField(choices=Product.Kind.choices, required=False)
    category = serializers.CharField(
        max_length=400, required=False, help_text="A category's path; includes its subcategories."
    )
    brand = serializers.CharField(max_length=120, required=False, help_text="A brand's slug.")
    q = serializers.CharField(max_length=200, required=False, help_text="Words of the title, or the start of a SKU.")


def checked[T: serializers.Serializer](serializer: type[T], data: MultiValueDict[str, Any] | dict[str, Any]) -> Any:
    """The validated values. Raises ValidationError."""
    found = serializer(data=data)
    found.is_valid(raise_exception=True)
    return found.validated_data
