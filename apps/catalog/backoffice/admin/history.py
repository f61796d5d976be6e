"""History pages in the admin, with reverting of changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from apps.catalog.history.descriptions import ChangeDescription, Names, author_of, describe_change
from apps.catalog.history.restoring import can_revert
from apps.catalog.history.selectors import Moment, is_latest, page_of_history
from apps.catalog.history.services import PlanChanged, Scope, plan_revert, revert
from apps.common.problems import NotFound, Problem


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A change on the history page."""

    at: datetime
    author: str
    request_id: str
    reverts: datetime | None
    changes: list[ChangeDescription]
    address: str
    is_latest: bool


class HistoryAdmin:
    """Mixin before ModelAdmin: the history page shows the changes that triggers recorded, not Django's log."""

    opts: Any
    admin_site: Any
    get_object: Callable[..., Any]
    has_view_or_change_permission: Callable[..., bool]
    has_change_permission: Callable[..., bool]

    def get_urls(self) -> list[URLPattern]:
        info = self.opts.app_label, self.opts.model_name
        own = path(
            "<path:object_id>/history/<str:moment>/revert/",
            self.admin_site.admin_view(self.revert_view),
            name="{}_{}_revert".format(*info),
        )
        return [own, *super().get_urls()]  # type: ignore[misc]  # ModelAdmin's, behind this one

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A page of changes, the newest first."""
        obj = self._object_or_404(request, object_id)
        if not self.has_view_or_change_permission(request, obj):
            raise PermissionDenied
        before = _parse_moment(request.GET["before"]) if "before" in request.GET else None
        page = page_of_history(obj, before=before)
        may_revert = can_revert(type(obj)) and self.has_change_permission(request, obj)
        names = Names(change for moment in page.moments for change in moment.changes)
        shown = [
            self._entry_of(moment, names, obj, may_revert=may_revert, is_first=not before and place == 0)
            for place, moment in enumerate(page.moments)
        ]
        own = {"moments": shown, "older": page.before.isoformat() if page.before else "", "is_first_page": not before}
        return self._page(
            request,
            "backoffice/history.html",
            obj,
            gettext("History: %(object)s") % {"object": obj},
            {**own, **(extra_context or {})},
        )

    def revert_view(self, request: HttpRequest, object_id: str, moment: str) -> HttpResponse:
        """Previews a revert. A POST applies it if the preview is still accurate."""
        obj = self._object_or_404(request, object_id)
        if not can_revert(type(obj)) or not self.has_change_permission(request, obj):
            raise PermissionDenied
        at = _parse_moment(moment)
        data = request.POST if request.method == "POST" else request.GET
        scope = Scope.SINCE if data.get("scope") == Scope.SINCE else Scope.ALONE
        if request.method == "POST":
            try:
                revert(obj, at=at, scope=scope, fingerprint=request.POST.get("fingerprint", ""))
            except PlanChanged as problem:
                messages.warning(request, str(problem))
            except Problem as problem:
                messages.error(request, str(problem))
            else:
                messages.success(request, gettext("The change was reverted."))
                return HttpResponseRedirect(self._address("history", obj))
        return self._plan_page(request, obj, at, scope)

    def _plan_page(self, request: HttpRequest, obj: models.Model, at: datetime, scope: Scope) -> HttpResponse:
        try:
            plan = plan_revert(obj, at=at, scope=scope)
        except NotFound as problem:
            raise Http404(str(problem)) from problem
        names = Names(plan.changes)
        own = {
            "at": at,
            "scope": scope.value,
            "is_since": scope is Scope.SINCE,
            "is_latest": is_latest(obj, at),
            "changes": [describe_change(change, names) for change in plan.changes],
            "obstacles": plan.obstacles,
            "fingerprint": plan.fingerprint,
            "history_address": self._address("history", obj),
        }
        title = gettext("Revert this change")
        if scope is Scope.SINCE:
            title = gettext("Restore the state before this change")
        return self._page(request, "backoffice/revert.html", obj, title, own)

    def _entry_of(
        self, moment: Moment, names: Names, obj: models.Model, *, may_revert: bool, is_first: bool
    ) -> HistoryEntry:
        is_made = any(change.part.model is type(obj) and change.before is None for change in moment.changes)
        reverts = moment.facts.get("reverts")
        return HistoryEntry(
            at=moment.at,
            author=author_of(moment.facts),
            request_id=moment.facts.get("request_id", ""),
            reverts=parse_datetime(reverts) if reverts else None,
            changes=[describe_change(change, names) for change in moment.changes],
            address="" if is_made or not may_revert else self._address("revert", obj, moment.at.isoformat()),
            is_latest=is_first,
        )

    def _object_or_404(self, request: HttpRequest, object_id: str) -> models.Model:
        obj = self.get_object(request, object_id)
        if obj is None:
            raise Http404(gettext("There is no such %(what)s.") % {"what": self.opts.verbose_name})
        return obj

    def _address(self, page: str, obj: models.Model, *arguments: str) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=[obj.pk, *arguments])

    def _page(
        self, request: HttpRequest, template: str, obj: models.Model, title: str, own: dict[str, Any]
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "object": obj,
            "original": obj,
            "opts": self.opts,
            "module_name": str(self.opts.verbose_name_plural),
            **own,
        }
        return TemplateResponse(request, template, context)


def _parse_moment(text: str) -> datetime:
    """The time in a URL. Raises Http404 when it is malformed."""
    try:
        # In a query a plus means a space.
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Http404(gettext("There is no such change."))
    return moment
