"""Accounts in the admin: administrators change roles, support looks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from apps.auth.accounts.models import Address, Mail, Role, User
from apps.auth.lifecycle import services
from apps.auth.lifecycle.forms import UserForm
from apps.common.admin_site.addresses import admin_url
from apps.common.admin_site.display import address, link

# Permissions here come from roles alone.
admin.site.unregister(Group)


class NoManualChanges:
    """Rows that only the service itself adds and deletes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AddressInline(NoManualChanges, TabularInline):
    model = Address
    extra = 0
    show_title = False
    readonly_fields = fields = ["shown_address", "is_default"]

    @admin.display(description=_("address"))
    def shown_address(self, entry: Address) -> str:
        return address(
            {
                name: getattr(entry, name)
                for name in ("name", "line1", "line2", "postal_code", "city", "region", "country", "phone")
            }
        )


class RoleFilter(admin.SimpleListFilter):
    """Filters accounts by role, which reviews of access begin with."""

    title = _("role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(Role.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


@admin.register(User)
class UserAdmin(NoManualChanges, ModelAdmin):
    form = UserForm
    list_display = ["email", "name", "shown_roles", "is_active", "email_verified_at", "last_login"]
    list_filter = [RoleFilter, "is_active"]
    search_fields = ["email", "name"]
    search_help_text = _("Search by name or email address")
    ordering = ["email"]
    fields = [
        "email",
        "name",
        "roles",
        "is_active",
        "orders",
        "email_verified_at",
        "created_at",
        "last_login",
        "deleted_at",
    ]
    inlines = [AddressInline]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Nobody takes their own access away by mistake; a deleted account stays as it is."""
        always = ["email", "orders", "email_verified_at", "created_at", "last_login", "deleted_at"]
        if obj is not None and (obj.pk == request.user.pk or obj.deleted_at):
            own_roles = [*always, "shown_roles", "is_active"]
            return [*own_roles, "name"] if obj.deleted_at else own_roles
        return always

    def get_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Roles that cannot be changed are shown by their names, as in the list."""
        is_fixed = "shown_roles" in self.get_readonly_fields(request, obj) or not self.has_change_permission(
            request, obj
        )
        return ["shown_roles" if is_fixed and name == "roles" else name for name in self.fields]

    @admin.display(description=_("roles"))
    def shown_roles(self, user: User) -> str:
        names = dict(Role.choices)
        return ", ".join(str(names.get(role, role)) for role in user.roles)

    @admin.display(description=_("orders"))
    def orders(self, user: User) -> SafeString:
        """The list of orders finds the address: this service knows none."""
        return link(admin_url("payment", "orders/order/?" + urlencode({"q": user.email})), gettext("View orders"))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        services.save_by_staff(obj, changed=form.changed_data)


@admin.register(Mail)
class MailAdmin(NoManualChanges, ModelAdmin):
    """For "I got no mail": was it sent?"""

    list_display = ["created_at", "email", "kind", "shown_outcome", "tries"]
    list_filter = ["kind", "outcome"]
    search_fields = ["email"]
    search_help_text = _("Search by email address")
    ordering = ["-created_at"]
    fields = ["email", "kind", "outcome", "tries", "try_at", "created_at"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(
        description=_("outcome"),
        ordering="outcome",
        label={"waiting": "info", "sent": "success", "not_needed": "", "failed": "danger"},
    )
    def shown_outcome(self, mail: Mail) -> tuple[str, str]:
        return mail.outcome, mail.get_outcome_display()
