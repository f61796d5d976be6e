"""Accounts in the admin: administrators change roles, support looks."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from apps.auth.accounts.models import Address, Mail, Role, User
from apps.auth.lifecycle import services
from apps.auth.lifecycle.forms import UserForm

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
    readonly_fields = fields = ["name", "line1", "postal_code", "city", "country", "is_default"]


class RoleFilter(admin.SimpleListFilter):
    """Who holds a role: the first question of every review of access."""

    title = "role"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return Role.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


@admin.register(User)
class UserAdmin(NoManualChanges, ModelAdmin):
    form = UserForm
    list_display = ["email", "name", "shown_roles", "is_active", "email_verified_at", "last_login"]
    list_filter = [RoleFilter, "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = ["email", "name", "roles", "is_active", "email_verified_at", "created_at", "last_login", "deleted_at"]
    inlines = [AddressInline]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """Nobody takes their own access away by mistake; a deleted account stays as it is."""
        always = ["email", "email_verified_at", "created_at", "last_login", "deleted_at"]
        if obj is not None and (obj.pk == request.user.pk or obj.deleted_at):
            return [*always, "name", "roles", "is_active"] if obj.deleted_at else [*always, "roles", "is_active"]
        return always

    @admin.display(description="roles")
    def shown_roles(self, user: User) -> str:
        return ", ".join(user.roles)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        services.save_by_staff(obj, changed=form.changed_data)


@admin.register(Mail)
class MailAdmin(NoManualChanges, ModelAdmin):
    """For "I got no mail": was it sent?"""

    list_display = ["created_at", "kind", "email", "outcome", "tries"]
    list_filter = ["kind", "outcome"]
    search_fields = ["email"]
    ordering = ["-created_at"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
