"""The sidebar: the same sections in every service's admin, the current one with the pages of its service.

A service names its own pages in its settings: `ADMIN_NAVIGATION = [Group([model_link(…), …])]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from apps.common.admin_site.addresses import admin_url

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Section:
    """A service's part of the admin, and the roles beside `admin` that may view anything there."""

    service: str
    title: Text
    icon: str
    roles: frozenset[str]

    @property
    def url(self) -> str:
        """Behind the gateway, where all services share one host."""
        return admin_url(self.service)


SECTIONS = (
    Section("catalog", _("Catalogue"), "sell", frozenset({"catalog_staff", "support_staff"})),
    Section("payment", _("Orders & payments"), "receipt_long", frozenset({"support_staff"})),
    Section("auth", _("Accounts"), "group", frozenset({"support_staff"})),
    Section("video", pgettext_lazy("admin section", "Video"), "movie", frozenset({"support_staff", "video_staff"})),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A page of the admin, for those who have the permission."""

    title: Text
    icon: str
    view: str
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Links that stand together, below a heading if there is a title."""

    links: Sequence[Link]
    title: Text = ""


def model_link(title: Text, icon: str, model: str) -> Link:
    """The list of a model (`"orders.order"`), for those who may view it."""
    app, _dot, name = model.partition(".")
    return Link(title, icon, f"admin:{app}_{name}_changelist", f"{app}.view_{name}")


# What every service has.
FAILED_JOBS = Group([model_link(_("Failed jobs"), "error", "jobs.jobfailure")], title=_("Background"))


def current_section() -> Section | None:
    """The section of this service; None in the tests of the library."""
    return next((section for section in SECTIONS if section.service == settings.SERVICE), None)


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's `SIDEBAR["navigation"]`: a group for each section, and for each group of the current section's links."""
    groups: list[dict[str, Any]] = []
    roles = _roles(request)
    for section in SECTIONS:
        is_current = section.service == settings.SERVICE
        if not is_current and roles.isdisjoint({"admin", *section.roles}):
            continue
        link = reverse("admin:index") if is_current else section.url
        heading = {"title": section.title, "icon": section.icon, "link": link}
        groups.append({"section": heading, "items": []})
        if is_current:
            groups.extend(_own_groups(request))
    return groups


def _own_groups(request: HttpRequest) -> list[dict[str, Any]]:
    overview = Group([Link(_("Overview"), "dashboard", "admin:index")])
    found = []
    for group in [overview, *settings.ADMIN_NAVIGATION, FAILED_JOBS]:
        links = [link for link in group.links if not link.permission or request.user.has_perm(link.permission)]
        if links:
            items = [{"title": link.title, "icon": link.icon, "link": reverse(link.view)} for link in links]
            found.append({"title": group.title, "items": items})
    _leave_one_active(request, [item for group in found for item in group["items"]])
    return found


def _leave_one_active(request: HttpRequest, items: list[dict[str, Any]]) -> None:
    """A page below another one's address (balances below the journal) marks its own link alone."""
    matching = [item["link"] for item in items if request.path.startswith(item["link"])]
    for item in items:
        if any(link != item["link"] and link.startswith(item["link"]) for link in matching):
            item["active"] = False


def _roles(request: HttpRequest) -> frozenset[str]:
    """What the account may do elsewhere: its own list in `auth`, the mirrored groups in other services."""
    user: Any = request.user
    if hasattr(user, "roles"):
        return frozenset(user.roles)
    if user.is_superuser:
        return frozenset({"admin"})
    return frozenset(user.groups.values_list("name", flat=True))
