"""The account of a signed-in customer: profile, password, devices, addresses, data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.countries import COUNTRIES
from apps.common.http import RemoteProblem
from apps.ui.storefront.address_forms import SavedAddressForm
from apps.ui.storefront.clients import auth, payment
from apps.ui.storefront.drafts import draft_of, forget_draft
from apps.ui.storefront.forms import DeleteAccountForm, PasswordChangeForm, ProfileForm, ShopForm
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest

FORM = require_http_methods(["GET", "HEAD", "POST"])
ADDRESS_PREFIX = "to"


def _page(request: ShopRequest, name: str, **context: Any) -> HttpResponse:
    """A page of the account; 422 when its form has errors."""
    form = context.get("form")
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(request, f"storefront/{name}.html", context | {"form": form}, status=status)


def _is_done(form: ShopForm, change: Callable[[], None]) -> bool:
    """Whether the form is valid and auth has accepted the change; errors are added to the form."""
    if not form.is_valid():
        return False
    try:
        change()
    except RemoteProblem as problem:
        if problem.status == 401:
            raise
        form.add_remote_errors(problem.errors, problem.detail)
        return False
    return True


@require_safe
def account(request: ShopRequest) -> HttpResponse:
    """Where everything of the account is."""
    request.shop.require_token()
    return _page(request, "account")


@FORM
def profile(request: ShopRequest) -> HttpResponse:
    """Name, and the language of mails."""
    shop = request.shop
    token = shop.require_token()
    found = auth.account(token)
    form = ProfileForm(request.POST or None, initial={"name": found.name, "language": found.language})
    if _is_done(form, lambda: auth.change_account(token, **form.cleaned_data)):
        shop.refresh()
        messages.success(request, gettext("Changes saved."))
        return redirect("profile")
    return _page(request, "account_profile", form=form, email=found.email)


@sensitive_post_parameters("current_password", "new_password")
@FORM
def password(request: ShopRequest) -> HttpResponse:
    """Change the password."""
    shop = request.shop
    token = shop.require_token()
    form = PasswordChangeForm(request.POST or None)

    def change() -> None:
        data = form.cleaned_data
        auth.change_password(
            token,
            current=data["current_password"],
            new=data["new_password"],
            browser_headers=shop.browser_headers,
        )

    if _is_done(form, change):
        messages.success(request, gettext("Your password has been changed, and all other devices are signed out."))
        return redirect("account")
    return _page(request, "account_password", form=form)


@require_safe
def devices(request: ShopRequest) -> HttpResponse:
    """Where the account is signed in."""
    return _page(request, "account_devices", devices=auth.devices(request.shop.require_token()))


@require_POST
def sign_out_devices(request: ShopRequest) -> HttpResponse:
    """Sign out one device, or all others."""
    token = request.shop.require_token()
    try:
        if device_id := request.POST.get("device"):
            auth.sign_out_device(token, device_id)
        else:
            auth.sign_out_other_devices(token)
    except RemoteProblem as problem:
        # It has ended already: that is what was asked for.
        if problem.status != 404:
            raise
    messages.success(request, gettext("Signed out."))
    return redirect("devices")


@require_safe
def addresses(request: ShopRequest) -> HttpResponse:
    """The address book."""
    return _page(request, "account_addresses", addresses=auth.addresses(request.shop.require_token()))


@FORM
def add_address(request: ShopRequest) -> HttpResponse:
    """Add an address."""
    token = request.shop.require_token()
    return _address_page(request, {}, lambda address: auth.add_address(token, address))


@FORM
def edit_address(request: ShopRequest, address_id: str) -> HttpResponse:
    """Change an address."""
    token = request.shop.require_token()
    found = next((entry for entry in auth.addresses(token) if entry.id == str(address_id)), None)
    if found is None:
        raise Http404
    # What was emptied in the form has to be sent as well.
    empty = {"line2": "", "region": "", "phone": ""}
    return _address_page(
        request, asdict(found), lambda address: auth.change_address(token, found.id, empty | address), found=found
    )


def _address_page(
    request: ShopRequest,
    initial: dict[str, Any],
    save: Callable[[dict[str, Any]], None],
    *,
    found: auth.Address | None = None,
) -> HttpResponse:
    """The form of an address. `step=update` shows it again with the fields of the chosen country."""
    is_saving = request.method == "POST" and request.POST.get("step") != "update"
    draft = draft_of(request) if request.method != "POST" else None
    typed: QueryDict | dict[str, str] = draft or ({} if is_saving else request.POST)
    initial = initial | {name.removeprefix("to-"): value for name, value in typed.items() if name.startswith("to-")}
    country = initial.get("country", "")
    data = request.POST if is_saving else None
    countries = fetch_or_default(payment.delivery_countries, tuple(COUNTRIES)).result()
    # An address may be older than today's zones.
    countries = (*countries, country) if country in COUNTRIES and country not in countries else countries
    form = SavedAddressForm(data, prefix=ADDRESS_PREFIX, initial=initial, country=country, countries=countries)

    def change() -> None:
        save(form.address() | ({"is_default": True} if form.cleaned_data["is_default"] else {}))

    if _is_done(form, change):
        messages.success(request, gettext("Address saved."))
        return redirect("addresses")
    page = _page(request, "account_address", form=form, found=found)
    return forget_draft(page) if draft else page


@require_POST
def change_address(request: ShopRequest, address_id: str) -> HttpResponse:
    """Make an address the default, or delete it."""
    token = request.shop.require_token()
    if request.POST.get("step") == "remove":
        auth.remove_address(token, address_id)
        messages.success(request, gettext("Address removed."))
    else:
        auth.make_default_address(token, address_id)
        messages.success(request, gettext("Changes saved."))
    return redirect("addresses")


@require_safe
def data(request: ShopRequest) -> HttpResponse:
    """Download of personal data, and the deletion of the account."""
    request.shop.require_token()
    return _page(request, "account_data", form=DeleteAccountForm())


@never_cache
@require_safe
def export(request: ShopRequest) -> HttpResponse:
    """Everything that the account holds, as a JSON file."""
    response = JsonResponse(auth.export(request.shop.require_token()), json_dumps_params={"indent": 2})
    response["Content-Disposition"] = 'attachment; filename="streamcart-account.json"'
    return response


@sensitive_post_parameters("password")
@require_POST
def delete_account(request: ShopRequest) -> HttpResponse:
    """Delete the account after its password was entered again."""
    shop = request.shop
    token = shop.require_token()
    form = DeleteAccountForm(request.POST)
    headers = shop.browser_headers
    if _is_done(form, lambda: auth.delete_account(token, **form.cleaned_data, browser_headers=headers)):
        shop.sign_out()
        messages.success(request, gettext("Your account has been deleted. Thank you for shopping with us."))
        return redirect("home")
    return _page(request, "account_data", form=form)
