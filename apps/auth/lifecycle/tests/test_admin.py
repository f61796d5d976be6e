"""This service's own admin."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry

from apps.auth.accounts.models import Mail, Role, User
from apps.auth.tests.people import PASSWORD
from apps.common.admin_site.navigation import current_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(make_user):
    return make_user("admin@example.com", roles=[Role.ADMIN, Role.CUSTOMER])


@pytest.fixture
def support(make_user):
    return make_user("support@example.com", roles=[Role.CUSTOMER, Role.SUPPORT_STAFF])


def sign_in(client, email, password=PASSWORD):
    return client.post("/admin/login/?next=/admin/", {"username": email, "password": password})


def form_of(user, **changes):
    inlines = {"addresses-TOTAL_FORMS": 0, "addresses-INITIAL_FORMS": 0}
    return {"name": user.name, "roles": user.roles, "is_active": "on", **inlines} | changes


def test_staff_sign_in_with_their_address_in_any_case(client, admin):
    assert sign_in(client, "Admin@Example.com").status_code == 302
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("roles", [[Role.CUSTOMER], [Role.CATALOG_STAFF], [Role.VIDEO_STAFF], []])
def test_admin_is_closed_to_accounts_without_a_staff_role(client, make_user, roles):
    make_user(roles=roles)
    assert "staff account" in sign_in(client, "ada@example.com").content.decode()
    assert client.get("/admin/accounts/user/").status_code == 302


def test_guessing_is_locked_out_and_reported(client, admin):
    for _ in range(5):
        assert "Check both and try again" in sign_in(client, admin.email, "wrong password").content.decode()
    assert "Too many failed attempts" in sign_in(client, admin.email).content.decode()


@pytest.mark.parametrize("path", ["", "accounts/user/", "accounts/user/?q=ada", "accounts/mail/"])
@pytest.mark.parametrize("email", ["admin@example.com", "support@example.com"])
def test_pages_open_for_both_roles(client, admin, support, path, email):
    sign_in(client, email)
    assert client.get(f"/admin/{path}").status_code == 200


def test_the_list_shows_who_holds_a_role(client, admin, support, ada):
    sign_in(client, admin.email)
    page = client.get("/admin/accounts/user/?role=support_staff")
    assert list(page.context["cl"].queryset) == [support]


def test_an_administrator_changes_roles_which_ends_sessions(client, admin, ada):
    sign_in(client, admin.email)
    url = f"/admin/accounts/user/{ada.user.pk}/change/"
    assert client.get(url).status_code == 200
    response = client.post(url, form_of(ada.user, roles=["catalog_staff"]))
    assert response.status_code == 302, response.context["adminform"].form.errors
    ada.user.refresh_from_db()
    assert ada.user.roles == ["catalog_staff", "customer"]
    assert ada.client.get("/v1/me").status_code == 401
    assert LogEntry.objects.get().user == admin


def test_a_changed_name_ends_no_session(client, admin, ada):
    sign_in(client, admin.email)
    client.post(f"/admin/accounts/user/{ada.user.pk}/change/", form_of(ada.user, name="Countess"))
    assert ada.client.get("/v1/me").json()["name"] == "Countess"


def test_read_only_fields_cannot_be_changed_in_the_admin(client, admin, ada):
    sign_in(client, admin.email)
    body = form_of(ada.user, email="other@example.com", password="x", email_verified_at_0="2020-01-01")
    client.post(f"/admin/accounts/user/{ada.user.pk}/change/", body)
    after = User.objects.get(pk=ada.user.pk)
    assert (after.email, after.password) == (ada.user.email, ada.user.password)
    assert client.get("/admin/accounts/user/add/").status_code == 403
    assert client.post(f"/admin/accounts/user/{ada.user.pk}/delete/", {"post": "yes"}).status_code == 403


def test_administrators_cannot_remove_their_own_access(client, admin):
    sign_in(client, admin.email)
    client.post(f"/admin/accounts/user/{admin.pk}/change/", form_of(admin, roles=["customer"], is_active=""))
    admin.refresh_from_db()
    assert Role.ADMIN in admin.roles
    assert admin.is_active


def test_support_looks_and_changes_nothing(client, support, ada):
    sign_in(client, support.email)
    url = f"/admin/accounts/user/{ada.user.pk}/change/"
    page = client.get(url)
    assert page.status_code == 200
    assert "ada@example.com" in page.content.decode()
    assert client.post(url, form_of(ada.user, roles=["admin"])).status_code == 403
    own = f"/admin/accounts/user/{support.pk}/change/"
    assert client.post(own, form_of(support, roles=["admin"])).status_code == 403


def test_lost_roles_count_at_once(client, admin):
    sign_in(client, admin.email)
    User.objects.filter(pk=admin.pk).update(roles=[Role.CUSTOMER])
    assert client.get("/admin/accounts/user/").status_code == 302


def test_a_changed_password_ends_the_admin_session(client, admin):
    sign_in(client, admin.email)
    admin.set_password("another fine password")
    admin.save()
    assert client.get("/admin/accounts/user/").status_code == 302


def test_a_deleted_account_stays_as_it_is(client, admin, ada):
    ada.client.delete("/v1/me", {"password": PASSWORD})
    sign_in(client, admin.email)
    url = f"/admin/accounts/user/{ada.user.pk}/change/"
    assert client.get(url).status_code == 200
    client.post(url, form_of(ada.user))
    assert User.objects.get(pk=ada.user.pk).is_active is False


def test_the_list_has_a_fixed_number_of_queries(client, admin, make_user, django_assert_max_num_queries):
    sign_in(client, admin.email)
    for number in range(20):
        make_user(f"{number}@example.com")
    with django_assert_max_num_queries(6):
        assert client.get("/admin/accounts/user/").status_code == 200


def test_mails_show_what_became_of_them(client, support):
    Mail.objects.create(kind=Mail.Kind.RESET, email="ada@example.com", try_at=support.created_at)
    sign_in(client, support.email)
    page = client.get("/admin/accounts/mail/?q=ada").content.decode()
    assert "ada@example.com" in page


def test_roles_are_named_in_the_reader_s_language(client, support, ada):
    sign_in(client, support.email)
    page = client.get(f"/admin/accounts/user/{support.pk}/change/", headers={"Accept-Language": "de"})
    assert "Kundschaft, Kundendienst" in page.content.decode()


def test_the_language_menu_counts_more_than_the_browser(client, admin):
    sign_in(client, admin.email)
    response = client.post("/admin/language/", {"language": "de", "next": "/admin/accounts/user/"})
    assert response["Location"] == "/admin/accounts/user/"
    page = client.get("/admin/accounts/user/", headers={"Accept-Language": "en"}).content.decode()
    assert "Konten" in page


def test_the_navigation_shows_this_section_to_the_roles_that_may_enter():
    section = current_section()
    assert section is not None
    staff_roles = {role for role in Role.values if User(roles=[role]).is_staff}
    assert section.roles == staff_roles - {Role.ADMIN}
