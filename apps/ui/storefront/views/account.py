"""Registering, signing in and out, passwords, profile."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront import carts
from apps.ui.storefront.clients import auth
from apps.ui.storefront.forms import (
    AddressForm,
    EmailForm,
    KindForm,
    NameForm,
    NewPasswordForm,
    RegisterForm,
    SignInForm,
)
from apps.ui.storefront.navigation import safe_next
from apps.ui.storefront.session import ShopRequest

FORM = require_http_methods(["GET", "HEAD", "POST"])
AWAY = "The account service is out of reach. Nothing is lost: try again in a minute."


def _form_page(request: ShopRequest, name: str, form: KindForm, *, status: int = 422, **context: Any) -> HttpResponse:
    """A page with one form; `status` is for when it comes back with errors."""
    context |= {"form": form, "next": safe_next(request)}
    return render(request, f"storefront/{name}.html", context, status=status if form.is_bound else 200)


@sensitive_post_parameters("password")
@FORM
def sign_in(request: ShopRequest) -> HttpResponse:
    """And back to where one came from, with the guest's cart."""
    shop = request.shop
    form = SignInForm(request.POST or None)
    is_unverified, status = False, 422
    if form.is_valid():
        try:
            tokens = auth.sign_in(**form.cleaned_data, shopper=shop.shopper)
        except RemoteProblem as problem:
            is_unverified = problem.slug == "email-not-verified"
            form.add_remote_errors({}, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, AWAY)
            status = 503
        else:
            shop.sign_in(tokens)
            carts.adopt(shop)
            return redirect(safe_next(request))
    return _form_page(request, "sign_in", form, status=status, is_unverified=is_unverified)


@require_POST
def sign_out(request: ShopRequest) -> HttpResponse:
    """Here at once; for auth's list of devices as soon as it is there."""
    shop = request.shop
    if refresh := shop.who.get("refresh"):
        try:
            auth.revoke(refresh, shopper=shop.shopper)
        except Unavailable:
            messages.info(request, "You are signed out here. The account service was away, so it may not know yet.")
    shop.sign_out()
    return redirect("/")


@sensitive_post_parameters("password")
@FORM
def register(request: ShopRequest) -> HttpResponse:
    """The next page is the same whether or not the address is known."""
    form, status = RegisterForm(request.POST or None), 422
    if form.is_valid():
        try:
            auth.register(**form.cleaned_data, shopper=request.shop.shopper)
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, AWAY)
            status = 503
        else:
            return redirect("check-mail")
    return _form_page(request, "register", form, status=status)


@require_safe
def check_mail(request: ShopRequest) -> HttpResponse:
    """What to do after registering, resending or asking for a new password."""
    return render(request, "storefront/check_mail.html")


@FORM
def verify(request: ShopRequest) -> HttpResponse:
    """The link of the mail. A button confirms, since mail scanners open links too."""
    token = request.POST.get("token") or request.GET.get("token", "")
    failure = "" if token else "The link is not whole. Copy all of it from the mail."
    if request.method == "POST" and token:
        try:
            auth.verify_email(token, shopper=request.shop.shopper)
        except RemoteProblem as problem:
            failure = problem.detail
        else:
            messages.success(request, "Your address is confirmed. Sign in and look around.")
            return redirect("sign-in")
    context = {"token": token, "failure": failure}
    return render(request, "storefront/verify.html", context, status=422 if failure else 200)


@FORM
def resend(request: ShopRequest) -> HttpResponse:
    """The confirmation mail once more."""
    return _by_mail(request, "resend", auth.resend_verification)


@FORM
def reset_password(request: ShopRequest) -> HttpResponse:
    """A link to set a new password, by mail."""
    return _by_mail(request, "reset", auth.request_password_reset)


def _by_mail(request: ShopRequest, name: str, ask: Any) -> HttpResponse:
    form, status = EmailForm(request.POST or None), 422
    if form.is_valid():
        try:
            ask(form.cleaned_data["email"], shopper=request.shop.shopper)
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, AWAY)
            status = 503
        else:
            return redirect("check-mail")
    return _form_page(request, name, form, status=status)


@sensitive_post_parameters("password")
@FORM
def confirm_reset(request: ShopRequest) -> HttpResponse:
    """The link of the mail about a new password."""
    form, status = NewPasswordForm(request.POST or None, initial={"token": request.GET.get("token", "")}), 422
    if form.is_valid():
        try:
            auth.reset_password(**form.cleaned_data, shopper=request.shop.shopper)
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, AWAY)
            status = 503
        else:
            messages.success(request, "Your password is changed. Sign in with the new one.")
            return redirect("sign-in")
    return _form_page(request, "reset_confirm", form, status=status)


@FORM
def account(request: ShopRequest) -> HttpResponse:
    """Profile and address book, each with a form of its own."""
    shop = request.shop
    token = shop.require_token()
    sent = request.POST.get("form")
    name_form = NameForm(
        request.POST if sent == "name" else None, initial={"name": shop.user.name if shop.user else ""}
    )
    address_form = AddressForm(request.POST if sent == "address" else None, prefix="to")
    form: KindForm | None = {"name": name_form, "address": address_form}.get(sent or "")
    if form is not None and form.is_valid():
        try:
            if form is name_form:
                auth.change_name(token, form.cleaned_data["name"])
                shop.renew()
            else:
                auth.add_address(token, address_form.address())
        except RemoteProblem as problem:
            if problem.status == 401:
                raise
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            messages.success(request, "Saved.")
            return redirect("account")
    context = {
        "name_form": name_form,
        "address_form": address_form,
        "addresses": auth.addresses(token),
    }
    return render(request, "storefront/account.html", context, status=422 if form is not None else 200)


@require_POST
def change_address(request: ShopRequest, address_id: str) -> HttpResponse:
    """Make it the default one, or remove it."""
    token = request.shop.require_token()
    if request.POST.get("step") == "remove":
        auth.remove_address(token, address_id)
        messages.success(request, "The address is removed.")
    else:
        auth.make_default_address(token, address_id)
        messages.success(request, "Saved.")
    return redirect("account")


@require_safe
def about(request: ShopRequest) -> HttpResponse:
    """What this shop is, test cards, demo accounts."""
    return render(request, "storefront/about.html")
