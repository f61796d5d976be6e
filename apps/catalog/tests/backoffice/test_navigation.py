"""The catalogue's section in the navigation of all admins."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from apps.catalog.backoffice.apps import grant_staff_permissions
from apps.common.admin_site.navigation import current_section


@pytest.mark.django_db
def test_the_navigation_shows_this_section_to_the_roles_that_see_something_here():
    grant_staff_permissions()
    section = current_section()
    assert section is not None
    assert section.roles == set(Group.objects.exclude(permissions=None).values_list("name", flat=True))
