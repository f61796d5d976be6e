"""Who sees which section of the sidebar."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.test import RequestFactory

from apps.common.admin_site.navigation import SECTIONS, Group, model_link, sidebar


def request_of(*roles: str, permissions: tuple[str, ...] = ()) -> Any:
    request = RequestFactory().get("/admin/")
    request.user = SimpleNamespace(roles=list(roles), has_perm=lambda name: name in permissions)  # type: ignore[assignment]  # a stand-in for a member of staff
    return request


def sections(*roles: str) -> list[str]:
    return [str(group["section"]["title"]) for group in sidebar(request_of(*roles)) if "section" in group]


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        ("admin", ["Catalogue", "Orders & payments", "Accounts", "Video"]),
        # Rights to films, for those who ask support.
        ("support_staff", ["Catalogue", "Orders & payments", "Accounts", "Video"]),
        ("catalog_staff", ["Catalogue"]),
        ("video_staff", ["Video"]),
        ("customer", []),
    ],
)
def test_sections_of_other_services_are_shown_to_roles_that_see_something_there(role, expected):
    assert sections(role) == expected


def test_a_section_leads_to_the_admin_behind_the_gateway(settings):
    settings.PUBLIC_URL = "https://shop.example"
    assert SECTIONS[1].url == "https://shop.example/api/payment/admin/"


def test_the_current_section_has_the_pages_that_one_may_view(settings):
    settings.SERVICE = "video"
    settings.ADMIN_NAVIGATION = [
        Group([model_link("Jobs", "error", "jobs.jobfailure"), model_link("Logs", "list", "admin.logentry")]),
        Group([model_link("Logs", "list", "admin.logentry")], title="Hidden"),
    ]
    groups = sidebar(request_of("video_staff", permissions=("jobs.view_jobfailure",)))
    assert [[item["title"] for item in group["items"]] for group in groups] == [
        [],
        ["Overview"],
        ["Jobs"],
        ["Failed jobs"],
    ]
    assert groups[0]["section"]["link"] == "/admin/"
    assert groups[2]["items"][0]["link"] == "/admin/jobs/jobfailure/"
