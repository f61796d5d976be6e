"""The moderation queue: pending reviews first; staff cannot edit what customers wrote."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action
from unfold.enums import ActionVariant

from apps.catalog.products.renditions import rendition_url
from apps.catalog.reviews import moderation
from apps.catalog.reviews.models import Review, ReviewReport
from apps.common.problems import Problem
from apps.common.staff.paginator import BoundedPaginator
from apps.common.staff.services import staff_email

Status = Review.Status
PENDING = _("Pending")
# The tabs beside the pending reviews.
STATES: tuple[tuple[str, Any], ...] = (
    ("reported", _("Reported")),
    (str(Status.APPROVED), _("Approved")),
    (str(Status.REJECTED), _("Rejected")),
    ("all", _("All")),
)


class QueueFilter(admin.SimpleListFilter):
    """Pending reviews by default."""

    title, parameter_name = _("state"), "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(STATES)

    def choices(self, changelist: Any) -> Iterator[Any]:
        for value, label in [(None, PENDING), *self.lookup_choices]:
            query = changelist.get_query_string({self.parameter_name: value} if value else {}, [self.parameter_name])
            yield {"selected": self.value() == value, "query_string": query, "display": label}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Review]) -> QuerySet[Review]:
        match self.value():
            case "all":
                return queryset
            case "reported":
                return queryset.filter(report_count__gt=0)
            case Status.APPROVED | Status.REJECTED as status:
                return queryset.filter(status=status)
        return queryset.filter(status=Status.PENDING)


class DecisionForm(forms.ModelForm):
    """Has no inputs but the hidden revision that the moderator has read."""

    revision = forms.CharField(widget=forms.HiddenInput)

    class Meta:
        model = Review
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["revision"] = moderation.revision(self.instance)

    def clean(self) -> dict[str, Any]:
        if self.cleaned_data.get("revision") != moderation.revision(self.instance):
            raise forms.ValidationError(gettext("This review was changed meanwhile. Read it again, then decide."))
        return self.cleaned_data


class ReportInline(TabularInline):
    model = ReviewReport
    verbose_name_plural = _("reports")
    extra = 0
    per_page = 25
    ordering = ["-pk"]
    fields = readonly_fields = ["created_at", "reason", "comment"]
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Review)
class ReviewAdmin(ModelAdmin):
    list_display = ["title", "excerpt", "rating", "product", "author_name", "report_count", "created_at", "status"]
    list_select_related = ["product"]
    list_filter = [QueueFilter, "rating"]
    list_filter_submit = False
    search_fields = ["=product__slug", "=author_name", "=moderated_by"]
    search_help_text = _("Search by exact product slug, author or moderator.")
    # The key grows with time and needs no further index.
    ordering = ["-id"]
    sortable_by: list[str] = []
    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    actions = ["approve", "reject"]
    actions_submit_line = ["approve_one", "reject_one"]
    inlines = [ReportInline]
    form = DecisionForm

    class Media:
        css = {"all": ["backoffice/admin.css"]}

    readonly_fields = [
        *("product", "rating", "title", "body", "images", "author_name", "is_verified", "created_at"),
        *("status", "report_count", "moderated_by", "moderated_at"),
    ]
    fields = [*readonly_fields, "revision"]

    @admin.display(description=_("images"))
    def images(self, review: Review) -> str:
        urls = ((rendition_url(image.renditions, 320),) for image in review.images.order_by("position"))
        return format_html_join(" ", '<img src="{}" alt="" width="160" loading="lazy" class="inline">', urls) or "–"

    @admin.display(description=_("text"))
    def excerpt(self, review: Review) -> str:
        return Truncator(review.body).chars(160)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], **options: Any) -> HttpResponse:
        """With the buttons of the decisions in place of the save buttons."""
        context |= {"show_save": False, "show_save_and_continue": False}
        return super().render_change_form(request, context, **options)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list with a tab for each state."""
        chosen = request.GET.get("state")
        states = [(None, PENDING), *STATES]
        tabs = [
            {
                "title": label,
                "link": f"{request.path}?state={value}" if value else request.path,
                "has_permission": True,
                "active": chosen == value,
            }
            for value, label in states
        ]
        context = {"tab_list": [{"models": [str(self.opts)], "items": tabs}]}
        return super().changelist_view(request, context | (extra_context or {}))

    @admin.action(description=_("Approve"), permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        self._decide(request, queryset, Status.APPROVED)

    @admin.action(description=_("Reject"), permissions=["change"])
    def reject(self, request: HttpRequest, queryset: QuerySet[Review]) -> None:
        self._decide(request, queryset, Status.REJECTED)

    @action(description=_("Approve"), permissions=["change"], icon="check", variant=ActionVariant.PRIMARY)
    def approve_one(self, request: HttpRequest, obj: Review) -> None:
        self._decide_one(request, obj, Status.APPROVED)

    @action(description=_("Reject"), permissions=["change"], icon="block")
    def reject_one(self, request: HttpRequest, obj: Review) -> None:
        self._decide_one(request, obj, Status.REJECTED)

    def save_model(self, request: HttpRequest, obj: Review, form: Any, change: bool) -> None:
        """Saves the decision of the button that was pressed; nothing else can be edited."""
        for pressed in self.get_actions_submit_line(request, obj.pk):
            if pressed.action_name in request.POST:
                pressed.method(request, obj)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Without Django's empty entry for a form without inputs; decisions add their own."""
        return super().log_change(request, obj, message) if message else None

    def response_change(self, request: HttpRequest, obj: Review) -> HttpResponse:
        """Redirects to the queue without Django's message, as the decision has its own."""
        return self.response_post_save_change(request, obj)

    def _decide(self, request: HttpRequest, queryset: QuerySet[Review], status: str) -> None:
        # One after the other outside of a transaction, so that no two products are locked at once.
        ids = list(queryset.values_list("pk", flat=True))
        self._report(request, sum(self._moderate(request, review_id, status) for review_id in ids), status)

    def _decide_one(self, request: HttpRequest, review: Review, status: str) -> None:
        """Moderate the revision that the page showed; a newer one is refused."""
        is_decided = self._moderate(request, review.pk, status, seen=request.POST.get("revision", ""))
        self._report(request, int(is_decided), status)

    def _moderate(self, request: HttpRequest, review_id: uuid.UUID, status: str, *, seen: str | None = None) -> bool:
        """Moderate a review; returns False and adds an error message when that is refused."""
        try:
            review = moderation.moderate(review_id, status, by=staff_email(request), seen=seen)
        except Problem as problem:
            messages.error(request, str(problem))
            return False
        self.log_change(request, review, f"{Status(status).label}.")
        return True

    def _report(self, request: HttpRequest, count: int, status: str) -> None:
        if count:
            sentence = ngettext("%(count)s review rejected.", "%(count)s reviews rejected.", count)
            if status == Status.APPROVED:
                sentence = ngettext("%(count)s review approved.", "%(count)s reviews approved.", count)
            messages.success(request, sentence % {"count": count})
