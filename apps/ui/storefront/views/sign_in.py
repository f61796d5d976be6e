"""Registration, sign-in and sign-out, and links from mails."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.common.http import RemoteProblem, Unavailable
from apps.common.languages import current_language
from apps.ui.storefront import carts
from apps.ui.storefront.clients import after_sales, auth
from apps.ui.storefront.forms import EmailForm, NewPasswordForm, RegisterForm, ShopForm, SignInForm
from apps.ui.storefront.navigation import safe_next_url
from apps.ui.storefront.parallel import fetch_or_default
from apps.ui.storefront.session import ShopRequest

FORM = require_http_methods(["GET", "HEAD", "POST"])
UNAVAILABLE = _("Accounts are temporarily unavailable. Please try again in a minute.")


def _form_page(request: ShopRequest, name: str, form: ShopForm, *, status: int = 422, **context: Any) -> HttpResponse:
    """A page with one form; `status` is for a form with errors."""
    context |= {"form": form, "next": safe_next_url(request)}
    return render(request, f"storefront/{name}.html", context, status=status if form.is_bound else 200)


@sensitive_post_parameters("password")
@FORM
def sign_in(request: ShopRequest) -> HttpResponse:
    """Sign in, merge the guest's cart and return to the previous page."""
    shop = request.shop
    form = SignInForm(request.POST or None)
    is_unverified, status = False, 422
    if form.is_valid():
        try:
            tokens = auth.sign_in(**form.cleaned_data, browser_headers=shop.browser_headers)
        except RemoteProblem as problem:
            is_unverified = problem.slug == "email-not-verified"
            form.add_remote_errors({}, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, str(UNAVAILABLE))
            status = 503
        else:
            shop.sign_in(tokens)
            carts.merge_guest_cart(shop)
            _claim_orders(request)
            return redirect(safe_next_url(request))
    return _form_page(request, "sign_in", form, status=status, is_unverified=is_unverified)


def _claim_orders(request: ShopRequest) -> None:
    """Orders placed with the account's address before there was an account become its own; when payment is unavailable,
    the next sign-in asks again."""
    token = request.shop.token
    if token is None:
        return
    claimed = fetch_or_default(lambda: after_sales.claim_orders(token), 0).result()
    if claimed:
        sentence = ngettext(
            "We’ve added an earlier order to your account.",
            "We’ve added %(count)s earlier orders to your account.",
            claimed,
        )
        messages.success(request, sentence % {"count": claimed})


@require_POST
def sign_out(request: ShopRequest) -> HttpResponse:
    """Sign out here, and revoke the session in auth when it is available."""
    shop = request.shop
    if refresh := shop.tokens.get("refresh"):
        try:
            auth.revoke(refresh, browser_headers=shop.browser_headers)
        except Unavailable:
            messages.info(
                request,
                gettext("You’re signed out on this device. It may still appear in your list of devices for a while."),
            )
    shop.sign_out()
    return redirect("home")


@sensitive_post_parameters("password")
@FORM
def register(request: ShopRequest) -> HttpResponse:
    """Create an account. The next page is the same whether or not the address is known."""
    form, status = RegisterForm(request.POST or None), 422
    if form.is_valid():
        try:
            auth.register(
                **form.cleaned_data, language=current_language(), browser_headers=request.shop.browser_headers
            )
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, str(UNAVAILABLE))
            status = 503
        else:
            return redirect("check-mail")
    return _form_page(request, "register", form, status=status)


@require_safe
def check_email(request: ShopRequest) -> HttpResponse:
    """The page after registration, after resending and after requesting a new password."""
    return render(request, "storefront/check_email.html")


@FORM
def verify(request: ShopRequest) -> HttpResponse:
    """The link in the confirmation mail. A button confirms, since mail scanners open links too."""
    token = request.POST.get("token") or request.GET.get("token", "")
    failure = "" if token else gettext("This link is incomplete. Please copy the whole link from the e-mail.")
    if request.method == "POST" and token:
        try:
            auth.verify_email(token, browser_headers=request.shop.browser_headers)
        except RemoteProblem as problem:
            failure = problem.detail
        else:
            messages.success(request, gettext("Your e-mail address is confirmed. You can sign in now."))
            return redirect("sign-in")
    context = {"token": token, "failure": failure}
    return render(request, "storefront/verify.html", context, status=422 if failure else 200)


@FORM
def resend(request: ShopRequest) -> HttpResponse:
    """Send the confirmation mail again."""
    return _email_link_page(request, "resend", auth.resend_verification)


@FORM
def reset_password(request: ShopRequest) -> HttpResponse:
    """Send a link to reset the password."""
    return _email_link_page(request, "reset", auth.request_password_reset)


def _email_link_page(request: ShopRequest, name: str, send: Callable[..., None]) -> HttpResponse:
    form, status = EmailForm(request.POST or None), 422
    if form.is_valid():
        try:
            send(form.cleaned_data["email"], browser_headers=request.shop.browser_headers)
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, str(UNAVAILABLE))
            status = 503
        else:
            return redirect("check-mail")
    return _form_page(request, name, form, status=status)


@sensitive_post_parameters("password")
@FORM
def confirm_reset(request: ShopRequest) -> HttpResponse:
    """The link in the mail that resets a password."""
    form, status = NewPasswordForm(request.POST or None, initial={"token": request.GET.get("token", "")}), 422
    if form.is_valid():
        try:
            auth.reset_password(**form.cleaned_data, browser_headers=request.shop.browser_headers)
        except RemoteProblem as problem:
            form.add_remote_errors(problem.errors, problem.detail)
        except Unavailable:
            form.add_remote_errors({}, str(UNAVAILABLE))
            status = 503
        else:
            messages.success(request, gettext("Your password has been changed. Please sign in with your new password."))
            return redirect("sign-in")
    return _form_page(request, "reset_confirm", form, status=status)
