"""Entitlements in the admin: found by customer, granted and revoked by staff with a reason, each with its history."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.dataclasses import UnfoldAction
from unfold.decorators import action

from apps.common.admin_site.addresses import admin_url
from apps.common.admin_site.display import link
from apps.common.model_admin import ReadOnly
from apps.common.problems import Problem
from apps.common.staff.services import staff_email
from apps.video.playback import services
from apps.video.playback.admin.accounts import SearchedByEmail
from apps.video.playback.forms import GrantForm, ReasonForm
from apps.video.playback.models import Entitlement, EntitlementEvent
from apps.video.titles.models import Title


class EventInline(ReadOnly, TabularInline):
    model = EntitlementEvent
    extra = 0
    show_title = False
    fields = readonly_fields = ["at", "kind", "cause", "actor", "reason"]
    ordering = ["-at", "-pk"]


@dataclass(frozen=True, slots=True)
class Page:
    """What `admin_site/action_page.html` shows: what will happen, and the button that does it."""

    apply_label: str
    sentences: list[str]


@admin.register(Entitlement)
class EntitlementAdmin(SearchedByEmail, ModelAdmin):
    list_display = ["film", "shown_account", "offer", "source", "granted_at", "expires_at", "revoked_at"]
    list_filter = ["offer", "source", ("revoked_at", admin.EmptyFieldListFilter)]
    search_fields = ["title_slug", "order_number", "gift_code__code"]
    search_help_text = _("Search by the customer’s e-mail address, film, order number or gift code")
    ordering = ["-granted_at"]
    show_full_result_count = False
    actions_detail = ["revoke", "reinstate"]
    inlines = [EventInline]
    readonly_fields = [
        "film_link",
        "offer",
        "source",
        "rental_hours",
        "order",
        "shown_account",
        "granted_at",
        "first_played_at",
        "expires_at",
        "revoked_at",
    ]

    class Media:
        js = ["admin_site/labels.js"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entitlement]:
        """With the film's id and name: it may not exist here yet, so there is no foreign key."""
        titles = Title.objects.filter(slug=OuterRef("title_slug"))
        return (
            super()
            .get_queryset(request)
            .annotate(film_id=Subquery(titles.values("pk")[:1]), film_name=Subquery(titles.values("name")[:1]))
        )

    def has_change_permission(self, request: HttpRequest, obj: Entitlement | None = None) -> bool:
        """Rights are changed by actions with a reason alone."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Entitlement | None = None) -> bool:
        return False

    def get_form(self, request: HttpRequest, obj: Entitlement | None = None, **kwargs: Any) -> type[forms.ModelForm]:
        return super().get_form(request, obj, **({"form": GrantForm} if obj is None else {}) | kwargs)

    def get_fields(self, request: HttpRequest, obj: Entitlement | None = None) -> list[str]:
        return list(self.readonly_fields) if obj else ["account", "film", "reason", "expires_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Entitlement | None = None) -> list[str]:
        return list(self.readonly_fields) if obj else []

    def get_inlines(self, request: HttpRequest, obj: Entitlement | None) -> list[Any]:
        return [EventInline] if obj else []

    def save_form(self, request: HttpRequest, form: GrantForm, change: bool) -> Entitlement:
        """The service writes it, with its history; nothing is left to save."""
        return services.grant_by_staff(form.grant(), actor=staff_email(request))

    def save_model(self, request: HttpRequest, obj: Entitlement, form: GrantForm, change: bool) -> None:
        return

    def save_related(self, request: HttpRequest, form: GrantForm, formsets: list[Any], change: bool) -> None:
        return

    def has_decide_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """The form is read-only; who may change entitlements may take them and give them back."""
        return bool(request.user.has_perm("playback.change_entitlement"))

    def get_actions_detail(self, request: HttpRequest, object_id: int | str) -> list[UnfoldAction]:
        """The one that makes sense for the entitlement as it is."""
        allowed = super().get_actions_detail(request, object_id)
        possible = "reinstate" if _entitlement(object_id).revoked_at else "revoke"
        return [found for found in allowed if found.action_name.endswith(f"_{possible}")]

    @action(description=_("Revoke"), permissions=["decide"], url_path="revoke", icon="block")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sentences = [
            gettext("The film leaves the customer’s library."),
            gettext("What plays now stops within a minute."),
            gettext("No money goes back: a refund is a matter of the order."),
        ]
        page = Page(gettext("Revoke"), sentences)
        return self._decide(request, object_id, page, services.revoke_by_staff)

    @action(description=_("Reinstate"), permissions=["decide"], url_path="reinstate", icon="restore")
    def reinstate(self, request: HttpRequest, object_id: str) -> HttpResponse:
        sentences = [gettext("The film is in the customer’s library again, until it expires.")]
        page = Page(gettext("Reinstate"), sentences)
        return self._decide(request, object_id, page, services.reinstate_by_staff)

    def _decide(self, request: HttpRequest, object_id: str, page: Page, do: Callable[..., None]) -> HttpResponse:
        """The page that asks for the reason, or what it asked for; with the problem's sentence when that is refused."""
        entitlement = _entitlement(object_id)
        address = reverse("admin:playback_entitlement_change", args=[entitlement.pk])
        form = ReasonForm(request.POST or None)
        if form.is_valid():
            try:
                do(entitlement.pk, actor=staff_email(request), reason=form.cleaned_data["reason"])
            except Problem as problem:
                form.add_error(None, str(problem))
            else:
                messages.success(request, gettext("Done. The history says what happened."))
                return HttpResponseRedirect(address)
        context = {
            **self.admin_site.each_context(request),
            "opts": Entitlement._meta,
            "title": f"{page.apply_label}: {entitlement.title_slug}",
            "page": page,
            "form": form,
            "back_url": address,
            "back_label": gettext("Back to the entitlement"),
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin_site/action_page.html", context, status=status)

    @admin.display(description=_("film"), ordering="title_slug")
    def film(self, entitlement: Entitlement) -> str:
        return getattr(entitlement, "film_name", None) or entitlement.title_slug

    @admin.display(description=_("film"))
    def film_link(self, entitlement: Entitlement) -> SafeString | str:
        film_id = getattr(entitlement, "film_id", None)
        if film_id is None:
            return entitlement.title_slug
        return link(reverse("admin:titles_title_change", args=[film_id]), self.film(entitlement))

    @admin.display(description=_("order"))
    def order(self, entitlement: Entitlement) -> SafeString | str:
        if not entitlement.order_number:
            return ""
        url = admin_url("payment", f"orders/order/?q={entitlement.order_number}")
        return link(url, entitlement.order_number)


def _entitlement(object_id: int | str) -> Entitlement:
    try:
        return Entitlement.objects.get(pk=uuid.UUID(str(object_id)))
    except (ValueError, Entitlement.DoesNotExist) as error:
        raise Http404 from error
