"""Registering, signing in and out, passwords, profile."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem, Unavailable
from apps.ui.storefront import carts
from apps.ui.storefront.clients import auth
from apps.ui.storefront.errors import SignInNeeded
from apps.ui.storefront.forms import AddressForm, EmailForm, NameForm, NewPasswordForm, RegisterForm, SignInForm
from apps.ui.storefront.navigation import safe_next

FORM = require_http_methods(["GET", "HEAD", "POST"])


def _form_page(request: HttpRequest, name: str, form, **context: object) -> HttpResponse:
    """A page with one form; 422 when it comes back with errors."""
    context |= {"form": form, "next": safe_next(request)}
    return render(request, f"storefront/{name}.html", context, status=422 if form.is_bound else 200)


def _shopper_headers(request: HttpRequest) -> dict[str, str]:
    """The shopper's own address and browser, for lockout and the list of devices."""
    address = request.META.get("HTTP_X_FORWARDED_FOR", "").rsplit(",", 1)[-1].strip() or request.META["REMOTE_ADDR"]
    return {"X-Forwarded-For": address, "X-Client-User-Agent": request.headers.get("User-Agent", "")[:256]}


@sensitive_post_parameters("password")
@FORM
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    unverified = False
    if form.is_valid():
        try:
            tokens = auth.sign_in(**form.cleaned_data, headers=_shopper_headers(request))
        except RemoteProblem as problem:
            unverified = problem.slug == "email-not-verified"
            form.add_remote_errors({}, problem.detail)
        else:
            request.shop.sign_in(tokens)  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
            carts.adopt(request)
            return redirect(safe_next(request))
    return _form_page(request, "sign_in", form, unverified=unverified)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    if token := shop.data.get("refresh"):
        try:
            auth.revoke(token)
        except Unavailable:
            messages.info(request, "Signed out here. The account service was away, so check your devices later.")
    shop.sign_out()
    return redirect("/")


@sensitive_post_parameters("password")
@FORM
def register(request: HttpRequest) -> HttpResponse:
    form = RegisterForm(request.POST or None)
    if form.is_valid():
        try:
            auth.register(**form.cleaned_data)
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            return redirect("/account/check-mail")
    return _form_page(request, "register", form)


@require_safe
def check_mail(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/check_mail.html")


@FORM
def verify(request: HttpRequest) -> HttpResponse:
    """The link of the mail. A button confirms, since mail scanners open links too."""
    token = request.POST.get("token") or request.GET.get("token", "")
    failure = ""
    if request.method == "POST":
        try:
            auth.verify_email(token)
        except RemoteProblem as problem:
            failure = problem.detail
        else:
            messages.success(request, "Your address is confirmed. Sign in and look around.")
            return redirect("/account/sign-in")
    context = {"token": token, "failure": failure}
    return render(request, "storefront/verify.html", context, status=422 if failure else 200)


@FORM
def resend(request: HttpRequest) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if form.is_valid():
        auth.resend_verification(form.cleaned_data["email"])
        return redirect("/account/check-mail")
    return _form_page(request, "resend", form)


@FORM
def reset_password(request: HttpRequest) -> HttpResponse:
    form = EmailForm(request.POST or None)
    if form.is_valid():
        auth.request_password_reset(form.cleaned_data["email"])
        return redirect("/account/check-mail")
    return _form_page(request, "reset", form)


@sensitive_post_parameters("password")
@FORM
def confirm_reset(request: HttpRequest) -> HttpResponse:
    form = NewPasswordForm(request.POST or None, initial={"token": request.GET.get("token", "")})
    if form.is_valid():
        try:
            auth.reset_password(**form.cleaned_data)
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            messages.success(request, "Your password is changed. Sign in with the new one.")
            return redirect("/account/sign-in")
    return _form_page(request, "reset_confirm", form)


@FORM
def account(request: HttpRequest) -> HttpResponse:
    """Profile and address book."""
    shop = request.shop  # type: ignore[attr-defined]  # set by ShopSessionMiddleware
    token = shop.token
    if token is None:
        raise SignInNeeded
    which = request.POST.get("form")
    name_form = NameForm(request.POST if which == "name" else None, initial={"name": shop.user["name"]})
    address_form = AddressForm(request.POST if which == "address" else None, prefix="to")
    form = {"name": name_form, "address": address_form}.get(which or "")
    if form is not None and form.is_valid():
        try:
            if form is name_form:
                auth.change_name(token, form.cleaned_data["name"])
                shop.rename(form.cleaned_data["name"])
            else:
                auth.add_address(token, address_form.address())
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        else:
            messages.success(request, "Saved.")
            return redirect("/account")
    context = {"name_form": name_form, "address_form": address_form, "addresses": auth.addresses(token)}
    status = 422 if form is not None else 200
    return render(request, "storefront/account.html", context, status=status)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/about.html")
