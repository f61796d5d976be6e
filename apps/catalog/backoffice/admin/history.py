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

from apps.catalog.history.descriptions import ChangeDescription, Names, author_of, describe_change
from apps.catalog.history.restoring import can_revert
from apps.catalog.history.selectors import Moment, is_latest, page_of_history
from apps.catalog.history.services import PlanChanged, Scope, plan_revert, revert
from apps.common.problems import NotFound, Problem


@dataclass(frozen=True, slots=True)
class ShownMoment:
    """A change as the page shows it."""

    at: datetime
    author: str
    request_id: str
    reverts: datetime | None
    changes: list[ChangeDescription]
    address: str
    is_latest: bool


class HistoryAdmin:
    """Mixed into a ModelAdmin, before it: shows what the triggers wrote in place of Django's log."""

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
        """Newest first, a page at a time."""
        thing = self._thing(request, object_id)
        if not self.has_view_or_change_permission(request, thing):
            raise PermissionDenied
        before = _moment_of(request.GET["before"]) if "before" in request.GET else None
        page = page_of_history(thing, before=before)
        may_revert = can_revert(type(thing)) and self.has_change_permission(request, thing)
        names = Names(change for moment in page.moments for change in moment.changes)
        shown = [
            self._shown(moment, names, thing, may_revert=may_revert, is_first=not before and place == 0)
            for place, moment in enumerate(page.moments)
        ]
        own = {"moments": shown, "older": page.before.isoformat() if page.before else "", "is_first_page": not before}
        return self._page(
            request, "backoffice/history.html", thing, f"History: {thing}", {**own, **(extra_context or {})}
        )

    def revert_view(self, request: HttpRequest, object_id: str, moment: str) -> HttpResponse:
        """Shows what would be restored; a POST restores it when that is still what was shown."""
        thing = self._thing(request, object_id)
        if not can_revert(type(thing)) or not self.has_change_permission(request, thing):
            raise PermissionDenied
        at = _moment_of(moment)
        said = request.POST if request.method == "POST" else request.GET
        scope = Scope.SINCE if said.get("scope") == Scope.SINCE else Scope.ALONE
        if request.method == "POST":
            try:
                revert(thing, at=at, scope=scope, fingerprint=request.POST.get("fingerprint", ""))
            except PlanChanged as problem:
                messages.warning(request, str(problem))
            except Problem as problem:
                messages.error(request, str(problem))
            else:
                messages.success(request, "The change was reverted.")
                return HttpResponseRedirect(self._address("history", thing))
        return self._plan_page(request, thing, at, scope)

    def _plan_page(self, request: HttpRequest, thing: models.Model, at: datetime, scope: Scope) -> HttpResponse:
        try:
            plan = plan_revert(thing, at=at, scope=scope)
        except NotFound as problem:
            raise Http404(str(problem)) from problem
        names = Names(plan.changes)
        own = {
            "at": at,
            "scope": scope.value,
            "is_since": scope is Scope.SINCE,
            "is_latest": is_latest(thing, at),
            "changes": [describe_change(change, names) for change in plan.changes],
            "obstacles": plan.obstacles,
            "fingerprint": plan.fingerprint,
            "history_address": self._address("history", thing),
        }
        title = "Restore the state before this change" if scope is Scope.SINCE else "Revert this change"
        return self._page(request, "backoffice/revert.html", thing, title, own)

    def _shown(
        self, moment: Moment, names: Names, thing: models.Model, *, may_revert: bool, is_first: bool
    ) -> ShownMoment:
        is_made = any(change.part.model is type(thing) and change.before is None for change in moment.changes)
        reverts = moment.facts.get("reverts")
        return ShownMoment(
            at=moment.at,
            author=author_of(moment.facts),
            request_id=moment.facts.get("request_id", ""),
            reverts=parse_datetime(reverts) if reverts else None,
            changes=[describe_change(change, names) for change in moment.changes],
            address="" if is_made or not may_revert else self._address("revert", thing, moment.at.isoformat()),
            is_latest=is_first,
        )

    def _thing(self, request: HttpRequest, object_id: str) -> models.Model:
        thing = self.get_object(request, object_id)
        if thing is None:
            raise Http404(f"There is no such {self.opts.verbose_name}.")
        return thing

    def _address(self, page: str, thing: models.Model, *arguments: str) -> str:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(name, args=[thing.pk, *arguments])

    def _page(
        self, request: HttpRequest, template: str, thing: models.Model, title: str, own: dict[str, Any]
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "object": thing,
            "original": thing,
            "opts": self.opts,
            "module_name": str(self.opts.verbose_name_plural),
            **own,
        }
        return TemplateResponse(request, template, context)


def _moment_of(text: str) -> datetime:
    """A moment in an address. Raises Http404 for what is none."""
    try:
        # In a query a plus means a space.
        moment = parse_datetime(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Http404("There is no such change.")
    return moment
