"""Accounts in lists and searches of the admin: their e-mail addresses are known to auth alone."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.views import ChangeList

from apps.common.admin_site.addresses import admin_url
from apps.common.admin_site.display import link
from apps.common.http import RemoteProblem, Unavailable
from apps.video.accounts import account_by_email, known_accounts


def account_link(user_id: uuid.UUID, label: str = "") -> SafeString:
    """Leads to the account in auth's admin; without a label when its address is not known."""
    return link(admin_url("auth", f"accounts/user/{user_id}/change/"), label or gettext("Open the account"))


class AccountChangeList(ChangeList):
    """A list whose rows know the e-mail address of their account, by one call for each page."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)  # type: ignore[has-type]  # django-stubs do not declare it
        found = known_accounts({row.user_id for row in rows})
        for row in rows:
            row.account_email = found[row.user_id].email if row.user_id in found else ""
        self.result_list = rows


class SearchedByEmail:
    """Mixin before ModelAdmin of a model with `user_id`: an e-mail address in the search finds its account's rows, and
    the list shows addresses by `shown_account`."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return AccountChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if "@" not in search_term:
            return super().get_search_results(request, queryset, search_term)  # type: ignore[misc]  # ModelAdmin's
        try:
            account = account_by_email(search_term.strip()[:254])
        except (Unavailable, RemoteProblem):
            sentence = gettext("Customers cannot be found by e-mail address just now. Try again in a minute.")
            messages.error(request, sentence)
            return queryset.none(), False
        return (queryset.filter(user_id=account.id) if account else queryset.none()), False

    @admin.display(description=_("account"))
    def shown_account(self, row: Any) -> SafeString:
        return account_link(row.user_id, getattr(row, "account_email", ""))
