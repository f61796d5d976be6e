"""Accounts in the admin: administrators change roles, support looks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from apps.auth.accounts.models import Address, Role, User
from apps.auth.tokens.services import revoke_all_sessions

# Permissions here come from roles alone.
admin.site.unregister(Group)


class UserForm(forms.ModelForm):
    roles = forms.MultipleChoiceField(choices=Role, widget=UnfoldAdminCheckboxSelectMultipleWidget)

    class Meta:
        model = User
        fields = ["name", "roles", "is_active"]


class AddressInline(TabularInline):
    model = Address
    extra = 0
    can_delete = False
    readonly_fields = fields = ["name", "line1", "postal_code", "city", "country", "is_default"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(ModelAdmin):
    form = UserForm
    list_display = ["email", "name", "shown_roles", "is_active", "email_verified_at", "last_login"]
    list_filter = ["is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    fields = ["email", "name", "roles", "is_active", "email_verified_at", "created_at", "last_login"]
    readonly_fields = ["email", "email_verified_at", "created_at", "last_login"]
    inlines = [AddressInline]

    @admin.display(description="roles")
    def shown_roles(self, user: User) -> str:
        return ", ".join(user.roles)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        # New roles count at once, not after the next refresh; closed accounts are out.
        revoke_all_sessions(obj, reason="changed by an administrator")
