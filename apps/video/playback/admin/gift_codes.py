"""Gift codes in the admin: batches, their codes, and which of them were redeemed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin

from apps.common.admin_site.csv_export import CsvExport
from apps.common.admin_site.display import link
from apps.common.model_admin import ReadOnly
from apps.common.numbers import grouped
from apps.common.staff.services import staff_email
from apps.video.playback import services
from apps.video.playback.forms import GiftBatchForm
from apps.video.playback.models import GiftBatch, GiftCode


@admin.register(GiftBatch)
class GiftBatchAdmin(ModelAdmin):
    """Batches are switched off and not deleted: rights come from their codes."""

    form = GiftBatchForm
    list_display = ["name", "title_slug", "shown_codes", "shown_redeemed", "is_active", "redeem_until", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "title_slug", "codes__code"]
    search_help_text = _("Search by name, film or code")
    ordering = ["-created_at"]
    show_full_result_count = False
    readonly_fields = ["shown_codes", "shown_redeemed", "created_by", "created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[GiftBatch]:
        counts = {"code_count": Count("codes"), "redeemed_count": Count("codes__redeemed_at")}
        return super().get_queryset(request).annotate(**counts)

    def get_fieldsets(self, request: HttpRequest, obj: GiftBatch | None = None) -> list[tuple[Any, dict[str, Any]]]:
        """Without what a new batch has none of yet, and without what those who only look cannot enter."""
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        codes: list[Any] = [("batch_size", "batch_prefix")] if may_write else []
        shown = ["shown_codes", "shown_redeemed", "created_by", "created_at"] if obj else []
        return [
            (None, {"fields": ["name", "is_active", "title_slug", "access_days", "redeem_until"]}),
            (_("Codes"), {"fields": [*codes, *shown]}),
        ]

    def has_delete_permission(self, request: HttpRequest, obj: GiftBatch | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: GiftBatch, form: GiftBatchForm, change: bool) -> None:
        if not change:
            obj.created_by = staff_email(request)
        super().save_model(request, obj, form, change)
        if count := form.cleaned_data.get("batch_size"):
            services.add_gift_codes(obj, count=count, prefix=form.cleaned_data["batch_prefix"])
            sentence = ngettext("%(count)s code was generated.", "%(count)s codes were generated.", count)
            messages.success(request, sentence % {"count": grouped(count)})

    @admin.display(description=_("codes"))
    def shown_codes(self, batch: Any) -> SafeString:
        """How many, leading to them."""
        url = reverse("admin:playback_giftcode_changelist") + f"?batch__id__exact={batch.pk}"
        label = ngettext("%(count)s code", "%(count)s codes", batch.code_count)
        return link(url, label % {"count": grouped(batch.code_count)})

    @admin.display(description=_("redeemed"))
    def shown_redeemed(self, batch: Any) -> str:
        return grouped(batch.redeemed_count)


@admin.register(GiftCode)
class GiftCodeAdmin(CsvExport, ReadOnly, ModelAdmin):
    list_display = ["code", "batch", "is_active", "redeemed_at", "shown_entitlement"]
    list_filter = ["is_active", ("redeemed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["batch", "entitlement"]
    search_fields = ["code"]
    search_help_text = _("Search by code")
    ordering = ["-created_at", "code"]
    show_full_result_count = False
    csv_columns = ("code", "film", "active", "redeemed_at")
    csv_name = "gift-codes"
    fields = readonly_fields = ["code", "batch", "is_active", "redeemed_at", "shown_entitlement", "created_at"]
    actions = ["deactivate", "activate"]

    def csv_rows(self, rows: QuerySet[GiftCode]) -> Iterator[tuple[Any, ...]]:
        """Codes begin with a letter or a digit, so no spreadsheet takes one for a formula."""
        for gift in rows.select_related("batch").iterator(chunk_size=1000):
            redeemed = gift.redeemed_at.isoformat() if gift.redeemed_at else ""
            yield gift.code, gift.batch.title_slug, int(gift.is_active), redeemed

    @admin.display(description=_("entitlement"))
    def shown_entitlement(self, gift: GiftCode) -> SafeString | str:
        if gift.entitlement is None:
            return ""
        url = reverse("admin:playback_entitlement_change", args=[gift.entitlement.pk])
        return link(url, gift.entitlement.title_slug)

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """The form is read-only; who may change codes may switch them."""
        return request.user.has_perm("playback.change_giftcode")

    @admin.action(description=_("Deactivate"), permissions=["switch"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[GiftCode]) -> None:
        self._switch(request, queryset, is_active=False)

    @admin.action(description=_("Activate"), permissions=["switch"])
    def activate(self, request: HttpRequest, queryset: QuerySet[GiftCode]) -> None:
        self._switch(request, queryset, is_active=True)

    def _switch(self, request: HttpRequest, queryset: QuerySet[GiftCode], *, is_active: bool) -> None:
        count = services.set_gift_codes_active(list(queryset.values_list("pk", flat=True)), is_active=is_active)
        sentence = ngettext("%(count)s code was changed.", "%(count)s codes were changed.", count)
        messages.success(request, sentence % {"count": grouped(count)})
